"""Criteria across objects: the sums and selectors in them, case by case and against a plain reference."""

import json
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.kube.normalise import normalise
from seawall.model.kube import Inventory, KubeObject
from seawall.policy.criteria.neighbours import METADATA_SERVICE
from seawall.policy.registry import CRITERIA


def made(value: object) -> KubeObject:
    """An object as it is read."""
    one = next(iter(normalise(json.dumps(value).encode())))
    assert isinstance(one, KubeObject)
    return one


def ask(group: str, name: str, *objects: object) -> object:
    """A criterion's answer about the first object, with all of them there."""
    read = [made(one) for one in objects]
    return CRITERIA[group][name].get(read[0], {"inventory": Inventory(read)})


def deployment(replicas: int | None = 3) -> dict[str, object]:
    """A Deployment with the label app."""
    count = {} if replicas is None else {"replicas": replicas}
    template = {"metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "c", "image": "x"}]}}
    spec = {**count, "selector": {"matchLabels": {"app": "a"}}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": spec}


def replica_set(replicas: int = 3) -> dict[str, object]:
    """What the Deployment makes of itself, as a cluster holds it."""
    owner = {"kind": "Deployment", "name": "a", "controller": True}
    made = deployment(replicas)
    return {**made, "kind": "ReplicaSet", "metadata": {"name": "a-1", "ownerReferences": [owner]}}


def budget(**spec: object) -> dict[str, object]:
    """A budget for it."""
    selector = {"selector": {"matchLabels": {"app": "a"}}}
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "b"},
        "spec": spec | selector,
    }


def scaler(least: int | None) -> dict[str, object]:
    """An autoscaler for it."""
    count = {} if least is None else {"minReplicas": least}
    spec = {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"}, "maxReplicas": 9, **count}
    return {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h"}, "spec": spec}


@pytest.mark.parametrize(
    ("spec", "others", "blocked"),
    [
        ({"minAvailable": 3}, [deployment(3)], True),
        ({"minAvailable": 2}, [deployment(3)], False),
        ({"minAvailable": "100%"}, [deployment(3)], True),
        ({"minAvailable": "67%"}, [deployment(3)], True),
        ({"minAvailable": "66%"}, [deployment(3)], False),
        ({"minAvailable": 1}, [deployment(None)], True),
        ({"minAvailable": 2}, [deployment(9), scaler(2)], True),
        ({"maxUnavailable": 0}, [deployment(3)], True),
        ({"maxUnavailable": "0%"}, [deployment(3)], True),
        ({"maxUnavailable": "1%"}, [deployment(3)], False),
        ({"maxUnavailable": 0}, [], True),
        ({"minAvailable": 3}, [], False),
        ({"minAvailable": 3}, [deployment(3), replica_set(3)], True),
        ({"minAvailable": "x"}, [deployment(3)], False),
    ],
)
def test_budgets_that_never_let_go(spec: dict[str, object], others: list[object], blocked: bool) -> None:
    assert ask("disruption-budget", "allows-no-eviction", budget(**spec), *others) is blocked


@pytest.mark.parametrize(("least", "keep", "above"), [(2, 3, True), (2, 2, False), (None, 2, True), (5, "50%", False)])
def test_budgets_above_the_autoscaler(least: int | None, keep: object, above: bool) -> None:
    answer = ask(
        "disruption-budget", "above-autoscaler-minimum", budget(minAvailable=keep), deployment(None), scaler(least)
    )
    assert answer is above


def policy(cidr: str, *without: str) -> dict[str, object]:
    """A network policy that allows a range."""
    block = {"cidr": cidr, **({"except": list(without)} if without else {})}
    spec = {"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [{"ipBlock": block}]}]}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "p"}, "spec": spec}


@settings(max_examples=100)
@given(st.integers(0, 2**32 - 1), st.integers(0, 32), st.integers(0, 32))
def test_ranges_with_the_metadata_service(start: int, length: int, hole: int) -> None:
    cidr, without = f"{ip_address(start)}/{length}", f"169.254.169.254/{hole}"
    there = METADATA_SERVICE in ip_network(cidr, strict=False)
    assert ask("network-policy", "allows-metadata-service", policy(cidr)) is there
    assert ask("network-policy", "allows-metadata-service", policy(cidr, without)) is False


@pytest.mark.parametrize("cidr", ["", "x", "1.2.3.4/99", "::/0", "0.0.0.0"])
def test_ranges_that_are_none(cidr: str) -> None:
    assert ask("network-policy", "allows-metadata-service", policy(cidr)) is False


def service(**spec: object) -> dict[str, object]:
    """A Service for it."""
    both = {"selector": {"app": "a"}, "ports": [{"port": 80, "name": "http"}], **spec}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": both}


def ingress(port: dict[str, object]) -> dict[str, object]:
    """An Ingress that leads to it."""
    path = {"path": "/", "backend": {"service": {"name": "s", "port": port}}}
    spec = {"rules": [{"http": {"paths": [path]}}]}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "i"}, "spec": spec}


@pytest.mark.parametrize(
    ("port", "missing"), [({"number": 80}, ()), ({"name": "http"}, ()), ({"number": 81}, ("s:81",))]
)
def test_ports_of_backends(port: dict[str, object], missing: tuple[str, ...]) -> None:
    assert ask("ingress", "ports-missing", ingress(port), service()) == missing
    assert ask("ingress", "ports-missing", ingress(port)) == ()


def virtual_service(*, gateway: bool) -> dict[str, object]:
    """A VirtualService that leads to it."""
    spec = {"http": [{"route": [{"destination": {"host": "s.default.svc.cluster.local"}}]}]}
    more = {"gateways": ["g"]} if gateway else {}
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "v"},
        "spec": spec | more,
    }


@pytest.mark.parametrize(
    ("others", "by"),
    [
        ([service()], ()),
        ([service(type="NodePort")], ("NodePort",)),
        ([service(externalIPs=["203.0.113.1"])], ("ExternalIP",)),
        ([service(), ingress({"number": 80})], ("Ingress",)),
        ([service(), virtual_service(gateway=True)], ("VirtualService",)),
        ([service(), virtual_service(gateway=False)], ()),
        ([ingress({"number": 80})], ()),
    ],
)
def test_what_leads_to_a_workload(others: list[object], by: tuple[str, ...]) -> None:
    assert ask("workload", "exposed-by", deployment(), *others) == by


def monitor(selector: object, kind: str = "ServiceMonitor") -> dict[str, object]:
    """A monitor of the Prometheus operator."""
    spec = {"selector": selector}
    return {"apiVersion": "monitoring.coreos.com/v1", "kind": kind, "metadata": {"name": "m"}, "spec": spec}


@pytest.mark.parametrize(
    ("selector", "nothing"),
    [
        ({"matchLabels": {"app": "s"}}, False),
        ({"matchLabels": {"app": "a"}}, True),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["s"]}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, True),
        ({}, False),
        (None, False),
        ({"matchLabels": []}, False),
    ],
)
def test_monitors_that_watch_nothing(selector: object, nothing: bool) -> None:
    labelled = service() | {"metadata": {"name": "s", "labels": {"app": "s"}}}
    assert ask("object", "monitor-selects-nothing", monitor(selector), labelled) is nothing
