"""What each feed said last: one file a feed, so that a broken feed leaves its old records in place.

``records/NAME.zst`` is two zstd frames: the :class:`FeedInfo`, then the records, each as its length (4 bytes, big
endian), its kind (1 byte) and its msgpack; a mark ends them, so that a shortened file is noticed. Files are
written beside and renamed, so readers see the old or the new one, whole.
"""

import io
import os
import secrets
import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast
from urllib.parse import quote, unquote

import msgspec
import zstandard

from seawall.advisory.database.rows import DAMAGED
from seawall.errors import InputError
from seawall.model import Advisory, ExploitScore, FeedInfo, FeedRecord, KnownExploited, SupportPeriod

_RECORDS: Final = "records"
_SUFFIX: Final = ".zst"
_HEAD: Final = struct.Struct(">IB")
_MAX_RECORD: Final = 64 << 20
_END: Final = 255
"""The kind that ends the records; it has no payload."""
_KINDS: Final[tuple[type[FeedRecord] | type[FeedInfo], ...]] = (
    FeedInfo,
    Advisory,
    ExploitScore,
    KnownExploited,
    SupportPeriod,
)
_KIND_OF: Final = {kind: number for number, kind in enumerate(_KINDS)}


class RecordStore:
    """The directory of all feeds' newest records, below a database's directory."""

    def __init__(self, root: Path) -> None:
        self._directory = root / _RECORDS

    def write(
        self, info: FeedInfo, records: Iterable[FeedRecord], *, complete: Callable[[FeedInfo], FeedInfo] | None = None
    ) -> FeedInfo:
        """Replace a feed's records; if reading them fails, the old ones stay.

        Args:
            info: names the feed; its number of records and its shards are filled in here.
            records: consumed once; may raise.
            complete: adds to the information what is only known once all records were read.

        Returns:
            The feed's information as it is kept.

        Raises:
            InputError: what ``records`` raised, or the disk did.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        body = self._temporary(info.name)
        try:
            with body.open("wb") as file:
                info = _write_records(file, info, records)
            info = complete(info) if complete else info
            self._commit(info, body, skip_head=False)
        except OSError as error:
            raise InputError(f"records of feed {info.name} cannot be kept", cause=str(error)) from error
        finally:
            body.unlink(missing_ok=True)
        return info

    def fail(self, info: FeedInfo, reason: str) -> FeedInfo:
        """Note that a feed's newest attempt failed; its old records, if any, stay."""
        try:
            old = self.info(info.name)
        except InputError:
            return self.write(msgspec.structs.replace(info, error=reason), ())
        return self.note(msgspec.structs.replace(old, error=reason))

    def note(self, info: FeedInfo) -> FeedInfo:
        """Replace what is known of a feed whose records are there; they stay.

        Raises:
            InputError: they are not there, or the disk refuses.
        """
        try:
            self._commit(info, self._path(info.name), skip_head=True)
        except OSError as error:
            raise InputError(f"records of feed {info.name} cannot be kept", cause=str(error)) from error
        return info

    def remove(self, name: str) -> None:
        """Forget a feed; nothing happens where it is unknown."""
        self._path(name).unlink(missing_ok=True)

    def names(self) -> tuple[str, ...]:
        """The names of all files, as they stand on disk, sorted."""
        if not self._directory.is_dir():
            return ()
        return tuple(sorted(p.name for p in self._directory.iterdir() if p.suffix == _SUFFIX and p.name[0] != "."))

    def infos(self) -> tuple[FeedInfo, ...]:
        """What is known of each feed; one that cannot be read says so in its error."""
        return tuple(self._info_or_error(name) for name in self.names())

    def info(self, name: str) -> FeedInfo:
        """What is known of one feed.

        Raises:
            InputError: it is not there, or damaged.
        """
        return self._read_info(self._path(name))

    def records(self, name: str) -> Iterator[FeedRecord]:
        """A feed's records.

        Raises:
            InputError: it is not there, or damaged.
        """
        path = self._path(name)
        for number, payload in _frames(path):
            kind = _KINDS[number] if number < len(_KINDS) else None
            if kind is FeedInfo:
                continue
            yield _decode_record(path, number, payload)

    def _info_or_error(self, name: str) -> FeedInfo:
        try:
            return self._read_info(self._directory / name)
        except InputError as error:
            return FeedInfo(name=unquote(name.removesuffix(_SUFFIX)), licence="", error=error.sentence())

    def _read_info(self, path: Path) -> FeedInfo:
        for number, payload in _frames(path):
            if number == 0:
                try:
                    return _INFO.decode(payload)
                except DAMAGED as error:
                    raise InputError(f"feed records {path} are damaged", cause=str(error)) from error
            break
        raise InputError(f"feed records {path} are damaged", cause="they do not begin with the feed's name")

    def _path(self, name: str) -> Path:
        return self._directory / (quote(name, safe="+-_.:@ ").lstrip(".") + _SUFFIX)

    def _temporary(self, name: str) -> Path:
        return self._directory / f".{quote(name, safe='')[:80]}-{os.getpid()}-{secrets.token_hex(4)}"

    def _commit(self, info: FeedInfo, body: Path, *, skip_head: bool) -> None:
        """Write head and body into a new file and rename it into place."""
        target, temporary = self._path(info.name), self._temporary(info.name)
        try:
            with temporary.open("wb") as out, body.open("rb") as old:
                out.write(zstandard.ZstdCompressor(write_checksum=True).compress(_framed(info)))
                if skip_head:
                    old.seek(_head_size(body))
                while chunk := old.read(1 << 20):
                    out.write(chunk)
                out.flush()
                os.fsync(out.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)


