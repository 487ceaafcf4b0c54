import io
import json

from hypothesis import given
from hypothesis import strategies as st

from seawall.report.encode import encode, write_object

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(values)
def test_it_is_json_of_the_same_value(value: object) -> None:
    assert json.loads(encode(value)) == value


def test_what_is_no_unicode_is_replaced() -> None:
    assert json.loads(encode({"k\udcff": ["a\udcff", "\ud800"]})) == {"k\ufffd": ["a\ufffd", "?"]}


def test_what_a_terminal_acts_on_is_escaped() -> None:
    assert encode("\x1b\x9b\u202e") == '"\\u001b\\u009b\\u202e"'


@given(st.dictionaries(st.text(), st.lists(values, max_size=3), max_size=3))
def test_streamed_lists_are_lists(value: dict[str, list[object]]) -> None:
    out = io.StringIO()
    write_object(out, [("first", 1), *((name, iter(items)) for name, items in value.items())])
    assert json.loads(out.getvalue()) == {"first": 1} | value
