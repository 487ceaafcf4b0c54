"""Judging: a plan of compiled policies about objects, giving hits; hits become findings when somebody asks.

Pure. A hit is cheap (policy, object, item), since a thousand manifests have tens of thousands; evidence,
fingerprint and text are made by :func:`finding` only for those that are shown or written.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from itertools import islice
from typing import NamedTuple

from seawall.model.coverage import Coverage, CoverageState
from seawall.model.finding import Finding, Location, Stage, Subject, fingerprint
from seawall.policy.alike import reader, remember
from seawall.policy.cel import TARGET
from seawall.policy.compile import CompiledPolicy
from seawall.policy.dispatch import Dispatch
from seawall.policy.document import Policy
from seawall.policy.late import at_first_use
from seawall.policy.nodes import Exists, below, walk
from seawall.policy.registry import ELSEWHERE, FACTS, GROUPS, Enumerator, Facts, Unknown
from seawall.policy.scope import CLUSTER_NAME, in_scope


class Hit(NamedTuple):
    """A policy's condition holds for an object.

    Attributes:
        compiled: the policy.
        target: the object.
        item: the part of it that the finding is about; the object itself where it is about the whole.
        at: which of the parts, as :func:`item_of` counts them; -1 for the object itself.
    """

    compiled: CompiledPolicy
    target: object
    item: object
    at: int = -1


_hit: Callable[[tuple[CompiledPolicy, object, object, int]], Hit] = partial(tuple.__new__, Hit)  # a third of the time


class _Focused(NamedTuple):
    """Policies about the same group of parts (all containers of a workload), walked once for all of them.

    Attributes:
        ways: how the parts are found.
        policies: about each of them.
        read: where attributes of the whole object decide them all: reads these.
        known: their values → the policies that hold, each with the number of its part.
    """

    ways: tuple[Enumerator, ...]
    policies: Dispatch
    read: Callable[..., object] | None
    known: dict[object, tuple[tuple[int, CompiledPolicy], ...]]


class Plan:
    """Policies for one stage, compiled and arranged by what they are about.

    Args:
        policies: those that are for other stages are left out.
        stage: the stage.
        today: the day, for scopes that end.
        checked: whether all of them were compiled before (by :func:`seawall.policy.load.read`, or by the library's
            tests); they are then compiled when the first object comes that they are about, and their patterns and
            expressions when they are first asked.

    Attributes:
        stage: the stage.
        policies: all of them.
        unknown: policy name → facts that were missing while judging; filled as objects are judged.
    """

    def __init__(self, policies: Iterable[Policy], stage: Stage, today: date, *, checked: bool = False) -> None:
        self.stage = stage
        self.policies = [
            CompiledPolicy(policy, stage, f"policy {policy.name}") for policy in policies if stage in policy.spec.stages
        ]
        self.unknown: dict[str, frozenset[str]] = {}
        self._noted: set[str] = set()  # those whose condition was not known; the scope's cluster is noted apart
        self._scoped = any(one.scoped for one in self.policies)
        self._today = today
        self._whole: dict[str, Dispatch] = {}
        self._focused: dict[str, list[_Focused]] = {}
        self._late: dict[str, list[CompiledPolicy]] = {}
        for one in self.policies:
            self._late.setdefault(one.root, []).append(one)
        if not checked:
            for root in self.roots:
                self._arrange(self._late.pop(root))

    def prepare(self, roots: Iterable[str]) -> None:
        """Compile what is about these groups, if that was left for later."""
        with at_first_use():
            for root in roots:
                self._arrange(self._late.pop(root, ()))

    def _arrange(self, policies: Iterable[CompiledPolicy]) -> None:
        for compiled in policies:
            focus = compiled.focus
            if focus is None:
                self._whole.setdefault(compiled.root, Dispatch()).add(compiled.node, compiled)
                continue
            groups = self._focused.setdefault(compiled.root, [])
            group = next((group for group in groups if group.ways == focus.ways), None)
            if group is None:
                group = _Focused(focus.ways, Dispatch(), None, {})
                groups.append(group)
            group.policies.add(focus.child, compiled)
        for groups in self._focused.values():
            decided = [below(group.ways, group.policies.of) for group in groups]
            groups[:] = [
                group._replace(read=reader(of) if of else None) for group, of in zip(groups, decided, strict=True)
            ]

    def also_unknown(self, unknown: Mapping[str, frozenset[str]]) -> None:
        """Add what was not known where else this plan was judged (in another process)."""
        for name, missing in unknown.items():
            self.unknown[name] = self.unknown.get(name, frozenset()) | missing

    @property
    def roots(self) -> frozenset[str]:
        """The groups whose objects have policies here."""
        return frozenset(one.root for one in self.policies)

    def judge(self, root: str, target: object, facts: Facts) -> list[Hit]:
        """All hits of all policies about one object of a root group; what is not known is noted in ``unknown``."""
        if root in self._late:
            self.prepare((root,))
        hits: list[Hit] = []
        facts[TARGET] = target
        whole = self._whole.get(root)
        if whole is not None:
            hits += [_hit((compiled, target, target, -1)) for compiled in self._held(whole, target, facts)]
        for group in self._focused.get(root, ()):
            self._judge_parts(group, target, facts, hits)
        return [hit for hit in hits if not hit.compiled.scoped or self._in_scope(hit, facts)] if self._scoped else hits

    def _judge_parts(self, group: _Focused, target: object, facts: Facts, hits: list[Hit]) -> None:
        if group.read is not None:
            self._judge_alike(group, group.read(target), target, facts, hits)
            return
        items = _parts(group.ways, target, facts)
        if isinstance(items, Unknown):
            for compiled in group.policies.policies:
                self._note(compiled, facts)
            return
        for at, item in enumerate(items):
            hits += [_hit((compiled, target, item, at)) for compiled in self._held(group.policies, item, facts)]

    def _judge_alike(self, group: _Focused, values: object, target: object, facts: Facts, hits: list[Hit]) -> None:
        """Parts that are judged once for all objects that share the attributes by which they are found and decided."""
        try:
            held = group.known[values]
        except (KeyError, TypeError):
            found = enumerate(_all_parts(group.ways, target, facts))
            held = tuple([(at, one) for at, item in found for one in self._held(group.policies, item, facts)])
            remember(group.known, values, held, facts)
        if held:
            items = _all_parts(group.ways, target, facts)
            hits += [_hit((compiled, target, items[at], at)) for at, compiled in held]

    def _held(self, policies: Dispatch, item: object, facts: Facts) -> list[CompiledPolicy]:
        """The policies that hold for an item; those of which that is not known are noted."""
        held, unknown = policies.judge(item, facts, self._noted)
        for compiled in unknown:
            self._note(compiled, facts)
        return held

    def _note(self, compiled: CompiledPolicy, facts: Facts) -> None:
        name = compiled.policy.name
        if name not in self._noted:
            self._noted.add(name)
            missing = frozenset(need for need in compiled.needs if need not in facts)
            self.unknown[name] = self.unknown.get(name, frozenset()) | (missing or compiled.needs)

    def _in_scope(self, hit: Hit, facts: Facts) -> bool:
        """Whether the policy looks at the object; where that is not known, it is noted, and the hit does not count."""
        compiled = hit.compiled
        answer = in_scope(compiled.policy.spec.scope, subject(hit), hit.target, facts, self._today)
        if answer is None:
            self.unknown[compiled.name] = self.unknown.get(compiled.name, frozenset()) | {CLUSTER_NAME}
        return bool(answer)

    def coverage(self, facts: Facts) -> tuple[Coverage, ...]:
        """A row for each missing fact: which policies are not known here without it.

        It is a gap where the fact could have been had, and said so for information where it is another command's.
        """
        by_fact: dict[str, list[str]] = {}
        for name, missing in sorted(self.unknown.items()):
            for one in sorted(missing):
                by_fact.setdefault(one, []).append(name)
        return tuple(
            Coverage(
                area=f"fact:{one}",
                state=CoverageState.INFO if one in ELSEWHERE and one not in facts else CoverageState.PARTIAL,
                message=f"{len(names)} {'policy is' if len(names) == 1 else 'policies are'} not known here everywhere, "
                f"for want of {FACTS.get(one, one)}: "
                + ", ".join(names[:4]) + (" …" if len(names) > 4 else "") + ".",
            )
            for one, names in sorted(by_fact.items())
        )  # fmt: skip


def _parts(ways: tuple[Enumerator, ...], target: object, facts: Facts) -> Iterable[object] | Unknown:
    return ways[0](target, facts) if len(ways) == 1 else walk(target, facts, ways)


def _all_parts(ways: tuple[Enumerator, ...], target: object, facts: Facts) -> list[object]:
    found = _parts(ways, target, facts)
    return [] if isinstance(found, Unknown) else [*found]


def item_of(compiled: CompiledPolicy, target: object, at: int, facts: Facts) -> object:
    """The part of an object that a hit was about, found again by its number (:attr:`Hit.at`)."""
    if at < 0 or compiled.focus is None:
        return target
    parts = _parts(compiled.focus.ways, target, facts)
    return target if isinstance(parts, Unknown) else next(islice(parts, at, None))


def subject(hit: Hit) -> Subject:
    """What a hit is about."""
    make = GROUPS[hit.compiled.root].subject
    if make is None:
        raise TypeError(f"{hit.compiled.root} is no root group")
    return make(hit.target)


def _path_only(_target: object, path: str) -> Location:
    return Location(path=path)


def finding(hit: Hit, facts: Facts, stage: Stage, place: Callable[[object, str], Location] = _path_only) -> Finding:
    """The whole finding: evidence, path, fingerprint.

    ``place`` gives the location of a path in the hit's target: file and line, which only the caller knows.
    """
    facts[TARGET] = hit.target
    compiled = hit.compiled
    policy, who = compiled.policy, subject(hit)
    focus = compiled.focus
    part = ""
    if isinstance(focus, Exists) and hit.item is not hit.target:
        part = focus.group.label(hit.item)
        evidence = tuple(focus.child.evidence(hit.item, facts))
    else:
        evidence = tuple(compiled.node.evidence(hit.target, facts))
    path = next((row.path for row in evidence if row.path), "")
    return Finding(
        policy=policy.name,
        stage=stage,
        severity=policy.spec.severity,
        title=policy.spec.title,
        subject=who,
        location=place(hit.target, path),
        evidence=evidence,
        remediation=policy.spec.remediation,
        fingerprint=fingerprint(policy.name, who.kind, who.namespace, who.name, part),
    )
