"""Roles joined with their bindings."""

from seawall.model.kube.api import ObjectMeta
from seawall.model.kube.grants import Grants
from seawall.model.kube.rbac import AggregationRule, RbacRule, RbacSubject, Role, RoleBinding, RoleReference
from seawall.model.kube.selector import LabelSelector

API = "rbac.authorization.k8s.io/v1"
READ = RbacRule(verbs=("get",), resources=("pods",), api_groups=("",))


def role(name: str, kind: str = "ClusterRole", **labels: str) -> Role:
    """A role that reads pods."""
    namespace = "" if kind == "ClusterRole" else "shop"
    meta = ObjectMeta(name=name, namespace=namespace, labels=labels)
    return Role(api_version=API, kind=kind, metadata=meta, rules=(READ,))


def binding(name: str, kind: str = "ClusterRole", *, whole: bool = True) -> RoleBinding:
    """A binding of a role to the service account app."""
    return RoleBinding(
        api_version=API,
        kind="ClusterRoleBinding" if whole else "RoleBinding",
        metadata=ObjectMeta(name="b", namespace="" if whole else "shop"),
        role_ref=RoleReference(kind=kind, name=name),
        subjects=(RbacSubject(kind="ServiceAccount", name="app", namespace="shop"),),
    )


def test_what_a_binding_gives() -> None:
    grants = Grants([role("a"), role("a", "Role")], [])
    assert grants.given(binding("a")) == (READ,)
    assert grants.given(binding("a", "Role", whole=False)) == (READ,)
    assert grants.given(binding("b")) is None
    assert grants.given(binding("b", "Role", whole=False)) is None


def test_roles_of_every_cluster_are_known_in_short() -> None:
    grants = Grants([], [])
    everything = grants.given(binding("cluster-admin"))
    edit, view = grants.given(binding("edit")), grants.given(binding("view", whole=False))
    assert everything is not None
    assert everything[0].everything
    assert any("secrets" in rule.resources for rule in edit or ())
    assert view
    assert not any("secrets" in rule.resources for rule in view)


def test_roles_that_are_given() -> None:
    parts = AggregationRule(cluster_role_selectors=(LabelSelector(match_labels={"part": "x"}),))
    whole = Role(api_version=API, kind="ClusterRole", metadata=ObjectMeta(name="sum"), aggregation_rule=parts)
    given, gathered, idle = role("given"), role("gathered", part="x"), role("idle")
    grants = Grants([whole, given, gathered, idle], [binding("given")])
    assert [grants.gives(one) for one in (given, gathered, idle)] == [True, True, False]


def test_bindings_of_an_account() -> None:
    made = binding("a")
    grants = Grants([role("a")], [made])
    assert grants.bindings_of("shop", "app") == (made,)
    assert grants.bindings_of("other", "app") == ()
