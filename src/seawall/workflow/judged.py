"""Hits as findings, made when somebody looks: a report's findings without all of them standing in memory."""

from collections.abc import Callable, Iterator, Sequence
from typing import overload

from seawall.model.finding import Finding
from seawall.policy.judge import Hit

Make = Callable[[Hit], Finding]


class LazyFindings(Sequence[Finding]):
    """Findings in the order worst first, then by policy, then as read; each made from its hit on demand.

    Args:
        buckets: for each policy with hits, its hits; in the order in which the policies are to stand.
        make: the whole finding of a hit.
    """

    def __init__(self, buckets: Sequence[Sequence[Hit]], make: Make) -> None:
        self._hits = [hit for bucket in buckets for hit in bucket]
        self._make = make

    def __len__(self) -> int:
        return len(self._hits)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        if isinstance(index, slice):
            return tuple(self._make(hit) for hit in self._hits[index])
        return self._make(self._hits[index])

    def __iter__(self) -> Iterator[Finding]:
        return map(self._make, self._hits)
