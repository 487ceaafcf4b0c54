"""A live inventory answers as one that is made anew of the same objects."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.kube.normalise import normalise
from seawall.model.kube import (
    Autoscaler,
    Inventory,
    Json,
    KubeObject,
    LabelSelector,
    Namespace,
    Pattern,
    Role,
    RoleBinding,
    Service,
    ServiceAccount,
    Workload,
)
from seawall.model.kube.live import Identity, LiveInventory, identity

_NAMES = st.sampled_from(["a", "b", "c"])
_SPACES = st.sampled_from(["x", "y"])
_LABELS = st.dictionaries(st.sampled_from(["k", "l"]), st.sampled_from(["1", "2"]))
_RBAC = "rbac.authorization.k8s.io/v1"
_CONTAINERS: list[Json] = [{"name": "c", "image": "i"}]


def _made(version: str, kind: str, name: str, space: str, labels: dict[str, Json], **fields: Json) -> KubeObject:
    meta: dict[str, Json] = {"name": name, "namespace": space, "labels": labels}
    if kind == "Pod" and name == "c":
        meta["ownerReferences"] = [{"kind": "Deployment", "name": "a", "controller": True}]
    text = json.dumps({"apiVersion": version, "kind": kind, "metadata": meta, **fields}).encode()
    (made,) = normalise(text)
    assert isinstance(made, KubeObject)
    return made


def _one(kind: str, name: str, space: str, labels: dict[str, Json]) -> KubeObject:
    """An object of a kind; its labels are also what it selects by, or the labels of its pods."""
    pods: dict[str, Json] = {"metadata": {"labels": labels}, "spec": {"containers": _CONTAINERS}}
    by: dict[str, Json] = {"matchLabels": labels}
    subject: dict[str, Json] = {"kind": "ServiceAccount", "name": "default", "namespace": space}
    version, fields = dict[str, tuple[str, dict[str, Json]]](
        {
            "Pod": ("v1", {"spec": {"containers": _CONTAINERS, "serviceAccountName": name}}),
            "Deployment": ("apps/v1", {"spec": {"selector": by, "template": pods}}),
            "PodTemplate": ("v1", {"template": pods}),
            "Service": ("v1", {"spec": {"selector": labels}}),
            "Knative": ("serving.knative.dev/v1", {"spec": {"template": pods}}),
            "NetworkPolicy": ("networking.k8s.io/v1", {"spec": {"podSelector": by}}),
            "PodDisruptionBudget": ("policy/v1", {"spec": {"selector": by}}),
            "HorizontalPodAutoscaler": (
                "autoscaling/v2",
                {"spec": {"scaleTargetRef": {"kind": "Deployment", "name": name}}},
            ),
            "Namespace": ("v1", {}),
            "ServiceAccount": ("v1", {"automountServiceAccountToken": "k" in labels}),
            "ClusterRole": (_RBAC, {"aggregationRule": {"clusterRoleSelectors": [by]}} if name == "a" else {}),
            "Role": (_RBAC, {"rules": [{"verbs": ["get"], "resources": [name]}]}),
            "RoleBinding": (
                _RBAC,
                {"roleRef": {"kind": "Role" if labels else "ClusterRole", "name": name}, "subjects": [subject]},
            ),
        }
    )[kind]
    return _made(version, "Service" if kind == "Knative" else kind, name, space, labels, **fields)


_KINDS = ("Pod", "Deployment", "PodTemplate", "Service", "Knative", "NetworkPolicy", "PodDisruptionBudget")
_MORE = ("HorizontalPodAutoscaler", "Namespace", "ServiceAccount", "ClusterRole", "Role", "RoleBinding")
_OBJECT = st.builds(_one, st.sampled_from([*_KINDS, *_MORE]), _NAMES, _SPACES, _LABELS)
_SELECTORS: tuple[LabelSelector | dict[str, str] | None, ...] = (
    LabelSelector(),
    LabelSelector(match_labels={"k": "1"}),
    {"k": "1", "l": "2"},
    {},
    None,
)
_Query = Callable[[Inventory], object]


def _grants(inventory: Inventory) -> object:
    return [
        [(grant.binding, grant.role, grant.rules) for grant in inventory.grants.of_service_account(space, "default")]
        for space in ("x", "y")
    ]


_QUERIES: dict[str, _Query] = {
    "objects": lambda one: one.objects,
    "workloads": lambda one: one.workloads,
    "by_kind": lambda one: dict(one.by_kind),
    "by_name": lambda one: dict(one.by_name),
    "acting": lambda one: one.acting,
    "namespaces": lambda one: one.namespaces,
    "of": lambda one: [one.of(kind) for kind in (KubeObject, Workload, Service, Namespace, Role, Autoscaler)],
    "owned": lambda one: [one.owned(each) for each in one.objects],
    "missing": lambda one: [one.missing(each) for each in one.objects],
    "labels": lambda one: [one.namespace_labels(space) for space in ("x", "y", "z")],
    "select": lambda one: [one.select(space, by) for space in ("x", "y", "z") for by in _SELECTORS],
    "workloads_of": lambda one: [one.workloads_of(each) for each in one.of(Service)],
    "services_of": lambda one: [one.services_of(each) for each in one.workloads],
    "network_policies_of": lambda one: [one.network_policies_of(each) for each in one.workloads],
    "budgets_of": lambda one: [one.budgets_of(each) for each in one.workloads],
    "autoscalers_of": lambda one: [one.autoscalers_of(each) for each in one.workloads],
    "grants": _grants,
    "given": lambda one: [one.grants.given(each) for each in one.of(RoleBinding)],
    "gives": lambda one: [one.grants.gives(each) for each in one.of(Role)],
    "account": lambda one: [one.service_account_of(each) for each in one.workloads],
    "mounts_token": lambda one: [one.mounts_token(each) for each in one.workloads],
}


@settings(max_examples=60)
@given(st.lists(st.tuples(st.booleans(), _OBJECT), max_size=14))
def test_every_answer_after_every_change_is_that_of_a_new_one(changes: list[tuple[bool, KubeObject]]) -> None:
    live, kept = LiveInventory(), dict[Identity, KubeObject]()
    for number, (gone, one) in enumerate(changes):
        before = {kind: live.moment(kind) for kind in (type(one), KubeObject)}
        if gone and number % 2:
            assert live.remove(identity(one)) == kept.pop(identity(one), None)
        else:
            live.put(one)
            kept[identity(one)] = one
            assert live.moment(type(one)) is not before[type(one)]
            assert live.moment(KubeObject) is before[KubeObject]
        anew = Inventory(kept.values())
        assert len(live) == len(kept)
        for name, query in _QUERIES.items():
            assert query(live) == query(anew), name


def test_all_that_went_leaves_nothing_behind() -> None:
    live = LiveInventory()
    objects = [_one(kind, name, "x", {"k": "1"}) for kind in (*_KINDS, *_MORE) for name in ("a", "b")]
    for one in objects:
        live.put(_one("Knative" if one.group.startswith("serving") else one.kind, one.name, "x", {"l": "2"}))
        live.put(one)
    for one in objects:
        assert live.held(identity(one)) is one
        assert live.remove(identity(one)) is one
    assert live.remove(identity(objects[0])) is None
    left = {name: value for name, value in vars(live).items() if isinstance(value, dict) and value}
    left = {name: value for name, value in left.items() if any(value.values())}
    assert set(left) == {"_groups"}


def test_two_kinds_of_one_name() -> None:
    """A Service of Knative's and the Kubernetes Service that it makes: the one that came last has the name."""
    core, knative = _one("Service", "a", "x", {}), _one("Knative", "a", "x", {})
    live = LiveInventory([core, knative, core])
    assert live.get("Service", "x", "a") is knative
    live.remove(identity(knative))
    assert live.get("Service", "x", "a") is core
    live.remove(identity(core))
    assert not live.exists("Service", "x", "a")


def test_what_is_assumed_is_elsewhere() -> None:
    web = _made("v1", "Pod", "web", "x", {}, spec={"containers": _CONTAINERS, "serviceAccountName": "mine"})
    assert LiveInventory([web]).missing(web)
    assert not LiveInventory([web], [Pattern(kind="ServiceAccount", name="m*")]).missing(web)


@pytest.mark.parametrize("kind", ["Deployment", "Pod"])
def test_an_object_of_before_is_answered_for_as_well(kind: str) -> None:
    """What is judged may be how an object was before its last change; its neighbours are those of now."""
    before, after = _one(kind, "a", "x", {"k": "1"}), _one(kind, "a", "x", {"k": "2"})
    service = _one("Service", "s", "x", {"k": "1"})
    live = LiveInventory([before, service, _one("ServiceAccount", "default", "x", {})])
    live.put(after)
    assert isinstance(before, Workload)
    assert live.services_of(before) == (service,)
    assert isinstance(after, Workload)
    assert live.services_of(after) == ()
    assert live.of(ServiceAccount)
