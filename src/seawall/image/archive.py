"""An archive file (tar, perhaps compressed) with members that are read one at a time, without unpacking it.

Few and large members (an image's blobs), unlike a layer; so an index by name is kept. A plain tar is read at
random; a compressed one is inflated again for each member, which costs time but neither disk nor memory.
"""

import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final, NamedTuple, cast

from seawall.errors import InputError, LimitError
from seawall.image import tar
from seawall.image.limits import CHUNK, JSON_BYTES
from seawall.image.path import link_target, normalise, text
from seawall.image.stream import TarStream

_MEMBERS: Final = 100_000
_LINKS: Final = 8
_COMPRESSED: Final = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")


class Place(NamedTuple):
    """Where a member's data lies in the uncompressed archive."""

    offset: int
    size: int


class Archive:
    """The members of an archive file.

    Args:
        path: of the file.

    Raises:
        InputError: it cannot be opened, or is no tar, or a broken one.
        LimitError: it has more members than any image archive.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        with self._raw() as file:
            head = file.read(len(_COMPRESSED[1]))
            self.compressed = head.startswith(_COMPRESSED)
        self._places: dict[bytes, Place] = {}
        self._links: dict[bytes, bytes] = {}
        self._index()

    def names(self) -> Iterator[str]:
        """Of all regular members."""
        return map(text, self._places)

    def find(self, name: str) -> Place | None:
        """Where a member lies, links followed; null where there is none."""
        path = normalise(name.encode())
        for _ in range(_LINKS):
            if path not in self._links:
                break
            path = self._links[path]
        return self._places.get(path)

    def read(self, name: str, limit: int = JSON_BYTES) -> bytes:
        """A small member, whole.

        Raises:
            InputError: there is none of that name.
            LimitError: it is larger than ``limit``.
        """
        place = self.find(name)
        if place is None:
            raise InputError(f"{self.path} has no {name}", cause="it is incomplete", hint="Make the archive again.")
        if place.size > limit:
            raise LimitError(f"{name} in {self.path} is larger than {limit >> 20} MiB")
        with self.open(place) as file:
            return file.read(place.size)

    @contextmanager
    def open(self, place: Place) -> Iterator[BinaryIO]:
        """The data of a member."""
        with self._raw() as file:
            if self.compressed:
                stream = _Inflated(file, self.path)
                stream.skip(place.offset)
                yield cast("BinaryIO", _Section(stream.read, place.size))
            else:
                file.seek(place.offset)
                yield cast("BinaryIO", _Section(file.read, place.size))

    @contextmanager
    def _raw(self) -> Iterator[BinaryIO]:
        with open_regular(self.path) as file:
            yield file

    def _index(self) -> None:
        with self._raw() as file:
            cursor = _Inflated(file, self.path) if self.compressed else _Plain(file, self.path)
            headers = tar.Headers()
            try:
                while len(block := cursor.read(tar.BLOCK)) == tar.BLOCK and any(block):
                    self._member(cursor, headers, block)
            except InputError as error:
                what = f"{self.path} is no image archive, or a broken one"
                cause = f"{error.what}, {error.cause}" if error.cause else error.what
                raise type(error)(what, cause=cause, hint=error.hint) from error
        if not self._places:
            raise InputError(f"{self.path} is no image archive", cause="it is no tar, or an empty one")

    def _member(self, cursor: "_Plain | _Inflated", headers: tar.Headers, block: bytes) -> None:
        size = tar.Headers.meta(block)
        if size >= 0:
            headers.describe(block, cursor.read(size))
        else:
            member = headers.member(block)
            size, name = member.stored, normalise(member.name)
            if member.kind == tar.REGULAR and member.fragments is None:
                self._places[name] = Place(cursor.offset, size)
            elif member.kind == tar.SYMBOLIC_LINK:
                self._links[name] = link_target(name, member.link)
            elif member.kind == tar.HARD_LINK:
                self._links[name] = normalise(member.link)
            if len(self._places) + len(self._links) > _MEMBERS:
                raise LimitError(f"{self.path} has more than {_MEMBERS} members", cause="an image archive has few")
            cursor.skip(size)
        cursor.skip(-cursor.offset % tar.BLOCK)


def open_regular(path: str) -> BinaryIO:
    """Open a regular file; pipes and devices would wait or never end.

    Raises:
        InputError: it cannot be opened, or is none.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise InputError(f"{path} cannot be opened", cause=error.strerror or str(error)) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):  # asked first: Python makes no file object of a directory
        os.close(handle)
        raise InputError(f"{path} is no regular file")
    return cast("BinaryIO", os.fdopen(handle, "rb", buffering=0))


class _Plain:
    """Reads an uncompressed archive from member to member."""

    def __init__(self, file: BinaryIO, path: str) -> None:
        self.offset = 0
        self._file, self._path = file, path
        self._size = os.fstat(file.fileno()).st_size

    def read(self, size: int) -> bytes:
        self._file.seek(self.offset)
        data = self._file.read(size)
        self.offset += len(data)
        if 0 < len(data) < size:
            raise InputError("it ends too early")
        return data

    def skip(self, size: int) -> None:
        self.offset += size
        if self.offset > self._size + tar.BLOCK:
            raise InputError("it ends too early")


class _Inflated:
    """Reads a compressed archive from its beginning."""

    def __init__(self, file: BinaryIO, path: str) -> None:
        self.offset = 0
        self._stream = TarStream(file, path)
        self._buffer = memoryview(bytearray(CHUNK))

    def read(self, size: int) -> bytes:
        data = bytearray(size)
        count = self._stream.fill(memoryview(data))
        self.offset += count
        return bytes(data[:count])

    def skip(self, size: int) -> None:
        while size > 0:
            count = self._stream.fill(self._buffer[: min(size, CHUNK)])
            if not count:
                raise InputError("it ends too early")
            self.offset += count
            size -= count


class _Section(io.RawIOBase):
    """A member's data as a file that ends with it."""

    def __init__(self, read: Callable[[int], bytes], size: int) -> None:
        self._read, self._left = read, size

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        data = self._read(wanted) if wanted else b""
        self._left -= len(data)
        return data

    def readable(self) -> bool:
        return True
