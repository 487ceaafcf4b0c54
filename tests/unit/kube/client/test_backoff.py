from email.utils import formatdate
from time import time

from hypothesis import given
from hypothesis import strategies as st

from seawall.kube.client.backoff import Backoff, retry_after


@given(st.floats(0.001, 1), st.floats(1, 60), st.integers(1, 60))
def test_waits_grow_to_a_bound(first: float, last: float, attempts: int) -> None:
    backoff = Backoff(first, last)
    waits = [backoff.next() for _ in range(attempts)]
    assert all(0 < wait <= last for wait in waits)
    assert waits[0] <= first
    assert backoff.attempts == attempts
    backoff.reset()
    assert backoff.next() <= first


def test_what_a_server_asks_for_within_reason() -> None:
    assert retry_after({"Retry-After": "7"}) == 7
    assert 5 < retry_after({"Retry-After": formatdate(time() + 8, usegmt=True)}) <= 8
    assert retry_after({"Retry-After": formatdate(time() - 8, usegmt=True)}) == 0
    assert retry_after({"Retry-After": "999999999"}) == 120
    assert retry_after({}) == 0
    assert Backoff(0.001, 0.01).next({"Retry-After": "3"}) == 3


@given(st.text())
def test_any_header_is_a_wait(text: str) -> None:
    assert 0 <= retry_after({"Retry-After": text}) <= 120
