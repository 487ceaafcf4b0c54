"""Node.js packages that are installed, and the application that they are installed for.

A ``package.json`` counts where Node.js would find it (Node.js documentation, "Modules: CommonJS modules", loading
from ``node_modules`` folders): the way from the outermost ``node_modules`` is nothing but packages and the
``node_modules`` inside of them. All others inside of a package are its test data, examples and templates.
"""

import re
from typing import ClassVar

import msgspec

from seawall.image.package.interface import FileFacts, Wanted
from seawall.image.package.language import facts, is_version, licences, problem
from seawall.model import purl
from seawall.model.coverage import CoverageState
from seawall.model.image import Package

_PART = r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*"
_PACKAGE = rf"(?:@{_PART}/)?{_PART}"
_STORE = r"\.[^/]+/[^/]+"  # pnpm's .pnpm/NAME@VERSION, .store/…, .bun/…, .deno/…: then node_modules again
_ROOT = r"(?:^|/)(?:node_modules(?:_\d+)?|usr/(?:share|lib)/nodejs)/"  # Fedora's with a number; Debian's nodejs
_INSTALLED = re.compile(
    rf"(?:{_PACKAGE}/node_modules/|{_STORE}/node_modules/)*(?:{_PACKAGE}|{_STORE}/package)/package\.json"
)
_OUTERMOST = re.compile(_ROOT)
_NOT_APPLICATION = re.compile(
    r"(?:^|/)(?:__tests__|tests?|testdata|fixtures?|examples?|templates?|site-packages|dist-packages|share/doc)/"
)
_NAME = re.compile(_PACKAGE)
_BOM = b"\xef\xbb\xbf"


class _Manifest(msgspec.Struct):
    """The part of a package.json that is used (npm documentation, "package.json")."""

    name: str = ""
    version: str = ""
    license: object = None
    licenses: object = None
    engines: object = None


_decoder = msgspec.json.Decoder(_Manifest)


class NodeAnalyzer:
    """Reads one ``package.json``. Applications are the packages whose path knows no ``node_modules``."""

    name: ClassVar[str] = "node"
    version: ClassVar[int] = 2
    wanted: ClassVar[Wanted] = Wanted(names=frozenset({"package.json"}), limit=8 << 20)

    def analyze(self, path: str, content: memoryview) -> FileFacts:
        """One package; none where the file lies elsewhere or lacks the name and version that npm demands."""
        root = _OUTERMOST.search(path)
        if not (_INSTALLED.fullmatch(path, root.end()) if root else not _NOT_APPLICATION.search(path)):
            return facts(self.name, path)
        try:
            manifest = _decoder.decode(content[3:] if content[:3] == _BOM else content)
        except msgspec.ValidationError:  # JSON, but its name or version is not a text: no package of npm's
            return facts(self.name, path)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            state = CoverageState.UNREADABLE if root else CoverageState.INFO  # elsewhere it may be a template
            return problem(self.name, path, f"package.json is no valid JSON: {error}", state)
        if not root and isinstance(manifest.engines, dict) and "vscode" in manifest.engines:
            return facts(self.name, path)  # an extension of an editor, named like a package of npm's or not
        version = manifest.version.strip().lstrip("v=")
        if len(manifest.name) > 214 or not _NAME.fullmatch(manifest.name) or not _is_numbered(version):
            return facts(self.name, path)
        return facts(self.name, path, _package(path, manifest, version))


def _is_numbered(version: str) -> bool:
    return version[:1].isdigit() and is_version(version)


def _package(path: str, manifest: _Manifest, version: str) -> Package:
    namespace, _, name = manifest.name.rpartition("/")
    return Package(
        type="npm",
        name=manifest.name,
        version=version,
        purl=purl.make("npm", name, version, namespace=namespace),
        licenses=licences(*_declared(manifest.license), *_declared(manifest.licenses)),
        paths=("/" + path,),
    )


def _declared(value: object) -> list[str]:
    """A text, an object with a type, or (as in npm's first years) an array of either."""
    values = value[:16] if isinstance(value, list) else [value]
    named = [item.get("type") if isinstance(item, dict) else item for item in values]
    return [item for item in named if isinstance(item, str)]
