"""Many policies about the same kind of item: each criterion is read once, and a value seen before decides at once.

Most policies are conjunctions, and most objects fail the first part of most of them. So the policies of a group are
sorted by one of their parts (the *guard*, :attr:`Leaf.guard`); which of them an item may still match is remembered
for each value of the guard's criterion. Twenty policies about added capabilities cost one look-up where none is added.
"""

from collections.abc import Callable, Container, Iterable
from typing import NamedTuple

from seawall.policy.compile import CompiledPolicy
from seawall.policy.nodes import Answer, Exists, Leaf, Node, Test
from seawall.policy.registry import Enumerator, Facts, Unknown
from seawall.policy.values import Predicate

_REMEMBERED = 4096  # values a criterion; hostile manifests must not fill the memory with them
_LONGEST = 1024

Entry = tuple[Test, CompiledPolicy]
Answered = list[tuple[Answer, CompiledPolicy]]
_NOTHING: Answered = []


class _Guard(NamedTuple):
    """The policies whose guards read the same criterion.

    Attributes:
        read: reads the criterion of an item; of (item, facts) where the criterion needs a fact.
        whole: the policies with their whole conditions, for where the value is not known.
        entries: what each guard asks of the value, and the policy.
        known: value → the policies that it leaves.
    """

    read: Callable[..., object]
    whole: list[Entry]
    entries: list[tuple[Predicate, Entry]]
    known: dict[object, tuple[Entry, ...]]

    def left(self, value: object) -> tuple[Entry, ...]:
        """The policies that a value leaves."""
        try:
            known = self.known.get(value)
        except TypeError:
            known = None
        return self.decide(value) if known is None else known

    def decide(self, value: object) -> tuple[Entry, ...]:
        """The policies that a value leaves; remembered where that is cheap."""
        left = tuple(entry for predicate, entry in self.entries if predicate(value))
        if len(self.known) < _REMEMBERED and not (isinstance(value, str) and len(value) > _LONGEST):
            try:
                self.known[value] = left
            except TypeError:  # a list: cannot be remembered
                return left
        return left


class _Way(NamedTuple):
    """The policies that only ask for objects below the item (an image's vulnerabilities): by how these are found.

    Where that is not known, none of them is.
    """

    find: Enumerator
    entries: list[Entry]
    unknown: Answered


class Dispatch:
    """Policies about the items of one group."""

    def __init__(self) -> None:
        self._guards: dict[int, _Guard] = {}
        self._order: list[tuple[Callable[..., object], dict[object, tuple[Entry, ...]], _Guard]] = []  # the hot loop's
        self._fact_guards: dict[int, _Guard] = {}
        self._ways: dict[int, _Way] = {}
        self._plain: list[Entry] = []

    def add(self, node: Node, compiled: CompiledPolicy) -> None:
        """Add a policy by its condition about one item."""
        guard: Leaf | None = getattr(node, "guard", None)
        entry = (node.test, compiled)
        if isinstance(node, Exists) and not node.counted:
            way = self._ways.setdefault(id(node.ways[0]), _Way(node.ways[0], [], []))
            way.entries.append(entry)
            way.unknown.append((None, compiled))
            return
        if guard is None:
            self._plain.append(entry)
            return
        if guard.read is not None:
            if id(guard.read) not in self._guards:
                made = self._guards[id(guard.read)] = _Guard(guard.read, [], [], {})
                self._order.append((made.read, made.known, made))
            shared = self._guards[id(guard.read)]
        else:
            shared = self._fact_guards.setdefault(id(guard.get), _Guard(guard.get, [], [], {}))
            shared.whole.append(entry)
        rest: Test = getattr(node, "rest", node.test)
        shared.entries.append((guard.predicate, (rest, compiled)))

    @property
    def policies(self) -> Iterable[CompiledPolicy]:
        """All of them."""
        yield from (compiled for _, compiled in self._plain)
        yield from (compiled for way in self._ways.values() for _, compiled in way.entries)
        guards = (*self._guards.values(), *self._fact_guards.values())
        yield from (compiled for guard in guards for _, (_, compiled) in guard.entries)

    def judge(self, item: object, facts: Facts, noted: Container[str] = ()) -> Answered:
        """The policies that hold for an item (True) or of which that is not known (None).

        Of those in ``noted`` (names) the caller knows the latter already, so they need not be told again.
        """
        found: Answered | None = None
        for read, known, guard in self._order:
            value = read(item)
            try:
                left = known.get(value)
            except TypeError:
                left = None
            for test, compiled in guard.decide(value) if left is None else left:
                answer = test(item, facts)
                if answer is not False:
                    found = found or []
                    found.append((answer, compiled))
        for test, compiled in self._asked(item, facts):
            answer = test(item, facts)
            if answer is not False:
                found = found or []
                found.append((answer, compiled))
        for way in self._ways.values():
            found = self._below(way, item, facts, noted, found)
        return found or _NOTHING

    def _asked(self, item: object, facts: Facts) -> Iterable[Entry]:
        """The policies that an item may match by what is known besides it, and those without a guard."""
        asked = [*self._plain]
        for guard in self._fact_guards.values():
            value = guard.read(item, facts)
            if isinstance(value, Unknown):
                asked += guard.whole
            else:
                asked += guard.left(value)
        return asked

    @staticmethod
    def _below(way: _Way, item: object, facts: Facts, noted: Container[str], found: Answered | None) -> Answered | None:
        below = way.find(item, facts)
        if isinstance(below, Unknown):
            told = way.unknown[-1][1].policy.name in noted  # they are noted together: the last stands for all
            return found if told else [*(found or ()), *way.unknown]
        if not below:
            return found
        for test, compiled in way.entries:
            answer = test(item, facts)
            if answer is not False:
                found = found or []
                found.append((answer, compiled))
        return found
