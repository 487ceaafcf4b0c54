"""Go programs: the modules that were built in, and the standard library of the Go that built them.

Read from the program itself (:mod:`seawall.image.gobuild`), so a program without a package manager is judged too.
"""

import re
from collections.abc import Iterator
from typing import ClassVar

from seawall.image import gobuild
from seawall.image.elf import MAGIC, Elf
from seawall.image.gobuild import BuildInfo, Module
from seawall.image.package.interface import FileFacts, Problem, Wanted
from seawall.image.package.language import facts, is_version, problem
from seawall.model import purl
from seawall.model.coverage import CoverageState
from seawall.model.image import Package

_GO = re.compile(r"go(\d+\.\d+(?:\.\d+)?)(?:(rc|beta)(\d+))?(?![0-9a-z])")
_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~/!-]{0,255}")
_NUMBERED = re.compile(r"v?\d+\.\d+(?:\.\d+)?(?:[-+][0-9A-Za-z.+-]*)?")
_SET = re.compile(r"""-X[= ]\s*(['"]?)([^\s'"=]+)=([^\s'"]*)\1""")
_VERSION_NAMES = frozenset({"version", "appversion", "buildversion", "gitversion", "releaseversion", "tag", "gittag"})
_VERSION_PACKAGES = frozenset({"main", "github.com/prometheus/common/version", "k8s.io/component-base/version"})
_PACKED = b"UPX!"
_PACKED_WITHIN = 1024


class GolangAnalyzer:
    """Reads one executable or shared object; says nothing about those that Go did not make."""

    name: ClassVar[str] = "golang"
    version: ClassVar[int] = 1
    wanted: ClassVar[Wanted] = Wanted(executables=True, magics=(MAGIC,), markers=gobuild.MARKERS)

    def analyze(self, path: str, content: memoryview) -> FileFacts:
        """The main module, the modules it needs and the standard library; or what stands in the way."""
        try:
            elf = Elf(content)
        except ValueError:
            return facts(self.name, path)
        info = gobuild.read(elf, content) if gobuild.is_go(elf) or not elf.section_names else None
        if info:
            return _facts(self.name, path, info)
        if gobuild.is_go(elf):
            message = "a Go program without readable build information, so its modules are not known"
            return problem(self.name, path, message, CoverageState.PARTIAL)
        if not elf.section_names and _PACKED in bytes(content[:_PACKED_WITHIN]):
            message = "a program packed with UPX, so what it was built from is not known"
            return problem(self.name, path, message, CoverageState.UNKNOWN)
        return facts(self.name, path)


def _facts(analyzer: str, path: str, info: BuildInfo) -> FileFacts:
    modules = [*info.modules, Module(path="stdlib", version=standard_library(info.go))]
    if info.main:
        modules.append(Module(path=info.main.path, version=main_version(info)))
    valid = [
        module for module in modules if _PATH.fullmatch(module.path) and (module.path != "stdlib" or module.version)
    ]
    return FileFacts(
        analyzer=analyzer,
        path=path,
        packages=tuple(_package(path, module) for module in dict.fromkeys(valid)),
        problems=tuple(Problem(path=path, state=state, message=message) for state, message in _gaps(info, modules)),
    )


def _gaps(info: BuildInfo, modules: list[Module]) -> Iterator[tuple[CoverageState, str]]:
    """What the build information leaves open."""
    if not standard_library(info.go):
        message = f"built with {info.go[:60]!r}, which is no released Go, so its standard library is not judged"
        yield CoverageState.PARTIAL, message
    if info.main and not main_version(info):
        message = f"the program's own module {info.main.path[:120]!r} has no version, so it is not judged"
        yield CoverageState.INFO, message
    if not info.main and not info.path.startswith("cmd/"):
        message = "a Go program built without modules, so only the standard library in it is known"
        yield CoverageState.PARTIAL, message
    if len(info.modules) >= gobuild.MODULE_LIMIT:
        yield (
            CoverageState.PARTIAL,
            f"the Go program names more than {gobuild.MODULE_LIMIT:,} modules, the rest is not read",
        )
    broken = sum(not _PATH.fullmatch(module.path) for module in modules)
    if broken:
        yield CoverageState.PARTIAL, f"{broken} of the Go program's modules have names that cannot be"


def _package(path: str, module: Module) -> Package:
    version = module.version if is_version(module.version) else ""  # a workspace's modules are "(devel)"
    namespace, _, name = module.path.strip("/").rpartition("/")
    return Package(
        type="golang",
        name=module.path,
        version=version,
        purl=purl.make("golang", name, version, namespace=namespace),
        paths=("/" + path,),
    )


def standard_library(go: str) -> str:
    """The standard library's version in a toolchain's: ``go1.22.3 X:boringcrypto`` → ``1.22.3``; empty for others.

    Release candidates are written as the Go vulnerability database does: ``go1.24rc1`` → ``1.24.0-rc.1``.
    """
    found = _GO.match(go)
    if not found:
        return ""
    number, stage, count = found.groups()
    if not stage:
        return str(number)
    return f"{number if number.count('.') == 2 else number + '.0'}-{stage}.{count}"


def main_version(info: BuildInfo) -> str:
    """The main module's version: as Go knows it, else as the linker was told it (``-X main.version=…``), else empty."""
    if not info.main:
        return ""
    if info.main.version not in {"", "(devel)"}:
        return info.main.version
    own = info.main.path + "/"
    for _, variable, value in _SET.findall(info.settings.get("-ldflags", "")):
        package, _, name = variable.rpartition(".")
        if name.lower() not in _VERSION_NAMES or not _NUMBERED.fullmatch(value):
            continue
        if package in _VERSION_PACKAGES or (package + "/").startswith(own):
            return "v" + str(value).removeprefix("v")
    return ""
