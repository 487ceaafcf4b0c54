"""rpm's own database (``Packages.db``; SUSE since 15.3 and others), called ndb.

Format: rpm's ``lib/backend/ndb/rpmpkg.c``. Little-endian. Pages of slots (16 bytes: magic, package's number, first
block, count of blocks of 16 bytes), behind them the blobs (magic, package's number, generation, length, then the
header). A slot whose package is 0 is free.
"""

import struct
from collections.abc import Iterator

from seawall.errors import InputError
from seawall.image.rpmdb.fault import Complain
from seawall.image.rpmdb.header import BLOB_LIMIT

MAGIC = b"RpmP"

_PAGE, _BLOCK, _HEADER, _BLOB_HEAD = 4096, 16, 32, 16
_SLOT_MAGIC, _BLOB_MAGIC = b"Slot", b"BlbS"


def blobs(data: memoryview, complain: Complain) -> Iterator[bytes]:
    """The headers of all packages, in the order of their slots.

    Args:
        data: the whole file.
        complain: is told what could not be read.

    Raises:
        InputError: it is no such database.
    """
    if len(data) < _HEADER or bytes(data[:4]) != MAGIC:
        raise InputError("the file is no ndb database of rpm")
    version, _, pages = struct.unpack_from("<3I", data, 4)
    if version != 0:
        raise InputError(f"the ndb database has the version {version}, and only 0 is known")
    end = min(pages * _PAGE, len(data) // _BLOCK * _BLOCK)
    if pages * _PAGE > len(data):
        complain("The database is shorter than its own table of packages")
    room = len(data)  # blobs never overlap, so together they cannot be larger than the file
    for magic, package, block, count in struct.iter_unpack("<4s3I", data[_HEADER : max(end, _HEADER)]):
        if magic != _SLOT_MAGIC:
            complain("A slot of the database is damaged and was left out")
        elif package:
            room -= count * _BLOCK
            blob = _blob(data, package, block * _BLOCK, count * _BLOCK) if room >= 0 else None
            if blob is None:
                complain("A package's record is damaged or outside the file, and was left out", f"number {package}")
            else:
                yield blob


def _blob(data: memoryview, package: int, start: int, size: int) -> bytes | None:
    if size < _BLOB_HEAD or start + size > len(data):
        return None
    magic, owner, _, length = struct.unpack_from("<4s3I", data, start)
    if magic != _BLOB_MAGIC or owner != package or length > min(size - _BLOB_HEAD, BLOB_LIMIT):
        return None
    return bytes(data[start + _BLOB_HEAD : start + _BLOB_HEAD + length])
