"""Huge executables in little memory: the beginning, the end, and what follows a marker."""

import mmap
from collections.abc import Sequence
from typing import Final

from seawall.image.limits import CHUNK

_KEPT: Final = 48 << 20
"""How much is kept from where the marker was found."""


class Program:
    """A program's data, searched as it passes, and held where it matters.

    Args:
        size: bytes.
        markers: what to look for; not empty.

    Pages of an anonymous mapping that were never written, or given back, take no memory and read as zeros.
    """

    def __init__(self, size: int, markers: Sequence[bytes]) -> None:
        self.filled = 0
        self._map = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.view = memoryview(self._map)
        self._markers = markers
        self._overlap = max(map(len, markers)) - 1
        self._keep_until = 0

    def add(self, piece: memoryview) -> None:
        """Take the next piece; let go of the one two before it, if it does not matter."""
        start = self.filled
        self._map[start : start + len(piece)] = piece
        self.filled += len(piece)
        if not self._keep_until:
            begin = max(0, start - self._overlap)
            if any(self._map.find(one, begin, self.filled) >= 0 for one in self._markers):
                self._keep_until = self.filled + _KEPT
        elif start < self._keep_until:
            return
        first = max(CHUNK, start - 2 * CHUNK) // mmap.PAGESIZE * mmap.PAGESIZE
        length = (start - CHUNK - first) // mmap.PAGESIZE * mmap.PAGESIZE
        if length > 0 and (not self._keep_until or first >= self._keep_until):
            self._map.madvise(mmap.MADV_DONTNEED, first, length)
