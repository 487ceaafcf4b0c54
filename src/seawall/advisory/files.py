"""Where feeds lie: a directory, a zip, a tar (gz, bz2, xz, zst), a single file; archives in archives, one level.

Files come one after the other, are never unpacked to the disk under their names, and are bounded. A file is
valid until the next one is asked for.
"""

import os
import stat
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

from seawall.advisory import tar
from seawall.advisory.compression import decompressed, kind
from seawall.advisory.feed.interface import FeedFile, Skipped
from seawall.errors import InputError, LimitError, SeawallError

MAX_FILE = 2 << 30
"""The largest single file, bytes, decompressed."""
MAX_MEMBERS = 1_000_000
"""The most members of one archive."""
UNREADABLE = "file cannot be read"
"""The reason of a file or archive that is broken as a whole."""
_MAX_ARCHIVE = 32 << 30
_MAX_RATIO = 2000
_RATIO_FLOOR = 16 << 20
_MAX_LEVELS = 2
_HEAD = 1 << 16
_IN_MEMORY = 8 << 20
_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
_BROKEN = (OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error, zipfile.BadZipFile, tar.BROKEN)

Opener = Callable[[], BinaryIO]


class StoredFile:
    """A :class:`~seawall.advisory.feed.interface.FeedFile` whose bytes something else knows how to open."""

    def __init__(self, path: str, container: str, modified: str, opener: Opener) -> None:
        self._path = path
        self._container = container
        self._modified = modified
        self._opener = opener
        self._head: bytes | None = None

    @property
    def path(self) -> str:
        """Relative to the root."""
        return self._path

    @property
    def container(self) -> str:
        """The archive or folder that it lies in, by its last two names."""
        return self._container

    @property
    def modified(self) -> str:
        """ISO 8601, or empty."""
        return self._modified

    def open(self) -> BinaryIO:
        """Its bytes from the beginning.

        Raises:
            InputError: it cannot be opened.
        """
        try:
            return self._opener()
        except _BROKEN as error:
            raise InputError(f"{self._path} cannot be opened", cause=str(error)) from error

    def head(self) -> bytes:
        """Its first 64 KiB, decompressed, or empty."""
        if self._head is None:
            try:
                with decompressed(self.open(), self._path, MAX_FILE) as stream:
                    self._head = _up_to(stream, _HEAD)
            except SeawallError:
                self._head = b""
        return self._head


def in_memory(path: str, data: bytes, modified: str = "") -> StoredFile:
    """A file that is already here."""
    return StoredFile(path, os.path.dirname(path), modified, lambda: BytesIO(data))


def feed_files(root: Path) -> Iterator[FeedFile | Skipped]:
    """All files of a directory, archive or single file, in the order of their names; what cannot be read, too.

    Names on disk that begin with a dot (``.git``, our own notes) are no feeds' and passed over.

    Raises:
        InputError: there is nothing at ``root``, or it may not be read.
    """
    try:
        mode = root.stat().st_mode
    except OSError as error:
        raise InputError(f"{root} cannot be read", cause=error.strerror or str(error)) from error
    if not stat.S_ISDIR(mode):
        yield from _from_disk(root, root.name, _tail(str(root.absolute())))
        return
    failures: list[OSError] = []
    for folder, folders, names in os.walk(root, onerror=failures.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in names if not name.startswith(".")):
            path = Path(folder, name)
            yield from _from_disk(path, path.relative_to(root).as_posix(), _tail(os.path.abspath(folder)))
        yield from (_unreadable(str(error.filename), "", error) for error in failures)
        failures.clear()


def _from_disk(path: Path, name: str, container: str) -> Iterator[FeedFile | Skipped]:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            yield Skipped(where=name, reason="not a regular file")
            return
    except OSError as error:
        yield _unreadable(name, container, error)
        return
    file = StoredFile(name, container, _date(status.st_mtime), lambda: path.open("rb"))
    yield from _expand(file, _tail(str(path.absolute())), 0)


