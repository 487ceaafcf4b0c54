"""Judge a whole cluster: every object as ``check`` does, and what only a cluster knows."""

from pathlib import Path

from seawall.kube.served import SERVED
from seawall.model.coverage import Coverage, CoverageState
from seawall.model.finding import Location, Stage, Subject
from seawall.model.kube import Inventory, KubeObject
from seawall.model.kube.running import ClusterFacts
from seawall.model.report import Report
from seawall.policy.criteria.cluster import CLUSTER, USED, used_names
from seawall.policy.criteria.image import SCAN
from seawall.policy.criteria.node import SUPPORT
from seawall.policy.criteria.relations import INVENTORY
from seawall.policy.registry import Facts
from seawall.policy.scope import CLUSTER_NAME
from seawall.workflow.cluster.gather import Gathered
from seawall.workflow.cluster.images import ImageRequest, scan_running
from seawall.workflow.cluster.source import ClusterQuery, Told, read_cluster, unread
from seawall.workflow.cluster.support import node_support, release_ends, told_by
from seawall.workflow.judging import JudgeRequest, Judging

STAGES = (Stage.DEPLOY, Stage.INFRA)


class AuditRequest(JudgeRequest, frozen=True, kw_only=True):
    """What to audit, and how to judge it.

    Attributes:
        cluster: which cluster.
        database: the advisory database's directory, for dates of support; it need not exist.
        images: scan what runs; null: do not.
    """

    cluster: ClusterQuery = ClusterQuery()
    database: Path | None = None
    images: ImageRequest | None = None


def audit(request: AuditRequest) -> Report:
    """Audit a cluster; it is only read.

    Raises:
        UsageError: a policy, profile, accepted-risk file or the kubeconfig is wrong.
        InputError: the export cannot be read.
        ServiceError: the API server cannot be reached, or does not know who asks.
    """
    facts: Facts = {}
    judging = Judging(request, STAGES, facts, _place)
    gathered = Gathered()
    told = read_cluster(request.cluster, SERVED, gathered, config_map_values=True)
    objects = gathered.objects
    with told_by(request.database) as dates:
        cluster = gathered.facts(told, release_ends(told.version, dates))
        facts[SUPPORT] = node_support(objects, dates, request.on)
    rows = [_counted(objects, gathered, told), *told.coverage, *gathered.problems()]
    facts[INVENTORY] = inventory = Inventory([*objects, *gathered.drifted], unread(told))
    facts |= {CLUSTER: cluster, CLUSTER_NAME: told.cluster}
    if not any(row.area.startswith("resource:") for row in told.coverage) and not request.cluster.namespace:
        facts[USED] = used_names(inventory.objects)  # what may not be read may name what seems unused
    if request.images is not None:
        facts[SCAN], more = scan_running(gathered.pods, request.images)
        rows += more
    _judge(judging, gathered, inventory, cluster)
    return judging.report(Subject(kind="cluster", name=told.cluster), rows, objects)


def _judge(judging: Judging, gathered: Gathered, inventory: Inventory, cluster: ClusterFacts) -> None:
    judging.judge_as("cluster", cluster)
    for one in gathered.objects:
        if not inventory.owned(one):
            judging.judge(one)
    for pod in gathered.drifted:
        judging.judge(pod, maker=gathered.maker(pod))


def _place(target: object, path: str) -> Location:
    """An object of a cluster stands in no file: its own name is the place where people look for it."""
    if not isinstance(target, KubeObject):
        return Location(path=path)
    name = f"{target.kind}/{target.name}"
    return Location(file=f"{target.namespace}/{name}" if target.namespace else name, path=path)


def _counted(objects: list[KubeObject], gathered: Gathered, told: Told) -> Coverage:
    state = CoverageState.OK if objects else CoverageState.MISSING
    version = f" (Kubernetes {told.version})" if told.version else ""
    message = f"{len(objects):,} objects and {len(gathered.pods):,} pods of {told.cluster}{version} were judged."
    return Coverage(area="cluster", state=state, message=message)
