"""rpm's SQLite database (``rpmdb.sqlite``; Fedora 33, RHEL 9 and later), read without SQLite.

SQLite's own library is not made for files that an enemy wrote, wants a file on disk or a copy in memory, and
heeds a schema that may hold triggers and views. What is needed is one table from its root page: a small part of
"Database File Format", https://www.sqlite.org/fileformat2.html, sections 1.3, 1.5, 1.6, 2.1 and 2.6.
"""

from collections.abc import Iterator

from seawall.errors import InputError
from seawall.image.rpmdb.fault import Complain
from seawall.image.rpmdb.header import BLOB_LIMIT

MAGIC = b"SQLite format 3\0"

_INTERIOR, _LEAF = 0x05, 0x0D
_OUTSIDE = "A page of the database is damaged or outside the file, and what it holds was left out"
_FIXED_SIZES = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)


class SqliteFile:
    """The tables of one database file.

    Each page is used at most once and cells together are not larger than the file, so that neither a cycle nor
    shared bytes can make it more work than its size.

    Args:
        data: the whole file.
        complain: is told what could not be read.

    Raises:
        InputError: it is no SQLite database.
    """

    def __init__(self, data: memoryview, complain: Complain) -> None:
        if len(data) < 100 or bytes(data[:16]) != MAGIC:
            raise InputError("the file is no SQLite database")
        size = int.from_bytes(data[16:18], "big")
        self._size = 65536 if size == 1 else size
        self._usable = self._size - data[20]
        if self._size < 512 or self._size & (self._size - 1) or self._usable < 480:
            raise InputError(f"the SQLite database claims pages of {self._size} bytes")
        self._data = data
        self._complain = complain
        self._used: set[int] = set()
        self._room = len(data)

    def blobs(self, table: str) -> Iterator[bytes]:
        """The second column of each row of a table with two columns, in the order of its keys.

        Raises:
            InputError: there is no such table.
        """
        root = self._root(table.encode())
        self._used.clear()
        self._room = len(self._data)
        for payload in self._payloads(root):
            columns = _record(payload, 2)
            if len(columns) == 2 and columns[1]:
                yield columns[1]
            else:
                self._complain("A row of the database cannot be read and was left out")

    def _root(self, table: bytes) -> int:
        """The schema (on page 1) has the columns type, name, tbl_name, rootpage, sql."""
        for payload in self._payloads(1):
            columns = _record(payload, 4)
            if len(columns) == 4 and columns[0] == b"table" and columns[1] == table:
                return int.from_bytes(columns[3], "big")
        raise InputError(f"the SQLite database has no table {table.decode()}")

    def _page(self, number: int) -> memoryview | None:
        end = number * self._size
        if number < 1 or end > len(self._data) or number in self._used:
            self._complain(_OUTSIDE, f"page {number}")
            return None
        self._used.add(number)
        return self._data[end - self._size : end]

    def _payloads(self, root: int) -> Iterator[bytes]:
        """Walk a table's tree from left to right; the stack holds pages that are still to be read."""
        stack = [root]
        while stack:
            number = stack.pop()
            page = self._page(number)
            if page is None:
                continue
            head = 100 if number == 1 else 0
            kind, cells = page[head], int.from_bytes(page[head + 3 : head + 5], "big")
            first = head + (12 if kind == _INTERIOR else 8)
            if kind not in {_INTERIOR, _LEAF} or first + 2 * cells > self._usable:
                self._complain(_OUTSIDE, f"page {number}")
                continue
            pointers = [int.from_bytes(page[at : at + 2], "big") for at in range(first, first + 2 * cells, 2)]
            if kind == _LEAF:
                for pointer in pointers:
                    yield from self._payload(page, pointer, number)
            else:
                children = [int.from_bytes(page[pointer : pointer + 4], "big") for pointer in pointers]
                stack.append(int.from_bytes(page[head + 8 : head + 12], "big"))
                stack.extend(reversed(children))

    def _payload(self, page: memoryview, at: int, number: int) -> Iterator[bytes]:
        """A leaf's cell: size, row's number, the record's first part, the first overflow page where it goes on."""
        size, at = _varint(page, at)
        _, at = _varint(page, at)
        usable = self._usable
        local = size
        if size > usable - 35:
            least = (usable - 12) * 32 // 255 - 23
            local = least + (size - least) % (usable - 4)
            local = local if local <= usable - 35 else least
        self._room -= size
        if size > BLOB_LIMIT or self._room < 0 or at + local > usable:
            self._complain(_OUTSIDE, f"page {number}")
            return
        parts = [page[at : at + local]]
        missing = size - local
        following = int.from_bytes(page[at + local : at + local + 4], "big") if missing else 0
        while missing:
            overflow = self._page(following)
            if overflow is None:
                return
            following = int.from_bytes(overflow[:4], "big")
            parts.append(overflow[4 : 4 + min(missing, usable - 4)])
            missing -= len(parts[-1])
        yield b"".join(parts)


def _varint(data: memoryview | bytes, at: int) -> tuple[int, int]:
    """One to nine bytes, seven bits each, the ninth with eight; the position behind it. Past the end it is cut off."""
    value = 0
    for byte in data[at : at + 8]:
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
    if at < len(data):
        value, at = value << 8 | data[at], at + 1
    return value, at


def _record(payload: bytes, wanted: int) -> list[bytes]:
    """The first columns of a record as they are stored; fewer where it is damaged."""
    header, at = _varint(payload, 0)
    columns: list[bytes] = []
    body = header
    while at < header and len(columns) < wanted:
        kind, at = _varint(payload, at)
        size = _FIXED_SIZES[kind] if kind < 10 else max(kind - 12, 0) // 2
        if at > header or body + size > len(payload):
            break
        columns.append(payload[body : body + size])
        body += size
    return columns
