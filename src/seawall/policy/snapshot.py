"""What Seawall's own library said when it was last read: one file instead of 770, kept as Python keeps its bytecode.

It lies in ``__pycache__`` beside the library, and holds the documents without their examples, and the stamp of the
files that they were read from (names, sizes, times). A file that was touched makes another stamp, and all is read anew.
Where nothing can be written, it is as if there were none (``docs/decisions/0006``).
"""

import os
import stat
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

import msgspec

from seawall.model.record import Record
from seawall.policy.document import Json, Policy
from seawall.policy.profile import Profile

_SETTLED = 3  # seconds: a file may be written twice in one tick of its file system's clock; the second would go unseen
_CHECKSUM = 4


class Stamp(NamedTuple):
    """The state of the library's files.

    Attributes:
        text: each file's folder, name, size and time of its last change in whole seconds (images of containers keep no
            more), sorted.
        newest: the latest of these times, as seconds of the epoch.
    """

    text: str
    newest: int


class Snapshot(Record, frozen=True, kw_only=True):
    """The library's documents, and the stamp's text of the files that they stand in."""

    stamp: str
    policies: tuple[Policy, ...]
    profiles: tuple[Profile, ...]


_DECODER = msgspec.msgpack.Decoder(Snapshot)


def library_files(library: str) -> Iterator[str]:
    """The library's files, below the folder of each category, sorted by folder and name."""
    for folder in _folders(library):
        names = sorted(os.listdir(f"{library}/{folder}"))
        yield from (f"{library}/{folder}/{name}" for name in names if name.endswith(".yaml"))


def _folders(library: str) -> list[str]:
    return sorted(entry.name for entry in os.scandir(library) if entry.is_dir())


def stamp(library: str) -> Stamp:
    """The stamp of the files as they are now."""
    rows, newest = list[str](), 0
    for folder in _folders(library):
        handle = os.open(f"{library}/{folder}", os.O_RDONLY)  # names are looked up from here: half the time
        try:
            for name in sorted(os.listdir(handle)):
                status = os.stat(name, dir_fd=handle)
                second = int(status[stat.ST_MTIME])
                rows.append(f"{folder}/{name} {status[stat.ST_SIZE]} {second}")
                newest = max(newest, second)
        finally:
            os.close(handle)
    return Stamp("\n".join(rows), newest)


def _place(library: str) -> str:
    return os.path.join(os.path.dirname(library), "__pycache__", "library.msgpack")


def load(library: str, now: Stamp) -> Snapshot | None:
    """The snapshot of these files; None where there is none, or one of other files, or a damaged one."""
    try:
        with open(_place(library), "rb") as file:
            data = file.read()
        if zlib.crc32(data[_CHECKSUM:]) != int.from_bytes(data[:_CHECKSUM], "big"):
            return None
        snapshot = _DECODER.decode(memoryview(data)[_CHECKSUM:])
    except (OSError, msgspec.DecodeError):
        return None
    return snapshot if snapshot.stamp == now.text else None


def keep(library: str, before: Stamp, policies: Sequence[Json], profiles: Sequence[Json]) -> None:
    """Write the snapshot of documents that were read after the stamp was taken; nothing happens where that fails.

    Whoever reads it meanwhile sees the old one or the new one, whole.
    """
    if time.time() - before.newest < _SETTLED:
        return
    body = msgspec.msgpack.encode({"stamp": before.text, "policies": policies, "profiles": profiles})
    place = _place(library)
    temporary = f"{place}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(temporary, "wb") as file:
            file.write(zlib.crc32(body).to_bytes(_CHECKSUM, "big") + body)
        os.replace(temporary, place)
    except OSError:  # no right to write, or no room
        with suppress(OSError):
            os.unlink(temporary)
