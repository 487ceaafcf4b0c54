"""A pod as it is written (``corev1.PodSpec``, ``corev1.PodTemplateSpec``), with the API server's defaults."""

from msgspec import field

from seawall.model.kube.api import Api, Json, LocalReference, ObjectMeta
from seawall.model.kube.container_spec import ContainerSpec
from seawall.model.kube.security import PodSecurityContext
from seawall.model.kube.selector import LabelSelector, Requirement
from seawall.model.kube.volume import Volume


class NodeSelectorTerm(Api, frozen=True, kw_only=True):
    """Requirements on a node, all of which must hold."""

    match_expressions: tuple[Requirement, ...] = ()
    match_fields: tuple[Requirement, ...] = ()


class NodeSelector(Api, frozen=True, kw_only=True):
    """Terms, one of which must hold."""

    node_selector_terms: tuple[NodeSelectorTerm, ...] = ()


class PreferredNodeTerm(Api, frozen=True, kw_only=True):
    """A term with a weight."""

    weight: int = 0
    preference: NodeSelectorTerm = NodeSelectorTerm()


class NodeAffinity(Api, frozen=True, kw_only=True):
    """Which nodes the pod wants."""

    required: NodeSelector | None = field(name="requiredDuringSchedulingIgnoredDuringExecution", default=None)
    preferred: tuple[PreferredNodeTerm, ...] = field(name="preferredDuringSchedulingIgnoredDuringExecution", default=())


class PodAffinityTerm(Api, frozen=True, kw_only=True):
    """Pods to be near to, or away from."""

    label_selector: LabelSelector | None = None
    topology_key: str = ""
    namespaces: tuple[str, ...] = ()
    namespace_selector: LabelSelector | None = None


class WeightedPodAffinityTerm(Api, frozen=True, kw_only=True):
    """A term with a weight."""

    weight: int = 0
    pod_affinity_term: PodAffinityTerm = PodAffinityTerm()


class PodAffinity(Api, frozen=True, kw_only=True):
    """Affinity or anti-affinity to other pods."""

    required: tuple[PodAffinityTerm, ...] = field(name="requiredDuringSchedulingIgnoredDuringExecution", default=())
    preferred: tuple[WeightedPodAffinityTerm, ...] = field(
        name="preferredDuringSchedulingIgnoredDuringExecution", default=()
    )

    @property
    def terms(self) -> tuple[PodAffinityTerm, ...]:
        """All terms, required first."""
        return self.required + tuple(term.pod_affinity_term for term in self.preferred)


class Affinity(Api, frozen=True, kw_only=True):
    """Where the pod wants to run."""

    node_affinity: NodeAffinity | None = None
    pod_affinity: PodAffinity | None = None
    pod_anti_affinity: PodAffinity | None = None


class Toleration(Api, frozen=True, kw_only=True):
    """A taint that the pod bears."""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""
    toleration_seconds: int | None = None


class TopologySpread(Api, frozen=True, kw_only=True):
    """How evenly pods are spread."""

    max_skew: int = 1
    topology_key: str = ""
    when_unsatisfiable: str = "DoNotSchedule"
    label_selector: LabelSelector | None = None


class HostAlias(Api, frozen=True, kw_only=True):
    """A line of the pod's hosts file."""

    ip: str = ""
    hostnames: tuple[str, ...] = ()


class DnsOption(Api, frozen=True, kw_only=True):
    """An option of the resolver."""

    name: str = ""
    value: str | None = None


class DnsConfig(Api, frozen=True, kw_only=True):
    """The pod's resolver."""

    nameservers: tuple[str, ...] = ()
    searches: tuple[str, ...] = ()
    options: tuple[DnsOption, ...] = ()


class PodOs(Api, frozen=True, kw_only=True):
    """The operating system."""

    name: str = ""


class PodSpec(Api, frozen=True, kw_only=True):
    """``corev1.PodSpec``."""

    containers: tuple[ContainerSpec, ...] = ()
    init_containers: tuple[ContainerSpec, ...] = ()
    ephemeral_containers: tuple[ContainerSpec, ...] = ()
    volumes: tuple[Volume, ...] = ()
    security_context: PodSecurityContext | None = None
    host_network: bool = False
    host_pid: bool = field(name="hostPID", default=False)
    host_ipc: bool = field(name="hostIPC", default=False)
    host_users: bool | None = None
    share_process_namespace: bool = False
    service_account_name: str = ""
    service_account: str = ""
    """The deprecated twin of ``serviceAccountName``."""
    automount_service_account_token: bool | None = None
    image_pull_secrets: tuple[LocalReference, ...] = ()
    host_aliases: tuple[HostAlias, ...] = ()
    hostname: str = ""
    subdomain: str = ""
    set_hostname_as_fqdn: bool = field(name="setHostnameAsFQDN", default=False)
    dns_policy: str = "ClusterFirst"
    dns_config: DnsConfig | None = None
    node_name: str = ""
    node_selector: dict[str, str] = {}
    affinity: Affinity | None = None
    tolerations: tuple[Toleration, ...] = ()
    topology_spread_constraints: tuple[TopologySpread, ...] = ()
    scheduler_name: str = "default-scheduler"
    priority_class_name: str = ""
    priority: int | None = None
    preemption_policy: str = ""
    runtime_class_name: str | None = None
    restart_policy: str = "Always"
    termination_grace_period_seconds: int = 30
    active_deadline_seconds: int | None = None
    enable_service_links: bool = True
    readiness_gates: tuple[dict[str, Json], ...] = ()
    resource_claims: tuple[dict[str, Json], ...] = ()
    os: PodOs | None = None


class PodTemplate(Api, frozen=True, kw_only=True):
    """``corev1.PodTemplateSpec``: the pods that a controller makes."""

    metadata: ObjectMeta = ObjectMeta()
    spec: PodSpec = PodSpec()
