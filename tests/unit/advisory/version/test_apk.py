import re
from itertools import zip_longest

from hypothesis import given
from hypothesis import strategies as st

from seawall.advisory.version.apk import key

SUFFIXES = ["alpha", "beta", "pre", "rc", "cvs", "svn", "git", "hg", "p"]
RANKS = {"number": 0, "letter": 1, "suffix": 2, "suffix-number": 3, "commit": 4, "revision": 5, "end": 6}
NUMBERS = st.sampled_from(["0", "00", "01", "010", "1", "2", "10", "19"])
COUNTS = st.sampled_from(["", "0", "1", "12"])
VERSIONS = st.builds(
    "{}{}{}{}{}".format,
    st.lists(NUMBERS, min_size=1, max_size=3).map(".".join),
    st.sampled_from(["", "a", "b"]),
    st.lists(st.builds("_{}{}".format, st.sampled_from(SUFFIXES), COUNTS), max_size=2).map("".join),
    st.sampled_from(["", "~ab", "~abc"]),
    st.sampled_from(["", "-r0", "-r1", "-r10"]),
)

Token = tuple[str, str]


def tokens(version: str) -> list[Token]:
    """apk-package(5): the row of tokens."""
    out: list[Token] = []
    for dot, number, letter, suffix, count, commit, revision in re.findall(
        r"(\.?)(\d+)|([a-z])(?![a-z])|_([a-z]+)(\d*)|(~[0-9a-f]+)|-r(\d+)", version
    ):
        if number:
            out.append(("number" if dot else "first", number))
        elif letter:
            out.append(("letter", letter))
        elif suffix:
            out.append(("suffix", suffix))
            if count:
                out.append(("suffix-number", count))
        elif commit:
            out.append(("commit", commit))
        else:
            out.append(("revision", revision))
    return out


def reference(a: str, b: str) -> int:
    """Token by token; where the kinds differ, the earlier kind is greater, but a pre-release is always less."""
    for one, two in zip_longest(tokens(a), tokens(b), fillvalue=("end", "")):
        if one == two:
            continue
        if one[0] != two[0]:
            pre = [token[0] == "suffix" and token[1] in SUFFIXES[:4] for token in (one, two)]
            if pre[0] != pre[1]:
                return -1 if pre[0] else 1
            return -1 if RANKS[one[0]] > RANKS[two[0]] else 1
        result = values(one, two)
        if result:
            return result
    return 0


def values(one: Token, two: Token) -> int:
    kind, left, right = one[0], one[1], two[1]
    if kind == "suffix":
        return -1 if SUFFIXES.index(left) < SUFFIXES.index(right) else 1
    if kind in {"letter", "commit"} or (kind == "number" and "0" in {left[0], right[0]}):
        return -1 if left < right else 1
    return (int(left) > int(right)) - (int(left) < int(right))


@given(VERSIONS, VERSIONS)
def test_agrees_with_the_token_rules(a: str, b: str) -> None:
    assert (key(a) > key(b)) - (key(a) < key(b)) == reference(a, b)


def test_suffixes_in_order() -> None:
    ascending = ["1_alpha", "1_alpha1", "1_beta", "1_pre", "1_rc", "1", "1-r1"]
    ascending += ["1_cvs", "1_svn", "1_git", "1_hg", "1_p", "1_p1", "1a", "1.0"]
    assert sorted(ascending, key=key) == ascending


def test_what_does_not_parse_is_less() -> None:
    assert key("1.0.0A") < key("1.0.0")
    assert key("1-r-1") < key("1-r0")


@given(st.text(max_size=40))
def test_any_text_has_a_key(text: str) -> None:
    assert isinstance(key(text), bytes)
