"""A stored layer as its uncompressed tar: decompressed in chunks, digests verified in the same pass.

What it is (gzip, zstd, plain) is told by its first bytes; media types lie. Time a byte goes to inflating and
hashing only, both outside the interpreter's lock, so that layers are read in parallel.
"""

import hashlib
import zlib
from collections.abc import Callable
from typing import BinaryIO, Final, Protocol, cast

from seawall.errors import InputError, LimitError
from seawall.image.limits import LAYER_BYTES, RATIOS
from seawall.model.identifiers import Digest

NONE: Final = Digest("")
_GZIP: Final = b"\x1f\x8b"
_ZSTD: Final = b"\x28\xb5\x2f\xfd"
_OTHERS: Final = {b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"\x04\x22\x4d\x18": "lz4"}
_READ: Final = 256 << 10
_WINDOW: Final = 128 << 20
"""zstd's window that every decoder must take with --long; a larger one is a way to take memory."""


class _Reader(Protocol):
    def readinto(self, buffer: memoryview, /) -> int | None: ...


class Stored:
    """The stored bytes: counted, hashed and reported as they pass."""

    def __init__(self, raw: BinaryIO, digest: Digest, progress: Callable[[int], None] | None = None) -> None:
        self._raw = raw
        self._hash = _hasher(digest)
        self._progress = progress
        self._head = b""
        self.count = 0

    def peek(self, size: int) -> bytes:
        """The first bytes, before anything else is read."""
        while len(self._head) < size and (more := self._raw.read(size - len(self._head))):
            self._head += more
        return self._head

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most ``size``."""
        data = self._head or self._raw.read(_READ if size < 0 else size)
        self._head = b""
        self._seen(data)
        return data

    def readinto(self, buffer: bytearray | memoryview) -> int:
        """The next bytes into a buffer; how many."""
        view = memoryview(buffer).cast("B")
        if self._head:
            data = self.read(len(view))
            view[: len(data)] = data
            return len(data)
        data = self._raw.read(len(view))
        view[: len(data)] = data
        self._seen(data)
        return len(data)

    def _seen(self, data: bytes) -> None:
        self.count += len(data)
        if self._hash is not None:
            self._hash.update(data)
        if self._progress is not None:
            self._progress(self.count)

    def digest(self) -> Digest:
        """Of all bytes, after the rest has been read."""
        while self.read(_READ):
            pass
        return _written(self._hash) if self._hash else Digest("")


class TarStream:
    """The uncompressed bytes of a layer.

    Args:
        raw: the stored bytes.
        name: of the layer, for messages.
        digest: of the stored bytes, or empty.
        diff_id: of the uncompressed bytes, or empty; verified only where ``digest`` is empty.
        progress: called with the number of stored bytes read so far.
    """

    def __init__(
        self,
        raw: BinaryIO,
        name: str,
        *,
        digest: Digest = NONE,
        diff_id: Digest = NONE,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self.name = name
        self.count = 0
        self._digest, self._diff_id = digest, diff_id
        self._stored = Stored(raw, digest, progress)
        self._hash = None if digest else _hasher(diff_id)
        self._reader = self._decoder()

    def _decoder(self) -> _Reader:
        head = self._stored.peek(6)
        if head.startswith(_GZIP):
            return _gzip(self._stored)
        if head.startswith(_ZSTD) or (head[1:4] == b"\x2a\x4d\x18" and head[0] & 0xF0 == 0x50):
            return _zstd(self._stored)
        for magic, kind in _OTHERS.items():
            if head.startswith(magic):
                raise InputError(f"{self.name} is compressed with {kind}", hint="Layers are gzip, zstd or plain tars.")
        return self._stored

    def fill(self, buffer: memoryview) -> int:
        """Fill the whole buffer (less only at the end); the number of bytes.

        Raises:
            InputError: the stored bytes are truncated or corrupt.
            LimitError: they uncompress to more than allowed.
        """
        filled = 0
        try:
            while filled < len(buffer) and (count := self._reader.readinto(buffer[filled:])):
                filled += count
        except (EOFError, OSError, ValueError, zlib.error) as error:
            raise self._broken(error) from error
        except Exception as error:
            if type(error).__module__.partition(".")[0] in {"igzip_lib", "isal", "zstandard"}:
                raise self._broken(error) from error
            raise
        if self._hash is not None:
            self._hash.update(buffer[:filled])
        self.count += filled
        self._bound()
        return filled

    def _broken(self, error: Exception) -> InputError:
        cause = "it ends too early" if isinstance(error, EOFError) else str(error)
        return InputError(f"{self.name} is truncated or corrupt", cause=cause, hint="Fetch the image again.")

    def _bound(self) -> None:
        if self.count > LAYER_BYTES:
            raise LimitError(f"{self.name} is larger than {LAYER_BYTES >> 30} GiB uncompressed")
        for size, ratio in RATIOS:
            if self.count > size and self.count > ratio * self._stored.count:
                raise LimitError(
                    f"{self.name} looks like a decompression bomb",
                    cause=f"{self._stored.count} bytes grew to more than {self.count}",
                )

    def finish(self, buffer: memoryview) -> None:
        """Read what is left and verify the digest.

        Raises:
            InputError: the digest is wrong.
        """
        if self._hash is not None:
            while self.fill(buffer):
                pass
            self._verify(self._diff_id, _written(self._hash), "uncompressed content")
        elif self._digest:
            self._verify(self._digest, self._stored.digest(), "content")

    def _verify(self, expected: Digest, actual: Digest, what: str) -> None:
        if expected != actual:
            raise InputError(
                f"{self.name} does not have the digest that it claims",
                cause=f"its {what} is {actual}, expected {expected}",
                hint="The image was damaged or tampered with; fetch it again.",
            )


def _hasher(digest: Digest) -> "hashlib._Hash | None":
    """For a digest's algorithm; null for an empty digest.

    Raises:
        InputError: the algorithm is none that images use.
    """
    algorithm = digest.partition(":")[0]
    if not digest:
        return None
    if algorithm not in {"sha256", "sha384", "sha512"}:
        raise InputError(f"{digest[:80]!r} is no digest", hint="Images use sha256 or sha512.")
    return hashlib.new(algorithm)


def _written(hasher: "hashlib._Hash") -> Digest:
    return Digest(f"{hasher.name}:{hasher.hexdigest()}")


def _gzip(stored: Stored) -> _Reader:
    """A reader in C that fills buffers and goes through all gzip members; ISA-L's where there is a wheel of it."""
    file = cast("BinaryIO", stored)
    try:
        from isal import isal_zlib  # noqa: PLC0415 - imported only where a gzip layer is read
    except ImportError:
        import gzip  # noqa: PLC0415 - as above

        return cast("_Reader", gzip._GzipReader(file))  # noqa: SLF001 - GzipFile would buffer and copy again
    return cast("_Reader", isal_zlib._GzipReader(file, _READ))  # noqa: SLF001 - as above


def _zstd(stored: Stored) -> _Reader:
    import zstandard  # noqa: PLC0415 - imported only where a zstd layer is read

    decoder = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    return cast("_Reader", decoder.stream_reader(cast("BinaryIO", stored), read_size=_READ, read_across_frames=True))
