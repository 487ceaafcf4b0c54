"""One LMDB file: written once in key order, then only read, memory-mapped, without locks (LMDB, MDB_NOLOCK).

Larger values are zstd frames, which their magic number tells: rows repeat each other, so a file is a tenth.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

import lmdb
import zstandard

from seawall.errors import InputError

_MAP_SIZE: Final = 1 << 36
"""Address space, not memory: far above any shard; the file takes what its rows take."""
_BATCH: Final = 20_000
_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_WORTH_IT: Final = 256
"""Bytes from which a value is compressed."""


_Value: TypeAlias = "bytes | memoryview[int]"
"""What LMDB's types call a value; without buffers it is bytes."""


def _expander() -> Callable[[_Value], bytes]:
    """What undoes the compression of one value."""
    decompress = zstandard.ZstdDecompressor().decompress

    def expand(value: _Value) -> bytes:
        return decompress(value) if value[:4] == _MAGIC else bytes(value)

    return expand


def write_shard(path: Path, pairs: Iterable[tuple[bytes, bytes]]) -> None:
    """Write a file from pairs in ascending key order, and bring it to the disk.

    Raises:
        InputError: the disk is full or refuses.
    """
    try:
        with lmdb.open(
            str(path), map_size=_MAP_SIZE, subdir=False, lock=False, sync=False, metasync=False, max_dbs=0
        ) as environment:
            transaction = environment.begin(write=True)
            compress = zstandard.ZstdCompressor(level=9, write_checksum=True).compress
            for number, (key, value) in enumerate(pairs, 1):
                transaction.put(key, compress(value) if len(value) > _WORTH_IT else value, append=True)
                if number % _BATCH == 0:
                    transaction.commit()
                    transaction = environment.begin(write=True)
            transaction.commit()
            environment.sync(True)
    except (lmdb.Error, OSError) as error:
        raise InputError(f"advisory database file {path} cannot be written", cause=str(error)) from error


_open: dict[Path, tuple[lmdb.Environment, int]] = {}
_opening = threading.Lock()
"""LMDB refuses to open a file twice in one process; databases that are open at once share it, counted here."""


def _acquire(path: Path, size: int) -> lmdb.Environment:
    with _opening:
        environment, count = _open.get(path, (None, 0))
        if environment is None:
            environment = lmdb.open(
                str(path), map_size=max(size, os.sysconf("SC_PAGE_SIZE")), subdir=False, readonly=True, lock=False,
                create=False, readahead=False,
            )  # fmt: skip
        _open[path] = environment, count + 1
        return environment


def _release(path: Path) -> None:
    with _opening:
        environment, count = _open.pop(path)
        if count > 1:
            _open[path] = environment, count - 1
        else:
            environment.close()


class Shard:
    """A file that is read. Threads may share it: each has a transaction of its own."""

    def __init__(self, path: Path, size: int, hint: str) -> None:
        """Open it.

        Args:
            path: the file.
            size: what it must be in bytes: reading beyond a shortened file's end would kill the process.
            hint: what to do when it is damaged.

        Raises:
            InputError: it is not there, or damaged.
        """
        self._path = path
        self._hint = hint
        self._local = threading.local()
        try:
            if path.stat().st_size != size:
                raise self._damaged("its size is not what was written")
            self._environment = _acquire(path, size)
        except (lmdb.Error, OSError) as error:
            raise self._damaged(str(error)) from error

    def get(self, key: bytes) -> bytes | None:
        """The value of a key, or null.

        Raises:
            InputError: the file is damaged.
        """
        try:
            transaction, expand = self._reader()
            value = transaction.get(key)
            return None if value is None else expand(value)
        except (lmdb.Error, zstandard.ZstdError) as error:
            raise self._damaged(str(error)) from error

    def items(self, start: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """All pairs from a key on, in order.

        Raises:
            InputError: the file is damaged.
        """
        try:
            transaction, expand = self._reader()
            with transaction.cursor() as cursor:
                if cursor.set_range(start) if start else cursor.first():
                    for key, value in cursor.iternext():
                        yield bytes(key), expand(value)
        except (lmdb.Error, zstandard.ZstdError) as error:
            raise self._damaged(str(error)) from error

    def close(self) -> None:
        """Let go of the file."""
        _release(self._path)

    def _reader(self) -> tuple[lmdb.Transaction, Callable[[_Value], bytes]]:
        """This thread's transaction and decompressor: neither may be used by two threads at once."""
        local = self._local
        try:
            reader: tuple[lmdb.Transaction, Callable[[_Value], bytes]] = local.reader
        except AttributeError:
            reader = local.reader = (self._environment.begin(), _expander())
        return reader

    def _damaged(self, cause: str) -> InputError:
        return InputError(f"advisory database file {self._path} is damaged", cause=cause, hint=self._hint)
