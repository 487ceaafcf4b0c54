"""Packages of Red Hat's family, SUSE, Amazon Linux, Azure Linux and others (rpm).

Format: rpm's headers (:mod:`seawall.image.rpmdb.header`) in one of three kinds of database, and the table that
distroless images of Azure Linux (Mariner) carry in place of one.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import ClassVar

from seawall.errors import InputError
from seawall.image.package.hostile import Complaints, text
from seawall.image.package.interface import FileFacts, Wanted
from seawall.image.package.ownership import Owners
from seawall.image.rpmdb import ndb
from seawall.image.rpmdb.bdb import BerkeleyFile
from seawall.image.rpmdb.fault import Complain, Patience
from seawall.image.rpmdb.header import Header, parse
from seawall.image.rpmdb.sqlite import SqliteFile
from seawall.model import purl
from seawall.model.image import Package, SourcePackage

_DIRECTORIES = ("var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm")
_FILES = ("rpmdb.sqlite", "rpmdb.sqlite-wal", "Packages.db", "Packages")
_MANIFEST = "var/lib/rpmmanifest/container-manifest-2"

_WORD = re.compile(rb"[!-~]{1,255}")
_SOURCE_RPM = re.compile(r"(?P<name>.+)-(?P<version>[^-]+-[^-]+)\.(?:no)?src\.rpm")

_PACKAGES_LIMIT = 50_000


class RpmAnalyzer:
    """Reads rpm's databases, whichever kind."""

    name: ClassVar[str] = "rpm"
    version: ClassVar[int] = 1
    wanted: ClassVar[Wanted] = Wanted(
        paths=frozenset(f"{directory}/{file}" for directory in _DIRECTORIES for file in _FILES) | {_MANIFEST},
        limit=512 << 20,
    )

    def analyze(self, path: str, content: memoryview) -> FileFacts:
        """Read a database. SQLite's log of changes (``-wal``) is not applied, but told of."""
        complaints = Complaints(path)
        if path.endswith("-wal"):
            if content.nbytes:
                complaints.add("Changes of the rpm database wait in SQLite's log and are not counted")
            return FileFacts(analyzer=self.name, path=path, problems=complaints.problems(anything_read=True))
        packages: list[Package] = []
        owners = Owners(complaints)
        try:
            for count, header in enumerate(_headers(path, content, Patience(complaints.add))):
                if count == _PACKAGES_LIMIT:
                    complaints.add(f"Only the first {_PACKAGES_LIMIT} packages of the database were read")
                    break
                package = _package(header, path, complaints)
                if package is None:
                    continue
                packages.append(package)
                owners.add(package.name, header.paths())
        except InputError as error:
            complaints.add("The rpm database cannot be read", error.what)
        return FileFacts(
            analyzer=self.name,
            path=path,
            database=True,
            packages=tuple(packages),
            owned=owners.files,
            problems=complaints.problems(anything_read=bool(packages)),
        )


def _headers(path: str, content: memoryview, complain: Complain) -> Iterator[Header]:
    if path.endswith("container-manifest-2"):
        yield from _manifest(content, complain)
        return
    for blob in _blobs(path, content, complain):
        try:
            yield parse(blob)
        except InputError as error:
            complain("A package's record is damaged and was left out", error.what)


def _blobs(path: str, content: memoryview, complain: Complain) -> Iterator[bytes]:
    if path.endswith(".sqlite"):
        return SqliteFile(content, complain).blobs("Packages")
    if path.endswith(".db"):
        return ndb.blobs(content, complain)
    return BerkeleyFile(content, complain).blobs()


def _manifest(content: memoryview, complain: Complain) -> Iterator[Header]:
    """Ten columns, divided by tabs: name, version-release, two times, vendor, -, size, arch, epoch, source rpm."""
    for line in map(bytes.rstrip, BytesIO(content)):
        columns = line.split(b"\t", 10)
        if len(columns) == 10 and columns[8].isdigit() and len(columns[8]) < 10:
            version, _, release = columns[1].rpartition(b"-")
            yield Header(
                name=columns[0],
                version=version,
                release=release,
                epoch=int(columns[8]),
                architecture=columns[7],
                vendor=columns[4],
                source_rpm=columns[9],
            )
        elif line.strip():
            complain("A line of the manifest cannot be read and was left out", repr(text(line, 80)))


def _package(header: Header, path: str, complaints: Complaints) -> Package | None:
    """A header as a package; null for keys (``gpg-pubkey``), which rpm stores as packages."""
    if header.name == b"gpg-pubkey":
        return None
    if not all(_WORD.fullmatch(word) for word in (header.name, header.version, header.release)):
        complaints.add("A record without a valid name, version and release was left out", text(header.name, 80))
        return None
    name, release = header.name.decode(), f"{header.version.decode()}-{header.release.decode()}"
    epoch = str(header.epoch) if header.epoch else ""
    version = f"{epoch}:{release}" if epoch else release
    architecture, license_ = text(header.architecture, 64), text(header.license)
    return Package(
        type="rpm",
        name=name,
        version=version,
        purl=purl.make("rpm", name, release, qualifiers={"arch": architecture, "epoch": epoch}),
        source=_source(text(header.source_rpm), release, version),
        architecture=architecture,
        licenses=(license_,) if license_ else (),
        vendor=text(header.vendor),
        paths=("/" + path,),
        modularity=":".join(text(header.modularity_label).split(":")[:2]),
    )


def _source(file: str, release: str, version: str) -> SourcePackage | None:
    """From the source rpm's file name, which tells no epoch: it is known only where the version is the package's."""
    match = _SOURCE_RPM.fullmatch(file)
    if match is None:
        return None
    return SourcePackage(name=match["name"], version=version if match["version"] == release else match["version"])
