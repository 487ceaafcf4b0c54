"""The Gateway API: gateways and their routes (``gateway.networking.k8s.io``)."""

from seawall.model.kube.api import Api, Json
from seawall.model.kube.object import KubeObject


class Listener(Api, frozen=True, kw_only=True):
    """A port that a gateway listens on."""

    name: str = ""
    hostname: str | None = None
    port: int = 0
    protocol: str = ""
    tls: dict[str, Json] | None = None


class GatewaySpec(Api, frozen=True, kw_only=True):
    """``GatewaySpec``."""

    gateway_class_name: str = ""
    listeners: tuple[Listener, ...] = ()


class Gateway(KubeObject, frozen=True, kw_only=True, dict=True):
    """A gateway."""

    spec: GatewaySpec = GatewaySpec()


class RouteReference(Api, frozen=True, kw_only=True):
    """A gateway (as a parent) or a Service (as a backend)."""

    group: str | None = None
    kind: str | None = None
    name: str = ""
    namespace: str | None = None
    port: int | None = None
    section_name: str | None = None
    weight: int = 1


class RouteRule(Api, frozen=True, kw_only=True):
    """A rule of a route."""

    backend_refs: tuple[RouteReference, ...] = ()
    matches: tuple[dict[str, Json], ...] = ()
    filters: tuple[dict[str, Json], ...] = ()


class RouteSpec(Api, frozen=True, kw_only=True):
    """The common part of all routes' specifications."""

    parent_refs: tuple[RouteReference, ...] = ()
    hostnames: tuple[str, ...] = ()
    rules: tuple[RouteRule, ...] = ()


class Route(KubeObject, frozen=True, kw_only=True, dict=True):
    """An HTTPRoute, GRPCRoute, TLSRoute, TCPRoute or UDPRoute."""

    spec: RouteSpec = RouteSpec()

    @property
    def backends(self) -> tuple[tuple[str, RouteReference], ...]:
        """Every backend, with its path in the object."""
        return tuple(
            (f"spec.rules[{at}].backendRefs[{i}]", backend)
            for at, rule in enumerate(self.spec.rules)
            for i, backend in enumerate(rule.backend_refs)
        )
