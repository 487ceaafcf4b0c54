"""A reader of ELF files' headers: sections by name, bytes by address. Nothing else of a file is touched.

An image holds thousands of programs of which a few are asked about, so what is needed to say no is read and no more.

Format: System V Application Binary Interface, chapters 4 (object files: header, sections) and 5 (program header).
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

MAGIC = b"\x7fELF"
EXECUTE = 1
"""The flag of a segment whose bytes are code."""

_NAMES_LIMIT = 1 << 20
_LOAD = 1
_NO_BITS = 8


class _Layout(NamedTuple):
    """The structures of a class of ELF; word is a 32 or 64 bit number."""

    header: str
    section: str
    segment: str


# header: …, program headers at, section headers at, flags, sizes and counts of both, section of names
# section: name, type, flags, address, offset, size
_LAYOUTS = {
    1: _Layout("16x2x2x4x4xIII2xHHHHH", "IIIIII", "IIIIIII"),
    2: _Layout("16x2x2x4x8xQQI2xHHHHH", "IIQQQQ", "IIQQQQ"),
}


class Segment(NamedTuple):
    """What is loaded from the file: ``size`` bytes from ``offset`` to ``address``."""

    flags: int
    offset: int
    address: int
    size: int


class Elf:
    """An ELF file in a buffer.

    Raises:
        ValueError: it has no ELF header.
    """

    def __init__(self, content: memoryview) -> None:
        kind, order = (content[4], content[5]) if len(content) >= 64 else (0, 0)
        if kind not in _LAYOUTS or order not in {1, 2} or bytes(content[:4]) != MAGIC:
            raise ValueError("no ELF header")
        self._content = content
        self._layout, self._order = _LAYOUTS[kind], "<" if order == 1 else ">"
        fields = struct.unpack_from(self._order + self._layout.header, content)
        self._segments_at, self._sections_at, _, self._segment_size, self._segment_count = fields[:5]
        self._section_size, self._section_count, names = fields[5:]
        self.section_names = self._bytes_of(names)[:_NAMES_LIMIT].tobytes()
        """The table of sections' names, each ended by a zero byte; empty where sections were stripped."""

    def section(self, name: bytes) -> memoryview:
        """A section's bytes; empty where there is none of that name or where it lies outside of the file."""
        for index in range(self._section_count if name + b"\0" in self.section_names else 0):
            start = self._header(index)[0]
            if self.section_names[start : start + len(name) + 1] == name + b"\0":
                return self._bytes_of(index)
        return self._content[:0]

    def segments(self) -> Iterator[Segment]:
        """The segments that are loaded into memory."""
        layout = struct.Struct(self._order + self._layout.segment)
        for index in range(self._segment_count):
            position = self._segments_at + index * self._segment_size
            if self._segment_size < layout.size or position + layout.size > len(self._content):
                return
            fields = layout.unpack_from(self._content, position)
            if fields[0] == _LOAD and len(fields) == 7:  # 32 bits keep the flags last
                yield Segment(flags=fields[6], offset=fields[1], address=fields[2], size=fields[4])
            elif fields[0] == _LOAD:
                yield Segment(flags=fields[1], offset=fields[2], address=fields[3], size=fields[5])

    def at(self, address: int, size: int) -> memoryview:
        """The bytes that will be loaded to an address; empty where the file does not hold all of them."""
        for segment in self.segments():
            start = address - segment.address
            if start >= 0 and start + size <= segment.size:
                found = self._content[segment.offset + start : segment.offset + start + size]
                return found if len(found) == size else self._content[:0]
        return self._content[:0]

    def _header(self, index: int) -> tuple[int, ...]:
        """A section's header; all zero where it lies outside of the file."""
        layout = struct.Struct(self._order + self._layout.section)
        position = self._sections_at + index * self._section_size
        if index >= self._section_count or self._section_size < layout.size:
            return (0,) * 6
        if position + layout.size > len(self._content):
            return (0,) * 6
        return layout.unpack_from(self._content, position)

    def _bytes_of(self, index: int) -> memoryview:
        _, kind, _, _, offset, size = self._header(index)
        return self._content[offset : offset + size] if kind != _NO_BITS else self._content[:0]
