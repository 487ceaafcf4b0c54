from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from seawall.advisory.version.pep440 import key

NUMBERS = st.integers(0, 12).map(str)


def part(*words: str) -> st.SearchStrategy[str]:
    """A word with a number, or nothing."""
    return st.one_of(st.just(""), st.builds("{}{}".format, st.sampled_from(words), NUMBERS))


MODERN = st.builds(
    "{}{}{}{}{}{}".format,
    st.sampled_from(["", "v", "1!", "0!"]),
    st.lists(NUMBERS, min_size=1, max_size=4).map(".".join),
    part("a", ".beta", "-c", "rc", "pre", "_preview.", "ALPHA"),
    part(".post", "-", "rev", ".r"),
    part(".dev", "-dev", "dev"),
    st.sampled_from(["", "+a", "+b1", "+1", "+01.a", "+10", "+a.1", "+1.1.a"]),
)


@given(MODERN, MODERN)
def test_agrees_with_packaging(a: str, b: str) -> None:
    one, two = Version(a), Version(b)
    assert (key(a) > key(b)) - (key(a) < key(b)) == (one > two) - (one < two)


def test_legacy_versions_are_before_all_others() -> None:
    assert key("0.1-bulbasaur") < key("0.0.dev0")
    assert key("0.9-eevee") < key("0.9-fearow")
    assert key("foo-pre") < key("foo-1")


@given(st.text(max_size=40))
def test_any_text_has_a_key(text: str) -> None:
    assert isinstance(key(text), bytes)
