"""Who a Java archive is: Maven's own properties where there are, else its manifest, its file's name and its classes.

Formats: Maven Archiver's ``META-INF/maven/GROUP/ARTIFACT/pom.properties``; the JAR file specification, "JAR manifest"
(lines of at most 72 bytes, continued by a leading space); OSGi core, ``Bundle-*``; Jenkins' plugin manifests.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from seawall.image.package.java_groups import known_group
from seawall.image.package.language import is_version

_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,127}")
_DOTTED = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")
_SPLIT = re.compile(r"[-_](?=\d)")
_QUALIFIER = r"(?:SNAPSHOT|RELEASE|Final|FINAL|GA|jre|jdk|android|alpha|beta|rc|RC|CR|M|SP|b|pre|incubating|patch|p|r)"
_VERSION = re.compile(rf"\d[A-Za-z0-9+]*(?:\.[A-Za-z0-9+_]+)*(?:-(?:{_QUALIFIER}[0-9.]*|\d[0-9.]*)(?![A-Za-z_]))*")
_XML_BLOCKS = (b"<dependencies>", b"<build>", b"<profiles>", b"<reporting>", b"<dependencyManagement>")
_XML_ELEMENT = re.compile(rb"<(groupId|artifactId|version)>\s*([^<\s]+)\s*<")
_IMPLEMENTATION = "Implementation-Version"
_SECTIONS = re.compile(rb"^Implementation-Version: *(\S+)", re.MULTILINE)
_BUILD = re.compile(r"(?:\.v\d{8}|-release-\d).*")  # Scala's and Kotlin's compilers' own builds
_PREFIXED = re.compile(r"((?:com|org|net|io|dev|de|eu)(?:\.[a-z0-9_-]+)+)\.([a-z][a-z0-9]*-[a-z0-9_.-]*)")
_DOT = re.compile(r"\.(?=[A-Za-z])")
_NO_GROUPS = frozenset({"com", "io", "net", "org", "org.apache", "org.codehaus", "com.github"})
_MAJORITY = 0.6
_PLACES = 32


class Coordinates(NamedTuple):
    """A Maven artifact. ``group`` is empty where even a guess is not possible."""

    group: str
    artifact: str
    version: str


def pom_properties(content: bytes, path: str) -> Coordinates:
    """Coordinates as the archiver wrote them; what is missing comes from ``META-INF/maven/GROUP/ARTIFACT/…``.

    Parts that cannot be (placeholders that were never filled) are empty.
    """
    values = {}
    for line in content.decode("utf-8", "replace").splitlines():
        key, equals, value = line.partition("=")
        if equals:
            values[key.strip()] = value.strip().replace("\\", "")
    folders = path.split("/")
    group, artifact = (folders[-3], folders[-2]) if len(folders) >= 5 else ("", "")
    return Coordinates(
        _valid(values.get("groupId", "")) or _valid(group),
        _valid(values.get("artifactId", "")) or _valid(artifact),
        values.get("version", "") if is_version(values.get("version", "")) else "",
    )


def pom_xml(content: bytes, path: str) -> Coordinates:
    """Coordinates of a project file, whose parent says what it does not; the path (as above) knows better.

    Parts that cannot be, such as placeholders, are empty.
    """
    first, *commented = content.split(b"<!--")
    head = first + b"".join(part.partition(b"-->")[2] for part in commented)
    for block in _XML_BLOCKS:
        head = head.partition(block)[0]
    before, _, rest = head.partition(b"<parent>")
    parent, _, after = rest.partition(b"</parent>")
    values = {"artifactId": "", **_elements(parent), **_elements(before + after)}
    if b"<artifactId>" not in before + after:
        values["artifactId"] = ""  # never the parent's
    named = pom_properties(b"", path)
    version = values.get("version", "")
    return Coordinates(
        named.group or _valid(values.get("groupId", "")),
        named.artifact or _valid(values["artifactId"]),
        version if is_version(version) else "",
    )


def _elements(xml: bytes) -> dict[str, str]:
    """The first of each of the coordinates' elements."""
    found = [(match[1].decode(), match[2].decode("utf-8", "replace")) for match in _XML_ELEMENT.finditer(xml)]
    return dict(reversed(found))


def manifest(content: bytes) -> dict[str, str]:
    """The main section's attributes, names as they are written, lines joined.

    Where it names no implementation's version, the one that all other sections (of packages) agree on stands for it.
    """
    head, _, rest = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n").partition(b"\n\n")
    attributes: dict[str, str] = {}
    for line in head.replace(b"\n ", b"").decode("utf-8", "replace").split("\n"):
        name, _, value = line.partition(":")
        attributes.setdefault(name, value.strip())
    versions = (
        {match[1].decode("utf-8", "replace") for match in _SECTIONS.finditer(rest)}
        if _IMPLEMENTATION not in attributes
        else set()
    )
    if len(versions) == 1:
        attributes[_IMPLEMENTATION] = versions.pop()
    return attributes


def file_name(stem: str) -> tuple[str, str]:
    """Artifact and version in ``log4j-1.2-api-2.14.1``; the version is empty where none is in it.

    The first place where all that follows is a version; else the last that a version follows, whatever comes behind
    it (a classifier such as ``linux-x86_64``).
    """
    places = [match.start() for match in _SPLIT.finditer(stem) if match.start()][-_PLACES:]
    for place in places:
        if stem[place] == "-" and _VERSION.fullmatch(stem, place + 1):
            return stem[:place], stem[place + 1 :]
    for place in reversed(places):
        found = _VERSION.match(stem, place + 1)
        if stem[place] == "-" and found and stem[found.end() : found.end() + 1] in {"", "-"}:
            return stem[:place], found[0]
    return stem, ""


