"""Conditions, compiled: a tree of nodes, each with a fast test and a slow explanation.

A test answers ``True``, ``False`` or ``None`` (not known here), and follows Kleene's strong logic. Tests are
closures over what was decided at compile time; explanations are asked for only where there is a finding.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple, Protocol

from seawall.model.finding import Evidence
from seawall.policy.explanation import Trace, show, told, written
from seawall.policy.guard import Guard, Guards, lifted, merged, negated
from seawall.policy.logic import Answer, Test, conjunction, holds
from seawall.policy.registry import FOUND_BY, UNKNOWN, Attributes, Criterion, Enumerator, Facts, Group, Type, Unknown
from seawall.policy.values import Predicate

_NOTHING: frozenset[str] = frozenset()
_SHOWN = 5  # how many matching objects of one group evidence names


class Node(Protocol):
    """A compiled condition about objects of one group.

    Attributes:
        test: its answer.
        needs: the facts that it may ask for.
        cost: relative.
        of: the attributes of the item that alone decide it; null where that is not known.
    """

    test: Test
    needs: frozenset[str]
    cost: int
    of: Attributes | None

    @property
    def guards(self) -> Guards:
        """What an item must have for it to hold; worked out when asked for, which it is of few nodes."""
        ...

    def evidence(self, item: object, facts: Facts) -> Iterator[Evidence]:
        """The values that decided; asked only where the test holds."""
        ...

    def trace(self, item: object, facts: Facts) -> Trace:
        """The whole tree with its answers."""
        ...


class Leaf:
    """One criterion and what it must be."""

    def __init__(self, group: Group, criterion: Criterion, predicate: Predicate, wanted: object) -> None:
        self._group, self._criterion, self._wanted = group, criterion, wanted
        self.needs = frozenset({criterion.needs}) if criterion.needs else _NOTHING
        self.cost = criterion.cost
        self.usual = criterion.type is Type.BOOL and wanted is False
        get, read = criterion.get, criterion.read
        self.of = criterion.of or None
        self.guards: Guards = (
            Guard(read or get, read, get, predicate, holds, given=criterion.given, mapping=criterion.type is Type.MAP),
        )
        if read is not None and isinstance(wanted, bool) and criterion.type is Type.BOOL:
            self.test: Test = lambda item, _facts: read(item) is wanted
        elif read is not None:
            self.test = lambda item, _facts: predicate(read(item))
        else:

            def test(item: object, facts: Facts) -> Answer:
                value = get(item, facts)
                return None if value is UNKNOWN else predicate(value)

            self.test = test

    def evidence(self, item: object, facts: Facts) -> Iterator[Evidence]:
        """The value, at its path."""
        path = self._path(item)
        yield Evidence(path=path, value=told(self._criterion, item, facts, path))

    def trace(self, item: object, facts: Facts) -> Trace:
        """The value beside what was asked for."""
        return Trace(
            label=f"{self._criterion.group}.{self._criterion.name}: {written(self._wanted)}",
            answer=self.test(item, facts),
            value=show(self._criterion.get(item, facts)),
            path=self._path(item),
        )

    def _path(self, item: object) -> str:
        path = self._criterion.path
        if not isinstance(path, str):
            return path(item)
        base = self._group.path(item)
        return f"{base}.{path}".strip(".") if path else base


def _hesitation(child: Node) -> tuple[bool, bool, bool, int]:
    return len(child.guards) > 1, isinstance(child, Leaf) and child.usual, bool(child.needs), child.cost


def _attributes(children: Iterable[Node]) -> Attributes | None:
    """What decides all of them."""
    found: set[str] = set()
    for child in children:
        if child.of is None:
            return None
        found |= child.of
    return frozenset(found)


class Decided(NamedTuple):
    """The part of a condition that attributes of the item decide, and the test of what remains where it holds."""

    of: Attributes
    test: Test
    rest: Test


def decided(node: Node) -> Decided | None:
    """What attributes of the item decide of a condition; null where that is nothing, or not known."""
    if node.of is not None:
        return Decided(node.of, node.test, holds)
    return node.decided() if isinstance(node, All) else None


class All:
    """Every child holds.

    Its guards are those of the child that most items fail: not of one that wants false, nor of alternatives, where
    there is another; of these one that needs no fact, and the cheapest.
    """

    def __init__(self, children: list[Node]) -> None:
        self._children = sorted(children, key=lambda child: child.cost)
        self.needs = _NOTHING.union(*(child.needs for child in children))
        self.cost = sum(child.cost for child in children)
        self.of = _attributes(children)
        self.test: Test = conjunction([child.test for child in self._children])

    @cached_property
    def _first(self) -> Node | None:
        return min((child for child in self._children if child.guards), key=_hesitation, default=None)

    @cached_property
    def guards(self) -> Guards:
        """The first child's; the others are the rest."""
        first = self._first
        others = [child.test for child in self._children if child is not first]
        return tuple(
            guard._replace(rest=conjunction([guard.rest, *others])) for guard in (first.guards if first else ())
        )

    def decided(self) -> Decided | None:
        """What attributes decide of it, if the child that most items fail is of those."""
        if self._first is None or self._first.of is None:
            return None
        by_them = [child for child in self._children if child.of is not None]
        others = [child.test for child in self._children if child.of is None]
        attributes = _NOTHING.union(*(child.of or () for child in by_them))
        return Decided(attributes, conjunction([child.test for child in by_them]), conjunction(others))

    def evidence(self, item: object, facts: Facts) -> Iterator[Evidence]:
        """All children's."""
        for child in self._children:
            yield from child.evidence(item, facts)

    def trace(self, item: object, facts: Facts) -> Trace:
        """All children."""
        children = tuple(child.trace(item, facts) for child in self._children)
        return Trace(label="all", answer=self.test(item, facts), children=children)


