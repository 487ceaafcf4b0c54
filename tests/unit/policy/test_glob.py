import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.policy.glob import GlobIndex


def slow(pattern: str, text: str, *, path: bool) -> bool:
    """The plain reference: try every way."""
    if not pattern:
        return not text
    if path and pattern.startswith("**/"):
        after = [text, *(text[cut + 1 :] for cut, char in enumerate(text) if char == "/")]
        return any(slow(pattern[3:], rest, path=path) for rest in after)
    stars = len(pattern) - len(pattern.lstrip("*"))
    if stars:
        across = not path or stars > 1
        ends = range(len(text) + 1)
        return any(slow(pattern[stars:], text[end:], path=path) for end in ends if across or "/" not in text[:end])
    if not text or (pattern[0] == "?" and path and text[0] == "/"):
        return False
    return (pattern[0] in {"?", text[0]}) and slow(pattern[1:], text[1:], path=path)


texts = st.text(alphabet="ab/\n[.", max_size=7)


@given(st.text(alphabet="ab/*?[.", max_size=7), texts, st.booleans())
def test_equals_the_slow_reference(pattern: str, text: str, path: bool) -> None:
    index = GlobIndex([(pattern,)], path=path)
    assert bool(index.rules((text,))) is slow(pattern, text, path=path)


@pytest.mark.parametrize(
    ("pattern", "text", "holds"),
    [
        ("/opt/**", "/opt/a/b", True),
        ("/opt/*", "/opt/a/b", False),
        ("**/package.json", "package.json", True),
        ("/a/**/b", "/a/b", True),
        ("/app/[id].js", "/app/[id].js", True),
    ],
)
def test_paths(pattern: str, text: str, holds: bool) -> None:
    assert bool(GlobIndex([(pattern,)], path=True).rules((text,))) is holds


def test_no_pattern_names_everything_and_any_text_suffices() -> None:
    index = GlobIndex([(), ("a", "x*"), ("b",)])
    assert index.rules(()) == 0b001
    assert index.rules(("q", "xyz")) == 0b011
    assert index.rules(("b", "a")) == 0b111


def test_names_that_are_no_unicode_still_match() -> None:
    assert GlobIndex([("/bad*",)], path=True).rules(("/bad\udcff",)) == 1


def test_stars_cannot_hang() -> None:
    assert GlobIndex([("*a" * 400 + "b",)]).rules(("a" * 20_000,)) == 0
