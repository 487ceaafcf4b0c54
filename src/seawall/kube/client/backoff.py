"""How long to wait before the next attempt."""

import random
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from time import time

_FIRST = 0.2
_LAST = 30.0
_LONGEST_ASKED = 120.0


class Backoff:
    """Exponential with full jitter, so that many clients of a server that comes back do not come all at once.

    Source: "Exponential Backoff And Jitter", AWS Architecture Blog.
    """

    def __init__(self, first: float = _FIRST, last: float = _LAST) -> None:
        self._first, self._last = first, last
        self.attempts = 0

    def next(self, headers: Mapping[str, str] | None = None) -> float:
        """Seconds to wait after one more failure; never less than a ``Retry-After`` among ``headers`` asks for."""
        ceiling = min(self._last, self._first * 2.0 ** min(self.attempts, 16))
        self.attempts += 1
        return max(random.uniform(ceiling / 4, ceiling), retry_after(headers or {}))  # noqa: S311 # no secret

    def reset(self) -> None:
        """It worked."""
        self.attempts = 0


def retry_after(headers: Mapping[str, str]) -> float:
    """The seconds that a server asks for (RFC 9110, section 10.2.3), within reason; 0 when it does not.

    A date is compared with the server's own (``Date``): this machine's clock may be wrong.
    """
    text = headers.get("Retry-After", "").strip()
    try:
        seconds = float(text) if text.isdigit() else _timestamp(text) - _now(headers) if text else 0.0
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(seconds, 0.0), _LONGEST_ASKED)


def _timestamp(text: str) -> float:
    return parsedate_to_datetime(text).timestamp()


def _now(headers: Mapping[str, str]) -> float:
    try:
        return _timestamp(headers.get("Date", ""))
    except (ValueError, TypeError, OverflowError):
        return time()