class AnyOf:
    """At least one child holds."""

    def __init__(self, children: list[Node]) -> None:
        self._children = sorted(children, key=lambda child: child.cost)
        self.needs = _NOTHING.union(*(child.needs for child in children))
        self.cost = sum(child.cost for child in children)
        self.of = _attributes(children)
        tests = [child.test for child in self._children]

        def some(item: object, facts: Facts) -> Answer:
            result: Answer = False
            for test in tests:
                answer = test(item, facts)
                if answer:
                    return True
                if answer is None:
                    result = None
            return result

        self.test: Test = some

    @cached_property
    def guards(self) -> Guards:
        """All children's, if each has one."""
        if not all(child.guards for child in self._children):
            return ()
        return merged([guard for child in self._children for guard in child.guards])

    def evidence(self, item: object, facts: Facts) -> Iterator[Evidence]:
        """Those children's that hold."""
        for child in self._children:
            if child.test(item, facts):
                yield from child.evidence(item, facts)

    def trace(self, item: object, facts: Facts) -> Trace:
        """All children."""
        children = tuple(child.trace(item, facts) for child in self._children)
        return Trace(label="any", answer=self.test(item, facts), children=children)


class Not:
    """The child does not hold."""

    def __init__(self, child: Node) -> None:
        self._child = child
        self.needs, self.cost, self.of = child.needs, child.cost, child.of
        inner = child.test
        self.guards: Guards = tuple(map(negated, child.guards)) if isinstance(child, Leaf) else ()

        def opposite(item: object, facts: Facts) -> Answer:
            answer = inner(item, facts)
            return None if answer is None else not answer

        self.test: Test = opposite

    def evidence(self, item: object, facts: Facts) -> Iterator[Evidence]:
        """What the child saw instead."""
        yield from self._child.evidence(item, facts)

    def trace(self, item: object, facts: Facts) -> Trace:
        """The child, and the opposite answer."""
        return Trace(label="not", answer=self.test(item, facts), children=(self._child.trace(item, facts),))


def walk(item: object, facts: Facts, ways: tuple[Enumerator, ...]) -> Iterable[object] | Unknown:
    """All objects that a chain of enumerators leads to; UNKNOWN where one of them does not know."""
    first = ways[0](item, facts)
    if isinstance(first, Unknown):
        return UNKNOWN
    items = first
    for way in ways[1:]:
        following: list[object] = []
        for one in items:
            found = way(one, facts)
            if isinstance(found, Unknown):
                return UNKNOWN
            following.extend(found)
        items = following
    return items


