import re

from hypothesis import given
from hypothesis import strategies as st

from seawall.advisory.version.rpm import key

TEXT = st.text(alphabet="01.~^-:_aZ", max_size=9)


def vercmp(a: str, b: str) -> int:
    """The comparison as rpm's documentation tells it, step by step."""
    while a or b:
        a, b = re.sub(r"^[^A-Za-z0-9~^]+", "", a), re.sub(r"^[^A-Za-z0-9~^]+", "", b)
        for mark, alone in (("~", -1), ("^", 0)):
            if a[:1] == mark or b[:1] == mark:
                if a[:1] != mark:
                    return 1 if alone or b == "" else (-1 if a == "" else 1)
                if b[:1] != mark:
                    return -1 if alone or b else 1
                return vercmp(a[1:], b[1:])
        if not a or not b:
            break
        kind = r"^[0-9]+" if a[0].isdigit() else r"^[A-Za-z]+"
        one, two = re.match(kind, a), re.match(kind, b)
        assert one
        if two is None:
            return 1 if a[0].isdigit() else -1
        left, right = one[0], two[0]
        a, b = a[len(left) :], b[len(right) :]
        if left[0].isdigit() and int(left) != int(right):
            return -1 if int(left) < int(right) else 1
        if not left[0].isdigit() and left != right:
            return -1 if left < right else 1
    return bool(a) - bool(b)


def split(version: str) -> tuple[int, str, str | None]:
    match = re.match(r"([0-9]*):", version)
    epoch, rest = (int(match[1] or "0"), version[match.end() :]) if match else (0, version)
    name, dash, release = rest.rpartition("-")
    return (epoch, name, release) if dash else (epoch, rest, None)


def reference(a: str, b: str) -> int:
    one, two = split(a), split(b)
    if one[0] != two[0]:
        return -1 if one[0] < two[0] else 1
    if result := vercmp(one[1], two[1]):
        return result
    if one[2] is None or two[2] is None:
        return (one[2] is not None) - (two[2] is not None)
    return vercmp(one[2], two[2])


@given(TEXT, TEXT)
def test_agrees_with_rpmvercmp(a: str, b: str) -> None:
    assert (key(a) > key(b)) - (key(a) < key(b)) == reference(a, b)


def test_tilde_end_caret_letters_digits() -> None:
    words = ["1.0~rc1", "1.0", "1.0^git1", "1.0.a", "1.0.1"]
    assert sorted(words, key=key) == words


def test_missing_release_is_before_any() -> None:
    assert key("1") < key("1-") < key("1-1")
    assert key("1:1-1") > key("99-1")


@given(st.text(max_size=40))
def test_any_text_has_a_key(text: str) -> None:
    assert isinstance(key(text), bytes)
