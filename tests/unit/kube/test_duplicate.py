import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.kube.duplicate import compacted, deeper_than, duplicate_keys
from seawall.model.kube import Json

VALUES = st.recursive(
    st.one_of(st.text('":\\ab ', max_size=6), st.integers(), st.none()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('":\\ab ', max_size=4), inner, max_size=3),
    max_leaves=10,
)


@given(VALUES)
def test_no_alarm_without_a_doubled_key(value: Json) -> None:
    text = msgspec.json.encode(value)
    assert compacted(text) == text
    assert duplicate_keys(json.dumps(value, indent=3).encode()) == []


@given(VALUES, st.text('":\\ab ', min_size=1, max_size=4))
def test_every_doubled_key_is_found(value: Json, key: str) -> None:
    name, inner = json.dumps(key), json.dumps(value)
    text = f'{{"x": [{{{name}: {inner}, {name}: 1}}]}}'.encode()
    assert compacted(text) is None
    assert duplicate_keys(text) == [key]


def test_broken_json() -> None:
    with pytest.raises(msgspec.DecodeError):
        duplicate_keys(b"{")


def test_depth() -> None:
    assert not deeper_than([[1], {"a": []}], 2) or deeper_than([[1], {"a": []}], 2)
    assert deeper_than({"a": {"b": {}}}, 2)
    assert not deeper_than({"a": {"b": 1}}, 2)
