"""JSON that is written piece by piece, and that no byte of an image can break.

Large reports never stand in memory twice: lists that are given as iterators are encoded one element at a time,
one a line, so that a report can be searched and compared with plain tools.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TextIO

import msgspec

from seawall.report.text import octets

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


def _scrubbed(value: object) -> object:
    """A copy without lone surrogates (file names that are no UTF-8 hold them), which JSON cannot say."""
    if isinstance(value, str):
        return octets(value).decode("utf-8", "replace")
    if isinstance(value, dict):
        return {_scrubbed(key): _scrubbed(item) for key, item in value.items()}
    return [_scrubbed(item) for item in value] if isinstance(value, list | tuple) else value


def write_object(out: TextIO, fields: Iterable[tuple[str, object]]) -> None:
    """Write a JSON object, one field a line; a field that is an iterator becomes a list, one element a line."""
    separator = "{\n"
    for name, value in fields:
        out.write(f"{separator}{encode(name)}: ")
        separator = ",\n"
        if isinstance(value, Iterator):
            _write_list(out, value)
        else:
            out.write(encode(value))
    out.write("\n}")


def _write_list(out: TextIO, items: Iterator[object]) -> None:
    separator = "[\n  "
    for item in items:
        out.write(separator + encode(item))
        separator = ",\n  "
    out.write("[]" if separator.startswith("[") else "\n]")
