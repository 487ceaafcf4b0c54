"""Criteria that only a live cluster (or an export of one) can answer: what runs, versions, what nobody uses."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from seawall.model.finding import Subject
from seawall.model.kube.configuration import ConfigMap, Secret
from seawall.model.kube.gateway import Gateway
from seawall.model.kube.object import KubeObject
from seawall.model.kube.reference import references
from seawall.model.kube.running import ClusterFacts, Observed, OldApiUse
from seawall.model.kube.workload import Workload
from seawall.policy.criteria import workload as _workload  # noqa: F401 -- groups that criteria here belong to
from seawall.policy.criteria.lifecycle import removed_in
from seawall.policy.criteria.namespaced import WITHHELD
from seawall.policy.registry import UNKNOWN, Facts, Type, Unknown, criterion, fact, group

CLUSTER = "cluster"
USED = "used-names"
fact(CLUSTER, "a live cluster (`seawall cluster audit`)", elsewhere=True)
fact(USED, "all that the objects of a cluster name", elsewhere=True)
_NOBODY = Observed()
_OWN_USE = ("kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token", "helm.sh/release.v1")
_EVERYWHERE = {"kube-root-ca.crt", "openshift-service-ca.crt"}


class RunningImage(NamedTuple):
    """A container's name and the digests that its pods run."""

    container: str
    digests: tuple[str, ...]


def used_names(objects: Iterable[KubeObject]) -> frozenset[tuple[str, str, str]]:
    """(kind, namespace, name) of all that is named by others: mounted, read, pulled with, bound, routed to."""
    found = set[tuple[str, str, str]]()
    for each in objects:
        found.update((one.kind, one.namespace, one.name) for one in references(each))
        if isinstance(each, Gateway):
            found.update(_certificates(each))
    return frozenset(found)


def _certificates(gateway: Gateway) -> Iterable[tuple[str, str, str]]:
    """The Secrets that a gateway's listeners serve with (Gateway API, ``GatewayTLSConfig.certificateRefs``)."""
    for listener in gateway.spec.listeners:
        given = (listener.tls or {}).get("certificateRefs")
        for one in given if isinstance(given, list) else ():
            if isinstance(one, dict):
                yield "Secret", str(one.get("namespace") or gateway.namespace), str(one.get("name"))


def _observed(workload: Workload, facts: ClusterFacts) -> Observed:
    return facts.workloads.get((workload.kind, workload.namespace, workload.name), _NOBODY)


def _running(workload: Workload, facts: Facts) -> Iterable[RunningImage] | Unknown:
    known = facts.get(CLUSTER)
    if not isinstance(known, ClusterFacts):
        return UNKNOWN
    return [RunningImage(name, digests) for name, digests in _observed(workload, known).digests.items()]


group(
    "cluster",
    "The cluster as a whole.",
    label=lambda cluster: cluster.name,
    subject=lambda cluster: Subject(kind="cluster", name=cluster.name),
)
group(
    "old-api",
    "An API version in which somebody still writes objects, though the cluster serves them in another.",
    parents={"cluster": lambda cluster, _facts: cluster.old_apis},
    label=lambda use: f"{use.kind}/{use.api_version}",
)
group(
    "running-image",
    "A container of a workload, and the images that its pods run.",
    parents={"workload": _running},
    needs=CLUSTER,
    label=lambda image: image.container,
)


@criterion("running-image", "digests", Type.SET)
def digests(image: RunningImage) -> tuple[str, ...]:
    """The digests of the images that run; more than one where the tag was moved between two pulls."""
    return image.digests


@criterion("workload", "drifted-fields", Type.SET, needs=CLUSTER)
def drifted_fields(workload: Workload, facts: ClusterFacts) -> tuple[str, ...]:
    """Fields in which running pods are not what the template says: ``containers[app].image``."""
    found = _observed(workload, facts).drifted.values()
    return tuple(sorted({field for fields in found for field in fields}))


@criterion("workload", "outdated-pods", Type.NUMBER, needs=CLUSTER)
def outdated_pods(workload: Workload, facts: ClusterFacts) -> int:
    """How many pods still run an earlier template."""
    return len(_observed(workload, facts).outdated)


@criterion("workload", "running-pods", Type.NUMBER, needs=CLUSTER)
def running_pods(workload: Workload, facts: ClusterFacts) -> int:
    """How many pods it has."""
    return _observed(workload, facts).pods


@criterion("workload", "owner-missing", Type.BOOL, path="metadata.ownerReferences", needs=CLUSTER)
def owner_missing(workload: Workload, facts: ClusterFacts) -> bool:
    """It names a controller that is not there any more."""
    return _observed(workload, facts).owner_missing


@criterion("workload", "owned", Type.BOOL, path="metadata.ownerReferences", needs=CLUSTER)
def owned(workload: Workload, _facts: ClusterFacts) -> bool:
    """It names an owner."""
    return bool(workload.metadata.owner_references)


@criterion("secret", "values-withheld", Type.BOOL, path="metadata.annotations")
def secret_withheld(secret: Secret) -> bool:
    """Its values were left out when it was read of a cluster; in a manifest they stand as they are."""
    return secret.annotations.get(WITHHELD) == "withheld"


@criterion("secret", "named", Type.BOOL, needs=USED)
def secret_named(secret: Secret, used: frozenset[tuple[str, str, str]]) -> bool:
    """Something in the cluster names it, or it is of a kind that the cluster itself or Helm uses."""
    own = secret.type.startswith(_OWN_USE) or bool(secret.metadata.owner_references)
    return own or ("Secret", secret.namespace, secret.name) in used


@criterion("config-map", "named", Type.BOOL, needs=USED)
def config_map_named(config: ConfigMap, used: frozenset[tuple[str, str, str]]) -> bool:
    """Something in the cluster names it, or it is one that every namespace has."""
    own = config.name in _EVERYWHERE or bool(config.metadata.owner_references)
    return own or ("ConfigMap", config.namespace, config.name) in used


@criterion("service-account", "named", Type.BOOL, needs=USED)
def account_named(account: KubeObject, used: frozenset[tuple[str, str, str]]) -> bool:
    """A workload acts as it, or a binding names it; ``default`` always counts."""
    return account.name == "default" or ("ServiceAccount", account.namespace, account.name) in used


@criterion("cluster", "version", Type.VERSION)
def cluster_version(facts: ClusterFacts) -> str | None:
    """The API server's version."""
    return facts.version if facts.version[:1].isdigit() else None


def _days_left(facts: ClusterFacts, today: object) -> int | None:
    if facts.support_ends is None or not isinstance(today, date):
        return None
    return (date.fromisoformat(facts.support_ends) - today).days


@criterion("cluster", "support-days-left", Type.NUMBER, needs="today")
def support_days_left(facts: ClusterFacts, today: date) -> int | None:
    """How many days its release is still supported; below zero where that is over, absent where nobody says."""
    return _days_left(facts, today)


@criterion("old-api", "removed-in", Type.VERSION)
def old_api_removed_in(use: OldApiUse) -> str | None:
    """The first Kubernetes release that does not serve it any more."""
    return removed_in(KubeObject(api_version=use.api_version, kind=use.kind))


@criterion("old-api", "api-version", Type.TEXT)
def old_api_version(use: OldApiUse) -> str:
    """Group and version."""
    return use.api_version


@criterion("old-api", "managers", Type.SET)
def old_api_managers(use: OldApiUse) -> tuple[str, ...]:
    """Who writes in it."""
    return use.managers
