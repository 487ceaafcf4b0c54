"""Criteria across objects, of the other kinds: missing ports, peers that are nobody, budgets that block, exposure."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_address, ip_network

import msgspec

from seawall.model.kube.gateway import Route
from seawall.model.kube.inventory import Inventory
from seawall.model.kube.limits import Autoscaler, DisruptionBudget
from seawall.model.kube.network_policy import NetworkPolicy, PolicyPeer
from seawall.model.kube.object import KubeObject
from seawall.model.kube.selector import LabelSelector
from seawall.model.kube.service import Ingress, Service
from seawall.model.kube.workload import Workload
from seawall.policy.criteria.relations import INVENTORY
from seawall.policy.registry import UNKNOWN, Type, Unknown, criterion

METADATA_SERVICE = ip_address("169.254.169.254")
"""Where clouds answer a machine's questions about itself, credentials included (AWS, Google, Azure and others)."""
_MONITORS = frozenset({"ServiceMonitor", "PodMonitor"})
Port = str | int


def _lacks(inventory: Inventory, namespace: str, name: str, port: Port | None) -> bool:
    """Whether the Service is here, and has no such port."""
    service = inventory.get("Service", namespace, name)
    if not isinstance(service, Service) or port is None:
        return False
    ports = service.spec.ports
    return str(port) not in {str(one.port) for one in ports} | {one.name for one in ports if one.name}


@criterion("ingress", "ports-missing", Type.SET, path="spec.rules", needs=INVENTORY)
def ingress_ports_missing(ingress: Ingress, inventory: Inventory) -> tuple[str, ...]:
    """``SERVICE:PORT`` of backends whose Service is there without that port."""
    targets = [backend.target for _, backend in ingress.backends]
    return tuple(f"{name}:{port}" for name, port in targets if _lacks(inventory, ingress.namespace, name, port))


@criterion("route", "ports-missing", Type.SET, path="spec.rules", needs=INVENTORY)
def route_ports_missing(route: Route, inventory: Inventory) -> tuple[str, ...]:
    """``SERVICE:PORT`` of backends whose Service is there without that port."""
    return tuple(
        f"{one.name}:{one.port}"
        for _, one in route.backends
        if _lacks(inventory, one.namespace or route.namespace, one.name, one.port)
    )


@criterion("object", "monitor-selects-nothing", Type.BOOL, path="spec.selector", needs=INVENTORY)
def monitor_selects_nothing(item: KubeObject, inventory: Inventory) -> bool:
    """It is a ServiceMonitor or PodMonitor, and no service (no workload) among the objects fits its selector."""
    if item.kind not in _MONITORS or item.group != "monitoring.coreos.com":
        return False
    spec = item.raw.get("spec")
    spec = spec if isinstance(spec, dict) else {}
    selector = _selector(spec.get("selector"))
    places = _namespaces(spec.get("namespaceSelector"), item.namespace)
    labels = (
        (one.namespace, one.labels) if isinstance(one, Service) else (one.namespace, one.pod_labels)
        for one in (inventory.of(Service) if item.kind == "ServiceMonitor" else inventory.workloads)
    )
    return not any((places is None or namespace in places) and selector.matches(having) for namespace, having in labels)


def _selector(raw: object) -> LabelSelector:
    """A selector as written; one that cannot be read selects everything, so that nothing is said about it."""
    try:
        return msgspec.convert(raw, LabelSelector, strict=False) if raw is not None else LabelSelector()
    except msgspec.ValidationError:
        return LabelSelector()


def _namespaces(raw: object, own: str) -> frozenset[str] | None:
    """The namespaces that a monitor looks into; null is all."""
    if isinstance(raw, dict):
        names = raw.get("matchNames")
        if raw.get("any") is True:
            return None
        if isinstance(names, list) and names:
            return frozenset(map(str, names))
    return frozenset({own})


# --- network policies --------------------------------------------------------------------------------------------


