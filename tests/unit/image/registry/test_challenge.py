import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.image.registry.challenge import Challenge, parse

WORDS = st.text(alphabet="abcXYZ019-_", min_size=1, max_size=8)
VALUES = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=20)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", []),
        (",, ,", []),
        ("Basic", [("basic", {})]),
        ('Basic realm="a, b"', [("basic", {"realm": "a, b"})]),
        ('Bearer realm="https://a/t",service=b,scope="r:x:pull,push"',
         [("bearer", {"realm": "https://a/t", "service": "b", "scope": "r:x:pull,push"})]),
        ('Negotiate YWJj==, Basic realm="x", Bearer realm = "y"',
         [("negotiate", {}), ("basic", {"realm": "x"}), ("bearer", {"realm": "y"})]),
        (r'Bearer realm="q\"uote\\"', [("bearer", {"realm": 'q"uote\\'})]),
        ('realm="no scheme"', []),
        ('Bearer realm="never closed', [("bearer", {})]),
    ],
)  # fmt: skip
def test_headers_of_the_field(header: str, expected: list[tuple[str, dict[str, str]]]) -> None:
    found = [(one.scheme, one.parameters) for one in parse(header)]
    assert found == expected


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@given(
    st.lists(
        st.tuples(WORDS, st.dictionaries(WORDS.map(str.lower), VALUES, min_size=1, max_size=3)), min_size=1, max_size=3
    )
)
def test_what_is_written_is_read_again(challenges: list[tuple[str, dict[str, str]]]) -> None:
    header = ", ".join(
        f"{scheme} " + ", ".join(f"{key}={_quoted(value)}" for key, value in parameters.items())
        for scheme, parameters in challenges
    )
    expected = tuple(Challenge(scheme=scheme.lower(), parameters=parameters) for scheme, parameters in challenges)
    assert parse(header) == expected


@given(st.text(max_size=200) | st.text(alphabet='Bearer ="\\,a', max_size=200))
def test_any_header_is_survived(header: str) -> None:
    assert all(isinstance(one, Challenge) for one in parse(header))
