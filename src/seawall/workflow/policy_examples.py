"""Run a policy's own examples: through the real reader of objects and the real engine, as a user's manifest would.

An example is about ``object`` or ``objects`` (judged where the policy stands after the build), or, without any, about
the images of its ``facts`` (judged as built, and, where the policy is also about deployments, as images of a pod).

Facts of an example: ``today`` (ISO 8601; :data:`TODAY` where not given) and ``image-scan``: image → what a scan says
(:class:`ExampleImage`), ``cluster`` (:class:`ExampleCluster`), ``used-names``,
``node-support``. The inventory is the example's objects.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

import msgspec

from seawall.errors import UsageError
from seawall.kube.normalise import normalise
from seawall.model.advisory import SupportPeriod
from seawall.model.finding import Finding, Stage, Status, Subject, VulnerabilityMatch, fingerprint
from seawall.model.identifiers import PolicyName, Purl, VulnerabilityId
from seawall.model.image import Distribution, History, Image, ImageConfig, Package
from seawall.model.kube.image_reference import parse_image_reference
from seawall.model.kube.inventory import Inventory
from seawall.model.kube.object import KubeObject
from seawall.model.kube.running import ClusterFacts, NodeSupport, Observed, OldApiUse
from seawall.model.record import Record
from seawall.model.scanned import ScannedImage
from seawall.model.severity import Severity
from seawall.policy.criteria.cluster import CLUSTER, USED
from seawall.policy.criteria.image import SCAN
from seawall.policy.criteria.node import SUPPORT
from seawall.policy.criteria.objects import roots_of
from seawall.policy.criteria.relations import INVENTORY
from seawall.policy.document import Example, Json, Policy
from seawall.policy.judge import Hit, Plan, finding
from seawall.policy.registry import Facts
from seawall.policy.scope import CLUSTER_NAME

TODAY = date(2026, 6, 1)
"""The day of an example that names none."""
Answer = Literal["pass", "fail", "unknown"]


class ExampleVulnerability(Record, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A vulnerability of an example's image, in the words of the criteria."""

    id: str
    aliases: tuple[str, ...] = ()
    package: str = "package"
    severity: Severity = Severity.UNKNOWN
    cvss: float | None = None
    cvss_vector: str = ""
    epss: float | None = None
    known_exploited: bool = False
    fixed_by: str = ""
    status: Status | None = None
    published: str = ""
    fix_available: str = ""