def _expand(file: StoredFile, unit: str, level: int) -> Iterator[FeedFile | Skipped]:
    """The file itself, or what is in it; ``unit`` is the container of its members, should it be an archive."""
    try:
        with file.open() as stream:
            first = _up_to(stream, 512)
        if first.startswith(_ZIP_MAGICS):
            members = _zip_members
        elif tar.is_tar(first) or (kind(first) and tar.is_tar(file.head())):
            members = _tar_members
        else:
            yield file
            return
        if level >= _MAX_LEVELS:
            yield Skipped(where=file.path, reason="archive nested too deep", broken=True, container=unit)
            return
        for member in members(file, unit):
            if isinstance(member, Skipped):
                yield member
            else:
                yield from _expand(member, _tail(member.path), level + 1)
    except (*_BROKEN, SeawallError) as error:
        yield _unreadable(file.path, unit, error, incomplete=True)


def _zip_members(file: StoredFile, unit: str) -> Iterator[StoredFile | Skipped]:
    with file.open() as stream, zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > _MAX_ARCHIVE:
            raise LimitError(f"{file.path} has more than {MAX_MEMBERS} members or {_MAX_ARCHIVE >> 30} GiB")
        for member in members:
            if member.is_dir():
                continue
            path = f"{file.path}/{member.filename}"
            try:
                if member.file_size > max(_RATIO_FLOOR, _MAX_RATIO * member.compress_size):
                    raise LimitError(f"{path} is compressed more than {_MAX_RATIO} times, which no feed is")
                with archive.open(member) as data:
                    opener = _held(cast("BinaryIO", data), path)
            except (*_BROKEN, LimitError) as error:
                yield _unreadable(path, unit, error)
                continue
            modified = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*member.date_time)
            yield StoredFile(path, unit, modified, opener)


def _tar_members(file: StoredFile, unit: str) -> Iterator[StoredFile]:
    with decompressed(file.open(), file.path, _MAX_ARCHIVE) as stream:
        for count, (name, modified, data) in enumerate(tar.members(stream)):
            if count >= MAX_MEMBERS:
                raise LimitError(f"{file.path} has more than {MAX_MEMBERS} members")
            path = f"{file.path}/{name.removeprefix('./')}"
            yield StoredFile(path, unit, _date(modified), _held(data, path))


def _held(stream: BinaryIO, name: str) -> Opener:
    """Keep a member's bytes: small ones in memory, large ones in a file on disk that has no name."""
    data = _up_to(stream, _IN_MEMORY)
    if len(data) < _IN_MEMORY:
        return lambda: BytesIO(data)
    with tempfile.TemporaryFile(prefix="seawall-feed-") as spool:
        size = spool.write(data)
        while data := stream.read(1 << 20):
            size += spool.write(data)
            if size > MAX_FILE:
                raise LimitError(f"{name} is larger than {MAX_FILE >> 20} MiB")
        spool.flush()
        descriptor = os.dup(spool.fileno())

    def opener() -> BinaryIO:
        return open(f"/proc/self/fd/{descriptor}", "rb")  # anew, so that each reader has its own position

    weakref.finalize(opener, os.close, descriptor)
    return opener


def _up_to(stream: BinaryIO, size: int) -> bytes:
    parts: list[bytes] = []
    while size > 0 and (data := stream.read(size)):
        parts.append(data)
        size -= len(data)
    return b"".join(parts)


def _tail(path: str) -> str:
    return "/".join(path.rstrip("/").split("/")[-2:])


def _date(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return ""


def _unreadable(path: str, container: str, error: Exception, *, incomplete: bool = False) -> Skipped:
    detail = error.sentence() if isinstance(error, SeawallError) else str(error)
    return Skipped(
        where=path, reason=UNREADABLE, detail=detail, broken=True, container=container, incomplete=incomplete
    )
