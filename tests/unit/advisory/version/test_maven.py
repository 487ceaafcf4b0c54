import re

from hypothesis import assume, given
from hypothesis import strategies as st

from seawall.advisory.version.maven import key

WORDS = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"]
ALIASES = {"ga": "", "final": "", "release": "", "cr": "rc"}
SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}
QUALIFIERS = st.sampled_from(["", "a", "rc", "sp", "x", "final"])
VERSIONS = st.text(alphabet="01.-", min_size=1, max_size=5).flatmap(
    lambda head: st.builds("1{}{}{}".format, st.just(head), QUALIFIERS, st.sampled_from(["", "1", "-1", ".1"]))
)

Token = tuple[str, int | str]


def tokens(version: str) -> list[Token]:
    """POM reference, "Version Order Specification": split, then trim nulls before each hyphen and the end."""
    out: list[Token] = []
    for prefix, raw in zip(
        "-" + "".join(re.findall(r"[.\-]", version)), re.split(r"[.\-]", version.lower()), strict=True
    ):
        pieces = re.findall(r"[0-9]+|[^0-9]+", raw) or ["0"]
        for at, piece in enumerate(pieces):
            mark = prefix if at == 0 else "-"
            if piece.isdigit():
                out.append((mark, int(piece)))
            else:
                word = SHORT.get(piece, piece) if at + 1 < len(pieces) else piece
                out.append((mark, ALIASES.get(word, word)))
    at = len(out) - 1
    while at > 0:
        if out[at][1] in {0, ""}:
            del out[at]
            at -= 1
            continue
        while at >= 0 and out[at][0] != "-":
            at -= 1
        at -= 1
    return out


def rank(token: Token) -> tuple[int, int, str]:
    """``.word < -word < -number < .number``; words by the table, then by the alphabet."""
    prefix, value = token
    if isinstance(value, int):
        return (2 if prefix == "-" else 3), value, ""
    return (
        (1 if prefix == "-" else 0),
        (WORDS.index(value) if value in WORDS else 7),
        value if value not in WORDS else "",
    )


def against_null(rest: list[Token]) -> int:
    for _, value in rest:
        if isinstance(value, int):
            if value:
                return 1
        elif value != "":
            return -1 if value in WORDS[:5] else 1
    return 0


def reference(a: str, b: str) -> int:
    one, two = tokens(a), tokens(b)
    for at in range(max(len(one), len(two))):
        if at >= len(one):
            return -against_null(two[at:])
        if at >= len(two):
            return against_null(one[at:])
        if one[at] != two[at]:
            left, right = rank(one[at]), rank(two[at])
            return (left > right) - (left < right)
    return 0


@given(VERSIONS, VERSIONS, VERSIONS)
def test_agrees_with_the_specification(a: str, b: str, c: str) -> None:
    # where the specification's comparison is no order (it has cycles), no key can follow it
    signs = [reference(a, b), reference(b, c), reference(a, c)]
    assume(not (signs[0] == signs[1] != signs[2]))
    assume(all(against_null(tokens(one)[at:]) > 0 for one in (a, b) for at in range(1, len(tokens(one)))))
    assert (key(a) > key(b)) - (key(a) < key(b)) == reference(a, b)


def test_qualifiers_in_order() -> None:
    words = ["1-alpha-1", "1-beta-1", "1-milestone-1", "1-rc-1", "1-SNAPSHOT", "1", "1-sp", "1-xyz", "1-1", "1.1"]
    assert sorted(words, key=key) == words


def test_aliases_and_nulls() -> None:
    assert key("1") == key("1.0.0") == key("1-ga") == key("1.FINAL") == key("1release") == key("1-0.0")
    assert key("1a1") == key("1-alpha-1")
    assert key("1-cr2") == key("1-rc2")
    assert key("1-1") == key("1-ga-1")


def test_a_zero_before_a_prerelease_stays_one() -> None:
    assert key("1.0.0-RC2") < key("1.0.0.RC1") < key("1.0.0")


@given(st.text(max_size=40))
def test_any_text_has_a_key(text: str) -> None:
    assert isinstance(key(text), bytes)
