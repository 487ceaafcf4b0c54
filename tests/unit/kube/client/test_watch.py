import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.errors import LimitError, SeawallError, ServiceError
from seawall.kube.client import watch
from seawall.kube.client.errors import ExpiredError, ForbiddenError, UnreachableError
from seawall.kube.client.resource import PODS
from seawall.kube.client.watch import Event, read_events


def events_of(chunks: list[bytes]) -> list[Event]:
    async def give() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    async def read() -> list[Event]:
        return [event async for event in read_events(give(), PODS, "watch pods")]

    return asyncio.run(read())


def line(kind: str, **meta: str) -> bytes:
    return json.dumps({"type": kind, "object": {"metadata": meta}}).encode() + b"\n"


def cut_at(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


@given(st.lists(st.text(max_size=8), max_size=12), st.lists(st.integers(0, 10_000), max_size=12))
def test_events_do_not_depend_on_how_the_network_cuts_them(names: list[str], places: list[int]) -> None:
    kinds = ("ADDED", "MODIFIED", "DELETED", "BOOKMARK")
    data = b"".join(line(kinds[number % 4], name=name) for number, name in enumerate(names))
    found = events_of(cut_at(data, places))
    assert [(event.type.value, event.item.name) for event in found] == [
        (kinds[number % 4], name) for number, name in enumerate(names)
    ]


def test_a_line_that_is_cut_off_does_not_count() -> None:
    data = line("ADDED", name="a") + line("ADDED", name="b")[:-1]
    assert [event.item.name for event in events_of([data])] == ["a"]


def test_unknown_events_are_passed_over() -> None:
    assert events_of([line("NEWS", name="a")]) == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ({"code": 410, "message": "too old"}, ExpiredError),
        ({"code": 403, "message": "no"}, ForbiddenError),
        ({"code": 500, "message": "etcd"}, UnreachableError),
        ({"code": 504, "message": "Too large resource version"}, UnreachableError),
        ({"code": "x"}, UnreachableError),
        ([], UnreachableError),
    ],
)
def test_errors_in_a_watch(status: object, kind: type[ServiceError]) -> None:
    with pytest.raises(kind):
        events_of([json.dumps({"type": "ERROR", "object": status}).encode() + b"\n"])


def test_a_line_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_LONGEST_LINE", 1000)
    with pytest.raises(LimitError, match="one object is larger"):
        events_of([b"x" * 600, b"x" * 600])


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_hostile_bytes_never_surprise(chunks: list[bytes]) -> None:
    with contextlib.suppress(SeawallError):
        events_of(chunks)
