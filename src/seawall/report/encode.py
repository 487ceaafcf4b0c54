"""JSON that is written piece by piece, and that no byte of an image can break.

Large reports never stand in memory twice: lists that are given as iterators are encoded one element at a time,
one a line, so that a report can be searched and compared with plain tools.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TextIO, TypeVar

import msgspec

from seawall.report.text import octets

T = TypeVar("T")
_encoder = msgspec.json.Encoder()

# JSON allows these raw inside strings; terminals and editors act on them (C1 controls, bidirectional overrides,
# line separators, byte order mark). Escaped they are the same data.
_RISKY = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


def encode(value: object) -> str:
    """``value`` (records, dicts, lists, scalars) as JSON on one line; text that is no Unicode is replaced."""
    try:
        text = _encoder.encode(value).decode()
    except UnicodeEncodeError:
        text = _encoder.encode(_scrubbed(msgspec.to_builtins(value))).decode()
    if text.isascii() and "\x7f" not in text:
        return text
    return _RISKY.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


class Encoded(NamedTuple):
    """A list's elements, in JSON already, one line each."""

    texts: Iterator[str]


def encoded(items: Iterable[T], form: Callable[[T], object] = lambda item: item) -> Encoded:
    """``form`` of each element, encoded; in the way that the sequence has for it, if there is one."""

    def text(item: T) -> str:
        return encode(form(item))

    texts = getattr(items, "texts", None)
    return Encoded(map(text, items) if texts is None else texts(text))


def _scrubbed(value: object) -> object:
    """A copy without lone surrogates (file names that are no UTF-8 hold them), which JSON cannot say."""
    if isinstance(value, str):
        return octets(value).decode("utf-8", "replace")
    if isinstance(value, dict):
        return {_scrubbed(key): _scrubbed(item) for key, item in value.items()}
    return [_scrubbed(item) for item in value] if isinstance(value, list | tuple) else value


def write_object(out: TextIO, fields: Iterable[tuple[str, object]]) -> None:
    """Write a JSON object, one field a line; a field of many elements becomes a list, one a line."""
    separator = "{\n"
    for name, value in fields:
        out.write(f"{separator}{encode(name)}: ")
        separator = ",\n"
        if isinstance(value, Encoded):
            _write_list(out, value.texts)
        elif isinstance(value, Iterator):
            _write_list(out, map(encode, value))
        else:
            out.write(encode(value))
    out.write("\n}")


def _write_list(out: TextIO, texts: Iterator[str]) -> None:
    separator = "[\n  "
    for text in texts:
        out.write(separator + text)
        separator = ",\n  "
    out.write("[]" if separator.startswith("[") else "\n]")
