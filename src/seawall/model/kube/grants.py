"""Who is given which roles: bindings joined with roles, for service accounts and other subjects."""

from collections import defaultdict
from collections.abc import Iterable

from seawall.model.kube.rbac import RbacRule, RbacSubject, Role, RoleBinding
from seawall.model.record import Record

_ALL = RbacRule(verbs=("*",), api_groups=("*",), resources=("*",))
_ALL_URLS = RbacRule(verbs=("*",), non_resource_urls=("*",))
_READ = ("get", "list", "watch")
_WRITE = ("create", "delete", "deletecollection", "patch", "update")
_PLAIN = ("configmaps", "endpoints", "events", "persistentvolumeclaims", "pods", "replicationcontrollers", "services")
_VIEW = (
    RbacRule(verbs=_READ, api_groups=("",), resources=(*_PLAIN, "limitranges", "namespaces", "pods/log")),
    RbacRule(verbs=_READ, api_groups=("",), resources=("pods/status", "resourcequotas", "serviceaccounts")),
    RbacRule(verbs=_READ, api_groups=("apps",), resources=("daemonsets", "deployments", "replicasets", "statefulsets")),
    RbacRule(verbs=_READ, api_groups=("batch",), resources=("cronjobs", "jobs")),
    RbacRule(verbs=_READ, api_groups=("networking.k8s.io",), resources=("ingresses", "networkpolicies")),
    RbacRule(verbs=_READ, api_groups=("autoscaling",), resources=("horizontalpodautoscalers",)),
    RbacRule(verbs=_READ, api_groups=("policy",), resources=("poddisruptionbudgets",)),
)
_EDIT = (
    *_VIEW,
    RbacRule(
        verbs=_READ,
        api_groups=("",),
        resources=("pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "secrets"),
    ),
    RbacRule(verbs=_READ, api_groups=("",), resources=("services/proxy",)),
    RbacRule(verbs=("impersonate",), api_groups=("",), resources=("serviceaccounts",)),
    RbacRule(
        verbs=_WRITE,
        api_groups=("",),
        resources=("pods", "pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "replicationcontrollers"),
    ),
    RbacRule(
        verbs=_WRITE,
        api_groups=("",),
        resources=("configmaps", "persistentvolumeclaims", "secrets", "serviceaccounts", "services", "services/proxy"),
    ),
    RbacRule(verbs=("create",), api_groups=("",), resources=("pods/eviction", "serviceaccounts/token")),
    RbacRule(
        verbs=_WRITE, api_groups=("apps",), resources=("daemonsets", "deployments", "replicasets", "statefulsets")
    ),
    RbacRule(verbs=_WRITE, api_groups=("batch",), resources=("cronjobs", "jobs")),
    RbacRule(verbs=_WRITE, api_groups=("networking.k8s.io",), resources=("ingresses", "networkpolicies")),
    RbacRule(verbs=_WRITE, api_groups=("autoscaling",), resources=("horizontalpodautoscalers",)),
    RbacRule(verbs=_WRITE, api_groups=("policy",), resources=("poddisruptionbudgets",)),
)
BUILT_IN = {
    "cluster-admin": (_ALL, _ALL_URLS),
    "admin": (
        *_EDIT,
        RbacRule(
            verbs=(*_READ, *_WRITE), api_groups=("rbac.authorization.k8s.io",), resources=("rolebindings", "roles")
        ),
    ),
    "edit": _EDIT,
    "view": _VIEW,
}
"""Rules of the roles for people that every cluster has (in short); of ``system:`` roles only the names are known."""


class Grant(Record, frozen=True, kw_only=True):
    """A role that a subject has.

    Attributes:
        binding: what gives it.
        subject: whom it is given, as written in the binding.
        namespace: where it holds; empty for the whole cluster.
        role: the role, if it is among the manifests.
        rules: what it allows, aggregated roles included.
        known: whether the rules are known.
    """

    binding: RoleBinding
    subject: RbacSubject
    namespace: str = ""
    role: Role | None = None
    rules: tuple[RbacRule, ...] = ()
    known: bool = True


class Grants:
    """All grants, by subject."""

    def __init__(self, roles: Iterable[Role], bindings: Iterable[RoleBinding]) -> None:
        self._roles = {(role.kind, role.namespace, role.name): role for role in roles}
        self._cluster_roles = [role for (kind, _, _), role in sorted(self._roles.items()) if kind == "ClusterRole"]
        self._aggregating = [one for one in self._cluster_roles if one.aggregation_rule is not None]
        self._aggregated: dict[str, tuple[Role, tuple[RbacRule, ...]]] = {}
        self._bound: set[tuple[str, str, str]] = set()
        self._by_subject: dict[tuple[str, str, str], list[Grant]] = defaultdict(list)
        self._accounts: dict[tuple[str, str], tuple[Grant, ...]] = {}
        for binding in bindings:
            self._add(binding)

    def of_service_account(self, namespace: str, name: str) -> tuple[Grant, ...]:
        """The grants of a service account, those of its groups included."""
        known = self._accounts.get((namespace, name))  # asked for several times a workload
        if known is None:
            known = self._accounts[namespace, name] = self._of_account(namespace, name)
        return known

    def _of_account(self, namespace: str, name: str) -> tuple[Grant, ...]:
        if not self._by_subject:
            return ()
        found = list(self._by_subject.get(("ServiceAccount", namespace, name), ()))
        found += self._by_subject.get(("User", "", f"system:serviceaccount:{namespace}:{name}"), ())
        groups = ("system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated")
        for group in groups:
            found += self._by_subject.get(("Group", "", group), ())
        return tuple(found)

    def of(self, kind: str, name: str) -> tuple[Grant, ...]:
        """The grants of a ``User`` or ``Group`` by its name."""
        return tuple(self._by_subject.get((kind, "", name), ()))

    def rules_of(self, role: Role) -> tuple[RbacRule, ...]:
        """A role's rules; of an aggregating ClusterRole those of all that it selects, as the controller fills them."""
        if role.aggregation_rule is None:
            return role.rules
        known = self._aggregated.get(role.name)
        if known is None or known[0] is not role:
            selectors = role.aggregation_rule.cluster_role_selectors
            parts = [
                other.rules
                for other in self._cluster_roles
                if other is not role and any(one.matches(other.labels) for one in selectors)
            ]
            known = self._aggregated[role.name] = role, role.rules + tuple(rule for part in parts for rule in part)
        return known[1]

    def given(self, binding: RoleBinding) -> tuple[RbacRule, ...] | None:
        """The rules that a binding gives; null where its role is not known."""
        role = self._role_of(binding)
        if role is not None:
            return self.rules_of(role)
        return BUILT_IN.get(binding.role_ref.name) if _kind(binding) == "ClusterRole" else None

    def gives(self, role: Role) -> bool:
        """Whether a binding gives a role, or an aggregating ClusterRole gathers it."""
        return (role.kind, role.namespace, role.name) in self._bound or any(
            selector.matches(role.labels)
            for other in self._aggregating
            if role.kind == "ClusterRole" and other.aggregation_rule is not None and other is not role
            for selector in other.aggregation_rule.cluster_role_selectors
        )

    def bindings_of(self, namespace: str, name: str) -> tuple[RoleBinding, ...]:
        """The bindings that name a service account itself."""
        return tuple(grant.binding for grant in self._by_subject.get(("ServiceAccount", namespace, name), ()))

    def _role_of(self, binding: RoleBinding) -> Role | None:
        kind = _kind(binding)
        return self._roles.get((kind, binding.namespace if kind == "Role" else "", binding.role_ref.name))

    def _add(self, binding: RoleBinding) -> None:
        whole = binding.kind == "ClusterRoleBinding"
        role, rules = self._role_of(binding), self.given(binding) or ()
        kind = _kind(binding)
        self._bound.add((kind, binding.namespace if kind == "Role" else "", binding.role_ref.name))
        for subject in binding.subjects:
            account = subject.kind == "ServiceAccount"
            place = (subject.namespace or binding.namespace) if account else ""
            self._by_subject[subject.kind, place, subject.name].append(
                Grant(
                    binding=binding,
                    subject=subject,
                    namespace="" if whole else binding.namespace,
                    role=role,
                    rules=rules,
                    known=role is not None or bool(rules),
                )
            )


def _kind(binding: RoleBinding) -> str:
    """The kind of role that a binding gives."""
    return "ClusterRole" if binding.kind == "ClusterRoleBinding" else binding.role_ref.kind or "Role"
