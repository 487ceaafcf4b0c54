"""Criteria about who may do what: roles and their rules, bindings and their subjects, service accounts."""

from collections.abc import Iterable
from typing import NamedTuple

from seawall.model.kube.rbac import RbacRule, RbacSubject, Role, RoleBinding, ServiceAccount
from seawall.policy.criteria.objects import root
from seawall.policy.registry import Facts, Type, criterion, group


class PlacedRule(NamedTuple):
    """A rule and its path in the role."""

    rule: RbacRule
    path: str


class PlacedSubject(NamedTuple):
    """A subject and its path in the binding."""

    subject: RbacSubject
    path: str


def _rules(role: Role, _facts: Facts) -> Iterable[PlacedRule]:
    return [PlacedRule(rule, f"rules[{at}]") for at, rule in enumerate(role.rules)]


def _subjects(binding: RoleBinding, _facts: Facts) -> Iterable[PlacedSubject]:
    return [PlacedSubject(one, f"subjects[{at}]") for at, one in enumerate(binding.subjects)]


root("role", "A Role or ClusterRole.", Role)
root("binding", "A RoleBinding or ClusterRoleBinding.", RoleBinding)
root("service-account", "A ServiceAccount.", ServiceAccount)
group(
    "rule",
    "A rule of a role: verbs on resources.",
    parents={"role": _rules},
    path=lambda placed: placed.path,
    label=lambda placed: placed.path,
)
group(
    "subject",
    "A user, group or service account that a binding gives a role.",
    parents={"binding": _subjects},
    path=lambda placed: placed.path,
    label=lambda placed: f"{placed.subject.kind}/{placed.subject.namespace}/{placed.subject.name}",
)


@criterion("role", "aggregated", Type.BOOL, path="aggregationRule")
def aggregated(role: Role) -> bool:
    """Its rules are gathered from other ClusterRoles."""
    return role.aggregation_rule is not None


@criterion("role", "cluster-wide", Type.BOOL, path="kind")
def cluster_wide(role: Role) -> bool:
    """It is a ClusterRole."""
    return role.kind == "ClusterRole"


@criterion("role", "built-in", Type.BOOL, path="metadata.labels")
def built_in(role: Role) -> bool:
    """Kubernetes brings it: a bootstrap role, or its name begins with ``system:``."""
    return role.labels.get("kubernetes.io/bootstrapping") == "rbac-defaults" or role.name.startswith("system:")


@criterion("rule", "verbs", Type.SET, of="rule", path="verbs")
def verbs(placed: PlacedRule) -> tuple[str, ...]:
    """What may be done; ``*`` is everything."""
    return placed.rule.verbs


@criterion("rule", "resources", Type.SET, of="rule", path="resources")
def resources(placed: PlacedRule) -> tuple[str, ...]:
    """With which resources and subresources; ``*`` is all of them."""
    return placed.rule.resources


@criterion("rule", "api-groups", Type.SET, of="rule", path="apiGroups")
def api_groups(placed: PlacedRule) -> tuple[str, ...]:
    """Of which API groups; the empty one is the core, ``*`` is all of them."""
    return placed.rule.api_groups


@criterion("rule", "resource-names", Type.SET, of="rule", path="resourceNames")
def resource_names(placed: PlacedRule) -> tuple[str, ...]:
    """Only objects of these names; empty is every name."""
    return placed.rule.resource_names


@criterion("rule", "non-resource-urls", Type.SET, of="rule", path="nonResourceURLs")
def non_resource_urls(placed: PlacedRule) -> tuple[str, ...]:
    """Paths of the API server beside its resources."""
    return placed.rule.non_resource_urls


@criterion("rule", "allows", Type.ACCESS, of="rule")
def allows(placed: PlacedRule) -> RbacRule:
    """It allows any of these actions, wildcards considered: ``get|list secrets``, ``create deployments.apps``."""
    return placed.rule


@criterion("rule", "everything", Type.BOOL, of="rule")
def everything(placed: PlacedRule) -> bool:
    """It allows every verb, by ``*`` or one by one, with all resources of all API groups."""
    return placed.rule.everything


@criterion("binding", "role-kind", Type.TEXT, path="roleRef.kind", values=("Role", "ClusterRole"))
def role_kind(binding: RoleBinding) -> str:
    """The kind of role that is given."""
    return binding.role_ref.kind


@criterion("binding", "role-name", Type.TEXT, path="roleRef.name")
def role_name(binding: RoleBinding) -> str:
    """The name of the role that is given."""
    return binding.role_ref.name


@criterion("binding", "cluster-wide", Type.BOOL, path="kind")
def binding_cluster_wide(binding: RoleBinding) -> bool:
    """It is a ClusterRoleBinding: it counts in every namespace."""
    return binding.kind == "ClusterRoleBinding"


@criterion("binding", "built-in", Type.BOOL, path="metadata.labels")
def binding_built_in(binding: RoleBinding) -> bool:
    """Kubernetes brings it: a bootstrap binding, or its name begins with ``system:``."""
    bootstrap = binding.labels.get("kubernetes.io/bootstrapping") == "rbac-defaults"
    return bootstrap or binding.name.startswith("system:")


@criterion("subject", "kind", Type.TEXT, path="kind", values=("User", "Group", "ServiceAccount"))
def subject_kind(placed: PlacedSubject) -> str:
    """User, Group or ServiceAccount."""
    return placed.subject.kind


@criterion("subject", "name", Type.TEXT, path="name")
def subject_name(placed: PlacedSubject) -> str:
    """Its name."""
    return placed.subject.name


@criterion("subject", "namespace", Type.TEXT, path="namespace")
def subject_namespace(placed: PlacedSubject) -> str | None:
    """The service account's namespace."""
    return placed.subject.namespace or None


@criterion("service-account", "automount-token", Type.BOOL, path="automountServiceAccountToken")
def automount_token(account: ServiceAccount) -> bool | None:
    """What is written; not set means that its token is mounted."""
    return account.automount_service_account_token


@criterion("service-account", "secrets", Type.SET, path="secrets")
def account_secrets(account: ServiceAccount) -> tuple[str, ...]:
    """Long-lived token secrets that it names."""
    return tuple(reference.name for reference in account.secrets)
