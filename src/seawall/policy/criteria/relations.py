"""Criteria across objects: what selects whom, what is named and missing, what a service account may do.

They need the inventory: all objects that were read together (or a cluster's).
"""

from collections.abc import Iterable
from typing import NamedTuple

from seawall.model.kube.configuration import Namespace
from seawall.model.kube.inventory import Inventory
from seawall.model.kube.limits import Autoscaler, DisruptionBudget
from seawall.model.kube.network_policy import NetworkPolicy
from seawall.model.kube.object import KubeObject
from seawall.model.kube.rbac import RbacRule, Role, RoleBinding, ServiceAccount
from seawall.model.kube.reference import Reference
from seawall.model.kube.service import Service
from seawall.model.kube.workload import Workload
from seawall.policy.criteria import access as _access  # noqa: F401 -- groups that criteria here belong to
from seawall.policy.criteria import exposure as _exposure  # noqa: F401
from seawall.policy.criteria import namespaced as _namespaced  # noqa: F401
from seawall.policy.criteria import workload as _workload  # noqa: F401
from seawall.policy.registry import UNKNOWN, Facts, Type, Unknown, criterion, fact, group

INVENTORY = "inventory"
fact(INVENTORY, "other objects that it asks about (give their manifests too, such as the namespace's)")
fact("access", "the rules of a role that the objects do not hold")
LEVELS = ("default", "elevated-in-namespace", "elevated-cluster-wide", "cluster-admin")
_NAMING = ("workload", "ingress", "route", "autoscaler", "binding", "service-account", "webhook-configuration")
"""Groups of whole objects that name others."""
_READING = frozenset({"get", "list", "watch"})
_ASKING = frozenset({"selfsubjectaccessreviews", "selfsubjectrulesreviews", "selfsubjectreviews"})
"""What everybody may create, to ask what they may do; nothing changes by it."""


class Permission(NamedTuple):
    """A rule that somebody has, whether it holds in every namespace, and the binding that gives it."""

    rule: RbacRule
    cluster_wide: bool
    binding: str
    at: int
    own: bool


def _missing(item: KubeObject, facts: Facts) -> Iterable[Reference] | Unknown:
    inventory = facts.get(INVENTORY)
    return inventory.missing(item) if isinstance(inventory, Inventory) else UNKNOWN


def _permissions(workload: Workload, facts: Facts) -> Iterable[Permission] | Unknown:
    return _of_account(workload.namespace, workload.service_account, facts)


def _account_permissions(account: ServiceAccount, facts: Facts) -> Iterable[Permission] | Unknown:
    return _of_account(account.namespace, account.name, facts)


def _of_account(namespace: str, name: str, facts: Facts) -> Iterable[Permission] | Unknown:
    inventory = facts.get(INVENTORY)
    if not isinstance(inventory, Inventory):
        return UNKNOWN
    grants = inventory.grants.of_service_account(namespace, name)
    if not grants:
        return UNKNOWN if inventory.unread("RoleBinding") or inventory.unread("ClusterRoleBinding") else ()
    return [
        Permission(rule, not grant.namespace, grant.binding.name, at, grant.subject.kind == "ServiceAccount")
        for grant in grants
        for at, rule in enumerate(grant.rules)
    ]


def _given(binding: RoleBinding, facts: Facts) -> Iterable[Permission] | Unknown:
    inventory = facts.get(INVENTORY)
    rules = inventory.grants.given(binding) if isinstance(inventory, Inventory) else None
    whole = binding.kind == "ClusterRoleBinding"
    return (
        UNKNOWN
        if rules is None
        else [Permission(one, whole, binding.name, at, own=True) for at, one in enumerate(rules)]
    )


group(
    "missing-reference",
    "Something that an object names and that is not there (nor assumed to be elsewhere).",
    parents={"object": _missing, **dict.fromkeys(_NAMING, _missing)},
    needs=INVENTORY,
    path=lambda reference: reference.path,
    label=lambda reference: f"{reference.kind}/{reference.namespace}/{reference.name}",
)
group(
    "permission",
    "A rule that a workload's service account has, through any binding; or that an account has, or a binding gives.",
    parents={"workload": _permissions, "service-account": _account_permissions, "binding": _given},
    needs=INVENTORY,
    label=lambda permission: f"{permission.binding}/{permission.at}",
)


@criterion("missing-reference", "kind", Type.TEXT)
def missing_kind(reference: Reference) -> str:
    """What is named: ServiceAccount, Secret, ConfigMap, PersistentVolumeClaim, Service, Role, …."""
    return reference.kind


@criterion("missing-reference", "name", Type.TEXT)
def missing_name(reference: Reference) -> str:
    """The name."""
    return reference.name


@criterion("permission", "verbs", Type.SET, of="rule")
def permission_verbs(permission: Permission) -> tuple[str, ...]:
    """What it may do; ``*`` is everything."""
    return permission.rule.verbs


