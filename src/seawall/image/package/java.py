"""Java archives: JAR, WAR, EAR and their kin, and the archives inside of them.

Only the properties, the manifest and nested archives are inflated, the last in memory and one at a time. What an
archive may cost is bounded for the outermost file and all that lies in it together.
"""

import os.path
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import ClassVar

from seawall.errors import InputError, LimitError
from seawall.image.package.hostile import text
from seawall.image.package.interface import FileFacts, Problem, Wanted
from seawall.image.package.java_identity import (
    Coordinates,
    declared_version,
    file_name,
    identify,
    manifest,
    pom_properties,
    pom_xml,
)
from seawall.image.zipread import Archive, Member
from seawall.model import purl
from seawall.model.coverage import CoverageState
from seawall.model.image import Package

_SUFFIXES = (".jar", ".war", ".ear", ".par", ".sar", ".kar", ".nar", ".hpi", ".jpi", ".lpkg")
_NESTED = tuple(suffix.encode() for suffix in _SUFFIXES)
_MANIFEST = b"META-INF/MANIFEST.MF"
_MAVEN = b"META-INF/maven/"
_TELLING = (_MANIFEST, b"/pom.properties", b"/pom.xml", *_NESTED)
_RUNTIME = "Java Runtime Environment"
_DEPTH_LIMIT = 8
_ARCHIVE_LIMIT = 10_000
_TOTAL_LIMIT = 1 << 30
_NESTED_LIMIT = 256 << 20
_RATIO_LIMIT = 100
_FREE_OF_RATIO = 16 << 20
_HEAD = 128 << 10
_MEMBER_LIMIT = 4 << 20
_HEAD_COUNT = 50_000
_CLASSES_ASKED = 2_000
_PROBLEM_LIMIT = 16
_PLACE = 2048


class JavaAnalyzer:
    """Reads one outermost archive and everything in it."""

    name: ClassVar[str] = "java"
    version: ClassVar[int] = 2
    wanted: ClassVar[Wanted] = Wanted(suffixes=_SUFFIXES)

    def analyze(self, path: str, content: memoryview) -> FileFacts:
        """All artifacts in the archive; a path says where: ``/opt/app.war!/WEB-INF/lib/x-1.0.jar``."""
        walk = _Walk()
        walk.archive(content, path, 0)
        return FileFacts(
            analyzer=self.name,
            path=path,
            packages=tuple(_package(coordinates, places) for coordinates, places in walk.found.items()),
            problems=tuple(Problem(path=path, state=state, message=message) for state, message in walk.problems()),
        )


def _package(coordinates: Coordinates, places: list[str]) -> Package:
    group, artifact, version = coordinates
    return Package(
        type="maven",
        name=f"{group}:{artifact}",
        version=version,
        purl=purl.make("maven", artifact, version, namespace=group),
        paths=tuple("/" + place for place in dict.fromkeys(places)),
    )


class _Contents:
    """The members of one archive that tell something."""

    def __init__(self) -> None:
        self.properties: list[Member] = []
        self.projects: list[Member] = []
        self.nested: list[Member] = []
        self.manifest: Member | None = None

    def sort_in(self, member: Member) -> None:
        name = member.name
        if name.endswith(_NESTED):
            self.nested.append(member)
        elif name == _MANIFEST:
            self.manifest = self.manifest or member
        elif name.startswith(_MAVEN):
            (self.properties if name.endswith(b"/pom.properties") else self.projects).append(member)


