"""Check manifests: read, judge by a profile's policies, accept, gate."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import repeat
from pathlib import Path

from seawall import __version__
from seawall.errors import UsageError
from seawall.kube.assume import read_assumed
from seawall.kube.locate import locate
from seawall.kube.read import read_manifests
from seawall.model.coverage import Coverage, CoverageState
from seawall.model.finding import Finding, Location, Stage, Subject
from seawall.model.kube.inventory import Inventory
from seawall.model.kube.object import KubeObject, Problem
from seawall.model.kube.workload import Workload
from seawall.model.record import Record
from seawall.model.report import AcceptedRisk, Report, Summary, Tool
from seawall.model.severity import Severity
from seawall.policy import accepted
from seawall.policy.compile import CompiledPolicy
from seawall.policy.criteria.objects import roots_of
from seawall.policy.criteria.relations import INVENTORY
from seawall.policy.document import Policy
from seawall.policy.gate import GateOptions, evaluate
from seawall.policy.judge import Plan, finding
from seawall.policy.load import Library, library, read
from seawall.policy.profile import Profile, select
from seawall.policy.registry import Facts
from seawall.report.build import summarise
from seawall.workflow.judged import Bucket, LazyFindings


class CheckRequest(Record, frozen=True, kw_only=True):
    """What to check, and how to judge it.

    Attributes:
        paths: files, directories, ``-``.
        on: the day of the check.
        profiles: names of profiles; their policies are joined.
        policies: files and directories of the users' own policies, always judged.
        only, skip: policy names; empty means all, none.
        severity: findings below it are left out.
        assume: a file that names what exists elsewhere.
        ignore_file: accepted risks; null: the default file of the working directory, if there is one.
        gate: what makes the gate fail.
    """

    paths: tuple[str, ...]
    on: date
    profiles: tuple[str, ...] = ("default",)
    policies: tuple[Path, ...] = ()
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    severity: Severity | None = None
    assume: Path | None = None
    ignore_file: Path | None = None
    gate: GateOptions = GateOptions()


def check(request: CheckRequest) -> Report:
    """Check manifests.

    Raises:
        InputError: a path does not exist.
        UsageError: a policy, profile or accepted-risk file is wrong.
    """
    rules = _rules(request.ignore_file)
    plan = Plan(chosen(request), Stage.DEPLOY, request.on, checked=True)
    facts: Facts = {"today": request.on}
    buckets: dict[str, Bucket] = {}
    objects, problems = _read(request)
    facts[INVENTORY] = Inventory(objects, read_assumed(str(request.assume)) if request.assume else ())
    _judge(objects, plan, facts, buckets)
    ordered = [buckets[one.policy.name] for one in _by_severity(plan) if one.policy.name in buckets]
    found: Sequence[Finding] = LazyFindings(ordered, lambda hit: finding(hit, facts, Stage.DEPLOY, _place))
    coverage = (*_rows(len(objects), problems), *plan.coverage())
    risks: tuple[AcceptedRisk, ...] = ()
    marked = accepted.annotated(objects)
    if rules:
        found, risks = accepted.apply(tuple(found), rules, on=request.on)
    if marked:
        found, more, rows = accepted.apply_annotations(found, marked, request.on)
        risks, coverage = (*risks, *more), (*coverage, *rows)
    return Report(
        tool=Tool(version=__version__, created=request.on.isoformat()),
        subject=Subject(kind="manifests", name=" ".join(request.paths)[:500]),
        coverage=coverage,
        findings=found,
        accepted_risks=risks,
        gate=evaluate(found if rules or marked else _samples(ordered, found), request.gate),
        summary=summarise(found, (), coverage) if rules or marked else _summary(ordered, coverage),
    )


def chosen(request: CheckRequest) -> tuple[Policy, ...]:
    """The policies that a request asks for.

    Raises:
        UsageError: a profile or policy does not exist.
    """
    own = _own(request.policies)
    known = library(examples=False)
    policies = {**known.policies, **own.policies}
    profiles = {**known.profiles, **own.profiles}
    picked: dict[str, Policy] = dict(own.policies)
    for name in request.profiles:
        picked |= {policy.name: policy for policy in select(name, profiles, policies.values())}
    for name in (*request.only, *request.skip):
        if name not in policies:
            raise UsageError(f"there is no policy {name!r}", hint="`seawall policy list` shows all.")
    if request.only:
        picked = {name: policies[name] for name in request.only}
    least = request.severity.rank if request.severity else 0
    return tuple(
        policy for name, policy in picked.items() if name not in request.skip and policy.spec.severity.rank >= least
    )


def _own(paths: Iterable[Path]) -> Library:
    policies: dict[str, Policy] = {}
    profiles: dict[str, Profile] = {}
    for path in paths:
        own = read(path)
        policies |= own.policies
        profiles |= own.profiles
    return Library(policies=policies, profiles=profiles)


def _rules(path: Path | None) -> tuple[accepted.Rule, ...]:
    file = path or accepted.default_file(Path())
    return accepted.load(file) if file else ()


def _read(request: CheckRequest) -> tuple[list[KubeObject], list[Problem]]:
    """All objects, and what could not be read of them."""
    objects: list[KubeObject] = []
    problems: list[Problem] = []
    for one in read_manifests(request.paths):
        if isinstance(one, Problem):
            problems.append(one)
        else:
            objects.append(one)
            problems.extend(one.problems)
    return objects, problems


def _judge(objects: Iterable[KubeObject], plan: Plan, facts: Facts, buckets: dict[str, Bucket]) -> None:
    for one in objects:
        for root in roots_of(type(one)):
            for hit in plan.judge(root, one, facts):
                name = hit.compiled.name
                bucket = buckets.get(name)
                if bucket is None:
                    bucket = buckets[name] = Bucket(hit.compiled)
                bucket.add(hit)
        for container in one.containers if isinstance(one, Workload) else ():
            container.forget()


def _by_severity(plan: Plan) -> list[CompiledPolicy]:
    return sorted(plan.policies, key=lambda one: (-one.policy.spec.severity.rank, one.policy.name))


def _place(target: object, path: str) -> Location:
    """The file and line of a path in an object."""
    if not isinstance(target, KubeObject):
        return Location(path=path)
    return Location(file=target.origin.file, line=locate(target.origin, path), path=path)


def _rows(objects: int, problems: list[Problem]) -> tuple[Coverage, ...]:
    state = CoverageState.OK if objects else CoverageState.MISSING
    message = f"{objects:,} objects were checked." if objects else "There was no Kubernetes object to check."
    rows = [Coverage(area="manifests", state=state, message=message)]
    for problem in problems:
        place = ":".join(str(part) for part in (problem.file, problem.line, problem.path) if part)
        rows.append(Coverage(area="document", state=problem.state, message=f"{place}: {problem.message}"))
    return tuple(rows)


def _samples(buckets: Sequence[Bucket], found: Sequence[Finding]) -> Iterator[Finding]:
    """As many findings as there are, but of each policy the first again and again: all that a gate asks of them."""
    at = 0
    for bucket in buckets:
        yield from repeat(found[at], len(bucket))
        at += len(bucket)


def _summary(buckets: Sequence[Bucket], coverage: Sequence[Coverage]) -> Summary:
    """The numbers, from hits alone."""
    severities: Counter[str] = Counter()
    for bucket in buckets:
        severities[bucket.compiled.policy.spec.severity.value] += len(bucket)
    return Summary(
        findings=sum(severities.values()),
        accepted=0,
        by_severity={severity.value: severities[severity.value] for severity in reversed(Severity)},
        by_policy={bucket.compiled.policy.name: len(bucket) for bucket in buckets},
        fixable=0,
        kev=0,
        packages=0,
        gaps=sum(1 for row in coverage if row.gap),
    )
