"""Many policies about the same kind of item: each criterion is read once, and a value seen before decides at once.

Most policies are conjunctions, and most objects fail the first part of most of them. So the policies of a group are
sorted by what an item must have for them to hold (:class:`seawall.policy.nodes.Guard`); which of them an item may
still match is remembered for each value of the guard's criterion. Twenty policies about added capabilities cost one
look-up where none is added. A policy of alternatives stands under the guard of each, and is then judged whole.
"""

from collections.abc import Callable, Container, Iterable
from typing import NamedTuple

from seawall.policy.compile import CompiledPolicy
from seawall.policy.nodes import Answer, Exists, Guard, Node, Test
from seawall.policy.registry import Enumerator, Facts, Unknown
from seawall.policy.values import Predicate

_REMEMBERED = 4096  # values a criterion; hostile manifests must not fill the memory with them
_LONGEST = 1024

Entry = tuple[Test, CompiledPolicy]
Answered = dict[CompiledPolicy, Answer]
_NOTHING: Answered = {}


class _Shared(NamedTuple):
    """The policies whose guards read the same criterion.

    Attributes:
        read: reads the criterion of an item; of (item, facts) where it needs facts.
        whole: the policies with their whole conditions, for where the value is not known.
        entries: what each guard asks of the value, and the policy.
        known: value → the policies that it leaves.
    """

    read: Callable[..., object]
    whole: list[Entry]
    entries: list[tuple[Predicate, Entry]]
    known: dict[object, tuple[Entry, ...]]

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
        self.policies: list[CompiledPolicy] = []
        self._shared: dict[object, _Shared] = {}
        self._by_item: list[_Shared] = []
        self._by_facts: list[_Shared] = []
        self._ways: dict[int, _Way] = {}
        self._plain: list[Entry] = []

    def add(self, node: Node, compiled: CompiledPolicy) -> None:
        """Add a policy by its condition about one item."""
        self.policies.append(compiled)
        if isinstance(node, Exists) and not node.counted:
            way = self._ways.setdefault(id(node.ways[0]), _Way(node.ways[0], [], {}))
            way.entries.append((node.test, compiled))
            way.unknown[compiled] = None
            return
        if not node.guards:
            self._plain.append((node.test, compiled))
        for guard in node.guards:
            self._guard(guard, (node.test, compiled), only=len(node.guards) == 1)

    def _guard(self, guard: Guard, whole: Entry, *, only: bool) -> None:
        shared = self._shared.get(guard.key)
        if shared is None:
            shared = self._shared[guard.key] = _Shared(guard.read or guard.get, [], [], {})
            (self._by_item if guard.read is not None else self._by_facts).append(shared)
        shared.whole.append(whole)
        shared.entries.append((guard.predicate, (guard.rest, whole[1]) if only else whole))

    def judge(self, item: object, facts: Facts, noted: Container[str] = ()) -> Answered:
        """The policies that hold for an item (True) or of which that is not known (None).

        Of those in ``noted`` (names) the caller knows the latter already, so they need not be told again.
        """
        found: Answered | None = None
        for shared in self._by_item:
            value = shared[0](item)
            try:
                left = shared[3][value]
            except (KeyError, TypeError):
                left = shared.decide(value)
            for test, compiled in left:
                answer = test(item, facts)
                if answer is not False:
                    found = found or {}
                    found[compiled] = answer
        for test, compiled in self._asked(item, facts):
            answer = test(item, facts)
            if answer is not False:
                found = found or {}
                found[compiled] = answer
        for way in self._ways.values():
            found = self._below(way, item, facts, noted, found)
        return found or _NOTHING

    def _asked(self, item: object, facts: Facts) -> Iterable[Entry]:
        """The policies that an item may match by what is known besides it, and those without a guard."""
        asked = [*self._plain]
        for shared in self._by_facts:
            value = shared[0](item, facts)
            if isinstance(value, Unknown):
                asked += shared.whole
                continue
            try:
                asked += shared[3][value]
            except (KeyError, TypeError):
                asked += shared.decide(value)
        return asked

    @staticmethod
    def _below(way: _Way, item: object, facts: Facts, noted: Container[str], found: Answered | None) -> Answered | None:
        below = way.find(item, facts)
        if isinstance(below, Unknown):
            last = next(reversed(way.unknown))  # they are noted together: the last stands for all
            return found if last.name in noted else {**(found or {}), **way.unknown}
        if not below:
            return found
        for test, compiled in way.entries:
            answer = test(item, facts)
            if answer is not False:
                found = found or {}
                found[compiled] = answer
        return found
