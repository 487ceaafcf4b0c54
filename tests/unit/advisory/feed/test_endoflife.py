import json
from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.advisory.feed.endoflife import EndOfLife
from seawall.advisory.files import in_memory
from seawall.model.advisory import SupportPeriod

ANSWER: dict[str, Any] = {
    "schema_version": "1.2.0",
    "generated_at": "2026-11-01T00:00:00+00:00",
    "total": 1,
    "result": [
        {
            "name": "alpine-linux",
            "releases": [
                {"name": "3.19", "isEol": True, "eolFrom": "2025-11-01"},
                {"name": "3.23", "isEol": False, "eolFrom": None},
                {"name": "2.1", "isEol": True, "eolFrom": None},
            ],
        },
        {
            "name": "debian",
            "releases": [{"name": "12", "isEol": False, "eolFrom": "2026-06-10", "eoesFrom": "2028-06-30"}],
        },
    ],
}


def test_release_becomes_period(read: Callable[..., Any]) -> None:
    result = read(EndOfLife(), "products-full.json", json.dumps(ANSWER).encode())
    assert result.dates == ["2026-11-01T00:00:00+00:00"]
    assert result.records == [
        SupportPeriod(product="alpine", release="3.19", ends="2025-11-01"),
        SupportPeriod(product="alpine", release="3.23"),
        SupportPeriod(product="debian", release="12", ends="2026-06-10", extended_ends="2028-06-30"),
    ]
    assert [item.where for item in result.skipped] == ["alpine-linux 2.1"]


def test_bad_parts_are_counted_and_the_rest_kept(read: Callable[..., Any]) -> None:
    odd = {**ANSWER, "result": [3, {"name": "x", "releases": [{}]}, *ANSWER["result"]]}
    result = read(EndOfLife(), "products-full.json", json.dumps(odd).encode())
    assert len(result.records) == 3
    assert sum(item.broken for item in result.skipped) == 2


def test_recognises_its_own() -> None:
    assert EndOfLife().recognises(in_memory("full.json", json.dumps(ANSWER).encode()))
    assert not EndOfLife().recognises(in_memory("full.json", b'{"result": [], "releases": 1}'))


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_mutated_documents_never_crash(mess: Callable[..., None], random: Random) -> None:
    mess(EndOfLife(), "products-full.json", json.dumps(ANSWER).encode(), random)
