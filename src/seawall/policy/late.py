"""Patterns and CEL expressions that are compiled at their first use, of policies that are known to compile.

The library has some hundred of them, its tests compile all, and a run needs few: together they would cost more than
judging a hundred Deployments, and a third of the memory. Users' policies are compiled at once when they are read, so
that a mistake is told before anything is judged.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

_A = TypeVar("_A")
_R = TypeVar("_R")
_LATE: ContextVar[bool] = ContextVar("late", default=False)


@contextmanager
def at_first_use() -> Iterator[None]:
    """What is compiled in here compiles its patterns and expressions when they are first asked."""
    token = _LATE.set(True)
    try:
        yield
    finally:
        _LATE.reset(token)


def compiled(make: Callable[[], Callable[[_A], _R]]) -> Callable[[_A], _R]:
    """What ``make`` gives: made now, or at its first call where that is asked for."""
    if not _LATE.get():
        return make()
    made: Callable[[_A], _R] | None = None

    def call(value: _A) -> _R:
        nonlocal made
        if made is None:
            made = make()
        return made(value)

    return call
