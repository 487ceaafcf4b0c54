"""Judging objects, wherever they were read: by a profile's policies, with accepted risks, to a report with a gate.

Manifests and clusters go through here alike, so that the same object gives the same findings.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, islice, repeat
from typing import TYPE_CHECKING

from seawall import __version__
from seawall.model.coverage import Coverage
from seawall.model.finding import Finding, Location, Stage, Subject
from seawall.model.kube.object import KubeObject
from seawall.model.record import Record
from seawall.model.report import AcceptedRisk, Report, Summary, Tool
from seawall.model.severity import Severity
from seawall.policy import accepted
from seawall.policy.compile import CompiledPolicy
from seawall.policy.criteria.objects import roots_of
from seawall.policy.document import Policy, reported
from seawall.policy.gate import GateOptions, evaluate
from seawall.policy.judge import Hit, Plan, finding
from seawall.policy.load import library, no_policy, read_all
from seawall.policy.profile import select
from seawall.policy.registry import Facts
from seawall.workflow.hits import Asked, hits_of, judge_all
from seawall.workflow.judged import Bucket, LazyFindings, Run

if TYPE_CHECKING:
    from pathlib import Path

Place = Callable[[object, str], Location]
"""The location of a path in an object."""


class JudgeRequest(Record, frozen=True, kw_only=True):
    """By what to judge.

    Attributes:
        on: the day.
        profiles: names of profiles; their policies are joined.
        policies: files and directories of the users' own policies, always judged.
        only, skip: policy names; empty means all, none.
        severity: findings below it are left out.
        ignore_file: accepted risks; null: the default file of the working directory, if there is one.
        gate: what makes the gate fail.
    """

    on: date
    profiles: tuple[str, ...] = ("default",)
    policies: "tuple[Path, ...]" = ()
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    severity: Severity | None = None
    ignore_file: "Path | None" = None
    gate: GateOptions = GateOptions()


class Judging:
    """Takes objects one after the other, and judges them all when the report is asked for.

    Args:
        request: by what.
        stages: at which stages; a policy of several is judged at the first of them.
        facts: what is known; filled by the caller until the report is asked for.
        place: where a path of an object stands.

    Raises:
        UsageError: a policy, profile or accepted-risk file is wrong.
    """

    def __init__(self, request: JudgeRequest, stages: Sequence[Stage], facts: Facts, place: Place) -> None:
        self._request, self._facts, self._place = request, facts, place
        self._rules = accepted.load_asked(request.ignore_file)
        policies, self.plans = chosen(request), list[Plan]()
        for stage in stages:
            here = [one for one in policies if stage in one.spec.stages]
            policies = tuple(one for one in policies if stage not in one.spec.stages)
            self.plans.append(Plan(here, stage, request.on, checked=True))
        facts.setdefault("today", request.on)
        self._stages = {one.name: plan.stage for plan in self.plans for one in plan.policies}
        self._asked: list[Asked] = []

    def judge(self, one: KubeObject, *, maker: KubeObject | None = None) -> None:
        """Judge an object, when the report is asked for; of what ``maker`` made, only what is not said of it."""
        roots = roots_of(type(maker)) if maker is not None else ()
        self._asked.append(Asked(one, roots_of(type(one)), maker, roots))

    def judge_as(self, root: str, target: object) -> None:
        """Judge anything as an object of a root group, when the report is asked for."""
        self._asked.append(Asked(target, (root,)))

    def hits(self, one: KubeObject) -> Iterator[Hit]:
        """What all policies say of an object, now, without keeping it."""
        return hits_of(self.plans, Asked(one, roots_of(type(one))), self._facts)

    def report(self, subject: Subject, coverage: Iterable[Coverage], objects: Sequence[KubeObject]) -> Report:
        """The report about everything that was judged.

        Args:
            subject: what was judged, as a whole.
            coverage: what could not be read.
            objects: those whose annotations may accept risks.
        """
        buckets = judge_all(self.plans, self._asked, self._facts)
        ordered = [buckets[one.name] for one in _by_severity(self.plans) if one.name in buckets]
        runs: dict[str, Sequence[Finding]] = {one.compiled.name: Run(one, self.finding) for one in ordered}
        risks, told = self._accept(runs, accepted.annotated(objects))
        rows = (*coverage, *(row for plan in self.plans for row in plan.coverage(self._facts)), *told)
        return Report(
            tool=Tool(version=__version__, created=self._request.on.isoformat()),
            subject=subject,
            coverage=rows,
            findings=LazyFindings(runs.values()),
            policies=tuple(reported(bucket.compiled.policy) for bucket in ordered),
            accepted_risks=risks,
            gate=evaluate(_samples(runs.values()), self._request.gate),
            summary=_summary(ordered, runs, rows),
        )

    def _accept(
        self, runs: dict[str, Sequence[Finding]], marked: Sequence[accepted.Annotated]
    ) -> tuple[tuple[AcceptedRisk, ...], tuple[Coverage, ...]]:
        """Accept risks; only the findings of policies that somebody accepts are made for it.

        Gives what became of the rules and annotations, and what of these does not count.
        """
        if not self._rules and not marked:
            return (), ()
        names = accepted.accepted_policies(self._rules, marked, tuple(runs))
        made = tuple(chain.from_iterable(runs[name] for name in names))
        made, risks = accepted.apply(made, self._rules, on=self._request.on)
        made, more, told = accepted.apply_annotations(made, marked, self._request.on)
        rest = iter(made)
        for name in names:
            runs[name] = tuple(islice(rest, len(runs[name])))
        return (*risks, *more), told

    def finding(self, hit: Hit) -> Finding:
        """The whole finding of a hit."""
        return finding(hit, self._facts, self._stages[hit.compiled.name], self._place)


def chosen(request: JudgeRequest) -> tuple[Policy, ...]:
    """The policies that a request asks for.

    Raises:
        UsageError: a profile or policy does not exist.
    """
    own = read_all(request.policies)
    known = library(examples=False)
    policies = {**known.policies, **own.policies}
    profiles = {**known.profiles, **own.profiles}
    picked: dict[str, Policy] = dict(own.policies)
    for name in request.profiles:
        picked |= {policy.name: policy for policy in select(name, profiles, policies.values())}
    for name in (*request.only, *request.skip):
        if name not in policies:
            raise no_policy(name, policies)
    if request.only:
        picked = {name: policies[name] for name in request.only}
    least = request.severity.rank if request.severity else 0
    return tuple(
        policy for name, policy in picked.items() if name not in request.skip and policy.spec.severity.rank >= least
    )


def _by_severity(plans: Iterable[Plan]) -> list[CompiledPolicy]:
    policies = [one for plan in plans for one in plan.policies]
    return sorted(policies, key=lambda one: (-one.policy.spec.severity.rank, one.policy.name))


def _samples(runs: Iterable[Sequence[Finding]]) -> Iterator[Finding]:
    """As many findings as there are, but the first again and again of policies of which none is accepted.

    That is all that a gate asks of them.
    """
    for run in runs:
        yield from repeat(run[0], len(run)) if isinstance(run, Run) else run


def _summary(buckets: Sequence[Bucket], runs: Mapping[str, Sequence[Finding]], coverage: Sequence[Coverage]) -> Summary:
    """The numbers, from hits alone; of policies that may be accepted, from their findings."""
    severities, policies, all_accepted = Counter[str](), dict[str, int](), 0
    for bucket in buckets:
        name, run = bucket.compiled.name, runs[bucket.compiled.name]
        number = 0 if isinstance(run, Run) else sum(1 for one in run if one.accepted is not None)
        all_accepted += number
        if number < len(run):
            severities[bucket.compiled.policy.spec.severity.value] += len(run) - number
            policies[name] = len(run) - number
    return Summary(
        findings=sum(severities.values()),
        accepted=all_accepted,
        by_severity={severity.value: severities[severity.value] for severity in reversed(Severity)},
        by_policy=policies,
        fixable=0,
        kev=0,
        packages=0,
        gaps=sum(1 for row in coverage if row.gap),
    )