def below(ways: tuple[Enumerator, ...], of: Attributes | None) -> Attributes | None:
    """What decides a condition about the objects that ways lead to, of the object where they begin."""
    for way in reversed(ways):
        found = FOUND_BY.get(way)
        if of is None or found is None:
            return None
        holder = found[0] if found[0].endswith("[]") else ""
        of = frozenset(f"{holder}.{one}" for one in of) if holder else frozenset(found)
    return of


class Exists:
    """Some object of a group below holds the child; with bounds, so many of them."""

    def __init__(
        self, group: Group, ways: tuple[Enumerator, ...], child: Node, *, at_least: int = 1, at_most: int | None = None
    ) -> None:
        self._group, self.ways, self._child = group, ways, child
        self._at_least, self._at_most = at_least, at_most
        self.needs = child.needs | (frozenset({group.needs}) if group.needs else _NOTHING)
        self.cost = 3 + 2 * child.cost
        self.counted = (at_least, at_most) != (1, None)
        self.wants_some = at_least > 0
        self.of = below(ways, child.of)
        self.test: Test = self._count if self.counted else self._plain()

    @cached_property
    def guards(self) -> Guards:
        """The child's, of the values of all objects."""
        if self.counted or len(self.ways) > 1:
            return ()
        return tuple(lifted(self.ways[0], guard)._replace(rest=self.test) for guard in self._child.guards)

    def _plain(self) -> Test:
        inner, ways = self._child.test, self.ways
        way = ways[0]
        single = len(ways) == 1

        def some(item: object, facts: Facts) -> Answer:
            found = way(item, facts) if single else walk(item, facts, ways)
            if isinstance(found, Unknown):
                return None
            result: Answer = False
            for one in found:
                answer = inner(one, facts)
                if answer:
                    return True
                if answer is None:
                    result = None
            return result

        return some

    def _count(self, item: object, facts: Facts) -> Answer:
        found = walk(item, facts, self.ways)
        if isinstance(found, Unknown):
            return None
        answers = [self._child.test(one, facts) for one in found]
        sure = sum(1 for answer in answers if answer)
        perhaps = sure + sum(1 for answer in answers if answer is None)
        low, high = self._at_least, perhaps if self._at_most is None else self._at_most
        if low <= sure and perhaps <= high:
            return True
        return None if max(low, sure) <= min(high, perhaps) else False

    def matching(self, item: object, facts: Facts) -> list[object]:
        """The objects that hold the child."""
        found = walk(item, facts, self.ways)
        return [] if isinstance(found, Unknown) else [one for one in found if self._child.test(one, facts)]

    def evidence(self, item: object, facts: Facts) -> Iterator[Evidence]:
        """Of the first few objects that hold; of a group without any, that there is none."""
        matching = self.matching(item, facts)
        if not matching:
            yield Evidence(path="", value=f"no such {self._group.name}")
        for one in matching[:_SHOWN]:
            yield from self._child.evidence(one, facts)

    def trace(self, item: object, facts: Facts) -> Trace:
        """Every object of the group."""
        found = walk(item, facts, self.ways)
        answer = self.test(item, facts)
        if isinstance(found, Unknown):
            return Trace(label=self._group.name, answer=answer, value=f"needs {self._group.needs or 'a fact'}")
        children = []
        for one in found:
            inner = self._child.trace(one, facts)
            name = f"{self._group.name} {self._group.label(one)}".strip()
            children.append(Trace(label=name, answer=inner.answer, path=self._group.path(one), children=(inner,)))
        return Trace(label=f"some {self._group.name}", answer=answer, children=tuple(children))

    @property
    def child(self) -> Node:
        """The condition that the group's objects must hold."""
        return self._child

    @property
    def group(self) -> Group:
        """The group that it is about."""
        return self._group


class NotKnown:
    """A condition that cannot be decided here, for want of a fact, whatever its child says."""

    def __init__(self, child: Node, needs: str) -> None:
        self._child = child
        self.needs = child.needs | {needs}
        self.cost = 0
        self.of: Attributes | None = None
        self.guards: Guards = ()
        self.test: Test = lambda _item, _facts: None

    def evidence(self, item: object, facts: Facts) -> Iterator[Evidence]:
        """None: it never holds."""
        yield from ()

    def trace(self, item: object, facts: Facts) -> Trace:
        """The child, and that its answer is not enough."""
        return Trace(label="not known here", answer=None, children=(self._child.trace(item, facts),))
