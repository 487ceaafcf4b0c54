from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.model.kube import parse_quantity

SUFFIXES = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    "k": Decimal("1e3"),
    "M": Decimal("1e6"),
    "G": Decimal("1e9"),
    "T": Decimal("1e12"),
    "P": Decimal("1e15"),
    "E": Decimal("1e18"),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
    "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
    "e3": Decimal("1e3"),
    "E-2": Decimal("1e-2"),
    "e+6": Decimal("1e6"),
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500m", 0.5),
        ("2", 2),
        (2, 2),
        (0.5, 0.5),
        ("1.5Gi", 1610612736),
        ("128Mi", 134217728),
        ("1e3", 1000),
        ("1E", 10**18),
        ("1Ei", 2**60),
        ("-1k", -1000),
        (".5", 0.5),
        ("1.", 1),
        ("0", 0),
    ],
)
def test_quantities_as_kubernetes_writes_them(text: str | float, value: float) -> None:
    assert parse_quantity(text) == value


@pytest.mark.parametrize(
    "text", ["", "abc", "1 Gi", "1gi", "1KI", "1.2.3", "0x10", "1e", "--1", "1e9999", "9" * 65, "\u0661"]
)
def test_what_is_no_quantity(text: str) -> None:
    assert parse_quantity(text) is None


@given(st.decimals(-(10**9), 10**9, places=4), st.sampled_from(sorted(SUFFIXES)))
def test_equals_decimal_arithmetic(number: Decimal, suffix: str) -> None:
    value = parse_quantity(f"{number}{suffix}")
    assert value is not None
    assert float(value) == pytest.approx(float(number * SUFFIXES[suffix]))


@given(
    st.from_regex(r"[+-]?([0-9]{1,20}\.?[0-9]{0,20}|\.[0-9]{1,20})", fullmatch=True),
    st.sampled_from([*sorted(SUFFIXES), "e-300", "E308", "e-999", "e999"]),
)
def test_is_the_nearest_number(number: str, suffix: str) -> None:
    scale = Fraction(SUFFIXES[suffix]) if suffix in SUFFIXES else Fraction(10) ** int(suffix[1:])
    exact, value = Fraction(number) * scale, parse_quantity(number + suffix)
    assert value == (exact.numerator if exact.denominator == 1 else float(exact))
    assert isinstance(value, int) == (exact.denominator == 1)


@given(st.text(max_size=20))
def test_never_raises(text: str) -> None:
    value = parse_quantity(text)
    assert value is None or isinstance(value, int | float)