class _Walk:
    """One outermost archive: what was found in it, and what reading it has cost so far."""

    def __init__(self) -> None:
        self.found: dict[Coordinates, list[str]] = {}
        self.exhausted = False
        self._notes: list[tuple[CoverageState, str]] = []
        self._unsaid = 0
        self._archives = 0
        self._members = 0
        self._inflated = 0
        self._heads = 0

    def archive(self, content: memoryview, place: str, depth: int) -> None:
        """Read an archive and those in it; what cannot be read is a problem, the rest counts."""
        self._archives += 1
        contents = _Contents()
        try:
            archive = Archive(content)
            self._members += archive.most
        except InputError as error:
            self._say(place, error)
            return
        try:
            for member in archive.members(_TELLING):
                contents.sort_in(member)
        except InputError as error:
            self._say(place, error)
        self._identify(archive, contents, place)
        for member in contents.nested[: None if self._affordable(place, depth, contents) else 0]:
            self._nested(archive, member, place, depth)

    def _affordable(self, place: str, depth: int, contents: _Contents) -> bool:
        if contents.nested and depth >= _DEPTH_LIMIT:
            self._say(
                place, LimitError(f"archives are nested more than {_DEPTH_LIMIT} deep, the inner ones are not read")
            )
            return False
        return True

    def _nested(self, archive: Archive, member: Member, place: str, depth: int) -> None:
        inner = f"{place}!/{text(member.name)}"
        left = _TOTAL_LIMIT - self._inflated
        if self._archives >= _ARCHIVE_LIMIT or self._members > _MEMBER_LIMIT or left <= 0:
            self.exhausted = True
            return
        if member.name.endswith(b"/") or not member.compressed:
            return
        allowed = max(_FREE_OF_RATIO, member.compressed * _RATIO_LIMIT)
        try:
            content = archive.read(member, min(left, _NESTED_LIMIT, allowed))
        except InputError as error:
            self._inflated += min(member.size, allowed)
            self._say(inner, error)
            return
        self._inflated += len(content)
        self.archive(content, inner, depth + 1)

    def _identify(self, archive: Archive, contents: _Contents, place: str) -> None:
        stem = os.path.splitext(os.path.basename(place))[0]
        named, version = file_name(stem)
        maven = list(self._maven(archive, contents, place, (named, version)))
        for coordinates in maven:
            self.found.setdefault(coordinates, []).append(place)
        if any(_is_named(coordinates, stem, named, version) for coordinates in maven):
            return
        attributes = manifest(self._head(archive, contents.manifest, place)) if contents.manifest else {}
        if attributes.get("Implementation-Title") == _RUNTIME:
            return  # a part of the Java runtime, which is not a library of Maven's
        if any(_is_declared(coordinates, attributes, only=len(maven) == 1 and not version) for coordinates in maven):
            return
        own = identify(stem, attributes, _packages(archive))
        if own:
            self.found.setdefault(own, []).append(place)
        elif not maven and not contents.nested:
            self._note(CoverageState.INFO, f"{text(place.encode(), _PLACE)}: says neither its name nor its version")

    def _maven(
        self, archive: Archive, contents: _Contents, place: str, named: tuple[str, str]
    ) -> Iterator[Coordinates]:
        """What Maven left: properties, and projects beside which none lie."""
        seen = set()
        for member in contents.properties:
            seen.add(member.name.rpartition(b"/")[0])
            found = pom_properties(self._head(archive, member, place), text(member.name))
            version = named[1] if found.artifact == named[0] and _refines(named[1], found.version) else found.version
            if found.group and found.artifact and version:
                yield found._replace(version=version)
        for member in contents.projects:
            if member.name.rpartition(b"/")[0] in seen:
                continue
            found = pom_xml(self._head(archive, member, place), text(member.name))
            version = (named[1] if found.artifact == named[0] else "") or found.version
            if found.group and found.artifact and version:
                yield found._replace(version=version)

    def _head(self, archive: Archive, member: Member, place: str) -> bytes:
        if self._heads >= _HEAD_COUNT or self._inflated >= _TOTAL_LIMIT:
            self.exhausted = True
            return b""
        self._heads += 1
        try:
            content = archive.head(member, _HEAD)
        except InputError as error:
            self._say(place, error)
            return b""
        self._inflated += len(content)
        return content

    def _say(self, place: str, error: InputError) -> None:
        outer = "!/" not in place and not isinstance(error, LimitError)
        state = CoverageState.UNREADABLE if outer else CoverageState.PARTIAL
        self._note(state, f"{text(place.encode(), _PLACE)}: {error.sentence()}")

    def _note(self, state: CoverageState, message: str) -> None:
        if len(self._notes) < _PROBLEM_LIMIT:
            self._notes.append((state, message))
        else:
            self._unsaid += 1

    def problems(self) -> Iterator[tuple[CoverageState, str]]:
        """What could not be read, and what was left unread because of the limits."""
        yield from self._notes
        if self._unsaid:
            yield CoverageState.PARTIAL, f"{self._unsaid:,} more archives in it could not be read or say nothing"
        if self.exhausted:
            limit = f"{_ARCHIVE_LIMIT:,} archives, {_TOTAL_LIMIT >> 20:,} MiB"
            yield CoverageState.PARTIAL, f"it holds more than is read ({limit}); the rest is not known"


def _refines(version: str, declared: str) -> bool:
    """Whether the file's name knows more than the properties: all of it, or a build for some runtime (``.jre11``)."""
    rest = version.removeprefix(declared)
    return version.startswith(declared) and (not declared or rest[:4] in {".jre", ".jdk", "-jre", "-jdk"})


def _is_named(found: Coordinates, stem: str, named: str, version: str) -> bool:
    """Whether Maven's coordinates are the archive's own by its file's name, and not a merged library's."""
    beginnings = (f"{found.artifact}-{found.version}", f"{found.group}.{found.artifact}")
    if found.artifact == named or stem.startswith(beginnings):
        return True
    if found.artifact.replace("_", "-") == stem.replace("_", "-"):
        return True
    return version == found.version and (found.artifact in stem or named in found.artifact)


def _is_declared(found: Coordinates, attributes: Mapping[str, str], *, only: bool) -> bool:
    """The same by the manifest: it states their version, or states none and there is nothing else to be."""
    version = declared_version(attributes)
    return version == found.version if version else only


def _packages(archive: Archive) -> Iterator[bytes]:
    """The directories of an archive's classes, one for each class."""
    try:
        for member in islice(archive.members((b".class",)), _CLASSES_ASKED):
            if not member.name.startswith((b"META-INF/", b"BOOT-INF/", b"WEB-INF/")):
                yield member.name.rpartition(b"/")[0]
    except InputError:
        return  # said before, when the archive was read