class ExamplePackage(Record, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A package of an example's image."""

    name: str
    version: str = "1"
    type: str = "deb"
    licenses: tuple[str, ...] = ()
    deleted: bool = False
    from_base: bool | None = None


class ExampleImage(Record, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """What a scan of an example's image says.

    Attributes:
        scanned, created: days, ISO 8601.
        distribution: ``debian-12``.
        history: lines of the image's history, as builders write them.
    """

    packages: tuple[ExamplePackage, ...] = ()
    vulnerabilities: tuple[ExampleVulnerability, ...] = ()
    distribution: str = ""
    scanned: str = TODAY.isoformat()
    created: str = ""
    user: str = ""
    labels: dict[str, str] = {}
    environment: tuple[str, ...] = ()
    exposed_ports: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    history: tuple[str, ...] = ()


class ExampleObserved(Record, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """What was seen of a workload of an example's cluster (:class:`seawall.model.kube.running.Observed`)."""

    kind: str
    namespace: str = ""
    name: str
    pods: int = 0
    drifted: dict[str, tuple[str, ...]] = {}
    outdated: tuple[str, ...] = ()
    digests: dict[str, tuple[str, ...]] = {}
    owner_missing: bool = False


class ExampleOldApi(Record, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """An old API version that an example's cluster is written in."""

    kind: str
    api_version: str
    managers: tuple[str, ...] = ()
    objects: int = 1


class ExampleCluster(Record, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The live cluster of an example."""

    name: str
    version: str = ""
    support_ends: str | None = None
    workloads: tuple[ExampleObserved, ...] = ()
    old_apis: tuple[ExampleOldApi, ...] = ()

    def facts(self) -> ClusterFacts:
        """As the engine knows it."""
        return ClusterFacts(
            name=self.name,
            version=self.version,
            support_ends=self.support_ends,
            workloads={
                (one.kind, one.namespace, one.name): msgspec.convert(one, Observed, from_attributes=True)
                for one in self.workloads
            },
            old_apis=tuple(msgspec.convert(one, OldApiUse, from_attributes=True) for one in self.old_apis),
        )


class ExampleFacts(Record, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """The facts that an example may give."""

    today: date = TODAY
    image_scan: dict[str, ExampleImage] | None = None
    cluster: ExampleCluster | None = None
    used_names: tuple[str, ...] | None = None
    """``KIND/NAMESPACE/NAME``: what other objects of the cluster name."""
    node_support: dict[str, tuple[date, ...]] | None = None
    """What nodes run, in their words → the last day of regular support, then of extended support if there is one."""

    def known(self) -> Facts:
        """The facts that are given and are no scan."""
        facts: Facts = {"today": self.today}
        if self.cluster is not None:
            facts |= {CLUSTER: self.cluster.facts(), CLUSTER_NAME: self.cluster.name}
        if self.used_names is not None:
            facts[USED] = frozenset(tuple(name.split("/", 2)) for name in self.used_names)
        if self.node_support is not None:
            periods = {
                said: SupportPeriod(product=said, release="", ends=f"{days[0]}", extended_ends=f"{days[-1]}")
                for said, days in self.node_support.items()
                if days
            }
            facts[SUPPORT] = NodeSupport(on=self.today, periods=periods)
        return facts


class ExampleResult(Record, frozen=True, kw_only=True):
    """What came of an example.

    Attributes:
        index: its place among the policy's examples, from 0.
        name: what it shows, or empty.
        expect: what its author expects.
        answer: what the engine says.
        findings: what was found.
        missing: facts that were missing.
        problems: what could not be read of its objects.
    """

    index: int
    name: str = ""
    expect: Answer
    answer: Answer
    findings: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the engine says what is expected."""
        return self.answer == self.expect


def run_examples(policy: Policy) -> list[ExampleResult]:
    """Judge all examples of a policy, each by itself.

    Raises:
        UsageError: the policy does not compile, or an example's facts have a wrong shape.
    """
    return [_run(policy, index, example) for index, example in enumerate(policy.examples)]


def _run(policy: Policy, index: int, example: Example) -> ExampleResult:
    given = _facts(policy, index, example.facts)
    written = [*([example.object] if example.object is not None else []), *example.objects]
    objects, problems = _objects(written)
    scans = {name: _scanned(name, image, given.today) for name, image in (given.image_scan or {}).items()}
    findings: list[Finding] = []
    missing: set[str] = set()
    answers: set[Answer] = set()
    for stage, targets in _targets(policy, objects, scans, given.cluster):
        facts: Facts = given.known() | {INVENTORY: Inventory(objects)}
        if given.image_scan is not None:
            facts[SCAN] = scans
        plan = Plan([policy], stage, given.today)
        hits = _judge(plan, targets, facts)
        findings += [finding(hit, facts, stage) for hit in hits]
        missing.update(*plan.unknown.values())
        answers.add("fail" if hits else "unknown" if plan.unknown else "pass")
    return ExampleResult(
        index=index,
        name=example.name,
        expect=example.expect,
        answer=answers.pop() if len(answers) == 1 else _disagreement(example.expect, answers),
        findings=tuple(findings),
        missing=tuple(sorted(missing)),
        problems=tuple(problems),
    )


def _disagreement(expect: Answer, answers: set[Answer]) -> Answer:
    """Stages that answer differently: the answer that is not expected; without a stage, that nothing is known."""
    return next(iter(sorted(answers - {expect})), "unknown")


def _facts(policy: Policy, index: int, raw: Mapping[str, Json]) -> ExampleFacts:
    try:
        return msgspec.convert(raw, ExampleFacts)
    except msgspec.ValidationError as error:
        where = f"policy {policy.name}, example {index + 1}"
        hint = "Facts are `today`, `image-scan`, `cluster`, `used-names` and `node-support`."
        raise UsageError(f"{where}: its facts have a wrong shape", cause=str(error), hint=hint) from error


def _objects(written: Iterable[Mapping[str, Json]]) -> tuple[list[KubeObject], list[str]]:
    objects: list[KubeObject] = []
    problems: list[str] = []
    for one in written:
        for made in normalise(msgspec.json.encode(one)):
            if isinstance(made, KubeObject):
                objects.append(made)
                problems += [f"{problem.path}: {problem.message}" for problem in made.problems]
            else:
                problems.append(made.message)
    return objects, problems


def _targets(
    policy: Policy, objects: list[KubeObject], scans: Mapping[str, ScannedImage], cluster: ExampleCluster | None
) -> Iterator[tuple[Stage, list[tuple[str, object]]]]:
    """Stages at which the example is judged, each with (root group, object)."""
    stages = policy.spec.stages
    if objects:
        later: list[Stage] = [stage for stage in stages if stage is not Stage.BUILD]
        yield (later or list(stages))[0], [(root, one) for one in objects for root in roots_of(type(one))]
        return
    if Stage.INFRA in stages and cluster is not None:
        yield Stage.INFRA, [("cluster", cluster.facts())]
    if Stage.BUILD in stages:
        yield Stage.BUILD, [("image", one) for one in scans.values()]
    if Stage.DEPLOY in stages and scans:
        containers = [{"name": f"c{at}", "image": name} for at, name in enumerate(scans)]
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "app"}, "spec": {"containers": containers}}
        made, _ = _objects([pod])
        yield Stage.DEPLOY, [(root, one) for one in made for root in roots_of(type(one))]


def _judge(plan: Plan, targets: Iterable[tuple[str, object]], facts: Facts) -> list[Hit]:
    return [hit for root, target in targets for hit in plan.judge(root, target, facts)]


def _scanned(name: str, image: ExampleImage, today: date) -> ScannedImage:
    subject = Subject(kind="image", name=name)
    id_, _, release = image.distribution.partition("-")
    scan = Image(
        subject=subject,
        distribution=Distribution(id=id_, version=release) if id_ else None,
        config=ImageConfig(
            created=image.created,
            user=image.user,
            labels=image.labels,
            environment=image.environment,
            exposed_ports=image.exposed_ports,
            volumes=image.volumes,
            history=tuple(History(instruction=line) for line in image.history),
        ),
        packages=tuple(map(_package, image.packages)),
    )
    return ScannedImage(
        reference=parse_image_reference(name),
        scan=scan,
        vulnerabilities=tuple(_vulnerability(subject, one) for one in image.vulnerabilities),
        scanned=image.scanned,
        on=today,
    )


def _package(package: ExamplePackage) -> Package:
    return Package(
        type=package.type,
        name=package.name,
        version=package.version,
        purl=Purl(f"pkg:{package.type}/{package.name}@{package.version}"),
        licenses=package.licenses,
        deleted_in=1 if package.deleted else None,
        from_base=package.from_base,
    )


def _vulnerability(subject: Subject, one: ExampleVulnerability) -> Finding:
    status = one.status or (Status.FIXED if one.fixed_by else Status.AFFECTED)
    return Finding(
        policy=PolicyName("vulnerability"),
        stage=Stage.BUILD,
        severity=one.severity,
        title=one.id,
        subject=subject,
        fingerprint=fingerprint("example", one.id, one.package),
        vulnerability=VulnerabilityMatch(
            id=VulnerabilityId(one.id),
            aliases=tuple(map(VulnerabilityId, one.aliases)),
            package=one.package,
            purl=Purl(f"pkg:generic/{one.package}@1"),
            installed="1",
            fixed=one.fixed_by,
            status=status,
            cvss=one.cvss,
            cvss_vector=one.cvss_vector,
            epss=one.epss,
            kev=one.known_exploited,
            published=one.published,
            fix_date=one.fix_available,
        ),
    )
