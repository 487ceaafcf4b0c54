"""Many policies about the same kind of item: each criterion is read once, and a value seen before decides at once.

Most policies are conjunctions, and most objects fail the first part of most of them. So the policies of a group are
sorted by what an item must have for them to hold (:class:`seawall.policy.nodes.Guard`); which of them an item may
still match is remembered for each value of the guard's criterion. Twenty policies about added capabilities cost one
look-up where none is added. A policy of alternatives stands under the guard of each, and is then judged whole.
"""

from collections.abc import Callable, Container, Iterable
from contextlib import suppress
from typing import NamedTuple

from seawall.policy.alike import Entry, Left, Sharing, remaining, share
from seawall.policy.compile import CompiledPolicy
from seawall.policy.guard import Guard
from seawall.policy.logic import Answer, Test, holds
from seawall.policy.nodes import Exists, Node, decided
from seawall.policy.registry import UNKNOWN, Attributes, Enumerator, Facts, Unknown
from seawall.policy.values import Predicate

_REMEMBERED = 4096  # values a criterion; hostile manifests must not fill the memory with them
_LONGEST = 1024

Answered = dict[CompiledPolicy, Answer]
Judged = tuple[list[CompiledPolicy], list[CompiledPolicy]]


class _Shared(NamedTuple):
    """The policies whose guards read the same criterion.

    Attributes:
        read: reads the criterion of an item; of (item, facts) where it needs facts.
        known: value → what it leaves.
        entries: what each guard asks of the value, and the policy.
        whole: the policies with their whole conditions, for where the value is not known; of criteria that are
            known together (:attr:`Guard.given`), of all of these.
        undecided: those of them that cannot hold there, so that they are asked until that is noted.
    """

    read: Callable[..., object]
    known: dict[object, Left]
    entries: list[tuple[Predicate, Entry]]
    whole: list[Entry]
    undecided: list[Entry]

    def decide(self, value: object) -> Left:
        """What a value leaves; remembered where that is cheap."""
        left = remaining([entry for predicate, entry in self.entries if predicate(value)])
        if len(self.known) < _REMEMBERED and not (isinstance(value, str) and len(value) > _LONGEST):
            with suppress(TypeError):  # a mapping: cannot be remembered
                self.known[value] = left
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
        self._decided: list[tuple[Attributes, Test, Entry]] = []  # by attributes; arranged when first asked
        self._sharing: list[Sharing] | None = None
        self._shared: dict[object, _Shared] = {}
        self._by_item: list[_Shared] = []
        self._by_mapping: list[_Shared] = []
        self._by_facts: list[_Shared] = []
        self._by_given: dict[Callable[..., object], list[_Shared]] = {}  # one is not known where all are not
        self._ways: dict[int, _Way] = {}
        self._plain: list[Entry] = []

    def add(self, node: Node, compiled: CompiledPolicy) -> None:
        """Add a policy by its condition about one item."""
        self.policies.append(compiled)
        known = decided(node)
        if known is not None:
            self._decided.append((known.of, known.test, (known.rest, compiled)))
            return
        if isinstance(node, Exists) and node.wants_some:
            way = self._ways.setdefault(id(node.ways[0]), _Way(node.ways[0], [], {}))
            way.entries.append((node.test, compiled))
            way.unknown[compiled] = None
            return
        if not node.guards:
            self._plain.append((node.test, compiled))
        for guard in node.guards:
            self._guard(guard, (node.test, compiled), only=len(node.guards) == 1)

    @property
    def of(self) -> Attributes | None:
        """The attributes of an item that alone decide all of the policies; null where that is not known."""
        decided_only = len(self._decided) == len(self.policies) and all(
            rest is holds for _, _, (rest, _) in self._decided
        )
        return frozenset[str]().union(*(one[0] for one in self._decided)) if decided_only else None

    def _guard(self, guard: Guard, whole: Entry, *, only: bool) -> None:
        shared = self._shared.get(guard.key)
        if shared is None:
            alike = self._by_item if guard.read is not None else self._by_facts
            if guard.mapping and guard.read is not None:
                alike = self._by_mapping
            if guard.given is not None:
                alike = self._by_given.setdefault(guard.given, [])
            whole_of, undecided = (alike[0].whole, alike[0].undecided) if guard.given and alike else ([], [])
            shared = self._shared[guard.key] = _Shared(guard.read or guard.get, {}, [], whole_of, undecided)
            alike.append(shared)
        if whole not in shared.whole[-1:]:  # alternatives that read the same
            (shared.undecided if only and guard.decisive else shared.whole).append(whole)
        shared.entries.append((guard.predicate, (guard.rest, whole[1]) if only else whole))

    def judge(self, item: object, facts: Facts, noted: Container[str] = ()) -> Judged:
        """The policies that hold for an item, and those of which that is not known.

        Of the policies in ``noted`` (names; none ever leaves it) the caller knows the latter already, so they need not
        be told again.
        """
        if self._sharing is None:
            self._sharing = share(self._decided)
        held: list[CompiledPolicy] = []
        found: Answered = {}
        asked = [*self._plain]
        for sharing in self._sharing:
            values = sharing[0](item)
            try:
                sure, more = sharing[1][values]
            except (KeyError, TypeError):
                sure, more = sharing.left(values, item, facts)
            held += sure
            asked += more
        for shared in self._by_mapping:
            value = shared.read(item)
            asked += [entry for predicate, entry in shared.entries if predicate(value)]
        if self._shared:
            self._look_up(item, facts, noted, found, asked)
        for way in self._ways.values():
            _below(way, way.find(item, facts), noted, found, asked)
        for test, compiled in asked:
            answer = test(item, facts)
            if answer is not False:
                found[compiled] = answer
        unknown: list[CompiledPolicy] = []
        for compiled, answer in found.items():
            (held if answer else unknown).append(compiled)
        return held, unknown

    def _look_up(self, item: object, facts: Facts, noted: Container[str], found: Answered, asked: list[Entry]) -> None:
        """Read each guard's value: the policies that hold by it are found, those that may are to be asked."""
        values = [(shared, shared[0](item)) for shared in self._by_item]
        values += [(shared, shared[0](item, facts)) for shared in self._by_facts]
        for given, alike in self._by_given.items():
            if given(item) is None:
                _not_known(alike[0], noted, asked)
            else:
                values += [(shared, shared[0](item, facts)) for shared in alike]
        for shared, value in values:
            if value is UNKNOWN:
                _not_known(shared, noted, asked)
                continue
            try:
                sure, more = shared[1][value]
            except (KeyError, TypeError):
                sure, more = shared.decide(value)
            for compiled in sure:
                found[compiled] = True
            asked += more


def _below(
    way: _Way, below: Iterable[object] | Unknown, noted: Container[str], found: Answered, asked: list[Entry]
) -> None:
    """Ask about objects below where there are any; where that is not known, nothing about them is."""
    if isinstance(below, Unknown):
        last = next(reversed(way.unknown))  # they are noted together: the last stands for all
        if last.name not in noted:
            found.update(way.unknown)
    elif below:
        asked += way.entries


def _not_known(shared: _Shared, noted: Container[str], asked: list[Entry]) -> None:
    """Add the policies to ask where the value is not known."""
    asked += shared.whole
    if shared.undecided:
        shared.undecided[:] = [entry for entry in shared.undecided if entry[1].name not in noted]
        asked += shared.undecided
