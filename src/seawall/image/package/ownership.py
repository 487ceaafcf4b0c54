"""Which files of a distribution's packages are worth remembering.

A distribution's Python module is patched by the distribution: judged by its advisories and not by PyPI's. So we
must know who brought a language's package or an executable. A big image has millions of files; only those that
another analyzer may report are kept (the metadata of Python, Node and Java packages, and executables).
"""

from collections.abc import Iterable, Iterator
from enum import Enum

from seawall.image.package.hostile import Complaints, text

_METADATA = (
    b"package.json",
    b".jar", b".war", b".ear", b".par", b".sar", b".nar", b".jpi", b".hpi",
    b".egg-info",
    b"METADATA",
    b"PKG-INFO",
)  # fmt: skip
_EXECUTABLES = frozenset({b"bin", b"sbin", b"libexec"})
_LIBRARIES = (b"usr/lib", b"lib")
_NO_EXECUTABLES = frozenset({b".build-id", b"locale", b"node_modules", b"site-packages", b"dist-packages", b"zoneinfo"})

_LONGEST = 4096
_ROOM = 64 << 20
"""Bytes that paths may take; the longest known lists of files have some 10 MB."""
_OVERHEAD = 200
"""Bytes that a path costs besides its own."""


class _Rule(Enum):
    """Which files of a directory are kept besides metadata."""

    METADATA_ONLY = 0
    EXTENSIONLESS = 1
    ALL = 2


_METADATA_ONLY = _Rule.METADATA_ONLY
_ALL = _Rule.ALL


class Owners:
    """Collects which package brought which file.

    Attributes:
        files: path without a leading slash → name of the package.

    Args:
        complaints: where to complain when the bounds are reached.
    """

    def __init__(self, complaints: Complaints) -> None:
        self.files: dict[str, str] = {}
        self._complaints = complaints
        self._room = _ROOM

    def add(self, owner: str, paths: Iterable[bytes]) -> None:
        """Note those of a package's files that are worth it."""
        for path in kept(paths, self._complaints):
            self._room -= len(path) + _OVERHEAD
            if self._room < 0:
                self._complaints.add("The database names so many programs that the owners of some are not known", owner)
                return
            self.files[text(path, _LONGEST)] = owner


def kept(paths: Iterable[bytes], complaints: Complaints) -> Iterator[bytes]:
    """Choose among a package's files.

    Args:
        paths: of the files, with or without a leading slash; directories may be among them.
        complaints: where to complain when there are far too many.

    Returns:
        Paths without a leading slash. Executables below ``lib`` are known by having no extension, so a few
        other files (and empty directories, where a list holds directories too) come along; that does no harm.
    """
    rules: dict[bytes, _Rule] = {}
    chosen: list[bytes] = []
    room = _ROOM
    for path in paths:
        room -= len(path) + _OVERHEAD
        if room < 0:
            complaints.add("A package names so many files that the owner of some is not known")
            break
        directory, _, name = path.rpartition(b"/")
        rule = rules.get(directory)
        if rule is None:
            rule = rules[directory] = _rule(directory)
        if name.endswith(_METADATA) or (rule is not _METADATA_ONLY and (rule is _ALL or b"." not in name)):
            chosen.append(path)
    return (path.lstrip(b"/") for path in chosen if path not in rules)


def _rule(directory: bytes) -> _Rule:
    parts = directory.split(b"/")
    if not _EXECUTABLES.isdisjoint(parts):
        return _ALL
    if directory.lstrip(b"/").startswith(_LIBRARIES) and _NO_EXECUTABLES.isdisjoint(parts):
        return _Rule.EXTENSIONLESS
    return _METADATA_ONLY
