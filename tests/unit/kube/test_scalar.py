import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.kube.scalar import NOT_JSON, Scalar, key_text, resolve


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True), ("On", True), ("y", True), ("N", False), ("off", False), ("yEs", "yEs"), ("TRUE", True),
        ("", None), ("~", None), ("Null", None), ("nUll", "nUll"),
        ("0", 0), ("-0", 0), ("0644", 420), ("0o644", 420), ("0x1F", 31), ("0b101", 5), ("+12", 12), ("1_000", 1000),
        ("08", 8.0), ("12:30:45", "12:30:45"), ("2001-01-01", "2001-01-01"), ("1.2.3", "1.2.3"), ("-", "-"),
        ("1e3", 1000.0), ("1.", 1.0), (".5", 0.5), ("-.5e1", -5.0), (".e1", ".e1"), ("1e999", "1e999"),
        ("18446744073709551615", 18446744073709551615), ("18446744073709551616", 18446744073709551616.0),
        ("infinity", "infinity"), ("nan", "nan"), ("=", "="), ("<<", "<<"), ("5%", "5%"), ("0x", "0x"),
    ],
)  # fmt: skip
def test_plain_scalars_as_kubernetes_reads_them(text: str, value: Scalar) -> None:
    made = resolve(text)
    assert made == value
    assert type(made) is type(value)


@pytest.mark.parametrize("text", sorted(NOT_JSON))
def test_what_json_cannot_say(text: str) -> None:
    with pytest.raises(ValueError, match="JSON"):
        resolve(text)


@pytest.mark.parametrize(
    ("key", "text"), [("a", "a"), (True, "true"), (8080, "8080"), (1.5, "1.5"), (1e6, "1e+06"), (0.1 + 0.2, "0.3")]
)
def test_keys_become_texts(key: object, text: str) -> None:
    assert key_text(key) == text


@pytest.mark.parametrize("key", [None, {}, []])
def test_keys_that_cannot_be(key: object) -> None:
    with pytest.raises(ValueError, match="key"):
        key_text(key)


@given(st.integers(-(2**63), 2**64 - 1))
def test_every_way_to_write_a_whole_number(number: int) -> None:
    sign, size = ("-", -number) if number < 0 else ("", number)
    for text in (f"{sign}{size}", f"{sign}0x{size:x}", f"{sign}0o{size:o}", f"{sign}0b{size:b}", f"{sign}{size:_}"):
        assert resolve(text) == number


@given(st.text("0123456789+-._eExobinfa ", max_size=12))
def test_never_another_error(text: str) -> None:
    if text not in NOT_JSON:
        resolve(text)
