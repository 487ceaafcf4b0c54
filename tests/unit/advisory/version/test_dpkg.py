from hypothesis import given
from hypothesis import strategies as st

from seawall.advisory.version.dpkg import key

PARTS = st.text(alphabet="019.+~-:abzA", max_size=8)
VERSIONS = st.one_of(PARTS, st.builds("{}:{}-{}".format, st.sampled_from(["0", "1", "02"]), PARTS, PARTS))


def order(char: str) -> int:
    """deb-version(7), a character at a time."""
    if char == "~":
        return -1
    if char.isalpha():
        return ord(char)
    return ord(char) + 256


def part(a: str, b: str) -> int:
    """One part, the slow way the manual tells it."""
    while a or b:
        while (a and not a[0].isdigit()) or (b and not b[0].isdigit()):
            left = order(a[0]) if a and not a[0].isdigit() else 0
            right = order(b[0]) if b and not b[0].isdigit() else 0
            if left != right:
                return -1 if left < right else 1
            a, b = a[1:], b[1:]
        first, second = digits(a), digits(b)
        if int(first or "0") != int(second or "0"):
            return -1 if int(first or "0") < int(second or "0") else 1
        a, b = a[len(first) :], b[len(second) :]
    return 0


def digits(text: str) -> str:
    return text[: len(text) - len(text.lstrip("0123456789"))]


def split(version: str) -> tuple[int, str, str]:
    epoch, colon, rest = version.partition(":")
    if not colon or not epoch.isdigit():
        epoch, rest = "0", version
    upstream, dash, revision = rest.rpartition("-")
    return (int(epoch), upstream, revision) if dash else (int(epoch), rest, "")


def reference(a: str, b: str) -> int:
    one, two = split(a), split(b)
    if one[0] != two[0]:
        return -1 if one[0] < two[0] else 1
    return part(one[1], two[1]) or part(one[2], two[2])


@given(VERSIONS, VERSIONS)
def test_agrees_with_the_manual(a: str, b: str) -> None:
    assert (key(a) > key(b)) - (key(a) < key(b)) == reference(a, b)


def test_tilde_end_letters_others() -> None:
    words = ["1.0~~", "1.0~", "1.0~a", "1.0", "1.0a", "1.0+", "1.0."]
    assert sorted(words, key=key) == words


def test_missing_epoch_and_revision_are_zero() -> None:
    assert key("1.0") == key("0:1.0-0") == key(" 00:1.0-000 ")


def test_word_as_epoch_is_upstream() -> None:
    assert key("abc:1") > key("99")


@given(st.text(max_size=40))
def test_any_text_has_a_key(text: str) -> None:
    assert isinstance(key(text), bytes)


def test_numbers_of_any_length() -> None:
    assert key("1" * 500) < key("2" * 500) < key("1" * 501)