@criterion("permission", "resources", Type.SET, of="rule")
def permission_resources(permission: Permission) -> tuple[str, ...]:
    """With which resources; ``*`` is all of them."""
    return permission.rule.resources


@criterion("permission", "api-groups", Type.SET, of="rule")
def permission_groups(permission: Permission) -> tuple[str, ...]:
    """Of which API groups; the empty one is the core, ``*`` is all of them."""
    return permission.rule.api_groups


@criterion("permission", "binding-to-account", Type.BOOL, of="own")
def binding_to_account(permission: Permission) -> bool:
    """The binding names the service account itself, not a group that it is in."""
    return permission.own


@criterion("permission", "resource-names", Type.SET, of="rule")
def permission_names(permission: Permission) -> tuple[str, ...]:
    """Only objects of these names; empty is every name."""
    return permission.rule.resource_names


@criterion("permission", "everything", Type.BOOL, of="rule")
def permission_everything(permission: Permission) -> bool:
    """It allows every verb, by ``*`` or one by one, with all resources of all API groups."""
    return permission.rule.everything


@criterion("permission", "allows", Type.ACCESS, of="rule")
def permission_allows(permission: Permission) -> RbacRule:
    """It allows any of these actions, wildcards considered: ``get|list secrets``, ``create deployments.apps``."""
    return permission.rule


@criterion("role", "bound", Type.BOOL, path="metadata.name", needs=INVENTORY)
def bound(role: Role, inventory: Inventory) -> bool:
    """A binding gives it, or a ClusterRole gathers it."""
    return inventory.grants.gives(role)


@criterion("service-account", "bound", Type.BOOL, path="metadata.name", needs=INVENTORY)
def account_bound(account: ServiceAccount, inventory: Inventory) -> bool:
    """A binding gives it a role."""
    return bool(inventory.grants.bindings_of(account.namespace, account.name))


@criterion("permission", "cluster-wide", Type.BOOL, of="cluster_wide")
def permission_cluster_wide(permission: Permission) -> bool:
    """It holds in every namespace."""
    return permission.cluster_wide


@criterion("workload", "permission-level", Type.TEXT, needs=INVENTORY, values=LEVELS, ordered=True, cost=8)
def permission_level(workload: Workload, inventory: Inventory) -> str:
    """The most that its service account may do: nothing to speak of, changes in a namespace, everywhere, all."""
    best = 0
    for grant in inventory.grants.of_service_account(workload.namespace, workload.service_account):
        for rule in grant.rules:
            best = max(best, _level(rule, cluster_wide=not grant.namespace))
    return LEVELS[best]


def _level(rule: RbacRule, *, cluster_wide: bool) -> int:
    if cluster_wide and "*" in rule.verbs and "*" in rule.resources and "*" in rule.api_groups:
        return 3
    changes = not _READING.issuperset(rule.verbs) and not _ASKING.issuperset(rule.resources)
    return (2 if cluster_wide else 1) if changes else 0


@criterion("workload", "mounts-token", Type.BOOL, needs=INVENTORY)
def mounts_token(workload: Workload, inventory: Inventory) -> bool | Unknown:
    """Its pods get a service account token: what the pod says, else the account, else yes."""
    if workload.pod.automount_service_account_token is None and inventory.unread("ServiceAccount"):
        return UNKNOWN
    return inventory.mounts_token(workload)


@criterion("workload", "ingress-isolated", Type.BOOL, needs=INVENTORY)
def ingress_isolated(workload: Workload, inventory: Inventory) -> bool | Unknown:
    """A network policy says who may come in."""
    return any("Ingress" in policy.isolates for policy in inventory.network_policies_of(workload)) or _none(
        inventory, "NetworkPolicy"
    )


@criterion("workload", "egress-isolated", Type.BOOL, needs=INVENTORY)
def egress_isolated(workload: Workload, inventory: Inventory) -> bool | Unknown:
    """A network policy says where it may go."""
    return any("Egress" in policy.isolates for policy in inventory.network_policies_of(workload)) or _none(
        inventory, "NetworkPolicy"
    )


@criterion("workload", "service-types", Type.SET, needs=INVENTORY)
def service_types(workload: Workload, inventory: Inventory) -> tuple[str, ...]:
    """The types of the services that lead to it."""
    return tuple(sorted({service.spec.type for service in inventory.services_of(workload)}))


@criterion("workload", "disruption-budget", Type.BOOL, needs=INVENTORY)
def disruption_budget(workload: Workload, inventory: Inventory) -> bool | Unknown:
    """A disruption budget selects its pods."""
    return bool(inventory.budgets_of(workload)) or _none(inventory, "PodDisruptionBudget")


@criterion("workload", "autoscaled", Type.BOOL, needs=INVENTORY)
def autoscaled(workload: Workload, inventory: Inventory) -> bool | Unknown:
    """An autoscaler names it."""
    return bool(inventory.autoscalers_of(workload)) or _none(inventory, "HorizontalPodAutoscaler")


