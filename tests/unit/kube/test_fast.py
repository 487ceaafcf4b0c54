import os

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from seawall.kube import fast
from seawall.kube.document import slow
from seawall.model.kube import Json, Origin

READER = fast.FastReader()
WORDS = st.sampled_from(
    [
        "yes",
        "no",
        "on",
        "off",
        "true",
        "false",
        "True",
        "null",
        "Null",
        "~",
        "y",
        "n",
        "0",
        "007",
        "0x1F",
        "0o17",
        "1_000",
        "1e3",
        ".5",
        "1.",
        "+1",
        "-0",
        "1.10",
        "12:30",
        "2001-01-01",
        "inf",
        ".nan",
        "=",
        "<<",
        "nginx:1.25",
        "a,b",
        "5%",
        "100m",
        "x#y",
        "*.com",
        "@a",
        "`b",
        "{{x}}",
        "99999999999999999999",
        "1.2.3",
        "-x",
        "'q'",
        '"d"',
        "|",
        ">",
        "|-",
        "-",
        "?",
        "!",
        "%",
        "&",
        "[",
        "]",
        "{",
        "}",
        ":",
        "é",
        "\u2028",
        "\x85",
        "C:\\u0041",
        "a\\n",
        "",
    ]
)
TEXTS = st.one_of(WORDS, st.text("ab :#-'\"\\\n\t,[]{}&*!|>%@?", max_size=12))
SCALARS = st.one_of(TEXTS, st.integers(-(10**20), 10**20), st.booleans(), st.none(), st.floats(-1e6, 1e6))
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=12
)
LINES = st.lists(
    st.tuples(
        st.sampled_from(["", "  ", "    ", " "]),
        st.sampled_from(
            ["", "- ", "a: ", "b: ", "'c': ", '"d": ', "- e: ", "- - ", "? ", "<<: ", "# ", "1.5: ", "null: "]
        ),
        st.one_of(
            WORDS,
            st.sampled_from(
                ["", "[a, b]", "{a: b}", "{c: [d,", "e]}", "'it''s'", '"x\\"y"', '"', "|", ">-", "x", "&a x", "*a"]
            ),
        ),
    ).map("".join),
    min_size=1,
    max_size=7,
).map("\n".join)


def agree(text: str) -> None:
    """Whatever the fast way reads, the slow one reads alike, without a complaint."""
    data = text.encode() if text.endswith("\n") else text.encode() + b"\n"
    if not fast.is_plain(data):
        return
    with fast.silenced():
        json = READER.read(data)
    if json is not None:
        other, problems = slow(data, Origin())
        assert problems == []
        assert other is not None
        assert msgspec.json.decode(json) == msgspec.json.decode(other)


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4), st.sampled_from([True, False, None]))
def test_both_ways_agree_on_what_a_program_wrote(value: dict[str, Json], flow: bool | None) -> None:
    agree(yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True, width=20))


@given(LINES)
def test_both_ways_agree_on_what_nobody_would_write(text: str) -> None:
    agree(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: yes", "a: ~", "- no", "a: [on, b]", "a: 0644", "a: 1_000", "a: 1e3", "a: 0x1F", "a: !x y", "a: &a b",
        "<<: {a: b}",
        "a: *b", "1.5: a", "null: a", "a:\tb", "a: \x85", "a: @b", "a: |+", "? a", ": a", "a: }", "{null}",
        "a: 'b' c", "\ufeffa: b",
    ],
)  # fmt: skip
def test_what_takes_the_slow_way(text: str) -> None:
    assert not fast.is_plain(text.encode() + b"\n")


@pytest.mark.parametrize(
    "text", ["a: b", "a: 1.5", "a: 80", "a: 'yes'", "a: |\n  x", "a: [b, c]", "a: é", "nob: normal"]
)
def test_what_takes_the_fast_way(text: str) -> None:
    data = text.encode() + b"\n"
    assert fast.is_plain(data)
    assert READER.read(data) is not None


@pytest.mark.parametrize("text", ["", "# c", "a: [", "a: 1\na: 2", "x", "[a]", "a: " + "[" * 70 + "]" * 70])
def test_what_the_fast_way_leaves_to_the_slow_one(text: str) -> None:
    with fast.silenced():
        assert READER.read(text.encode() + b"\n") is None
        assert READER.read(b"a: b\n") == b'{"a":"b"}'


def test_a_document_larger_than_the_buffer() -> None:
    text = "a: " + "x" * (2 << 20)
    assert READER.read(text.encode() + b"\n") == b'{"a":"' + b"x" * (2 << 20) + b'"}'


def test_nothing_reaches_standard_error(capfd: pytest.CaptureFixture[str]) -> None:
    with fast.silenced():
        READER.read(b"a: b: c\n")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"
