"""Which files of a distribution's packages are worth remembering.

A distribution's Python module is patched by the distribution: judged by its advisories and not by PyPI's. So we
must know who brought a language's package or an executable. A big image has millions of files; only those that
another analyzer may report are kept (the metadata of Python, Node and Java packages, and executables).
"""

from collections.abc import Iterable, Iterator
from enum import Enum

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


class _Rule(Enum):
    """Which files of a directory are kept besides metadata."""

    METADATA_ONLY = 0
    EXTENSIONLESS = 1
    ALL = 2


_METADATA_ONLY = _Rule.METADATA_ONLY
_ALL = _Rule.ALL


def kept(paths: Iterable[bytes]) -> Iterator[bytes]:
    """Choose among a package's files.

    Args:
        paths: of the files, with or without a leading slash; directories may be among them.

    Yields:
        Paths without a leading slash. Executables below ``lib`` are known by having no extension, so a few
        other files (and empty directories, where a list holds directories too) come along; that does no harm.
    """
    rules: dict[bytes, _Rule] = {}
    chosen: list[bytes] = []
    for path in paths:
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
