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
_LIBRARIES = frozenset({b"lib", b"lib64", b"lib32", b"opt"})


class _Rule(Enum):
    """Which files of a directory are kept besides metadata."""

    METADATA = 0
    EXTENSIONLESS = 1
    ALL = 2


def kept(files: Iterable[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """Choose among a package's files.

    Args:
        files: directory and base name of each, directories with or without a leading slash.

    Yields:
        Paths without a leading slash. Executables below ``lib`` are known by having no extension, so a few
        other files (and empty directories, where a list holds directories too) come along; that does no harm.
    """
    rules: dict[bytes, _Rule] = {}
    chosen: list[bytes] = []
    for directory, name in files:
        rule = rules.get(directory)
        if rule is None:
            rule = rules[directory] = _rule(directory)
        if rule is _Rule.ALL or (rule is _Rule.EXTENSIONLESS and b"." not in name) or name.endswith(_METADATA):
            chosen.append((directory + b"/" + name).lstrip(b"/"))
    parents = {directory.strip(b"/") for directory in rules}
    return (path for path in chosen if path not in parents)


def _rule(directory: bytes) -> _Rule:
    parts = directory.split(b"/")
    if not _EXECUTABLES.isdisjoint(parts):
        return _Rule.ALL
    return _Rule.METADATA if _LIBRARIES.isdisjoint(parts[:3]) else _Rule.EXTENSIONLESS