def _peers(policy: NetworkPolicy) -> Iterator[tuple[str, PolicyPeer]]:
    for at, rule in enumerate(policy.spec.ingress or ()):
        yield from ((f"spec.ingress[{at}].from[{number}]", peer) for number, peer in enumerate(rule.from_))
    for at, out in enumerate(policy.spec.egress or ()):
        yield from ((f"spec.egress[{at}].to[{number}]", peer) for number, peer in enumerate(out.to))


@criterion("network-policy", "unmatched-peers", Type.SET, path="spec", needs=INVENTORY)
def unmatched_peers(policy: NetworkPolicy, inventory: Inventory) -> tuple[str, ...]:
    """Paths of peers whose podSelector fits no workload of the namespaces that they mean."""
    return tuple(path for path, peer in _peers(policy) if _nobody(peer, policy.namespace, inventory))


def _nobody(peer: PolicyPeer, own: str, inventory: Inventory) -> bool:
    pods, places = peer.pod_selector, peer.namespace_selector
    if pods is None or pods.empty:
        return False
    if places is None:
        return not inventory.select(own, pods)
    named = [name for name in inventory.namespaces if places.matches(inventory.namespace_labels(name))]
    # A namespace that is not among the objects may have labels that nobody knows here.
    return bool(named) and not any(inventory.select(name, pods) for name in named)


@criterion("network-policy", "allows-metadata-service", Type.BOOL, path="spec.egress")
def allows_metadata_service(policy: NetworkPolicy) -> bool:
    """A rule lets its pods go to 169.254.169.254, where clouds give out a machine's credentials."""
    rules = policy.spec.egress or ()
    return any(not rule.to or any(_reaches_metadata(peer) for peer in rule.to) for rule in rules)


def _reaches_metadata(peer: PolicyPeer) -> bool:
    block = peer.ip_block
    return block is not None and _within(block.cidr) and not any(map(_within, block.except_))


def _within(cidr: str) -> bool:
    try:
        return METADATA_SERVICE in ip_network(cidr, strict=False)
    except ValueError:
        return False


@criterion("network-policy", "rules-without-ports", Type.BOOL, path="spec")
def rules_without_ports(policy: NetworkPolicy) -> bool:
    """A rule names no port, and so allows all of them."""
    spec = policy.spec
    return any(not rule.ports for rule in spec.ingress or ()) or any(not rule.ports for rule in spec.egress or ())


@criterion("workload", "reaches-metadata-service", Type.BOOL, path="metadata.name", needs=INVENTORY)
def reaches_metadata_service(workload: Workload, inventory: Inventory) -> bool | Unknown:
    """Nothing keeps its pods from 169.254.169.254: it uses the node's network, or no network policy forbids it."""
    restricting = [one for one in inventory.network_policies_of(workload) if "Egress" in one.isolates]
    if not restricting and not workload.pod.host_network and inventory.unread("NetworkPolicy"):
        return UNKNOWN
    return bool(workload.pod.host_network) or not restricting or any(map(allows_metadata_service, restricting))


# --- what leads to a workload ------------------------------------------------------------------------------------


@criterion("workload", "exposed-by", Type.SET, path="metadata.name", needs=INVENTORY)
def exposed_by(workload: Workload, inventory: Inventory) -> tuple[str, ...]:
    """What leads to it from outside: NodePort, LoadBalancer, ExternalIP, Ingress, Route, VirtualService."""
    services = inventory.services_of(workload)
    if not services:
        return ()
    found = {one.spec.type for one in services if one.spec.type in _OUTSIDE}
    if any(one.spec.external_ips for one in services):
        found.add("ExternalIP")
    for kind, type_ in _LEADING:
        leads = _led_to(inventory, kind, type_)
        if leads and any((one.namespace, one.name) in leads for one in services):
            found.add(kind)
    return tuple(sorted(found)) if found else ()


_OUTSIDE = frozenset({"NodePort", "LoadBalancer"})
_LEADING: tuple[tuple[str, type[KubeObject]], ...] = (
    ("Ingress", Ingress),
    ("Route", Route),
    ("VirtualService", KubeObject),
)


