"""A reader of ZIP archives in memory, for hostile ones.

The standard library's ``zipfile`` makes an object of every member, wants a seekable file and believes the sizes that
an archive states. Here the central directory is walked with one regular step a member, nothing is copied but what is
asked for, and what is inflated never grows beyond what the caller allows.

Format: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14 and 4.3.15
(zip64), 4.3.16 (end of central directory), 4.5.3 (zip64 extra field).
"""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from seawall.errors import InputError, LimitError

MEMBER_LIMIT = 1 << 20
"""The most members of one archive that are looked at."""

_END = struct.Struct("<4sHHHHIIH")
_END_SIGNATURE = b"PK\x05\x06"
_LOCATOR = struct.Struct("<4sIQI")
_END64 = struct.Struct("<4sQHHIIQQQQ")
_CENTRAL = struct.Struct("<4s4xHH8xIIHHH8xI")
_LOCAL = struct.Struct("<4s22xHH")
_ENCRYPTED = 1
_STORED, _DEFLATED = 0, 8
_LARGE = 0xFFFFFFFF


class Member(NamedTuple):
    """One line of the central directory (a plain tuple: there are thousands an archive).

    Attributes:
        name: as stored, not decoded.
        flags: general purpose bits.
        method: of compression.
        compressed, size: bytes, as stated.
        offset: of the local header, from the beginning of the archive.
    """

    name: bytes
    flags: int
    method: int
    compressed: int
    size: int
    offset: int


class Archive:
    """A ZIP archive in a buffer, which may begin with something else (a launch script, as Spring Boot writes).

    Raises:
        InputError: there is no central directory in it.
    """

    def __init__(self, content: memoryview) -> None:
        self._content = content
        self._start, self._size, self._base, self._count = _directory(content)
        self.most = self._size // _CENTRAL.size
        """The most members that there can be: how long :meth:`members` may take."""

    def members(self, endings: tuple[bytes, ...] = (b"",)) -> Iterator[Member]:
        """The members whose names end with one of ``endings``, in the central directory's order.

        Raises:
            InputError: the directory is cut off or broken, after the members before that place.
            LimitError: it has more than :data:`MEMBER_LIMIT` members.
        """
        directory = bytes(self._content[self._start : self._start + self._size])
        unpack, position, seen = _CENTRAL.unpack_from, 0, 0
        last = len(directory) - _CENTRAL.size
        while position <= last:
            signature, flags, method, compressed, size, name_size, extra_size, comment_size, offset = unpack(
                directory, position
            )
            if signature != b"PK\x01\x02":
                break
            position += 46
            name = directory[position : position + name_size]
            position += name_size
            position += extra_size + comment_size
            seen += 1
            if seen > MEMBER_LIMIT:
                raise LimitError(f"the archive has more than {MEMBER_LIMIT:,} members")
            if not name.endswith(endings):
                continue
            if _LARGE in {size, compressed, offset}:
                extra = directory[position - extra_size - comment_size : position - comment_size]
                size, compressed, offset = _zip64(extra, size, compressed, offset)
            yield Member(name, flags, method, compressed, size, offset)
        if position < len(directory) or seen < self._count:
            raise InputError(f"the archive's directory is broken after {seen:,} members")

    def read(self, member: Member, limit: int) -> memoryview:
        """A member's content; a stored one is not copied. Checksums are not looked at: nobody acts on the bytes.

        Raises:
            InputError: the member is encrypted, damaged, or compressed in a way that JARs do not know.
            LimitError: it is larger than ``limit`` bytes, whatever it states.
        """
        stored = self._stored(member)
        content, whole = (stored, True) if member.method == _STORED else _inflate(stored, member, limit + 1)
        if len(content) > limit:
            raise LimitError(f"the member {_printable(member)} is larger than {limit:,} bytes")
        if not whole:
            raise InputError(f"the member {_printable(member)} is damaged", cause="its data end too early")
        return content

    def head(self, member: Member, size: int) -> bytes:
        """The first bytes of a member's content, at most ``size``; of a damaged one, as many as there are.

        Raises:
            InputError: as for :meth:`read`.
        """
        stored = self._stored(member)
        return bytes(stored[:size] if member.method == _STORED else _inflate(stored, member, size)[0])

    def _stored(self, member: Member) -> memoryview:
        start = self._base + member.offset
        if member.flags & _ENCRYPTED:
            raise InputError(f"the member {_printable(member)} is encrypted")
        if member.method not in {_STORED, _DEFLATED}:
            raise InputError(f"the member {_printable(member)} is compressed with the unknown method {member.method}")
        if 0 <= start <= len(self._content) - 30:
            signature, name_size, extra_size = _LOCAL.unpack_from(self._content, start)
            start += 30 + name_size + extra_size
            stored = self._content[start : start + member.compressed]
            if signature == b"PK\x03\x04" and len(stored) == member.compressed:
                return stored
        raise InputError(f"the member {_printable(member)} is damaged")


def _printable(member: Member) -> str:
    return repr(member.name[:200].decode("utf-8", "replace"))


def _inflate(stored: memoryview, member: Member, most: int) -> tuple[memoryview, bool]:
    """At most so many bytes of content, and whether the stream has ended."""
    inflater = zlib.decompressobj(-15)
    try:
        content = inflater.decompress(stored, most)
    except zlib.error as error:
        raise InputError(f"the member {_printable(member)} is damaged", cause=str(error)) from error
    return memoryview(content), inflater.eof


def _directory(content: memoryview) -> tuple[int, int, int, int]:
    """Start and size of the central directory, what to add to offsets, and the number of members it states."""
    tail = max(0, len(content) - _END.size - 0xFFFF)
    found = bytes(content[tail:]).rfind(_END_SIGNATURE)
    end = tail + found
    if found < 0 or end + _END.size > len(content):
        raise InputError("this is no ZIP archive, or it is cut off: it has no end of central directory")
    _, _, _, _, count, size, offset, _ = _END.unpack_from(content, end)
    locator = end - _LOCATOR.size
    if (_LARGE in (size, offset) or count == 0xFFFF) and _at(content, locator, b"PK\6\7"):
        # Where something stands before the archive, the locator's offset is off by its length; the record itself
        # stands directly before the locator unless it is extended, which no tool does.
        for position in (_LOCATOR.unpack_from(content, locator)[2], locator - _END64.size):
            if position + _END64.size <= locator and _at(content, position, b"PK\6\6"):
                _, _, _, _, _, _, _, count, size, offset = _END64.unpack_from(content, position)
                end = position
                break
    start = end - size
    if start < 0:
        raise InputError("the archive is cut off: its directory would begin before it")
    return start, size, start - offset, count


def _at(content: memoryview, position: int, signature: bytes) -> bool:
    return position >= 0 and bytes(content[position : position + len(signature)]) == signature


def _zip64(extra: bytes, size: int, compressed: int, offset: int) -> tuple[int, int, int]:
    """The values of more than 32 bits: those that are all ones in the header, in this order."""
    values = [size, compressed, offset]
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, position)
        if kind == 1:
            field = extra[position + 4 : position + 4 + length]
            large = [index for index, value in enumerate(values) if value == _LARGE]
            for index, (value,) in zip(large, struct.iter_unpack("<Q", field[: len(field) // 8 * 8]), strict=False):
                values[index] = value
            break
        position += 4 + length
    return values[0], values[1], values[2]
