"""Criteria about a container's ports, environment, probes and hooks."""

from collections.abc import Iterable
from typing import NamedTuple

from seawall.model.kube.container import Container
from seawall.model.kube.container_spec import ContainerPort, EnvVar
from seawall.model.kube.probe import Handler
from seawall.policy.registry import Facts, Type, criterion, group


class PlacedPort(NamedTuple):
    """A port and its path in the object."""

    port: ContainerPort
    path: str


class PlacedVariable(NamedTuple):
    """An environment variable and its path in the object."""

    variable: EnvVar
    path: str


class PlacedHandler(NamedTuple):
    """A probe or hook, which one it is, its path in the object, and its container."""

    handler: Handler
    kind: str
    path: str
    container: Container


def _ports(container: Container, _facts: Facts) -> Iterable[PlacedPort]:
    return [PlacedPort(port, f"{container.path}.ports[{index}]") for index, port in enumerate(container.spec.ports)]


def _variables(container: Container, _facts: Facts) -> Iterable[PlacedVariable]:
    return [
        PlacedVariable(variable, f"{container.path}.env[{index}]") for index, variable in enumerate(container.spec.env)
    ]


def _handlers(container: Container, _facts: Facts) -> Iterable[PlacedHandler]:
    spec, path = container.spec, container.path
    hooks = spec.lifecycle
    found = (
        ("liveness", "livenessProbe", spec.liveness_probe),
        ("readiness", "readinessProbe", spec.readiness_probe),
        ("startup", "startupProbe", spec.startup_probe),
        ("post-start", "lifecycle.postStart", hooks.post_start if hooks else None),
        ("pre-stop", "lifecycle.preStop", hooks.pre_stop if hooks else None),
    )
    return [PlacedHandler(handler, kind, f"{path}.{name}", container) for kind, name, handler in found if handler]


group(
    "port",
    "A port that a container names.",
    parents={"container": _ports},
    of={"container": ("spec.ports",)},
    path=lambda placed: placed.path,
    label=lambda placed: str(placed.port.container_port),
)
group(
    "env",
    "An environment variable of a container.",
    parents={"container": _variables},
    path=lambda placed: placed.path,
    label=lambda placed: placed.variable.name,
)
group(
    "probe",
    "A probe or lifecycle hook of a container.",
    parents={"container": _handlers},
    of={
        "container": (
            "spec.liveness_probe",
            "spec.readiness_probe",
            "spec.startup_probe",
            "spec.lifecycle",
            "spec.ports",
        )
    },
    path=lambda placed: placed.path,
    label=lambda placed: placed.kind,
)


@criterion("port", "number", Type.NUMBER, of="port", path="containerPort")
def number(placed: PlacedPort) -> int:
    """The port in the container."""
    return placed.port.container_port


@criterion("port", "host-port", Type.NUMBER, of="port", path="hostPort")
def host_port(placed: PlacedPort) -> int | None:
    """The port on the node; not set where there is none."""
    return placed.port.host_port or None


@criterion("port", "protocol", Type.TEXT, of="port", path="protocol", values=("TCP", "UDP", "SCTP"))
def protocol(placed: PlacedPort) -> str:
    """TCP, UDP or SCTP."""
    return placed.port.protocol


@criterion("port", "name", Type.TEXT, of="port", path="name")
def port_name(placed: PlacedPort) -> str:
    """Its name."""
    return placed.port.name


@criterion("env", "name", Type.TEXT, of="variable", path="name")
def env_name(placed: PlacedVariable) -> str:
    """The variable's name."""
    return placed.variable.name


@criterion("env", "value", Type.TEXT, of="variable", path="value")
def env_value(placed: PlacedVariable) -> str | None:
    """Its value where it is written out."""
    return placed.variable.value if placed.variable.kind == "literal" else None


@criterion(
    "env",
    "source",
    Type.TEXT,
    of="variable",
    path="valueFrom",
    values=("literal", "secretKeyRef", "configMapKeyRef", "fieldRef", "resourceFieldRef", "fileKeyRef"),
)
def env_source(placed: PlacedVariable) -> str:
    """Where its value comes from, as the API names it."""
    return placed.variable.kind


@criterion("env", "reference", Type.TEXT, of="variable", path="valueFrom")
def env_reference(placed: PlacedVariable) -> str | None:
    """The Secret or ConfigMap that its value comes from."""
    return placed.variable.ref.name if placed.variable.ref is not None else None


@criterion("probe", "kind", Type.TEXT, of="kind", values=("liveness", "readiness", "startup", "post-start", "pre-stop"))
def probe_kind(placed: PlacedHandler) -> str:
    """Which probe or hook it is."""
    return placed.kind


@criterion("probe", "host", Type.TEXT, of=("handler", "kind"), path="httpGet.host")
def probe_host(placed: PlacedHandler) -> str | None:
    """The host that the kubelet is told to speak with instead of the pod."""
    return placed.handler.host or None


@criterion("probe", "port-declared", Type.BOOL, of=("handler", "container.spec.ports"), path="httpGet.port")
def port_declared(placed: PlacedHandler) -> bool | None:
    """The container names the port that is probed; not set where none is."""
    wanted = placed.handler.port
    if wanted is None:
        return None
    ports = placed.container.spec.ports
    return any(wanted in (port.container_port, port.name) or str(port.container_port) == str(wanted) for port in ports)
