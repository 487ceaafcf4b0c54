"""JSON from images and registries, decoded straight into records, bounded in size and depth."""

from typing import TypeVar

import msgspec

from seawall.errors import InputError, LimitError
from seawall.image.limits import JSON_BYTES

T = TypeVar("T")


def decode(raw: bytes, type_: type[T], what: str) -> T:
    """Decode a document; ``what`` names it in messages.

    Raises:
        InputError: it is no JSON, or not of that shape.
        LimitError: it is larger than allowed.
    """
    if len(raw) > JSON_BYTES:
        raise LimitError(f"{what} is larger than {JSON_BYTES >> 20} MiB")
    try:
        return msgspec.json.decode(raw, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{what} cannot be read", cause=str(error)) from error
