import re
from itertools import zip_longest

from hypothesis import given
from hypothesis import strategies as st

from seawall.advisory.version.rubygems import key

SEGMENTS = st.lists(st.sampled_from(["0", "1", "2", "10", "00", "a", "b", "rc", "pre"]), min_size=1, max_size=5)
VERSIONS = SEGMENTS.map(".".join)


def reference(a: str, b: str) -> int:
    """``Gem::Version#<=>`` on canonical segments: missing is zero, words are less than numbers."""
    one, two = canonical(a), canonical(b)
    for x, y in zip_longest(one, two, fillvalue="0"):
        if x.isdigit() and y.isdigit():
            if int(x) != int(y):
                return -1 if int(x) < int(y) else 1
        elif x.isdigit() != y.isdigit():
            return 1 if x.isdigit() else -1
        elif x != y:
            return -1 if x < y else 1
    return 0


def canonical(version: str) -> list[str]:
    parts = re.findall(r"[0-9]+|[a-z]+", version)
    word = next((at for at, part in enumerate(parts) if part.isalpha()), len(parts))
    return trimmed(parts[:word]) + trimmed(parts[word:])


def trimmed(parts: list[str]) -> list[str]:
    while parts and parts[-1].isdigit() and int(parts[-1]) == 0:
        parts = parts[:-1]
    return parts


@given(VERSIONS, VERSIONS)
def test_agrees_with_gem_version(a: str, b: str) -> None:
    assert (key(a) > key(b)) - (key(a) < key(b)) == reference(a, b)


def test_words_are_prereleases() -> None:
    assert key("1.0.0-rc1") == key("1.0.0.pre.rc1") < key("1")


@given(st.text(max_size=40))
def test_any_text_has_a_key(text: str) -> None:
    assert isinstance(key(text), bytes)