_INFO: Final = msgspec.msgpack.Decoder(FeedInfo)
_ENCODER: Final = msgspec.msgpack.Encoder()
_ADVISORY: Final = msgspec.msgpack.Decoder(Advisory)
_SCORE: Final = msgspec.msgpack.Decoder(ExploitScore)
_KNOWN: Final = msgspec.msgpack.Decoder(KnownExploited)
_PERIOD: Final = msgspec.msgpack.Decoder(SupportPeriod)


def _decode_record(path: Path, number: int, payload: bytes) -> FeedRecord:
    try:
        match number:
            case 1:
                return _ADVISORY.decode(payload)
            case 2:
                return _SCORE.decode(payload)
            case 3:
                return _KNOWN.decode(payload)
            case 4:
                return _PERIOD.decode(payload)
    except DAMAGED as error:
        raise InputError(f"feed records {path} are damaged", cause=str(error)) from error
    raise InputError(f"feed records {path} are damaged", cause=f"unknown kind of record {number}")


def _framed(record: FeedRecord | FeedInfo) -> bytes:
    payload = _ENCODER.encode(record)
    return _HEAD.pack(len(payload), _KIND_OF[type(record)]) + payload


def _write_records(file: BinaryIO, info: FeedInfo, records: Iterable[FeedRecord]) -> FeedInfo:
    """Write the second frame; the information with the records counted and their shards named."""
    count = 0
    shards: set[str] = set()
    with zstandard.ZstdCompressor(level=6, write_checksum=True).stream_writer(file, closefd=False) as out:
        for record in records:
            count += 1
            if isinstance(record, Advisory):
                shards.update(affected.ecosystem for affected in record.affected)
            out.write(_framed(record))
        out.write(_HEAD.pack(0, _END))
    return msgspec.structs.replace(info, records=count, ecosystems=tuple(sorted(shards)))


def _head_size(path: Path) -> int:
    """Bytes of the first zstd frame."""
    with path.open("rb") as file:
        start = file.read(1 << 20)
    decompressor = zstandard.ZstdDecompressor().decompressobj()
    decompressor.decompress(start)
    return len(start) - len(decompressor.unused_data)


def _frames(path: Path) -> Iterator[tuple[int, bytes]]:
    """(kind, payload) of each record.

    Raises:
        InputError: the file is not there, or damaged.
    """
    try:
        with path.open("rb") as file:
            reader = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
            stream = io.BufferedReader(cast("io.RawIOBase", reader), 1 << 20)
            while head := _exactly(stream, _HEAD.size):
                size, kind = _HEAD.unpack(head)
                if size > _MAX_RECORD:
                    raise InputError(f"feed records {path} are damaged", cause=f"a record of {size} bytes")
                if kind == _END:
                    stream.read(1)  # to the frame's end, where its checksum is
                    return
                yield kind, _exactly(stream, size, whole=True)
            raise EOFError("the file ends before its last record")
    except (OSError, zstandard.ZstdError, struct.error, EOFError) as error:
        raise InputError(f"feed records {path} cannot be read", cause=str(error)) from error


def _exactly(stream: BinaryIO, size: int, *, whole: bool = False) -> bytes:
    """So many bytes; nothing at the end of the stream unless ``whole``."""
    data = stream.read(size)
    if len(data) < size and (data or whole):
        raise EOFError("the file ends within a record")
    return data
