from itertools import zip_longest

from hypothesis import given
from hypothesis import strategies as st

from seawall.advisory.version.semver import key, nuget_key, pub_key

IDENTIFIERS = st.lists(st.sampled_from(["alpha", "beta", "rc", "1", "2", "10", "a-b", "x1"]), min_size=1, max_size=3)
VERSIONS = st.builds(
    "{}{}{}".format,
    st.lists(st.integers(0, 11).map(str), min_size=3, max_size=3).map(".".join),
    st.one_of(st.just(""), IDENTIFIERS.map(lambda parts: "-" + ".".join(parts))),
    st.sampled_from(["", "+build", "+1"]),
)


def reference(a: str, b: str) -> int:
    """Section 11 of the standard."""
    one, two = (version.split("+")[0].partition("-") for version in (a, b))
    left, right = [int(n) for n in one[0].split(".")], [int(n) for n in two[0].split(".")]
    if left != right:
        return -1 if left < right else 1
    if bool(one[2]) != bool(two[2]):
        return -1 if one[2] else 1
    for x, y in zip_longest(one[2].split("."), two[2].split(".")):
        if x is None or y is None:
            return -1 if x is None else 1
        if x == y:
            continue
        if x.isdigit() and y.isdigit():
            return -1 if int(x) < int(y) else 1
        if x.isdigit() != y.isdigit():
            return -1 if x.isdigit() else 1
        return -1 if x < y else 1
    return 0


@given(VERSIONS, VERSIONS)
def test_agrees_with_the_standard(a: str, b: str) -> None:
    assert (key(a) > key(b)) - (key(a) < key(b)) == reference(a, b)


def test_missing_numbers_are_zero_and_v_does_not_count() -> None:
    assert key("v1.2") == key("=1.2.0") == key("1.2.0+build")


def test_nuget_ignores_case_and_has_four_numbers() -> None:
    assert nuget_key("1.0-BETA") == nuget_key("1.0.0.0-beta")
    assert nuget_key("1.0.0.1") > nuget_key("1.0.0")


def test_pub_orders_builds() -> None:
    assert pub_key("1.2.3") < pub_key("1.2.3+1") < pub_key("1.2.3+2") < pub_key("1.2.3+a")


@given(st.text(max_size=40))
def test_any_text_has_a_key(text: str) -> None:
    assert isinstance(key(text) + nuget_key(text) + pub_key(text), bytes)
