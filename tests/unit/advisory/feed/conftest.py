"""What tests of all feeds share: reading bytes as a file, and making a mess of real documents."""

import contextlib
import json
from collections.abc import Callable
from random import Random
from typing import NamedTuple

import pytest

from seawall.advisory.feed.interface import Dated, Feed, Skipped
from seawall.advisory.files import in_memory
from seawall.errors import SeawallError
from seawall.model.advisory import FeedRecord


class Read(NamedTuple):
    """What a feed gave."""

    records: list[FeedRecord]
    skipped: list[Skipped]
    dates: list[str]


Reader = Callable[[Feed, str, bytes], Read]
Mess = Callable[[Feed, str, bytes, Random], None]

_HOSTILE: tuple[object, ...] = (
    None,
    True,
    0,
    -1,
    1e308,
    "",
    "\x00",
    "é" * 300,
    "0",
    [],
    {},
    [[]],
    {"": None},
    ["CVE-2024-1"] * 3,
    "A" * 5000,
)


def _read(feed: Feed, path: str, data: bytes) -> Read:
    result = Read([], [], [])
    for item in feed.read(in_memory(path, data)):
        if isinstance(item, Skipped):
            result.skipped.append(item)
        elif isinstance(item, Dated):
            result.dates.append(item.date)
        else:
            result.records.append(item)
    return result


def _spoil(value: object, random: Random) -> object:
    """The value with one part of it replaced, removed or doubled, at a random depth."""
    if isinstance(value, dict) and value and random.random() < 0.9:
        key = random.choice(list(value))
        if random.random() < 0.1:
            return {name: part for name, part in value.items() if name != key}
        return {**value, key: _spoil(value[key], random)}
    if isinstance(value, list) and value and random.random() < 0.9:
        index = random.randrange(len(value))
        return [*value[:index], _spoil(value[index], random), *value[index + random.randrange(2) :]]
    return random.choice(_HOSTILE)


def _mutated(data: bytes, random: Random) -> bytes:
    kind = random.randrange(4)
    if kind == 0:
        return data[: random.randrange(len(data))]
    if kind == 1:
        spoiled = bytearray(data)
        for _ in range(random.randrange(1, 20)):
            spoiled[random.randrange(len(spoiled))] = random.randrange(256)
        return bytes(spoiled)
    try:
        value = json.loads(data)
    except ValueError:
        return data[::-1]
    for _ in range(random.randrange(1, 4)):
        value = _spoil(value, random)
    return json.dumps(value, ensure_ascii=random.random() < 0.5).encode("utf-8", "surrogatepass")


def _mess(feed: Feed, path: str, data: bytes, random: Random) -> None:
    mutated = _mutated(data, random)
    feed.recognises(in_memory(path, mutated))
    with contextlib.suppress(SeawallError):
        _read(feed, path, mutated)


@pytest.fixture(scope="session")
def read() -> Reader:
    """Read bytes as a feed's file."""
    return _read


@pytest.fixture(scope="session")
def mess() -> Mess:
    """Read a mutated document: anything but an error of ours is a failure."""
    return _mess
