"""What policies say of many objects: judged in several processes, kept in eight bytes a hit.

Every object is judged by itself, with facts that no longer change, so it does not matter where. Processes are forked
when all objects are read and all policies compiled; what comes back of a part of the objects is, for each policy, the
numbers of its objects and of their parts (:attr:`seawall.policy.judge.Hit.at`), and what was not known.
"""

from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from seawall.forked import in_processes
from seawall.model.kube.workload import Workload
from seawall.policy.judge import Hit, Plan
from seawall.policy.registry import Facts
from seawall.workflow.judged import Bucket, part_of

_PART = 64
"""Objects judged at a time: small enough that the processes end together, large enough that answers are few."""

Said = frozenset[tuple[str, str]]
"""(policy, part) of findings."""


class Asked(NamedTuple):
    """Something to judge.

    Attributes:
        target: the object.
        roots: the groups that it is judged as.
        maker: what made it: findings that are said of the maker are not said again; null: nothing.
        maker_roots: the groups that the maker is judged as.
    """

    target: object
    roots: tuple[str, ...]
    maker: object | None = None
    maker_roots: tuple[str, ...] = ()


class _Answer(msgspec.Struct, frozen=True, array_like=True):
    """What is said of one part of the objects.

    Attributes:
        hits: policy's number → its objects' numbers, and their parts' (arrays of 32 bits).
        unknown: for each plan: policy's name → the facts that were missing.
    """

    hits: dict[int, tuple[bytes, bytes]]
    unknown: list[dict[str, frozenset[str]]]


_decoder = msgspec.msgpack.Decoder(_Answer)


def hits_of(plans: Sequence[Plan], asked: Asked, facts: Facts) -> Iterator[Hit]:
    """What all plans say of one object."""
    said = _said(plans, asked.maker, asked.maker_roots, facts) if asked.maker is not None else frozenset()
    for root in asked.roots:
        for plan in plans:
            for hit in plan.judge(root, asked.target, facts):
                if not said or (hit.compiled.name, part_of(hit)) not in said:
                    yield hit


def _said(plans: Sequence[Plan], target: object, roots: tuple[str, ...], facts: Facts) -> Said:
    return frozenset((hit.compiled.name, part_of(hit)) for hit in hits_of(plans, Asked(target, roots), facts))


def judge_all(plans: Sequence[Plan], asked: Sequence[Asked], facts: Facts) -> dict[str, Bucket]:
    """Policy's name → its hits, in the order of ``asked``. What is not known is noted in the plans."""
    policies = [compiled for plan in plans for compiled in plan.policies]
    numbers = {compiled: number for number, compiled in enumerate(policies)}
    targets = [one.target for one in asked]

    def part(number: int) -> bytes:
        first = number * _PART
        found: dict[int, tuple[array[int], array[int]]] = {}
        for at in range(first, min(first + _PART, len(asked))):
            for hit in hits_of(plans, asked[at], facts):
                policy = numbers[hit.compiled]
                columns = found.get(policy)
                if columns is None:
                    columns = found[policy] = (array("I"), array("i"))
                columns[0].append(at)
                columns[1].append(hit.at)
            _forget(targets[at])
        hits = {policy: (which.tobytes(), parts.tobytes()) for policy, (which, parts) in found.items()}
        return msgspec.msgpack.encode(_Answer(hits, [plan.unknown for plan in plans]))

    roots = {root for one in asked for root in (*one.roots, *one.maker_roots)}
    for plan in plans:
        plan.prepare(roots)  # once, not in each process
    buckets: dict[str, Bucket] = {}
    for data in in_processes(part, -(-len(asked) // _PART)):
        answer = _decoder.decode(data)
        for policy, columns in answer.hits.items():
            compiled = policies[policy]
            buckets.setdefault(compiled.name, Bucket(compiled, targets, facts)).extend(*columns)
        for plan, unknown in zip(plans, answer.unknown, strict=True):
            plan.also_unknown(unknown)
    return buckets


def _forget(target: object) -> None:
    """What was worked out of an object's containers: it is as large as they are, and rarely asked for again."""
    for container in target.containers if isinstance(target, Workload) else ():
        container.forget()
