"""Compressed streams, recognised by their first bytes and bounded: what a feed brings is not trusted.

gzip (RFC 1952), bzip2, xz, and Zstandard (RFC 8878). One pass, no seeking, so that it works on what comes from
the network too.
"""

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Protocol, cast

import zstandard

from seawall.errors import InputError, LimitError

_MAX_RATIO = 2000
_RATIO_FLOOR = 16 << 20
_XZ_MEMORY = 256 << 20
_ZSTD_WINDOW = 1 << 27
_ZSTD_STEP = 1 << 12  # a block of 128 KiB may take 4 bytes: what one step can give stays bounded
_CHUNK = 1 << 16
_BROKEN = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zstandard.ZstdError)
_MAGICS = ((b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ\0", "xz"), (b"\x28\xb5\x2f\xfd", "zst"))


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


def kind(head: bytes) -> str:
    """``gz``, ``bz2``, ``xz``, ``zst`` or empty, by the magic number (the first 6 bytes suffice)."""
    return next((name for magic, name in _MAGICS if head.startswith(magic)), "")


class _Stream(io.RawIOBase):
    """The part of a readable file that our two ends have in common."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object, /) -> int:
        view = memoryview(cast("bytearray", buffer))
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def readall(self) -> bytes:
        return b"".join(iter(lambda: self.read(1 << 20), b""))


class _Source(_Stream):
    """The stored side: gives back the peeked head, and counts what was taken."""

    def __init__(self, inner: BinaryIO, name: str) -> None:
        self.taken = 0
        self._inner = inner
        self._name = name
        self.head = b""
        while len(self.head) < 6 and (more := self._raw(6 - len(self.head))):
            self.head += more
        self._pushed = self.head

    def _raw(self, size: int) -> bytes:
        try:
            return self._inner.read(size)
        except _BROKEN as error:
            raise InputError(f"{self._name} cannot be read", cause=str(error)) from error

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            return self.readall()
        if self._pushed:
            data, self._pushed = self._pushed[:size], self._pushed[size:]
        else:
            data = self._raw(size)
        self.taken += len(data)
        return data

    def close(self) -> None:
        self._inner.close()
        super().close()


def _xz(source: _Source) -> Iterator[bytes]:
    """Decompressed pieces; :class:`lzma.LZMAFile` knows no bound on memory."""
    data = source.read(_CHUNK)
    while data:
        decoder = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
        while not decoder.eof:
            yield decoder.decompress(data, 1 << 20)
            data = b""
            if decoder.needs_input and not decoder.eof:
                data = source.read(_CHUNK)
                if not data:
                    raise EOFError("the xz stream ends early")
        data = decoder.unused_data.lstrip(b"\0") or source.read(_CHUNK).lstrip(b"\0")


def _zstd(source: _Source) -> Iterator[bytes]:
    """Decompressed pieces; the library's own stream reader takes a truncated frame for the end."""
    context = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    data = source.read(_ZSTD_STEP)
    while data:
        decoder = context.decompressobj()
        yield decoder.decompress(data)
        while not decoder.eof:
            data = source.read(_ZSTD_STEP)
            if not data:
                raise EOFError("the zstd frame ends early")
            yield decoder.decompress(data)
        data = decoder.unused_data or source.read(_ZSTD_STEP)


class _Pieces:
    """An iterator of pieces, read as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._piece = b""
        self._position = 0

    def read(self, size: int = -1, /) -> bytes:
        while self._position >= len(self._piece):
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._piece, self._position = piece, 0
        data = self._piece[self._position : self._position + size]
        self._position += len(data)
        return data


def _decoder(source: _Source) -> _Readable:
    match kind(source.head):
        case "gz":
            return gzip.GzipFile(fileobj=source, mode="rb")
        case "bz2":
            return bz2.BZ2File(source)
        case "xz":
            return _Pieces(_xz(source))
        case "zst":
            return _Pieces(_zstd(source))
        case _:
            return source


class _Plain(_Stream):
    """The plain side: at most ``limit`` bytes, at most 2000 times what was taken in."""

    def __init__(self, source: _Source, name: str, limit: int) -> None:
        self._source = source
        self._name = name
        self._limit = limit
        self._given = 0
        self._inner = _decoder(source)

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            return self.readall()
        try:
            data = self._inner.read(size)
        except _BROKEN as error:
            raise InputError(f"{self._name} cannot be decompressed", cause=str(error)) from error
        self._given += len(data)
        if self._given > self._limit:
            raise LimitError(f"{self._name} is larger than {self._limit / 2**20:g} MiB")
        if self._given > max(_RATIO_FLOOR, _MAX_RATIO * self._source.taken):
            raise LimitError(f"{self._name} is compressed more than {_MAX_RATIO} times, which no feed is")
        return data

    def close(self) -> None:
        self._source.close()
        super().close()


def decompressed(stream: BinaryIO, name: str, limit: int) -> BinaryIO:
    """The plain bytes of a stream, compressed or not; closing it closes the stream.

    Args:
        stream: from its beginning; need not be seekable.
        name: for error messages.
        limit: the most bytes that it may give.

    Raises:
        InputError: (here and while reading) the stream is broken.
        LimitError: (while reading) it is larger, or denser, than allowed.
    """
    return cast("BinaryIO", _Plain(_Source(stream, name), name, limit))
