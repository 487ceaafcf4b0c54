"""Tar headers, read from bytes: ustar, GNU and pax, with long names, base-256 numbers and sparse files.

Own code instead of :mod:`tarfile`, which makes an object of every member (50,000 a second) and believes what
it reads. Sources: POSIX.1-2017 pax(1), "ustar Interchange Format" and "pax Header Block"; GNU tar manual,
"Basic Tar Format", "Storing Sparse Files"; and, where they differ, what Go's archive/tar does, since container
runtimes unpack with it.
"""

from typing import Final

from seawall.errors import InputError, LimitError
from seawall.image.limits import PATH_BYTES, PAX_BYTES
from seawall.model.record import Record

BLOCK: Final = 512
REGULAR: Final = b"0"
HARD_LINK: Final = b"1"
SYMBOLIC_LINK: Final = b"2"
DIRECTORY: Final = b"5"
_SPARSE: Final = b"S"
_CONTIGUOUS: Final = frozenset({b"0", b"\0", b"7", _SPARSE})
_WITHOUT_DATA: Final = frozenset({HARD_LINK, SYMBOLIC_LINK, b"3", b"4", DIRECTORY, b"6"})
_META: Final = frozenset({b"L", b"K", b"x", b"g", b"X"})
_MAX_FRAGMENTS: Final = 100_000
_PAX_KEPT: Final = frozenset(
    {"path", "linkpath", "size", "GNU.sparse.name", "GNU.sparse.size", "GNU.sparse.realsize"}
    | {"GNU.sparse.map", "GNU.sparse.major", "GNU.sparse.minor", "GNU.sparse.offset", "GNU.sparse.numbytes"}
)

Fragments = tuple[tuple[int, int], ...]
"""A sparse file's pieces: (offset, length) in the file, in the order in which they are stored."""


class Member(Record, frozen=True, kw_only=True):
    """A member of a tar.

    Attributes:
        name: as it is written.
        kind: the type flag; all kinds of regular files are ``0``.
        mode: permission bits.
        stored: bytes of data that follow (padded to blocks).
        link: the target, for links.
        fragments: of a sparse file; null for others. Empty where they stand at the beginning of the data (pax 1.0).
        size: of the file, holes included.
    """

    name: bytes
    kind: bytes
    mode: int = 0
    stored: int = 0
    link: bytes = b""
    fragments: Fragments | None = None
    size: int = 0


def number(field: bytes) -> int:
    """A numeric field: octal digits, or base-256 when the first byte's highest bit is set (GNU tar).

    Raises:
        InputError: it is neither, or negative.
    """
    if field and field[0] & 0x80:
        value = int.from_bytes(field, "big") & ((1 << (8 * len(field) - 1)) - 1)
        negative = bool(field[0] & 0x40)
    else:
        digits = field.split(b"\0", 1)[0].strip(b" ")
        if digits.translate(None, b"01234567"):
            raise InputError("a header of the tar is broken", cause=f"{field!r} is no number")
        value, negative = int(digits or b"0", 8), False
    if negative or value > 1 << 62:
        raise InputError("a header of the tar is broken", cause="a size is negative or absurd")
    return value


def check(block: bytes) -> None:
    """Verify a header's checksum, which sums its bytes with the checksum's own field as blanks.

    Raises:
        InputError: it is wrong: this is no tar, or a broken one.
    """
    expected = number(block[148:156])
    rest = block[:148] + b"        " + block[156:]
    if sum(rest) != expected and sum(byte - 256 if byte > 127 else byte for byte in rest) != expected:
        raise InputError("a header of the tar is broken", cause="its checksum is wrong")


def pax_records(data: bytes) -> dict[str, bytes]:
    r"""The records ``LENGTH KEY=VALUE\n`` of an extended header, only those that name, size and map a file.

    Repeated sparse offsets (GNU sparse 0.0) are joined with commas.

    Raises:
        InputError: the records are broken.
    """
    records: dict[str, bytes] = {}
    pairs: list[bytes] = []
    position = 0
    while position < len(data):
        blank = data.find(b" ", position, position + 20)
        digits = data[position:blank] if blank > 0 else b""
        length = int(digits) if digits.isdigit() else 0
        record = data[blank + 1 : position + length]
        if length < 5 or position + length > len(data) or not record.endswith(b"\n"):
            raise InputError("an extended header of the tar is broken", cause="a record's length is wrong")
        name, _, value = record[:-1].partition(b"=")
        key = name.decode("ascii", "replace")
        if key in {"GNU.sparse.offset", "GNU.sparse.numbytes"}:
            pairs.append(value)
        elif key in _PAX_KEPT:
            records[key] = value
        position += length
    if pairs:
        records.setdefault("GNU.sparse.map", b",".join(pairs))
    return records


