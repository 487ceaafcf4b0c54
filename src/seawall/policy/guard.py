"""Guards: what an item must have for a condition to hold, asked once for many conditions."""

from collections.abc import Callable
from typing import NamedTuple

from seawall.policy.logic import Test, holds
from seawall.policy.registry import UNKNOWN, Enumerator, Facts, Getter, Unknown
from seawall.policy.values import Predicate


class Guard(NamedTuple):
    """What an item must have for a condition to hold, in part or whole, that can be asked once for many conditions.

    Attributes:
        key: says which guards read the same value.
        read: reads it from the item alone; null where that needs facts.
        get: reads it, with facts; :data:`UNKNOWN` where it is not known.
        predicate: what the value must fulfil.
        rest: the test of what remains of the condition where it does; :func:`holds` where that is nothing.
        given: as of the criterion: where it gives None, the value is not known.
        decisive: whether the condition can only be not known, or not hold, where the value is not known.
        mapping: whether the value is a mapping, which nothing can be looked up by.
    """

    key: object
    read: Callable[..., object] | None
    get: Getter
    predicate: Predicate
    rest: Test
    decisive: bool = True
    given: Callable[..., object] | None = None
    mapping: bool = False


Guards = tuple[Guard, ...]
"""Where none of them holds, the condition does not; empty: there is no such list."""


def merged(guards: list[Guard]) -> Guards:
    """Of alternatives; those that ask nothing but the same value are one."""
    first = guards[0]
    if any(guard.key != first.key or guard.rest is not holds for guard in guards):
        return tuple(guards)
    predicates = [guard.predicate for guard in guards]
    return (first._replace(predicate=lambda value: any(predicate(value) for predicate in predicates)),)


def negated(guard: Guard) -> Guard:
    """The same value, which must not fulfil it."""
    predicate = guard.predicate
    return guard._replace(predicate=lambda value: not predicate(value))


def lifted(way: Enumerator, guard: Guard) -> Guard:
    """A guard of parts as one of the whole: it reads the parts' values."""
    read, get, predicate = guard.read, guard.get, guard.predicate

    def values(item: object, facts: Facts) -> object:
        parts = way(item, facts)
        if isinstance(parts, Unknown):
            return UNKNOWN
        found = tuple(map(read, parts)) if read is not None else tuple([get(part, facts) for part in parts])
        return UNKNOWN if read is None and UNKNOWN in found else found

    # Where parts' values are always known, theirs are not known only where the parts are not.
    return Guard((way, guard.key), None, values, lambda found: any(map(predicate, found)), holds, read is not None)
