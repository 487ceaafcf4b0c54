"""Entries that empty lines divide, as dpkg's and apk's databases hold them."""

import re
from collections.abc import Iterator

from seawall.image.package.hostile import Complaints, text

_EMPTY_LINES = re.compile(rb"\n\n+")
_ENTRIES_LIMIT = 250_000


def stanzas(data: bytes, limit: int, complaints: Complaints) -> Iterator[bytes]:
    """Split at empty lines, one entry at a time, since a hostile file may hold nothing else.

    Args:
        data: the whole file; line ends may be those of Windows.
        limit: bytes; a longer entry is left out with a complaint.
        complaints: where to complain.
    """
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
    start = 0
    for count, separator in enumerate(_EMPTY_LINES.finditer(data)):
        if count == _ENTRIES_LIMIT:
            complaints.add(f"Only the first {_ENTRIES_LIMIT} entries were read")
            return
        yield from _bounded(data[start : separator.start()], limit, complaints)
        start = separator.end()
    yield from _bounded(data[start:], limit, complaints)


def _bounded(stanza: bytes, limit: int, complaints: Complaints) -> Iterator[bytes]:
    if len(stanza) > limit:
        complaints.add(f"An entry longer than {limit >> 20} MiB was left out", repr(text(stanza[:80])))
    elif stanza and not stanza.isspace():
        yield stanza
