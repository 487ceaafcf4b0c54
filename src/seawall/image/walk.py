"""The walk over a layer's tar, a chunk at a time: hundreds of thousands of members a second in plain Python.

Chunks are whole numbers of blocks, so no header straddles two of them; data is skipped by arithmetic. What the
analyzers do not want costs one ``unpack``, a few set look-ups and, above the lowest layer, eight bytes.
"""

import struct
from array import array
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from seawall.errors import InputError, LimitError
from seawall.image import tar
from seawall.image.limits import CHUNK, LARGE_FILE, MEMBERS, PAX_BYTES
from seawall.image.path import key, normalise
from seawall.image.program import Program
from seawall.image.stream import TarStream
from seawall.image.wanted import Matcher
from seawall.model.record import Record

_HEADER: Final = struct.Struct("<100s24x12s20xc100x6s82xc")
"""Name, size, type flag, magic, and the first byte of ustar's prefix."""
_MAGICS: Final = frozenset({b"ustar\0", b"ustar "})
_PLAIN: Final = frozenset({b"0", b"\0", b"5"})
_ODD_STARTS: Final = frozenset({b"", b"/", b"."})
_ENDS: Final = frozenset({0, 32})


class Found(Record, frozen=True, kw_only=True):
    """A member that may matter.

    Attributes:
        path: normalised.
        head: the first bytes of its data.
    """

    path: bytes
    member: tar.Member
    head: bytes


