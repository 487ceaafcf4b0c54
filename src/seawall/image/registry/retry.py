"""When to ask again, and how long to wait: jittered exponential back-off, Retry-After, one budget for all waits.

Sources: RFC 9110, section 10.2.3 (``Retry-After`` as seconds or a date), and 'full jitter' back-off.
"""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Lock

from seawall.errors import ServiceError

TRIES = 6
"""Attempts for one request, or for one blob from the last byte received on."""
BUDGET = 120.0
"""Seconds that one image may spend waiting in all."""
RETRIED = frozenset({408, 429, 500, 502, 503, 504})
_FIRST = 0.25
_LONGEST = 16.0


def retry_after(header: str, now: datetime | None = None) -> float | None:
    """Seconds that a ``Retry-After`` header asks for; null where it says nothing that can be read."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


class Patience:
    """The waits of one image; threads share it.

    Args:
        budget: seconds in all.
        sleep: waits; tests pass their own.
    """

    def __init__(self, budget: float = BUDGET, sleep: Callable[[float], None] = time.sleep) -> None:
        self._left = budget
        self._budget = budget
        self._sleep = sleep
        self._lock = Lock()

    def wait(self, attempt: int, header: str | None, problem: ServiceError) -> None:
        """Wait before attempt ``attempt`` + 1.

        Args:
            attempt: from 0.
            header: ``Retry-After``, or null.
            problem: raised where there is no time left, with the reason added.

        Raises:
            ServiceError: ``problem``.
        """
        asked = retry_after(header) if header else None
        seconds = asked if asked is not None else _jittered(attempt)
        with self._lock:
            if seconds > self._left:
                wish = f"it asks to wait {seconds:.0f} s, more" if asked is not None else "more waiting was needed"
                cause = f"{problem.cause}; {wish} than the {self._budget:g} s that one image may wait"
                raise ServiceError(problem.what, cause=cause.lstrip("; "), hint="Try again later.") from problem
            self._left -= seconds
        self._sleep(seconds)


def _jittered(attempt: int) -> float:
    ceiling = min(_LONGEST, _FIRST * 2.0 ** min(attempt, 10))
    return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
