"""Criteria about what makes workloads reachable: services, ingresses, gateways and their routes."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from seawall.model.kube.gateway import Gateway, Listener, Route
from seawall.model.kube.service import Ingress, Service, ServicePort
from seawall.policy.criteria.objects import root
from seawall.policy.criteria.ports import PlacedPort
from seawall.policy.registry import Facts, Type, criterion, group

_PORT_NAME = re.compile(r"(?=[0-9-]*[a-z])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


class PlacedServicePort(NamedTuple):
    """A service's port, its path in the object, and whether a cluster made it (no manifest of a person has a date)."""

    port: ServicePort
    path: str
    live: bool


class PlacedHost(NamedTuple):
    """A host and path that an ingress serves, whether with a certificate, and where that stands."""

    host: str
    http_path: str
    tls: bool
    path: str


class PlacedListener(NamedTuple):
    """A gateway's listener and its path in the object."""

    listener: Listener
    path: str


def _service_ports(service: Service, _facts: Facts) -> Iterable[PlacedServicePort]:
    live = bool(service.metadata.creation_timestamp)
    return [PlacedServicePort(port, f"spec.ports[{at}]", live) for at, port in enumerate(service.spec.ports)]


def _hosts(ingress: Ingress, _facts: Facts) -> Iterable[PlacedHost]:
    covered = {host for tls in ingress.spec.tls for host in tls.hosts}
    all_hosts = any(not tls.hosts for tls in ingress.spec.tls)
    found = []
    for at, rule in enumerate(ingress.spec.rules):
        tls = all_hosts or rule.host in covered or f"*.{rule.host.partition('.')[2]}" in covered
        paths = rule.http.paths if rule.http is not None else ()
        found += [
            PlacedHost(rule.host, path.path, tls, f"spec.rules[{at}].http.paths[{number}]")
            for number, path in enumerate(paths)
        ] or [PlacedHost(rule.host, "", tls, f"spec.rules[{at}]")]
    return found


def _listeners(gateway: Gateway, _facts: Facts) -> Iterable[PlacedListener]:
    return [PlacedListener(one, f"spec.listeners[{at}]") for at, one in enumerate(gateway.spec.listeners)]


root("service", "A Service of the core API.", Service)
root("ingress", "An Ingress of any version.", Ingress)
root("gateway", "A Gateway of the Gateway API.", Gateway)
root("route", "An HTTPRoute, GRPCRoute, TLSRoute, TCPRoute or UDPRoute.", Route)
group(
    "service-port",
    "A port of a Service.",
    parents={"service": _service_ports},
    of={"service": ("spec.ports", "metadata.creation_timestamp")},
    path=lambda placed: placed.path,
    label=lambda placed: str(placed.port.port),
)
group(
    "ingress-path",
    "A host and path that an Ingress serves.",
    parents={"ingress": _hosts},
    path=lambda placed: placed.path,
    label=lambda placed: f"{placed.host}{placed.http_path}",
)
group(
    "listener",
    "A listener of a Gateway.",
    parents={"gateway": _listeners},
    path=lambda placed: placed.path,
    label=lambda placed: placed.listener.name,
)


