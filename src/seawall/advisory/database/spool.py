"""Rows on their way into shards: kept on disk by shard, so that memory holds one shard at a time."""

import struct
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_HEAD: Final = struct.Struct(">II")
_FLUSH: Final = 1 << 18


class Spool:
    """Append (key, payload) pairs to named heaps; read one heap back grouped by key, sorted."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._buffers: defaultdict[str, bytearray] = defaultdict(bytearray)
        self._numbers: dict[str, int] = {}

    def add(self, heap: str, key: bytes, payload: bytes) -> None:
        """Append one pair."""
        buffer = self._buffers[heap]
        buffer += _HEAD.pack(len(key), len(payload))
        buffer += key
        buffer += payload
        if len(buffer) >= _FLUSH:
            self._flush(heap, buffer)

    def heaps(self) -> tuple[str, ...]:
        """The names of all heaps, sorted."""
        return tuple(sorted(self._buffers))

    def grouped(self, heap: str) -> Iterator[tuple[bytes, list[bytes]]]:
        """The heap's keys in order, each with its payloads in the order they came; its file is removed."""
        groups: defaultdict[bytes, list[bytes]] = defaultdict(list)
        data = bytes(self._buffers[heap])
        if heap in self._numbers:
            path = self._path(heap)
            data = path.read_bytes() + data
            path.unlink()
        at = 0
        while at < len(data):
            key_size, size = _HEAD.unpack_from(data, at)
            at += _HEAD.size
            groups[data[at : at + key_size]].append(data[at + key_size : at + key_size + size])
            at += key_size + size
        for key in sorted(groups):
            yield key, groups[key]

    def _flush(self, heap: str, buffer: bytearray) -> None:
        self._numbers.setdefault(heap, len(self._numbers))
        with self._path(heap).open("ab") as file:
            file.write(buffer)
        buffer.clear()

    def _path(self, heap: str) -> Path:
        return self._directory / f"spool-{self._numbers[heap]}"
