"""The events of a watch: one JSON object a line, as long as the server likes.

Source: Kubernetes API concepts, "Efficient detection of changes" and "Watch bookmarks".
"""

from collections.abc import AsyncIterator
from enum import StrEnum

import msgspec

from seawall.errors import LimitError, ServiceError
from seawall.kube.client.errors import ExpiredError, UnreachableError, error_of, read_status
from seawall.kube.client.item import Item, read_item, type_prefix
from seawall.kube.client.resource import Resource
from seawall.model.record import Record

_LONGEST_LINE = 64 << 20
_CLIENT_ERRORS = range(400, 429)


class EventType(StrEnum):
    """What happened to an object."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    BOOKMARK = "BOOKMARK"


class Event(Record, frozen=True, kw_only=True):
    """Something happened; of a bookmark only ``item.version`` counts: nothing else happened up to it."""

    type: EventType
    item: Item


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    object: msgspec.Raw


_decode_line = msgspec.json.Decoder(_Line).decode
_TYPES = {kind.value: kind for kind in EventType}


async def read_events(chunks: AsyncIterator[bytes], resource: Resource, what: str) -> AsyncIterator[Event]:
    """The events in a stream of bytes.

    Args:
        chunks: as the network gives them.
        resource: the kind that is watched.
        what: for sentences.

    Raises:
        ExpiredError: the version to go on from is forgotten.
        UnreachableError: a line is broken, or the server reports trouble of its own.
        LimitError: a line is too long.
    """
    prefix = type_prefix(resource)
    async for line in _lines(chunks, what):
        try:
            event = _decode_line(line)
        except msgspec.DecodeError as error:
            raise UnreachableError(f"{what} broke off", cause=str(error)) from error
        if event.type == "ERROR":
            raise _error(bytes(event.object), what)
        kind = _TYPES.get(event.type)
        if kind is not None:
            yield Event(type=kind, item=read_item(event.object, prefix))


def _error(status: bytes, what: str) -> ServiceError:
    code = read_status(status).code
    if code == 410:
        return ExpiredError(f"{what} has to begin again", cause=read_status(status).message)
    error = error_of(code, status, what)
    return error if code in _CLIENT_ERRORS else UnreachableError(error.what, cause=error.cause)


async def _lines(chunks: AsyncIterator[bytes], what: str) -> AsyncIterator[bytes]:
    """Whole lines; one that is cut off at the end is not whole and not given."""
    parts: list[bytes] = []
    size = 0
    async for chunk in chunks:
        first, newline, rest = chunk.partition(b"\n")
        parts.append(first)
        size += len(first)
        if size > _LONGEST_LINE:
            raise LimitError(f"{what}: one object is larger than {_LONGEST_LINE >> 20} MiB")
        if not newline:
            continue
        yield b"".join(parts)
        *whole, last = rest.split(b"\n")
        for line in whole:
            yield line
        parts, size = [last], len(last)
