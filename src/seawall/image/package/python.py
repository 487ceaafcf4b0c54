"""Python distributions that are installed: wheels' ``*.dist-info``, setuptools' ``*.egg-info`` and eggs.

Formats: the core metadata specification (packaging.python.org, "Core metadata specifications"), an RFC 822 header
followed by the project's description. Only the header is read.
"""

import re
from typing import ClassVar

from seawall.errors import InputError
from seawall.image.package.interface import FileFacts, Wanted
from seawall.image.package.language import facts, is_version, licences, problem
from seawall.image.zipread import Archive
from seawall.model import purl
from seawall.model.coverage import CoverageState
from seawall.model.image import Package

_HEADER_LIMIT = 256 << 10
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(
    rb"^(Name|Version|License|License-Expression|Classifier)[ \t]*:(.*)$(\n[ \t])?",
    re.MULTILINE | re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?")
_RUN = re.compile(r"[-_.]+")
_FOLDER = re.compile(r"([^-]+-[0-9].*)\.(?:dist-info|egg-info|egg)")
_TEST_DATA = re.compile(r"(?:^|/)python\d[\d.]*/test/")  # the standard library's own tests
_EGG_MEMBER = b"EGG-INFO/PKG-INFO"


class PythonAnalyzer:
    """Reads one distribution's metadata."""

    name: ClassVar[str] = "python"
    version: ClassVar[int] = 1
    wanted: ClassVar[Wanted] = Wanted(
        suffixes=(".dist-info/METADATA", ".egg-info/PKG-INFO", ".egg-info", "/EGG-INFO/PKG-INFO", ".egg"),
        limit=64 << 20,
    )

    def analyze(self, path: str, content: memoryview) -> FileFacts:
        """One distribution, or a problem when it does not say its name and version."""
        if _TEST_DATA.search(path):
            return facts(self.name, path)
        if not path.endswith(".egg"):
            return _distribution(self.name, path, content)
        try:
            archive = Archive(content)
            members = [member for member in archive.members() if member.name == _EGG_MEMBER]
            if not members:
                return problem(self.name, path, "the egg holds no EGG-INFO/PKG-INFO")
            return _distribution(self.name, path, memoryview(archive.head(members[0], _HEADER_LIMIT)))
        except InputError as error:
            return problem(self.name, path, error.sentence())


def _distribution(analyzer: str, path: str, content: memoryview) -> FileFacts:
    end = _HEADER_END.search(content, 0, _HEADER_LIMIT)
    fields: dict[str, list[str]] = {}
    for match in _FIELD.finditer(content, 0, end.start() + 1 if end else _HEADER_LIMIT):
        if match[3] and match[1].lower() == b"license":
            continue  # goes on in the next line: a whole licence's text, no name of one
        fields.setdefault(match[1].decode().lower(), []).append(match[2].decode("utf-8", "replace").strip())
    name, version = _identity(path, fields)
    if not name or not version:
        what = "version" if name else "name"
        return problem(analyzer, path, f"the Python metadata says no valid {what}", CoverageState.PARTIAL)
    kind = "generic" if name == "python" else "pypi"  # the interpreter's own file in lib-dynload is no project's
    return facts(
        analyzer,
        path,
        Package(
            type=kind,
            name=name,
            version=version,
            purl=purl.make(kind, name, version),
            licenses=_licences(fields),
            paths=("/" + path,),
        ),
    )


def _identity(path: str, fields: dict[str, list[str]]) -> tuple[str, str]:
    """Name (normalised as PEP 503 says) and version: as declared, else as the file's name has them, else empty."""
    folder = next((found for part in path.split("/")[-2:] if (found := _FOLDER.fullmatch(part))), None)
    named = folder[1].split("-") if folder else []  # NAME-VERSION, perhaps -pyX.Y and a platform
    names = fields.get("name", [])[:1] + named[:1]
    versions = fields.get("version", [])[:1] + named[1:2]
    name = next((text for text in names if _NAME.fullmatch(text)), "")
    return _RUN.sub("-", name).lower(), next((text for text in versions if is_version(text)), "")


def _licences(fields: dict[str, list[str]]) -> tuple[str, ...]:
    """The SPDX expression (PEP 639), else what the licence field says, else the classifiers."""
    classifiers = [text.split(" :: ")[-1] for text in fields.get("classifier", []) if text.startswith("License ::")]
    return (
        licences(*fields.get("license-expression", [])[:1])
        or licences(*fields.get("license", [])[:1])
        or licences(*classifiers[:16])
    )