def fragments_of(numbers: list[bytes], size: int) -> Fragments:
    """Pairs of decimal numbers as fragments within ``size`` bytes.

    Raises:
        InputError: they are broken, overlap or lie outside.
        LimitError: there are too many.
    """
    if len(numbers) > 2 * _MAX_FRAGMENTS:
        raise LimitError(f"a sparse file has more than {_MAX_FRAGMENTS} fragments")
    if len(numbers) % 2 or not all(one.isdigit() and len(one) < 20 for one in numbers):
        raise InputError("a sparse file's map is broken")
    values = [int(one) for one in numbers]
    pairs = tuple(zip(values[::2], values[1::2], strict=True))
    end = 0
    for offset, length in pairs:
        if offset < end or offset + length > size:
            raise InputError("a sparse file's map is broken")
        end = offset + length
    return pairs


class Headers:
    """Turns header blocks into members; remembers the meta members that describe the next one."""

    def __init__(self) -> None:
        self._records: dict[str, bytes] = {}
        self._name = b""
        self._link = b""

    @property
    def pending(self) -> bool:
        """Whether a meta member describes the next one."""
        return bool(self._records or self._name or self._link)

    @staticmethod
    def meta(block: bytes) -> int:
        """The size of the data of a meta member (long name, extended header), or -1 for a real member.

        Raises:
            InputError: the header is broken.
            LimitError: the data is larger than any honest one.
        """
        if block[156:157] not in _META:
            return -1
        check(block)
        size = number(block[124:136])
        if size > PAX_BYTES:
            raise LimitError("an extended header of the tar is larger than allowed", cause=f"{size} bytes")
        return size

    def describe(self, block: bytes, data: bytes) -> None:
        """Take in a meta member. Global headers are read and dropped, as container runtimes do."""
        kind = block[156:157]
        if kind == b"L":
            self._name = data.split(b"\0", 1)[0]
        elif kind == b"K":
            self._link = data.split(b"\0", 1)[0]
        else:
            records = pax_records(data)
            if kind != b"g":
                self._records.update(records)

    def member(self, block: bytes) -> Member:
        """Make a member of its header and what described it.

        Raises:
            InputError: the header is broken.
            LimitError: a name is longer than allowed.
        """
        check(block)
        records, name, link = self._records, self._name, self._link
        self._records, self._name, self._link = {}, b"", b""
        kind = block[156:157]
        name = records.get("path") or name or _name(block)
        if kind == b"\0" and name.endswith(b"/"):
            kind = DIRECTORY  # pre-POSIX tars say directories so
        link = records.get("linkpath") or link or block[157:257].split(b"\0", 1)[0]
        if len(name) > PATH_BYTES or len(link) > PATH_BYTES:
            raise LimitError(f"a name in the tar is longer than {PATH_BYTES} bytes")
        stored = number(block[124:136])
        if "size" in records:
            stored = _decimal(records["size"])
        if kind in _WITHOUT_DATA:
            return Member(name=name, kind=kind, mode=number(block[100:108]), link=link)
        fragments, size = _sparse(block, records, stored)
        return Member(
            name=records.get("GNU.sparse.name") or name,
            kind=REGULAR if kind in _CONTIGUOUS else kind,
            mode=number(block[100:108]),
            stored=stored,
            fragments=fragments,
            size=size,
        )


def old_sparse_map(block: bytes, extensions: bytes, size: int) -> Fragments:
    """The map of an old GNU sparse member: four pairs in the header, 21 in each extension block."""
    numbers: list[bytes] = []
    fields = block[386:482] + b"".join(extensions[start : start + 504] for start in range(0, len(extensions), BLOCK))
    for start in range(0, len(fields), 24):
        if not fields[start]:
            break
        numbers += [b"%d" % number(fields[start : start + 12]), b"%d" % number(fields[start + 12 : start + 24])]
    return fragments_of(numbers, size)


def is_old_sparse(block: bytes) -> bool:
    """Whether the header is of an old GNU sparse member, whose map may go on in blocks before the data."""
    return block[156:157] == _SPARSE


def _name(block: bytes) -> bytes:
    name = block[:100].split(b"\0", 1)[0]
    if block[257:263] == b"ustar\0" and block[345]:  # GNU's magic ends in a blank and has no prefix
        return block[345:500].split(b"\0", 1)[0] + b"/" + name
    return name


def _decimal(value: bytes) -> int:
    if not value.isdigit() or len(value) > 18:
        raise InputError("an extended header of the tar is broken", cause=f"{value[:40]!r} is no size")
    return int(value)


def _sparse(block: bytes, records: dict[str, bytes], stored: int) -> tuple[Fragments | None, int]:
    """(fragments, size) of a regular member; (null, stored bytes) where it is not sparse."""
    if block[156:157] == _SPARSE:
        return (), number(block[483:495])
    real = records.get("GNU.sparse.realsize") or records.get("GNU.sparse.size")
    if real is None:
        return None, stored
    size = _decimal(real)
    if "GNU.sparse.map" in records:
        return fragments_of(records["GNU.sparse.map"].split(b","), size), size
    return (), size
