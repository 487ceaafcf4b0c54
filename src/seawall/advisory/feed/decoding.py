"""What all feeds need to read hostile bytes: bounded content, typed JSON, believable identifiers."""

import re
from typing import TypeVar

import msgspec

from seawall.advisory.compression import decompressed
from seawall.advisory.feed.interface import FeedFile
from seawall.errors import InputError
from seawall.model.identifiers import VulnerabilityId

T = TypeVar("T")

BAD_JSON = (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes that are no such JSON."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+-]{2,99}")
_DATE = re.compile(r"(19|20)\d\d-\d\d-\d\d(T[0-9:.]{5,20}(Z|[+-]\d\d:?\d\d)?)?")
_SPACE = re.compile(r"\s+")


def content(file: FeedFile, limit: int) -> bytes:
    """A file's bytes, decompressed where it is gzip, bzip2, xz or Zstandard.

    Raises:
        InputError: they cannot be read.
        LimitError: there are more than ``limit``.
    """
    with decompressed(file.open(), file.path, limit) as stream:
        return stream.read()


def decode(file: FeedFile, decoder: msgspec.json.Decoder[T], limit: int) -> T:
    """A JSON file as a typed value.

    Raises:
        InputError: it is no JSON, or not of that shape.
    """
    try:
        return decoder.decode(content(file, limit))
    except BAD_JSON as error:
        raise InputError(f"{file.path} is not what this feed writes", cause=str(error)) from error


def believable(text: str) -> bool:
    """Whether it can be a vulnerability's identifier: 3 to 100 letters, digits and ``._:@+-``."""
    return _ID.fullmatch(text) is not None


def identifiers(texts: list[str]) -> tuple[VulnerabilityId, ...]:
    """The believable ones of them, each once, in order."""
    return tuple(VulnerabilityId(text) for text in dict.fromkeys(texts) if believable(text))


def date(text: str | None) -> str:
    """The text where it is an ISO 8601 date or time of our days (Go's zero time is none), else empty."""
    return text if text and _DATE.fullmatch(text) else ""


def line(text: str | None, width: int = 200) -> str:
    """One line of at most ``width`` characters."""
    if not text:
        return ""
    flat = _SPACE.sub(" ", text[: 4 * width]).strip()
    return flat if len(flat) <= width else flat[: width - 1].rstrip() + "…"