@criterion(
    "service",
    "type",
    Type.TEXT,
    of="spec.type",
    path="spec.type",
    values=("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
)
def service_type(service: Service) -> str:
    """How it is reached."""
    return service.spec.type


@criterion("service", "selector", Type.MAP, path="spec.selector")
def selector(service: Service) -> dict[str, str]:
    """The labels of the pods that it leads to."""
    return service.spec.selector


@criterion("service", "external-ips", Type.SET, of="spec.external_ips", path="spec.externalIPs")
def external_ips(service: Service) -> tuple[str, ...]:
    """Addresses outside of the cluster that it takes over (CVE-2020-8554)."""
    return service.spec.external_ips


@criterion(
    "service", "source-ranges", Type.SET, of="spec.load_balancer_source_ranges", path="spec.loadBalancerSourceRanges"
)
def source_ranges(service: Service) -> tuple[str, ...]:
    """Networks that may come in through its load balancer; empty is everybody."""
    return service.spec.load_balancer_source_ranges


@criterion("service", "external-name", Type.TEXT, of="spec.external_name", path="spec.externalName")
def external_name(service: Service) -> str | None:
    """The name outside that it stands for."""
    return service.spec.external_name or None


@criterion("service", "ports", Type.NUMBER, of="spec.ports", path="spec.ports")
def ports(service: Service) -> int:
    """How many ports it has."""
    return len(service.spec.ports)


@criterion(
    "service",
    "publishes-not-ready",
    Type.BOOL,
    of="spec.publish_not_ready_addresses",
    path="spec.publishNotReadyAddresses",
)
def publishes_not_ready(service: Service) -> bool:
    """It leads to pods that are not ready, too."""
    return service.spec.publish_not_ready_addresses


@criterion("service-port", "port", Type.NUMBER, of="port", path="port")
def service_port(placed: PlacedServicePort) -> int:
    """The port that it is reached on."""
    return placed.port.port


@criterion("service-port", "node-port", Type.NUMBER, of=("port", "live"), path="nodePort")
def node_port(placed: PlacedServicePort) -> int | None:
    """The port on every node that a file asks for; not set where it is left to Kubernetes.

    A cluster writes the number that it chose into the same field, so there nothing tells whether somebody asked for it.
    """
    return None if placed.live else placed.port.node_port or None


@criterion("service-port", "target-port", Type.TEXT, of="port", path="targetPort")
def target_port(placed: PlacedServicePort) -> str:
    """The pods' port, by number or name; the port itself where none is written."""
    target = placed.port.target_port
    return str(placed.port.port if target is None else target)


@criterion("service-port", "target-port-valid", Type.BOOL, of="port", path="targetPort")
def target_port_valid(placed: PlacedServicePort) -> bool:
    """Its target port is not written, a number from 1 to 65535, or a name as ports may have."""
    target = placed.port.target_port
    return target is None or valid_port(target)


@criterion("port", "valid", Type.BOOL, of="port")
def port_valid(placed: PlacedPort) -> bool:
    """Its number is from 1 to 65535, and its name, where it has one, is as ports may be called."""
    return valid_port(placed.port.container_port) and (not placed.port.name or valid_port(placed.port.name))


def valid_port(port: str | int) -> bool:
    """Whether Kubernetes takes it for a port: a number, or a name of at most 15 letters, digits and hyphens.

    Source: ``IsValidPortNum`` and ``IsValidPortName`` of apimachinery (RFC 6335, section 5.1).
    """
    if isinstance(port, int):
        return 1 <= port <= 65535
    return len(port) <= 15 and _PORT_NAME.fullmatch(port) is not None and "--" not in port


@criterion("service-port", "protocol", Type.TEXT, of="port", path="protocol", values=("TCP", "UDP", "SCTP"))
def service_protocol(placed: PlacedServicePort) -> str:
    """TCP, UDP or SCTP."""
    return placed.port.protocol


@criterion("service-port", "name", Type.TEXT, of="port", path="name")
def service_port_name(placed: PlacedServicePort) -> str:
    """Its name."""
    return placed.port.name


@criterion("ingress", "class", Type.TEXT, path="spec.ingressClassName")
def ingress_class(ingress: Ingress) -> str | None:
    """The class of controller that serves it, from the field or the old annotation."""
    return ingress.spec.ingress_class_name or ingress.annotations.get("kubernetes.io/ingress.class") or None


@criterion("ingress", "tls", Type.BOOL, path="spec.tls")
def ingress_tls(ingress: Ingress) -> bool:
    """It names any certificate."""
    return bool(ingress.spec.tls)


@criterion("ingress", "default-backend", Type.BOOL, path="spec.defaultBackend")
def default_backend(ingress: Ingress) -> bool:
    """It serves what no rule names."""
    return ingress.spec.default_backend is not None or ingress.spec.backend is not None


@criterion("ingress", "backends", Type.SET, path="spec")
def ingress_backends(ingress: Ingress) -> tuple[str, ...]:
    """Names of the services that it leads to."""
    return tuple(sorted({backend.target[0] for _, backend in ingress.backends if backend.target[0]}))


@criterion("ingress-path", "host", Type.TEXT, path="host")
def ingress_host(placed: PlacedHost) -> str:
    """The host; empty is every host."""
    return placed.host


@criterion("ingress-path", "path", Type.TEXT, path="path")
def ingress_path(placed: PlacedHost) -> str:
    """The path; empty is every path."""
    return placed.http_path


@criterion("ingress-path", "tls", Type.BOOL)
def host_tls(placed: PlacedHost) -> bool:
    """The host is served with a certificate."""
    return placed.tls


@criterion("listener", "protocol", Type.TEXT, path="protocol")
def listener_protocol(placed: PlacedListener) -> str:
    """HTTP, HTTPS, TLS, TCP or UDP."""
    return placed.listener.protocol


@criterion("listener", "hostname", Type.TEXT, path="hostname")
def hostname(placed: PlacedListener) -> str | None:
    """The host that it serves; not set is every host."""
    return placed.listener.hostname


@criterion("listener", "tls", Type.BOOL, path="tls")
def listener_tls(placed: PlacedListener) -> bool:
    """It has certificates."""
    return placed.listener.tls is not None


@criterion("gateway", "addresses", Type.BOOL, path="spec.addresses")
def addresses(gateway: Gateway) -> bool:
    """It asks for addresses of its own."""
    spec = gateway.raw.get("spec")
    return isinstance(spec, dict) and bool(spec.get("addresses"))


@criterion("route", "parents", Type.SET, path="spec.parentRefs")
def parents(route: Route) -> tuple[str, ...]:
    """Names of the gateways that it hangs on."""
    return tuple(one.name for one in route.spec.parent_refs)


@criterion("route", "hostnames", Type.SET, path="spec.hostnames")
def hostnames(route: Route) -> tuple[str, ...]:
    """The hosts that it serves; empty is every host of its gateway."""
    return route.spec.hostnames