def _led_to(inventory: Inventory, kind: str, type_: type[KubeObject]) -> frozenset[tuple[str, str]]:
    """(namespace, name) of the Services that objects of a kind lead to; worked out once an inventory."""
    known = inventory.moment(type_).leads
    leads = known.get(kind)
    if leads is None:
        leads = known[kind] = frozenset(_targets(inventory, kind))
    return leads


def _targets(inventory: Inventory, kind: str) -> Iterator[tuple[str, str]]:
    if kind == "Ingress":
        for ingress in inventory.of(Ingress):
            yield from ((ingress.namespace, backend.target[0]) for _, backend in ingress.backends)
    elif kind == "Route":
        for route in inventory.of(Route):
            yield from ((one.namespace or route.namespace, one.name) for _, one in route.backends)
    else:
        for item in inventory.by_kind.get(kind, ()):
            if item.group == "networking.istio.io":
                yield from ((item.namespace, host.partition(".")[0]) for host in _hosts(item.raw.get("spec"), 0))


def _hosts(raw: object, depth: int) -> Iterator[str]:
    """The hosts of all destinations of a VirtualService with a gateway."""
    if isinstance(raw, dict) and (depth or raw.get("gateways")) and depth < 12:
        target = raw.get("destination")
        if isinstance(target, dict) and isinstance(target.get("host"), str):
            yield str(target["host"])
        parts: Iterable[object] = raw.values()
    else:
        parts = raw if isinstance(raw, list) and depth < 12 else ()
    for part in parts:
        yield from _hosts(part, depth + 1)


# --- budgets and autoscalers -------------------------------------------------------------------------------------


def _share(value: Port, of: int) -> int | None:
    """A number or percentage (rounded up, as the disruption controller does) of a number of pods."""
    text = str(value)
    number = text.removesuffix("%")
    if not number.isdecimal() or len(number) > 9:
        return None
    return -(-int(number) * of // 100) if text.endswith("%") else int(number)


def _fewest(workload: Workload, inventory: Inventory) -> int | None:
    """How many pods there are at least: the autoscaler's minimum, else what is written."""
    scalers = inventory.autoscalers_of(workload)
    return min(one.spec.min_replicas for one in scalers) if scalers else workload.replicas


@criterion("disruption-budget", "allows-no-eviction", Type.BOOL, path="spec", needs=INVENTORY)
def allows_no_eviction(budget: DisruptionBudget, inventory: Inventory) -> bool:
    """It never lets a pod go: none may be away, or as many must stay as its workloads have at least."""
    spec = budget.spec
    covered = inventory.select(budget.namespace, spec.selector)
    counts = [_fewest(one, inventory) for one in covered if not inventory.owned(one)]  # a ReplicaSet's pods count once
    pods = sum(one for one in counts if one is not None)
    if not counts or None in counts or not pods:
        return str(spec.max_unavailable) in {"0", "0%"} or str(spec.min_available) == "100%"
    if spec.max_unavailable is not None:
        return _share(spec.max_unavailable, pods) == 0
    stay = _share(spec.min_available, pods) if spec.min_available is not None else None
    return stay is not None and stay >= pods


@criterion("disruption-budget", "above-autoscaler-minimum", Type.BOOL, path="spec.minAvailable", needs=INVENTORY)
def above_autoscaler_minimum(budget: DisruptionBudget, inventory: Inventory) -> bool:
    """More pods must stay than the autoscaler of its workload may leave."""
    if budget.spec.min_available is None:
        return False
    for workload in inventory.select(budget.namespace, budget.spec.selector):
        for scaler in inventory.autoscalers_of(workload):
            pods = workload.replicas if workload.replicas is not None else scaler.spec.min_replicas
            stay = _share(budget.spec.min_available, max(pods, scaler.spec.min_replicas))
            if stay is not None and stay > scaler.spec.min_replicas:
                return True
    return False


@criterion("autoscaler", "room", Type.NUMBER, path="spec.maxReplicas")
def room(autoscaler: Autoscaler) -> int:
    """How many pods more than its minimum it may start."""
    return autoscaler.spec.max_replicas - autoscaler.spec.min_replicas
