from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.errors import UsageError
from seawall.policy import units


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500m", 0.5),
        ("2", 2),
        (3, 3),
        ("1Gi", 2**30),
        ("1.5Mi", 1.5 * 2**20),
        ("1e3", 1000),
        ("100k", 1e5),
        (".5", 0.5),
    ],
)
def test_quantities(text: object, value: float) -> None:
    assert units.quantity(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "1 Gi", "Gi", "1gi", "abc", True, None, "1e9999"])
def test_what_is_no_quantity(text: object) -> None:
    with pytest.raises(UsageError, match="is no quantity"):
        units.quantity(text)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90d", 90 * 86400), ("1h30m", 5400), ("5s", 5), (7, 7), ("250ms", 0.25)]
)
def test_durations(text: object, seconds: float) -> None:
    assert units.duration(text) == seconds


@pytest.mark.parametrize("text", ["", "d", "5", "5 d", "5x", "h5", True])
def test_what_is_no_duration(text: object) -> None:
    with pytest.raises(UsageError, match="is no duration"):
        units.duration(text)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=4), st.lists(st.integers(0, 10**6), min_size=1, max_size=4))
def test_versions_are_in_the_order_of_their_numbers(one: list[int], two: list[int]) -> None:
    longest = max(len(one), len(two))
    padded = [numbers + [0] * (longest - len(numbers)) for numbers in (one, two)]
    left, right = (units.version("v" + ".".join(map(str, numbers))) for numbers in (one, two))
    assert (left < right) == (padded[0] < padded[1])
    assert (left == right) == (padded[0] == padded[1])


def test_days_between() -> None:
    assert units.days_between("2026-01-01T10:00:00Z", date(2026, 1, 31)) == 30 * 86400
    assert units.days_between("soon", date(2026, 1, 31)) is None
