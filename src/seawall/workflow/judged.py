"""Hits as findings, made when somebody looks: a report's findings without all of them standing in memory."""

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, chain
from typing import overload

from seawall.forked import in_processes
from seawall.model.finding import Finding
from seawall.policy.compile import CompiledPolicy
from seawall.policy.judge import Hit, item_of
from seawall.policy.registry import Facts

Make = Callable[[Hit], Finding]
_PART = 128
"""Findings made at a time in one of several processes: some 80 kB of JSON, which wait in a pipe."""


def part_of(hit: Hit) -> str:
    """The part of its object that a hit is about, as its fingerprint names it."""
    focus = hit.compiled.focus
    return focus.group.label(hit.item) if focus is not None and hit.item is not hit.target else ""


class Bucket(Sequence[Hit]):
    """The hits of one policy, in two columns of numbers: of a million, each takes eight bytes, not a hundred.

    Args:
        compiled: the policy.
        targets: all objects that were judged.
        facts: as they were judged with.
    """

    def __init__(self, compiled: CompiledPolicy, targets: Sequence[object], facts: Facts) -> None:
        self.compiled = compiled
        self._targets, self._facts = targets, facts
        self._which, self._parts = array("I"), array("i")

    def extend(self, which: bytes, parts: bytes) -> None:
        """Keep hits: the numbers of their objects, and of their parts (:attr:`Hit.at`), 32 bits each."""
        self._which.frombytes(which)
        self._parts.frombytes(parts)

    def __len__(self) -> int:
        return len(self._which)

    @overload
    def __getitem__(self, index: int) -> Hit: ...
    @overload
    def __getitem__(self, index: slice) -> list[Hit]: ...
    def __getitem__(self, index: int | slice) -> Hit | list[Hit]:
        if isinstance(index, slice):
            return [self[at] for at in range(len(self))[index]]
        target, at = self._targets[self._which[index]], self._parts[index]
        return Hit(self.compiled, target, item_of(self.compiled, target, at, self._facts), at)


class Run(Sequence[Finding]):
    """The findings of one policy, each made from its hit on demand."""

    def __init__(self, hits: Sequence[Hit], make: Make) -> None:
        self._hits, self._make = hits, make

    def __len__(self) -> int:
        return len(self._hits)

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...
    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        if isinstance(index, slice):
            return tuple(map(self._make, self._hits[index]))
        return self._make(self._hits[index])


class LazyFindings(Sequence[Finding]):
    """Findings in the order worst first, then by policy, then as read.

    Args:
        runs: for each policy with findings, these (a :class:`Run`, or what was made of one), in the order in which the
            policies are to stand.
    """

    def __init__(self, runs: Iterable[Sequence[Finding]]) -> None:
        self.runs = [run for run in runs if run]
        self._ends = list(accumulate(map(len, self.runs)))

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
        return chain.from_iterable(self.runs)

    def texts(self, form: Callable[[Finding], str]) -> Iterator[str]:
        """``form`` of each finding, in order; made in several processes where there are many.

        ``form`` gives text without line breaks: that is what tells one from the next.
        """

        def part(number: int) -> bytes:
            first = number * _PART
            return "\n".join(map(form, self._between(first, min(first + _PART, len(self))))).encode()

        answers = in_processes(part, -(-len(self) // _PART))
        return chain.from_iterable(answer.decode().split("\n") for answer in answers)

    def _between(self, first: int, end: int) -> Iterator[Finding]:
        number = bisect_right(self._ends, first)
        while first < end:
            run, last = self.runs[number], min(end, self._ends[number])
            before = self._ends[number] - len(run)
            yield from run[first - before : last - before]
            first, number = last, number + 1

    def _at(self, place: int) -> Finding:
        number = bisect_right(self._ends, place)
        return self.runs[number][place - self._ends[number]]  # counted from the run's end