class Walk:
    """Iterates over the members that may matter; :meth:`content` gives the data of the current one.

    Args:
        stream: the uncompressed layer.
        matcher: what is wanted.
        keyed: whether to remember a key of each member (needless for the lowest layer, which hides nothing).
    """

    def __init__(self, stream: TarStream, matcher: Matcher, *, keyed: bool) -> None:
        self.members = 0
        self.files: array[int] = array("Q")
        self.directories: array[int] = array("Q")
        self._stream, self._matcher, self._keyed = stream, matcher, keyed
        self._buffer = bytearray(CHUNK)
        self._view = memoryview(self._buffer)
        self._scratch = memoryview(b"")
        self._position = 0
        self._end = 0
        self._left = 0
        self._headers = tar.Headers()

    def __iter__(self) -> Iterator[Found]:
        while self._advance():
            careful = self._headers.pending or self._matcher.aliases
            if not careful and self._skip_plain() and not self._at_header():
                continue
            found = self._special()
            if found is not None:
                yield found
            self._position = self._position + self._left + 511 & -512
            self._left = 0

    def finish(self) -> None:
        """Read what is left and verify the digest."""
        self._stream.finish(self._view)

    def content(self, member: tar.Member) -> memoryview:
        """The data of the current member, holes filled with zeros; valid until the next step.

        Raises:
            InputError: the layer ends before it does, or its sparse map is broken.
        """
        stored = self._read(member.stored)
        if member.fragments is None:
            return stored
        fragments, start = (member.fragments, 0) if member.fragments else _map_in_data(stored, member.size)
        whole = memoryview(bytearray(member.size))
        for offset, length in fragments:
            piece = stored[start : start + length]
            if len(piece) < length:
                raise self._broken("a sparse file holds less than its map says")
            whole[offset : offset + length] = piece
            start += length
        return whole

    def executable(self, member: tar.Member, markers: Sequence[bytes]) -> memoryview:
        """The data of the current member, a program; valid until the next step.

        Of a huge one, only what matters is held: its beginning and its end (section headers lie at either), and
        what follows the first marker; the rest reads as zeros.

        Raises:
            InputError: the layer ends before the member does.
        """
        if member.stored <= LARGE_FILE or member.fragments is not None or not markers:
            return self.content(member)
        kept = Program(member.stored, markers)
        while kept.filled < member.stored:
            if self._position >= self._end and not self._load():
                raise self._broken("it ends in the middle of a file")
            count = min(member.stored - kept.filled, self._end - self._position)
            kept.add(self._view[self._position : self._position + count])
            self._position += count
            self._left -= count
        return kept.view

    def _broken(self, cause: str) -> InputError:
        return InputError(f"{self._stream.name} is truncated or corrupt", cause=cause)

    def _load(self) -> bool:
        """The next chunk; the position keeps its distance to the old chunk's end."""
        if self.members > MEMBERS:
            raise LimitError(f"{self._stream.name} has more than {MEMBERS} members")
        self._position -= self._end
        self._end = self._stream.fill(self._view)
        return self._end > 0

    def _read(self, size: int) -> memoryview:
        start = self._position
        if start + size <= self._end:
            self._position += size
            self._left = 0
            return self._view[start : start + size]
        if len(self._scratch) < size or len(self._scratch) > LARGE_FILE:
            self._scratch = memoryview(bytearray(size if size > LARGE_FILE else max(size, 2 * CHUNK)))
        data, filled = self._scratch[:size], 0
        while True:
            count = min(size - filled, self._end - self._position)
            data[filled : filled + count] = self._view[self._position : self._position + count]
            filled += count
            self._position += count
            if filled == size:
                self._left = 0
                return data
            if not self._load():
                raise self._broken("it ends in the middle of a file")

    def _advance(self) -> bool:
        """Go to the next header; whether there is one."""
        while self._position >= self._end:
            beyond = self._position - self._end
            if not self._load():
                if beyond >= tar.BLOCK:
                    raise self._broken("it ends in the middle of a file")
                return False
        if self._end - self._position < tar.BLOCK:
            if any(self._view[self._position : self._end]):
                raise self._broken("it ends in the middle of a header")
            return False
        return self._buffer[self._position] != 0 or any(self._view[self._position : self._position + tar.BLOCK])

    def _at_header(self) -> bool:
        return self._position <= self._end - tar.BLOCK and self._buffer[self._position] != 0

    def _skip_plain(self) -> bool:
        """Skip from header to header through this chunk while they are plain and unwanted; whether any were."""
        buffer, limit, position = self._buffer, self._end - tar.BLOCK, self._position
        matcher, keyed, unpack, began = self._matcher, self._keyed, _HEADER.unpack_from, self._position
        bases, extensions, endings = matcher.bases, matcher.extensions, matcher.endings
        directories, magics = matcher.directories, matcher.magics
        files, tree, members = self.files.append, self.directories.append, 0
        while position <= limit:
            name, digits, kind, magic, prefix = unpack(buffer, position)
            if kind not in _PLAIN or magic not in _MAGICS or (prefix != b"\0" and magic == b"ustar\0"):
                break
            name = name.rstrip(b"\0")
            if name[:2] == b"./":
                name = name[2:]
            if name[:1] in _ODD_STARTS or b"//" in name or b"\0" in name or (b"/." in name and _dotted(name)):
                break
            try:
                size = int(digits[:11], 8) if digits[11] in _ENDS else -1
            except ValueError:
                break
            if size < 0:
                break
            position += tar.BLOCK
            head, _, base = name.rpartition(b"/")
            if kind == b"5":
                if keyed:
                    tree(key(name.rstrip(b"/")))
            elif (
                base in bases
                or base.rpartition(b".")[2] in extensions
                or head in directories
                or (endings and base.endswith(endings))
                or (size and (position > limit or buffer.startswith(magics, position)))
                or not base
            ):
                position -= tar.BLOCK
                break
            else:
                if keyed:
                    files(key(name))
                position += size + 511 & -512
            members += 1
        self._position = position
        self.members += members
        return position > began

    def _special(self) -> Found | None:
        """Read the header at the position in full; a member that may matter, or null."""
        block = bytes(self._view[self._position : self._position + tar.BLOCK])
        self._position += tar.BLOCK
        self.members += 1
        size = tar.Headers.meta(block)
        if size >= 0:
            self._headers.describe(block, bytes(self._read(size)))
            return None
        member = self._headers.member(block)
        if tar.is_old_sparse(block):
            fragments = tar.old_sparse_map(block, self._sparse_extensions(block[482]), member.size)
            member = msgspec.structs.replace(member, fragments=fragments)
        self._left = member.stored
        path = normalise(member.name)
        if member.kind == tar.DIRECTORY:
            if self._keyed and path:
                self.directories.append(key(path))
            return None
        if self._keyed:
            self.files.append(key(path))
        if member.stored and self._position >= self._end and not self._load():
            raise self._broken("it ends in the middle of a file")
        head = bytes(self._view[self._position : self._position + min(16, member.stored)])
        return Found(path=self._matcher.renamed(path), member=member, head=head)

    def _sparse_extensions(self, more: int) -> bytes:
        blocks = bytearray()
        while more:
            self._left = 0
            if len(blocks) > PAX_BYTES:
                raise LimitError("a sparse file's map is larger than allowed")
            block = bytes(self._read(tar.BLOCK))
            blocks += block
            more = block[504]
        return bytes(blocks)


def _dotted(name: bytes) -> bool:
    """Whether a name that holds ``/.`` is a whiteout or has a part ``.`` or ``..``."""
    return b"/.wh." in name or b"/./" in name or b"/../" in name or name.endswith((b"/.", b"/.."))


def _map_in_data(stored: memoryview, size: int) -> tuple[tar.Fragments, int]:
    """The map of GNU sparse 1.0: decimal lines before the data, padded to a block; and where the data begins."""
    head = bytes(stored[: PAX_BYTES * 4])
    first, _, rest = head.partition(b"\n")
    count = int(first) if first.isdigit() and len(first) < 9 else -1
    numbers = rest.split(b"\n", 2 * count)[: 2 * count] if count >= 0 else []
    if count < 0 or len(numbers) < 2 * count:
        raise InputError("a sparse file's map is broken")
    length = len(first) + 1 + sum(len(one) + 1 for one in numbers)
    return tar.fragments_of(numbers, size), length + 511 & -512
