"""Hits as findings, made when somebody looks: a report's findings without all of them standing in memory."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from typing import overload

from seawall.model.finding import Finding
from seawall.policy.compile import CompiledPolicy
from seawall.policy.judge import Hit

Make = Callable[[Hit], Finding]


class Bucket(Sequence[Hit]):
    """The hits of one policy, in two columns: of a million, each takes 16 bytes, not a hundred."""

    def __init__(self, compiled: CompiledPolicy) -> None:
        self.compiled = compiled
        self._targets: list[object] = []
        self._items: list[object] = []

    def add(self, hit: Hit) -> None:
        """Keep a hit of this policy."""
        self._targets.append(hit.target)
        self._items.append(hit.item)

    def __len__(self) -> int:
        return len(self._targets)

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> list[Hit]: ...
    def __getitem__(self, index: int | slice) -> Hit | list[Hit]:
        if isinstance(index, slice):
            return [self[at] for at in range(len(self))[index]]
        return Hit(self.compiled, self._targets[index], self._items[index])


class LazyFindings(Sequence[Finding]):
    """Findings in the order worst first, then by policy, then as read; each made from its hit on demand.

    Args:
        buckets: for each policy with hits, its hits; in the order in which the policies are to stand.
        make: the whole finding of a hit.
    """

    def __init__(self, buckets: Sequence[Sequence[Hit]], make: Make) -> None:
        self._buckets = [bucket for bucket in buckets if bucket]
        self._ends = list(accumulate(map(len, self._buckets)))
        self._make = make

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        places = range(len(self))[index]
        return self._at(places) if isinstance(places, int) else tuple(map(self._at, places))

    def __iter__(self) -> Iterator[Finding]:
        return (self._make(hit) for bucket in self._buckets for hit in bucket)

    def _at(self, place: int) -> Finding:
        number = bisect_right(self._ends, place)
        bucket = self._buckets[number]
        return self._make(bucket[place - self._ends[number]])  # counted from the bucket's end
