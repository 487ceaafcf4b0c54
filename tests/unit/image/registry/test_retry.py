from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.errors import ServiceError
from seawall.image.registry.retry import Patience, retry_after

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
PROBLEM = ServiceError("it failed", cause="HTTP 429")


@given(st.integers(0, 10**6))
def test_seconds_and_dates_say_the_same(seconds: int) -> None:
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after(str(seconds)) == retry_after(date, NOW) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-1", "1.5", "Mon, 99 Foo", "²", "Fri, 31 Dec 999999 00:00:00 GMT"])
def test_nonsense_says_nothing(text: str) -> None:
    assert retry_after(text) is None


def test_a_date_in_the_past_is_now() -> None:
    assert retry_after("Thu, 01 Jan 1970 00:00:00 GMT", NOW) == 0


@given(st.text(max_size=60))
def test_any_header_is_survived(text: str) -> None:
    seconds = retry_after(text, NOW)
    assert seconds is None or seconds >= 0


def test_what_is_asked_for_is_waited() -> None:
    slept: list[float] = []
    patience = Patience(sleep=slept.append)
    patience.wait(0, "7", PROBLEM)
    patience.wait(0, None, PROBLEM)
    assert slept[0] == 7
    assert 0.1 < slept[1] < 0.3


def test_the_budget_is_for_all_waits_together() -> None:
    slept: list[float] = []
    patience = Patience(budget=10, sleep=slept.append)
    patience.wait(0, "6", PROBLEM)
    with pytest.raises(ServiceError, match="asks to wait 6 s, more than the 10 s"):
        patience.wait(1, "6", PROBLEM)
    assert slept == [6]


def test_back_off_grows_and_is_bounded() -> None:
    slept: list[float] = []
    patience = Patience(budget=1000, sleep=slept.append)
    for attempt in range(12):
        patience.wait(attempt, None, PROBLEM)
    assert slept[5] > slept[0]
    assert max(slept) <= 16
