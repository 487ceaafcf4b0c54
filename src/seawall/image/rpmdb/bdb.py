"""rpm's Berkeley DB hash (``Packages``; up to RHEL 8, CentOS 7, Amazon Linux 2, …).

Format: Berkeley DB's ``src/dbinc/db_page.h``. The order of bytes is that of the machine that wrote it. All pages
are looked at in turn: buckets are not needed to read everything. Pages of a bucket hold pairs of key and value,
from the end of the page downwards; a large value lies on a chain of overflow pages.
"""

import struct
from collections.abc import Iterator

from seawall.errors import InputError
from seawall.image.rpmdb.fault import Complain
from seawall.image.rpmdb.header import BLOB_LIMIT

_HASH_MAGIC = 0x061561
_FREE_TYPE, _UNSORTED_TYPE, _OVERFLOW_TYPE, _META_TYPE, _HASH_TYPE = 0, 2, 7, 8, 13
_INLINE, _OFF_PAGE = 1, 3
_PAGE_HEADER = 26
_DAMAGED = "A page of the database is damaged or outside the file, and what it holds was left out"
_LAST_NUMBER_KEY = b"\0\0\0\0"


class BerkeleyFile:
    """One hash database.

    Args:
        data: the whole file.
        complain: is told what could not be read.

    Raises:
        InputError: it is no such database, or one with checksums or encryption, which rpm never made.
    """

    def __init__(self, data: memoryview, complain: Complain) -> None:
        if len(data) < 512:
            raise InputError("the file is too short for a Berkeley DB")
        orders = [order for order in "<>" if struct.unpack_from(order + "I", data, 12)[0] == _HASH_MAGIC]
        if not orders or data[25] != _META_TYPE:
            raise InputError("the file is no Berkeley DB hash")
        self._order = orders[0]
        self._size: int = struct.unpack_from(self._order + "I", data, 20)[0]
        if not 512 <= self._size <= 65536 or self._size & (self._size - 1):
            raise InputError(f"the Berkeley DB claims pages of {self._size} bytes")
        if data[24] or data[26] & 1:
            raise InputError("the Berkeley DB is encrypted or has checksums, which rpm's never are")
        self._last: int = struct.unpack_from(self._order + "I", data, 32)[0]
        self._page_head = struct.Struct(self._order + "8x3I2H2B")
        self._data = data
        self._complain = complain
        self._used: set[int] = set()

    def blobs(self) -> Iterator[bytes]:
        """The values of all pairs, without the one that only holds the last number given."""
        pages = len(self._data) // self._size
        if self._last >= pages:
            self._complain(f"The database is cut off: {self._last + 1} pages were written, {pages} are there")
        for number in range(1, min(self._last + 1, pages)):
            page = self._data[number * self._size : (number + 1) * self._size]
            *_, entries, _, _, kind = self._page_head.unpack_from(page)
            if kind in {_UNSORTED_TYPE, _HASH_TYPE}:
                yield from self._bucket(page, number, entries)
            elif kind not in {_FREE_TYPE, _OVERFLOW_TYPE}:
                self._complain(_DAMAGED, f"page {number}")

    def _bucket(self, page: memoryview, number: int, entries: int) -> Iterator[bytes]:
        if _PAGE_HEADER + 2 * entries > self._size or entries % 2:
            self._complain(_DAMAGED, f"page {number}")
            return
        offsets = struct.unpack_from(f"{self._order}{entries}H", page, _PAGE_HEADER)
        ends = (self._size, *offsets)  # an item ends where the one before it begins
        if any(offset >= end for offset, end in zip(offsets, ends, strict=False)):
            self._complain(_DAMAGED, f"page {number}")
            return
        for at in range(0, entries, 2):
            key = bytes(page[offsets[at] + 1 : ends[at]])
            if key == _LAST_NUMBER_KEY:
                continue
            value = self._value(bytes(page[offsets[at + 1] : ends[at + 1]]))
            if value is None:
                self._complain(_DAMAGED, f"page {number}")
            else:
                yield value

    def _value(self, item: bytes) -> bytes | None:
        if len(item) > 1 and item[0] == _INLINE:
            return item[1:]
        if len(item) < 12 or item[0] != _OFF_PAGE:
            return None
        number, size = struct.unpack_from(self._order + "2I", item, 4)
        return self._overflow(number, size) if size <= min(BLOB_LIMIT, len(self._data)) else None

    def _overflow(self, number: int, size: int) -> bytes | None:
        """Join a chain; each page is used at most once in the whole file, so no cycle is endless."""
        parts: list[memoryview] = []
        while size:
            start = number * self._size
            if number in self._used or start + self._size > len(self._data):
                return None
            self._used.add(number)
            page = self._data[start : start + self._size]
            _, _, following, _, length, _, kind = self._page_head.unpack_from(page)
            if kind != _OVERFLOW_TYPE or not 0 < length <= min(size, self._size - _PAGE_HEADER):
                return None
            parts.append(page[_PAGE_HEADER : _PAGE_HEADER + length])
            size -= length
            number = following
        return b"".join(parts)