@criterion("workload", "namespace-pod-security", Type.TEXT, needs=INVENTORY)
def namespace_pod_security(workload: Workload, inventory: Inventory) -> object:
    """The Pod Security level that its namespace enforces; not known where the namespace is not among the objects."""
    namespace = inventory.by_name.get(("Namespace", "", workload.namespace))
    return (namespace.pod_security or None) if isinstance(namespace, Namespace) else UNKNOWN


@criterion("service", "selects-nothing", Type.BOOL, path="spec.selector", needs=INVENTORY)
def service_selects_nothing(service: Service, inventory: Inventory) -> bool:
    """It has a selector, and no workload of its namespace fits."""
    return bool(service.spec.selector) and not inventory.workloads_of(service)


@criterion("service", "target-ports-missing", Type.SET, path="spec.ports", needs=INVENTORY)
def target_ports_missing(service: Service, inventory: Inventory) -> tuple[str, ...]:
    """Target ports that none of its workloads' containers names, where all of those name ports."""
    workloads = inventory.workloads_of(service)
    if not workloads:
        return ()
    wanted = {port.port if port.target_port is None else port.target_port for port in service.spec.ports}
    pods = [one.pod for one in workloads]
    specs = [spec for pod in pods for spec in (*pod.init_containers, *pod.containers, *pod.ephemeral_containers)]
    ports = [port for spec in specs for port in spec.ports]
    if wanted <= {port.container_port for port in ports}:
        return ()
    known = {str(port.container_port) for port in ports} | {port.name for port in ports if port.name}
    asked = [port.port if port.target_port is None else port.target_port for port in service.spec.ports]
    # A number that no container names may still be listened on; a name that none has cannot be resolved.
    return tuple(str(one) for one in asked if str(one) not in known and (ports or isinstance(one, str)))


@criterion("network-policy", "selects-nothing", Type.BOOL, path="spec.podSelector", needs=INVENTORY)
def policy_selects_nothing(policy: NetworkPolicy, inventory: Inventory) -> bool:
    """It names labels, and no workload of its namespace has them."""
    selector = policy.spec.pod_selector
    return not selector.empty and not inventory.select(policy.namespace, selector)


@criterion("disruption-budget", "selects-nothing", Type.BOOL, path="spec.selector", needs=INVENTORY)
def budget_selects_nothing(budget: DisruptionBudget, inventory: Inventory) -> bool:
    """No workload of its namespace fits its selector."""
    return not inventory.select(budget.namespace, budget.spec.selector)


@criterion("autoscaler", "target-missing", Type.BOOL, path="spec.scaleTargetRef", needs=INVENTORY)
def target_missing(autoscaler: Autoscaler, inventory: Inventory) -> bool:
    """What it scales is not there (nor assumed to be elsewhere)."""
    target = autoscaler.spec.scale_target_ref
    return not inventory.exists(target.kind, autoscaler.namespace, target.name)


@criterion("namespace", "network-policies", Type.NUMBER, needs=INVENTORY)
def network_policies(namespace: Namespace, inventory: Inventory) -> int | Unknown:
    """How many network policies it has."""
    return _in(namespace, inventory, "NetworkPolicy")


@criterion("namespace", "quotas", Type.NUMBER, needs=INVENTORY)
def quotas(namespace: Namespace, inventory: Inventory) -> int | Unknown:
    """How many resource quotas it has."""
    return _in(namespace, inventory, "ResourceQuota")


@criterion("namespace", "limit-ranges", Type.NUMBER, needs=INVENTORY)
def limit_ranges(namespace: Namespace, inventory: Inventory) -> int | Unknown:
    """How many limit ranges it has."""
    return _in(namespace, inventory, "LimitRange")


@criterion("namespace", "default-deny", Type.BOOL, needs=INVENTORY)
def default_deny(namespace: Namespace, inventory: Inventory) -> bool | Unknown:
    """A network policy that selects every pod lets nobody in."""
    policies = [one for one in inventory.of(NetworkPolicy) if one.namespace == namespace.name]
    denies = any(one.spec.pod_selector.empty and "Ingress" in one.isolates and not one.spec.ingress for one in policies)
    return denies or _none(inventory, "NetworkPolicy")


def _in(namespace: Namespace, inventory: Inventory, kind: str) -> int | Unknown:
    if inventory.unread(kind):
        return UNKNOWN
    return sum(1 for one in inventory.by_kind.get(kind, ()) if one.namespace == namespace.name)


def _none(inventory: Inventory, kind: str) -> bool | Unknown:
    """The answer where no object of a kind is found: not known, where some may be that could not be read."""
    return UNKNOWN if inventory.unread(kind) else False


@criterion("service-account", "used", Type.BOOL, needs=INVENTORY)
def used(account: ServiceAccount, inventory: Inventory) -> bool:
    """A workload of its namespace acts as it."""
    return (account.namespace, account.name) in inventory.acting
