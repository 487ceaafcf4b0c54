"""Tar streams of feeds: the standard library's reader, made strict and bounded.

:mod:`tarfile` takes a damaged header for the end of the archive and reads extended headers of any size into
memory; here the first is an error and the second a limit (POSIX.1-2001 pax, GNU).
"""

import tarfile
from collections.abc import Iterator
from typing import BinaryIO, Protocol, Self, cast

BROKEN = tarfile.TarError
"""What a damaged archive raises."""

_MAX_EXTENDED = 1 << 20
_EXTENDED = {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, b"X"}


class _Keeps(Protocol):
    members: list[tarfile.TarInfo]


class _Header(tarfile.TarInfo):
    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            header = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if len(buf) == tarfile.BLOCKSIZE and not any(buf):
                raise  # the end mark
            raise tarfile.ReadError(f"damaged or missing header ({error})") from error
        if header.size < 0 or (header.type in _EXTENDED and header.size > _MAX_EXTENDED):
            raise tarfile.ReadError("an extended header is too large")
        return header


def is_tar(head: bytes) -> bool:
    """Whether these first bytes (512 at least) begin a tar archive."""
    return head[257:262] == b"ustar"


def members(stream: BinaryIO) -> Iterator[tuple[str, float, BinaryIO]]:
    """Name, time of change and bytes of each regular file; the bytes are valid until the next one.

    Raises:
        tarfile.TarError: the archive is damaged.
    """
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header) as archive:
        for member in archive:
            cast("_Keeps", archive).members.clear()  # tarfile keeps every header; a stream never looks back
            data = archive.extractfile(member) if member.isreg() else None
            if data is not None:
                yield member.name, float(member.mtime), cast("BinaryIO", data)
