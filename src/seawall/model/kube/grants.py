"""Who is given which roles: bindings joined with roles, for service accounts and other subjects."""

from collections import defaultdict
from collections.abc import Iterable

from seawall.model.kube.rbac import RbacRule, RbacSubject, Role, RoleBinding
from seawall.model.record import Record

_ALL = RbacRule(verbs=("*",), api_groups=("*",), resources=("*",))
_ALL_URLS = RbacRule(verbs=("*",), non_resource_urls=("*",))
_BUILT_IN = {"cluster-admin": (_ALL, _ALL_URLS)}
"""Rules of roles that every cluster has; of the others only the names are known."""


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
        self._by_subject: dict[tuple[str, str, str], list[Grant]] = defaultdict(list)
        for binding in bindings:
            self._add(binding)

    def of_service_account(self, namespace: str, name: str) -> tuple[Grant, ...]:
        """The grants of a service account, those of its groups included."""
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
        selectors = role.aggregation_rule.cluster_role_selectors
        parts = [
            other.rules
            for (kind, _, _), other in sorted(self._roles.items())
            if kind == "ClusterRole" and other is not role and any(one.matches(other.labels) for one in selectors)
        ]
        return role.rules + tuple(rule for part in parts for rule in part)

    def _add(self, binding: RoleBinding) -> None:
        reference = binding.role_ref
        whole = binding.kind == "ClusterRoleBinding"
        kind = "ClusterRole" if whole else reference.kind or "Role"
        role = self._roles.get((kind, binding.namespace if kind == "Role" else "", reference.name))
        rules = self.rules_of(role) if role is not None else _BUILT_IN.get(reference.name, ())
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