def identify(stem: str, attributes: Mapping[str, str], packages: Iterable[bytes]) -> Coordinates | None:
    """Coordinates of an archive without Maven's properties, or null where nothing says name and version.

    Args:
        stem: the file's name without its suffix.
        attributes: of the manifest.
        packages: directories of its classes (``org/apache/oro/text``), read only when all else fails.
    """
    if _valid(attributes.get("Group-Id", "")) and is_version(attributes.get("Plugin-Version", "").split(" ")[0]):
        name = attributes.get("Short-Name") or attributes.get("Extension-Name") or stem
        return Coordinates(attributes["Group-Id"], name, attributes["Plugin-Version"].split(" ")[0])
    artifact, version = file_name(stem)
    declared = declared_version(attributes)
    if declared and stem.endswith(f"-{declared}"):
        artifact, version = stem.removesuffix(f"-{declared}"), declared
    elif not version:
        artifact, version = _declared_name(stem, attributes), declared
    if not _valid(artifact) or not is_version(version):
        return None
    prefix, name = _prefixed(artifact, version, attributes)
    return Coordinates(prefix or group(name, version, attributes, packages), name, version)


def _prefixed(artifact: str, version: str, attributes: Mapping[str, str]) -> tuple[str, str]:
    """Group and artifact in ``org.scala-lang.scala-library``, as sbt names files; the group is empty for others."""
    splits = [(artifact[: dot.start()], artifact[dot.end() :]) for dot in _DOT.finditer(artifact)]
    vendor = attributes.get("Implementation-Vendor-Id", "")
    for prefix, name in splits:
        if prefix == known_group(name, version):
            return prefix, name
    for prefix, name in splits:
        if prefix.endswith(f".{name}") or (prefix == vendor and vendor not in _NO_GROUPS):
            return prefix, name
    found = _PREFIXED.fullmatch(artifact)
    return (found[1], found[2]) if found and artifact != _bundle(attributes) else ("", artifact)


def group(artifact: str, version: str, attributes: Mapping[str, str], packages: Iterable[bytes]) -> str:
    """The group id: known, else as the manifest tells it, else what most classes' packages begin with."""
    title, _, _ = attributes.get("Implementation-Title", "").partition("#")  # Gradle's GROUP#PROJECT
    titled = title if "#" in attributes.get("Implementation-Title", "") else ""
    bundle = _bundle(attributes)
    vendor = attributes.get("Implementation-Vendor-Id", "")
    candidates = (
        titled,
        known_group(artifact, version),
        vendor if "." in vendor or vendor == artifact else "",
        bundle.removesuffix(f".{artifact}") if bundle.endswith(f".{artifact}") else "",
    )
    for candidate in candidates:
        if candidate and _DOTTED.fullmatch(candidate) and candidate not in _NO_GROUPS:
            return candidate
    module = attributes.get("Automatic-Module-Name", "")
    fallback = next((text for text in (bundle, module) if text.count(".") and _DOTTED.fullmatch(text)), "")
    return _common_package(artifact, packages) or fallback or artifact


def _common_package(artifact: str, packages: Iterable[bytes]) -> str:
    """The package that most classes lie under, without an ending that repeats the artifact's own name."""
    counts: dict[tuple[str, ...], int] = {}
    directories = Counter(packages)
    for directory, classes in directories.items():
        parts = tuple(directory.decode("utf-8", "replace").split("/")[:3])
        for length in range(1, len(parts) + 1):
            counts[parts[:length]] = counts.get(parts[:length], 0) + classes
    best = max(
        (parts for parts, count in counts.items() if count > _MAJORITY * directories.total()), key=len, default=()
    )
    words = set(re.split(r"[-_.]", artifact))
    if len(best) > 2 and best[:2] != ("org", "apache") and not words.isdisjoint(best[1:]):
        best = best[:2]  # a group is named after the project or whoever makes it, not after this part of it
    name = ".".join(best)
    return name if len(best) > 1 and _DOTTED.fullmatch(name) else ""


def declared_version(attributes: Mapping[str, str]) -> str:
    """The version that a manifest states for the whole archive, or empty."""
    texts = [attributes.get(key, "").split(" ")[0] for key in (_IMPLEMENTATION, "Bundle-Version")]
    found = [_BUILD.sub("", text) for text in texts if text[:1].isdigit() and is_version(text)]
    if len(found) == 2 and found[0].startswith(found[1]) and not found[0].removeprefix(found[1]).strip(".0"):
        return found[1]  # 1.77.00.0 and 1.77: the one without filling
    return found[0] if found else ""


def _declared_name(stem: str, attributes: Mapping[str, str]) -> str:
    """The artifact as the manifest names it, where that is a name and not a title or a package."""
    title = attributes.get("Implementation-Title", "").rpartition("#")[2]
    bundle = _bundle(attributes)
    if known_group(stem, "") or title.lower() == stem.lower():
        return stem
    return next((text for text in (title, bundle) if _PART.fullmatch(text) and "." not in text), stem)


def _bundle(attributes: Mapping[str, str]) -> str:
    return attributes.get("Bundle-SymbolicName", "").partition(";")[0].strip()


def _valid(text: str) -> str:
    return text if _PART.fullmatch(text) else ""
