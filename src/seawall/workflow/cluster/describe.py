"""The page of questions about one object: what, where, how, whom it reaches, whose, what it may do, how it complies."""

from collections import Counter

from msgspec.structs import replace

from seawall.errors import InputError, UsageError
from seawall.kube.served import SERVED, meant
from seawall.model.coverage import Coverage
from seawall.model.finding import Finding, Location, Stage, Subject
from seawall.model.kube import CLUSTER_SCOPED, Container, Ingress, Inventory, KubeObject, Workload
from seawall.model.kube.running import ClusterFacts, Observed, RunningPod
from seawall.model.record import Record
from seawall.policy.criteria.cluster import CLUSTER
from seawall.policy.criteria.node import SUPPORT
from seawall.policy.criteria.relations import INVENTORY
from seawall.policy.registry import Facts
from seawall.policy.scope import CLUSTER_NAME
from seawall.workflow.cluster.audit import AuditRequest
from seawall.workflow.cluster.details import details
from seawall.workflow.cluster.gather import Gathered
from seawall.workflow.cluster.source import read_cluster, unread
from seawall.workflow.cluster.support import node_support, told_by
from seawall.workflow.judging import Judging

_OWNER_LABELS = ("app.kubernetes.io/managed-by", "app.kubernetes.io/part-of", "owner", "team", "helm.sh/chart")
_BOOTSTRAP = "kubernetes.io/bootstrapping"
"""The label of the bindings that every cluster begins with."""
_STEPS = 3


class ContainerPage(Record, frozen=True, kw_only=True):
    """A container: what runs in it, and with which rights."""

    name: str
    kind: str
    image: str
    digests: tuple[str, ...] = ()
    user: int | None = None
    may_run_as_root: bool = True
    privileged: bool = False
    may_escalate: bool = True
    capabilities: tuple[str, ...] = ()
    read_only_root: bool = False
    mounts: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    requests: dict[str, str | int | float] = {}
    limits: dict[str, str | int | float] = {}


class Page(Record, frozen=True, kw_only=True):
    """The answers.

    Attributes:
        owners: who made it, the nearest first.
        owner_labels: labels and annotations that name somebody responsible.
        nodes: node → how many of its pods run there.
        details: what matters of its kind, as the inventory tells it; of what runs pods the fields below tell it.
        drift: fields in which running pods differ from the template.
        host: which of the node's namespaces it shares.
        grants: ``ClusterRole/view in shop (through web-view)``.
        reached_by: services and ingresses that lead to it.
        ingress, egress: the network policies that say who may come in and where it may go; null: nobody says.
        pod_security: the strictest level that it complies with; empty where it runs no pods.
        next: what to do first.
    """

    kind: str
    namespace: str
    name: str
    api_version: str
    created: str = ""
    labels: dict[str, str] = {}
    owners: tuple[str, ...] = ()
    owner_labels: dict[str, str] = {}
    details: dict[str, object] = {}
    replicas: int | None = None
    pods: int = 0
    nodes: dict[str, int] = {}
    drift: tuple[str, ...] = ()
    containers: tuple[ContainerPage, ...] = ()
    host: tuple[str, ...] = ()
    service_account: str = ""
    mounts_token: bool | None = None
    grants: tuple[str, ...] = ()
    reached_by: tuple[str, ...] = ()
    ingress: tuple[str, ...] | None = None
    egress: tuple[str, ...] | None = None
    pod_security: str = ""
    findings: tuple[Finding, ...] = ()
    next: tuple[str, ...] = ()
    coverage: tuple[Coverage, ...] = ()


def describe(request: AuditRequest, kind: str, name: str, namespace: str = "default") -> Page:
    """Answer all questions about an object.

    Raises:
        UsageError: there is no such kind, or a policy or profile is wrong.
        InputError: there is no such object.
        ServiceError: the API server cannot be reached.
    """
    wanted = {one.kind for one in meant([kind])}
    if len(wanted) != 1:
        raise UsageError(f"{kind!r} is no single kind", hint="Name one, as in deployment/web.")
    real = wanted.pop()
    gathered = Gathered(keep=(real, "" if real in CLUSTER_SCOPED else namespace, name))
    told = read_cluster(request.cluster, SERVED, gathered, config_map_values=True)
    inventory = Inventory([*gathered.objects, *gathered.kept], unread(told))
    found = inventory.get(real, namespace, name)
    if found is None:
        hint = "`seawall cluster inventory` lists what is there; --namespace says where to look."
        raise InputError(f"{told.cluster} has no {real}/{name} in {namespace}", hint=hint)
    cluster = gathered.facts(told)
    facts: Facts = {INVENTORY: inventory, CLUSTER: cluster, CLUSTER_NAME: told.cluster}
    with told_by(request.database) as dates:
        facts[SUPPORT] = node_support([found], dates, request.on)
    findings = _findings(request, found, facts)
    page = Page(
        kind=found.kind,
        namespace=found.namespace,
        name=found.name,
        api_version=found.api_version,
        created=found.metadata.creation_timestamp or "",
        labels=found.labels,
        owners=gathered.chain(found),
        owner_labels={key: text for key in _OWNER_LABELS if (text := _said(found, key))},
        findings=findings,
        next=tuple(dict.fromkeys(one.remediation for one in findings if one.remediation))[:_STEPS],
        coverage=told.coverage,
    )
    if not isinstance(found, Workload):
        return replace(page, details=details(gathered.whole)) if gathered.whole is not None else page
    page = _of_workload(page, found, inventory, gathered.running(found), cluster)
    return replace(page, pod_security=_level(request, found, facts))


