"""Splits a YAML stream into its documents, without parsing it.

``---`` or ``...`` at the beginning of a line, followed by white space or the end, always ends a document (YAML 1.1,
section 9.1): inside a block scalar such a line is indented, inside a quoted one it is an error.
"""

import re
from collections.abc import Iterator

_EITHER = re.compile(rb"^(?:---|\.\.\.)(?=[ \t\n]|\Z)", re.MULTILINE)
_BLANK = b" \t\n"


def split(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Each document's text and its first line, from 1. What follows ``---`` on its line belongs to the document.

    Args:
        data: the stream, with line feeds only.
    """
    start, line = 0, 1
    for at, end in _separators(data):
        if at:
            yield data[start:at], line
        line += data.count(b"\n", start, end)
        start = end
    yield data[start:], line


def _separators(data: bytes) -> Iterator[tuple[int, int]]:
    if b"\n..." in data or data.startswith(b"..."):
        yield from (match.span() for match in _EITHER.finditer(data))
        return
    at = 0 if data.startswith(b"---") else _next(data, 0)
    while at >= 0:
        if at + 3 == len(data) or data[at + 3] in _BLANK:
            yield at, at + 3
        at = _next(data, at + 3)


def _next(data: bytes, after: int) -> int:
    found = data.find(b"\n---", after)
    return found + 1 if found >= 0 else -1
