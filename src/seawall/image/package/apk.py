"""Packages of Alpine, Wolfi, Chainguard and OpenWrt since 24.10 (apk).

Format: apk's ``installed`` database, one letter a field, the files of a package behind its fields
(apk-tools, ``src/database.c``, ``apk_db_read_fdb``).
"""

import re
from collections.abc import Iterator
from typing import ClassVar

from seawall.image.package.hostile import Complaints, text
from seawall.image.package.interface import FileFacts, Wanted
from seawall.image.package.ownership import Owners
from seawall.image.package.stanza import stanzas
from seawall.model import purl
from seawall.model.image import Package, SourcePackage

_FIELD = re.compile(rb"^([PVALom]):([^\n]*)", re.MULTILINE)
_FILE = re.compile(rb"^([FR]):([^\n]*)", re.MULTILINE)
_NAME = re.compile(rb"[A-Za-z0-9_][A-Za-z0-9+._@-]{0,255}")
_VERSION = re.compile(rb"[A-Za-z0-9.+~:_-]{1,255}")

_STANZA_LIMIT = 32 << 20
_PACKAGES_LIMIT = 50_000


class ApkAnalyzer:
    """Reads the database of installed packages."""

    name: ClassVar[str] = "apk"
    version: ClassVar[int] = 1
    wanted: ClassVar[Wanted] = Wanted(
        paths=frozenset({"lib/apk/db/installed", "usr/lib/apk/db/installed", "var/lib/apk/db/installed"}),
        limit=128 << 20,
    )

    def analyze(self, path: str, content: memoryview) -> FileFacts:
        """Read the database."""
        complaints = Complaints(path)
        data = bytes(content)
        if data and not data.endswith(b"\n"):
            complaints.add("The package database ends in the middle of a line")
        packages: list[Package] = []
        owners = Owners(complaints)
        for stanza in stanzas(data, _STANZA_LIMIT, complaints):
            header, _, files = stanza.partition(b"\nF:")
            package = _package({match[1]: match[2] for match in _FIELD.finditer(header)}, path, complaints)
            if package is None:
                continue
            packages.append(package)
            owners.add(package.name, _paths(b"F:" + files))
            if len(packages) == _PACKAGES_LIMIT:
                complaints.add(f"Only the first {_PACKAGES_LIMIT} packages of the database were read")
                break
        return FileFacts(
            analyzer=self.name,
            path=path,
            database=True,
            packages=tuple(packages),
            owned=owners.files,
            problems=complaints.problems(anything_read=bool(packages)),
        )


def _paths(files: bytes) -> Iterator[bytes]:
    """``F:`` names a directory, ``R:`` a file in the directory named last."""
    directory = b""
    for match in _FILE.finditer(files):
        if match[1] == b"F":
            directory = match[2] + b"/"
        else:
            yield directory + match[2]


def _package(record: dict[bytes, bytes], path: str, complaints: Complaints) -> Package | None:
    """An entry as a package; null for virtual packages (``.build-deps``) and what does not say what it is."""
    name, version = record.get(b"P", b""), record.get(b"V", b"")
    if name.startswith(b".") and version:
        return None
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        complaints.add("An entry without a valid package name and version was left out", text(name, 80) or "no name")
        return None
    origin = record.get(b"o", b"") or name
    if not _NAME.fullmatch(origin):
        complaints.add("A package whose origin cannot be read is judged by its own name", name.decode())
        origin = name
    architecture, license_ = text(record.get(b"A", b""), 64), text(record.get(b"L", b""))
    return Package(
        type="apk",
        name=name.decode(),
        version=version.decode(),
        purl=purl.make("apk", name.decode(), version.decode(), qualifiers={"arch": architecture}),
        source=SourcePackage(name=origin.decode(), version=version.decode()),
        architecture=architecture,
        licenses=(license_,) if license_ else (),
        vendor=text(record.get(b"m", b"")),
        paths=("/" + path,),
    )
