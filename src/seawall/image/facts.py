"""What a layer says, by itself: cached by its digest, merged with the other layers afterwards."""

from array import array
from collections.abc import Collection

from seawall.image.package.interface import FileFacts, Problem
from seawall.image.path import key
from seawall.model.record import Record


class HardLink(Record, frozen=True, kw_only=True):
    """A wanted name whose data lies under another name, in a lower layer."""

    path: str
    target: str


class LayerFacts(Record, frozen=True, kw_only=True):
    """A layer's contribution.

    Attributes:
        size: bytes, uncompressed (of the tar as far as it was read).
        members: how many.
        facts: of the wanted files.
        whiteouts: paths below which it hides everything of the layers underneath.
        opaque: directories whose content it hides, but not themselves.
        symlinks: path → target, both from the root; only those that may lead to a package database.
        hard_links: to files that are not in this layer.
        problems: wanted files that could not be read.
        files: keys (:func:`seawall.image.path.key`) of all members but directories, 8 bytes each.
        directories: keys of the directories.
    """

    size: int
    members: int
    facts: tuple[FileFacts, ...] = ()
    whiteouts: tuple[str, ...] = ()
    opaque: tuple[str, ...] = ()
    symlinks: dict[str, str] = {}
    hard_links: tuple[HardLink, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: bytes = b""
    directories: bytes = b""

    def holds(self, paths: Collection[str]) -> tuple[set[str], set[str]]:
        """Which of the paths it has, as files of any kind and as directories.

        One pass over the keys against a small set: no memory but the answer.
        """
        keys = {key(path.encode()): path for path in paths}
        return _hits(self.files, keys), _hits(self.directories, keys)


def _hits(packed: bytes, keys: dict[int, str]) -> set[str]:
    members: array[int] = array("Q")
    members.frombytes(packed[: len(packed) // 8 * 8])
    return {keys[one] for one in set(keys).intersection(members)}
