"""A writer of rpm headers, as plain as the format allows."""

import struct
from collections.abc import Callable

import pytest

Value = int | bytes | list[bytes] | list[int]


def write_header(tags: dict[int, Value]) -> bytes:
    index, data = b"", b""
    for tag, value in tags.items():
        if isinstance(value, bytes):
            kind, count, stored = 6, 1, value + b"\0"
        else:
            values = [value] if isinstance(value, int) else value
            numbers = [one for one in values if isinstance(one, int)]
            strings = [one for one in values if isinstance(one, bytes)]
            kind, count = (4, len(numbers)) if numbers else (8, len(strings))
            stored = struct.pack(f">{len(numbers)}I", *numbers) + b"".join(one + b"\0" for one in strings)
        index += struct.pack(">4I", tag, kind, len(data), count)
        data += stored
    return struct.pack(">2I", len(tags), len(data)) + index + data


@pytest.fixture(scope="session")
def rpm_header() -> Callable[[dict[int, Value]], bytes]:
    return write_header
