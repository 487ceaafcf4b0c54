"""What is told of changes, against inventories that are made anew for each of them."""

import json
from datetime import date
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.kube.normalise import normalise
from seawall.model.finding import Location, Stage
from seawall.model.kube import Inventory, Json, KubeObject
from seawall.model.kube.live import Identity, identity
from seawall.policy.criteria.relations import INVENTORY
from seawall.workflow.cluster.audit import AuditRequest
from seawall.workflow.cluster.follower import Change, Follower
from seawall.workflow.judged import part_of
from seawall.workflow.judging import Judging

_REQUEST = AuditRequest(on=date(2026, 6, 1), profiles=("all",))


def _text(kind: str, name: str, version: str = "v1", *, annotations: Json = None, **fields: Json) -> bytes:
    meta: dict[str, Json] = {"name": name, "namespace": "shop", "annotations": annotations or {}}
    return json.dumps({"apiVersion": version, "kind": kind, "metadata": meta, **fields}).encode()


def _deployment(name: str, image: str = "web:1", replicas: int = 1, *, owned: bool = False, **notes: str) -> bytes:
    labels: Json = {"app": name}
    pods: Json = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "c", "image": image}]}}
    spec: Json = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": pods}
    text = _text(
        "Deployment",
        name,
        "apps/v1",
        spec=spec,
        annotations={f"deployment.kubernetes.io/{k}": v for k, v in notes.items()},
    )
    if owned:
        value = json.loads(text)
        value["metadata"]["ownerReferences"] = [{"kind": "Operator", "name": "o", "controller": True}]
        text = json.dumps(value).encode()
    return text


def _service(name: str, app: str, kind: str = "ClusterIP") -> bytes:
    return _text("Service", name, spec={"selector": {"app": app}, "type": kind, "ports": [{"port": 80}]})


def _ingress(name: str, service: str) -> bytes:
    rule: Json = {"http": {"paths": [{"backend": {"service": {"name": service, "port": {"number": 80}}}}]}}
    return _text("Ingress", name, "networking.k8s.io/v1", spec={"rules": [rule]})


def _policy(name: str, app: str) -> bytes:
    selector: Json = {"matchLabels": {"app": app}}
    return _text(
        "NetworkPolicy", name, "networking.k8s.io/v1", spec={"podSelector": selector, "policyTypes": ["Egress"]}
    )


def _binding(name: str, role: str) -> bytes:
    subject: Json = {"kind": "ServiceAccount", "name": "default", "namespace": "shop"}
    reference: Json = {"kind": "ClusterRole", "name": role}
    return _text("RoleBinding", name, "rbac.authorization.k8s.io/v1", roleRef=reference, subjects=[subject])


_NAMES = st.sampled_from(["a", "b"])
_ANY = st.one_of(
    st.builds(_deployment, _NAMES, st.sampled_from(["web:1", "web:latest"]), st.integers(1, 2), owned=st.booleans()),
    st.builds(_service, _NAMES, _NAMES, st.sampled_from(["ClusterIP", "NodePort"])),
    st.builds(_ingress, _NAMES, _NAMES),
    st.builds(_policy, _NAMES, _NAMES),
    st.builds(_binding, _NAMES, st.sampled_from(["view", "cluster-admin"])),
)


def _read(text: bytes) -> KubeObject:
    (made,) = normalise(text)
    assert isinstance(made, KubeObject)
    return made


def _without_metadata(one: KubeObject) -> dict[str, Json]:
    return {key: value for key, value in one.raw.items() if key != "metadata"}


class _Anew:
    """What a follower is to say, by inventories of before and after."""

    def __init__(self) -> None:
        self.kept: dict[Identity, KubeObject] = {}
        self._facts: dict[str, object] = {}
        self._judging = Judging(_REQUEST, (Stage.DEPLOY,), self._facts, lambda _one, path: Location(path=path))

    def said(self, one: KubeObject | None) -> set[tuple[str, str]]:
        self._facts[INVENTORY] = Inventory(self.kept.values())
        return {(hit.compiled.name, part_of(hit)) for hit in self._judging.hits(one)} if one is not None else set()

    def change(self, key: Identity, new: KubeObject | None) -> tuple[set[str], set[str]]:
        old = self.kept.get(key)
        before = self.said(old)
        if new is None:
            self.kept.pop(key, None)
        else:
            self.kept[key] = new
        after = self.said(new)
        return {name for name, _ in after - before}, {name for name, _ in before - after}


@cache
def _both() -> tuple[_Anew, Follower, list[Change]]:
    """One pair for all examples: compiling policies takes longer than all of them."""
    told: list[Change] = []
    return _Anew(), Follower(_REQUEST, told.append), told


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), _ANY), max_size=8))
def test_findings_come_and_go_as_inventories_of_before_and_after_say(changes: list[tuple[bool, bytes]]) -> None:
    anew, follower, told = _both()
    for key in anew.kept:
        follower.remove(key, silent=True)
    anew.kept.clear()
    for gone, text in changes:
        told.clear()
        one = _read(text)
        old = anew.kept.get(identity(one))
        appeared, vanished = anew.change(identity(one), None if gone else one)
        if gone:
            follower.remove(identity(one))
        else:
            follower.put(text, silent=False)
        owned = any(each.controller for each in (old if gone and old else one).metadata.owner_references)
        matters = old is not None if gone else old is None or _without_metadata(old) != _without_metadata(one)
        assert len(told) == (matters and not owned)
        for change in told:
            assert (set(change.appeared), set(change.gone)) == (appeared, vanished)


def _told(*steps: tuple[bytes, bool]) -> list[Change]:
    changes: list[Change] = []
    follower = Follower(_REQUEST, changes.append)
    for text, silent in steps:
        follower.put(text, silent=silent)
    return changes


def test_what_matters_is_said_in_words() -> None:
    changes = _told(
        (_deployment("web"), True),
        (_deployment("web"), False),
        (_deployment("web", revision="2"), False),
        (_deployment("web", "web:latest", 3), False),
        (_deployment("web", "web:latest", 3, owned=True), False),
        (_service("web", "web"), False),
        (_service("web", "web", "NodePort"), False),
    )
    said = [(one.what, one.kind, one.details) for one in changes]
    assert said == [
        ("changed", "Deployment", ("replicas 1 → 3", "image of c: web:1 → web:latest")),
        ("created", "Service", ()),
        ("changed", "Service", ("spec",)),
    ]
    assert any("latest" in name for name in changes[0].appeared)


def test_neighbours_are_those_of_the_moment() -> None:
    """Another image is no news about a Service that led to the workload before as it does now."""
    changes = _told(
        (_service("web", "web", "NodePort"), True),
        (_policy("web", "web"), True),
        (_deployment("web", "web:1.0"), True),
        (_deployment("web", "web:1.1"), False),
    )
    assert [(one.appeared, one.gone) for one in changes] == [((), ())]


def test_where_the_scheduler_puts_a_pod_is_silent() -> None:
    spec: dict[str, Json] = {"containers": [{"name": "c", "image": "web:1"}]}
    placed = _text("Pod", "web", spec=spec | {"nodeName": "node1"})
    assert [one.what for one in _told((_text("Pod", "web", spec=spec), False), (placed, False))] == ["created"]


def test_what_is_no_object_is_nothing() -> None:
    assert _told((b"[]", False), (b'{"kind":"List","items":[]}', False), (b"{}", False)) == []
