"""Packages of Debian, Ubuntu and others (dpkg), distroless images (status.d) and OpenWrt (opkg).

Formats: dpkg(1), deb-control(5), deb822(5), "FILES" of dpkg(1) and dpkg-query(1) for the list of states.
"""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import islice
from typing import ClassVar

from seawall.image.package.hostile import Complaints, text
from seawall.image.package.interface import FileFacts, Wanted
from seawall.image.package.ownership import Owners
from seawall.image.package.stanza import stanzas
from seawall.model import purl
from seawall.model.image import Package, SourcePackage

_STATUS_FILES = frozenset(
    {
        "var/lib/dpkg/status",
        "usr/lib/dpkg/status",
        "usr/lib/sysimage/dpkg/status",
        "usr/lib/opkg/status",
        "var/lib/opkg/status",
    }
)
_DIRECTORIES = frozenset(
    {"var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/status.d", "usr/lib/dpkg/status.d"}
)

_FIELD = re.compile(rb"^(package|status|version|architecture|source|maintainer):([^\n]*)", re.MULTILINE | re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\n(?:[ \t]+\n)+")
_NAME = re.compile(rb"[A-Za-z0-9][A-Za-z0-9+._-]{0,255}")
_VERSION = re.compile(rb"[A-Za-z0-9.+~:_-]{1,255}")
_SOURCE = re.compile(rb"([A-Za-z0-9][A-Za-z0-9+._-]{0,255})(?:[ \t]*\([ \t]*([A-Za-z0-9.+~:_-]{1,255})[ \t]*\))?")
_GONE = frozenset({b"not-installed", b"config-files"})
_PRESENT = frozenset(
    {b"installed", b"half-installed", b"unpacked", b"half-configured", b"triggers-awaited", b"triggers-pending"}
)

_STANZA_LIMIT = 1 << 20
_PACKAGES_LIMIT = 50_000
_EXTRAS = (".conffiles", ".list", ".postinst", ".postrm", ".preinst", ".prerm", ".shlibs", ".symbols", ".triggers")


class DpkgAnalyzer:
    """Reads dpkg's (and opkg's) status, one file a package in ``status.d``, and the lists of files."""

    name: ClassVar[str] = "dpkg"
    version: ClassVar[int] = 1
    wanted: ClassVar[Wanted] = Wanted(
        paths=_STATUS_FILES,
        directories=_DIRECTORIES,
        limit=64 << 20,
    )

    def analyze(self, path: str, content: memoryview) -> FileFacts:
        """Read one wanted file; the scripts that lie beside dpkg's lists say nothing."""
        *_, directory, base = ("", *path.split("/"))
        if directory == "info":
            return self._list(path, base, content) if base.endswith(".list") else self._nothing(path)
        if directory == "updates":
            return self._journal(path, base)
        if directory == "status.d":
            if base.endswith(".md5sums"):
                return self._md5sums(path, base, content)
            if base.endswith(_EXTRAS):
                return self._nothing(path)
        return self._status(path, content)

    def _status(self, path: str, content: memoryview) -> FileFacts:
        complaints = Complaints(path)
        data = bytes(content)
        if path.endswith("/status") and data and not data.endswith(b"\n"):
            complaints.add("The package database ends in the middle of a line")
        type_ = "opkg" if path.endswith("opkg/status") else "deb"
        found = (_package(record, type_, path, complaints) for record in _records(data, complaints))
        packages = tuple(islice((package for package in found if package), _PACKAGES_LIMIT))
        if len(packages) == _PACKAGES_LIMIT:
            complaints.add(f"Only the first {_PACKAGES_LIMIT} packages of the database were read")
        return FileFacts(
            analyzer=self.name,
            path=path,
            database=True,
            packages=packages,
            problems=complaints.problems(anything_read=bool(packages)),
        )

    def _list(self, path: str, base: str, content: memoryview) -> FileFacts:
        lines = map(bytes.rstrip, BytesIO(content))
        return self._owned(path, base.removesuffix(".list").partition(":")[0], lines)

    def _md5sums(self, path: str, base: str, content: memoryview) -> FileFacts:
        """Distroless keeps no lists, but the checksums: 32 hexadecimal digits, two spaces, the path."""
        lines = (line[34:].rstrip() for line in BytesIO(content))
        return self._owned(path, base.removesuffix(".md5sums"), lines)

    def _owned(self, path: str, owner: str, files: Iterable[bytes]) -> FileFacts:
        complaints = Complaints(path)
        owners = Owners(complaints)
        owners.add(owner, files)
        problems = complaints.problems(anything_read=True)
        return FileFacts(analyzer=self.name, path=path, owned=owners.files, problems=problems)

    def _journal(self, path: str, base: str) -> FileFacts:
        complaints = Complaints(path)
        if base.isdigit():
            complaints.add("dpkg was interrupted, and what this journal changes in the package database is not counted")
        return FileFacts(analyzer=self.name, path=path, problems=complaints.problems(anything_read=True))

    def _nothing(self, path: str) -> FileFacts:
        return FileFacts(analyzer=self.name, path=path)


def _records(data: bytes, complaints: Complaints) -> Iterator[dict[bytes, bytes]]:
    """The fields of each entry, names in lower case (deb822: they are case-insensitive)."""
    for stanza in stanzas(data, _STANZA_LIMIT, complaints):
        fields = _FIELD.findall(stanza)
        record = {name.lower(): value.strip() for name, value in fields}
        if len(record) == len(fields):
            yield record
        elif _BLANK_LINE.search(stanza):  # deb822 allows separators of blanks; dpkg never writes them
            yield from _records(_BLANK_LINE.sub(b"\n\n", stanza), complaints)
        else:
            complaints.add("An entry repeats a field; its last value was taken", _label(record))
            yield record


def _package(record: dict[bytes, bytes], type_: str, path: str, complaints: Complaints) -> Package | None:
    """An entry as a package; null where it is not installed or does not say what it is."""
    name, version = record.get(b"package", b""), record.get(b"version", b"")
    status = record.get(b"status", b"").split()
    state = status[-1] if status else b"installed"  # status.d has no Status
    if state in _GONE:
        return None
    if not _NAME.fullmatch(name) or not _VERSION.fullmatch(version):
        complaints.add("An entry without a valid package name and version was left out", _label(record))
        return None
    if state not in _PRESENT:
        complaints.add("A package in an unknown state is counted as installed", _label(record))
    architecture = text(record.get(b"architecture", b""), 64)
    return Package(
        type=type_,
        name=name.decode(),
        version=version.decode(),
        purl=purl.make(type_, name.decode(), version.decode(), qualifiers={"arch": architecture}),
        source=_source(record, complaints),
        architecture=architecture,
        vendor=text(record.get(b"maintainer", b"")),
        paths=("/" + path,),
    )


def _source(record: dict[bytes, bytes], complaints: Complaints) -> SourcePackage:
    """``Source: name (version)``; either part is left out where it is the binary package's own."""
    name, version = record[b"package"], record[b"version"]
    if stated := record.get(b"source"):
        if match := _SOURCE.fullmatch(stated):
            name, version = match[1], match[2] or version
        else:
            complaints.add("A package whose source package cannot be read is judged by its own name", _label(record))
    return SourcePackage(name=name.decode(), version=version.decode())


def _label(record: dict[bytes, bytes]) -> str:
    return text(record.get(b"package", b""), 80) or "one without a name"
