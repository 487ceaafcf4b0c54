"""Services and what is reached through them: Ingress and the routes of the Gateway API."""

from msgspec import field

from seawall.model.kube.api import Api, IntOrString
from seawall.model.kube.object import KubeObject


class ServicePort(Api, frozen=True, kw_only=True):
    """A port of a Service."""

    name: str = ""
    port: int = 0
    target_port: IntOrString | None = None
    node_port: int = 0
    protocol: str = "TCP"
    app_protocol: str | None = None


class ServiceSpec(Api, frozen=True, kw_only=True):
    """``corev1.ServiceSpec``."""

    type: str = "ClusterIP"
    selector: dict[str, str] = {}
    ports: tuple[ServicePort, ...] = ()
    cluster_ip: str = field(name="clusterIP", default="")
    external_ips: tuple[str, ...] = field(name="externalIPs", default=())
    external_name: str = ""
    external_traffic_policy: str = ""
    load_balancer_ip: str = field(name="loadBalancerIP", default="")
    load_balancer_class: str | None = None
    load_balancer_source_ranges: tuple[str, ...] = ()
    publish_not_ready_addresses: bool = False
    session_affinity: str = "None"


class Service(KubeObject, frozen=True, kw_only=True, dict=True):
    """A core Service (Knative's is a workload)."""

    spec: ServiceSpec = ServiceSpec()


class ServiceBackendPort(Api, frozen=True, kw_only=True):
    """A port by name or number."""

    name: str = ""
    number: int = 0


class ServiceBackend(Api, frozen=True, kw_only=True):
    """A Service that an Ingress leads to."""

    name: str = ""
    port: ServiceBackendPort = ServiceBackendPort()


class IngressBackend(Api, frozen=True, kw_only=True):
    """Where a path leads; ``service_name`` and ``service_port`` are of the old v1beta1."""

    service: ServiceBackend | None = None
    service_name: str = ""
    service_port: IntOrString | None = None

    @property
    def target(self) -> tuple[str, IntOrString | None]:
        """The Service's name and port, in whichever version they are written."""
        if self.service is not None:
            return self.service.name, self.service.port.name or self.service.port.number or None
        return self.service_name, self.service_port


class IngressPath(Api, frozen=True, kw_only=True):
    """A path of a host."""

    path: str = ""
    path_type: str = ""
    backend: IngressBackend = IngressBackend()


class IngressHttp(Api, frozen=True, kw_only=True):
    """The paths of a host."""

    paths: tuple[IngressPath, ...] = ()


class IngressRule(Api, frozen=True, kw_only=True):
    """A host; empty is every host."""

    host: str = ""
    http: IngressHttp | None = None


class IngressTls(Api, frozen=True, kw_only=True):
    """Hosts that are served with a certificate."""

    hosts: tuple[str, ...] = ()
    secret_name: str = ""


class IngressSpec(Api, frozen=True, kw_only=True):
    """``networkingv1.IngressSpec``."""

    ingress_class_name: str | None = None
    default_backend: IngressBackend | None = None
    backend: IngressBackend | None = None
    """The default backend of the old v1beta1."""
    rules: tuple[IngressRule, ...] = ()
    tls: tuple[IngressTls, ...] = ()


class Ingress(KubeObject, frozen=True, kw_only=True, dict=True):
    """An Ingress of any version."""

    spec: IngressSpec = IngressSpec()

    @property
    def backends(self) -> tuple[tuple[str, IngressBackend], ...]:
        """Every backend, with its path in the object."""
        found = [
            (f"spec.{name}", backend)
            for name, backend in (("defaultBackend", self.spec.default_backend), ("backend", self.spec.backend))
            if backend is not None
        ]
        for at, rule in enumerate(self.spec.rules):
            paths = rule.http.paths if rule.http is not None else ()
            found += [(f"spec.rules[{at}].http.paths[{i}].backend", path.backend) for i, path in enumerate(paths)]
        return tuple(found)