def _said(one: KubeObject, key: str) -> str:
    return one.labels.get(key) or one.annotations.get(key) or ""


def _findings(request: AuditRequest, one: KubeObject, facts: Facts) -> tuple[Finding, ...]:
    stages = (Stage.DEPLOY, Stage.INFRA)
    judging = Judging(request, stages, facts, lambda _target, path: Location(path=path))
    judging.judge(one)
    subject = Subject(kind=one.kind, name=one.name, namespace=one.namespace)
    return tuple(judging.report(subject, (), [one]).findings)


def _level(request: AuditRequest, one: Workload, facts: Facts) -> str:
    """The strictest of the Pod Security Standards that the workload complies with."""
    for level in ("restricted", "baseline"):
        by = replace(request, profiles=(f"pss-{level}",), policies=(), only=(), skip=(), severity=None)
        if not _findings(by, one, dict(facts)):
            return level
    return "privileged"


def _of_workload(
    page: Page, one: Workload, inventory: Inventory, pods: list[RunningPod], cluster: ClusterFacts
) -> Page:
    seen = cluster.workloads.get((one.kind, one.namespace, one.name), Observed())
    pod, policies = one.pod, inventory.network_policies_of(one)
    services = inventory.services_of(one)
    names = {service.name for service in services}
    ingresses = [
        ingress
        for ingress in inventory.of(Ingress)
        if ingress.namespace == one.namespace and any(backend.target[0] in names for _, backend in ingress.backends)
    ]
    closed = {way: tuple(p.name for p in policies if way in p.isolates) or None for way in ("Ingress", "Egress")}
    host = (("network", pod.host_network), ("process ids", pod.host_pid), ("memory", pod.host_ipc))
    return replace(
        page,
        replicas=one.replicas,
        pods=len(pods),
        nodes=dict(Counter(each.node for each in pods if each.node)),
        drift=tuple(sorted({field for fields in seen.drifted.values() for field in fields})),
        containers=tuple(_container(each, _digests(each.name, pods)) for each in one.containers),
        host=tuple(name for name, shared in host if shared),
        service_account=one.service_account,
        mounts_token=inventory.mounts_token(one),
        grants=_grants(one, inventory),
        reached_by=(
            *(f"Service/{each.name} ({each.spec.type})" for each in services),
            *(f"Ingress/{each.name}" for each in ingresses),
        ),
        ingress=closed["Ingress"],
        egress=closed["Egress"],
    )


def _grants(one: Workload, inventory: Inventory) -> tuple[str, ...]:
    """What a binding gives; what Kubernetes gives to everybody is in a number at the end."""
    grants = inventory.grants.of_service_account(one.namespace, one.service_account)
    own = [grant for grant in grants if grant.subject.kind != "Group" or _BOOTSTRAP not in grant.binding.labels]
    common = len(grants) - len(own)
    said = (
        f"{grant.binding.role_ref.kind or 'Role'}/{grant.binding.role_ref.name}"
        f" {f'in {grant.namespace}' if grant.namespace else 'everywhere'} (through {grant.binding.name})"
        for grant in own
    )
    return (*said, *([f"{common} roles that every account has"] if common else []))


def _digests(container: str, pods: list[RunningPod]) -> tuple[str, ...]:
    return tuple(sorted({c.digest for pod in pods for c in pod.containers if c.name == container and c.digest}))


def _container(one: Container, digests: tuple[str, ...]) -> ContainerPage:
    security, resources = one.security, one.spec.resources
    probes = (
        ("liveness", one.spec.liveness_probe),
        ("readiness", one.spec.readiness_probe),
        ("startup", one.spec.startup_probe),
    )
    return ContainerPage(
        name=one.name,
        kind=one.kind,
        image=one.spec.image,
        digests=digests,
        user=security.run_as_user,
        may_run_as_root=security.may_run_as_root,
        privileged=security.privileged,
        may_escalate=security.may_escalate,
        capabilities=(*(f"+{name}" for name in security.add), *(f"-{name}" for name in security.drop)),
        read_only_root=security.read_only_root_filesystem,
        mounts=tuple(
            f"{each.mount_path} ← {each.type} {each.source}".rstrip() + (" (read-only)" if each.read_only else "")
            for each in one.mounts
        ),
        probes=tuple(name for name, probe in probes if probe is not None),
        requests=resources.requests if resources is not None else {},
        limits=resources.limits if resources is not None else {},
    )
