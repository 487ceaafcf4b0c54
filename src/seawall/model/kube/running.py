"""What only a cluster knows: what runs, on which nodes, and how that differs from what was asked for."""

from datetime import date

from msgspec import field

from seawall.model.advisory import SupportPeriod
from seawall.model.kube.api import Api
from seawall.model.kube.object import KubeObject
from seawall.model.record import Record


class RunningContainer(Api, frozen=True, kw_only=True):
    """``corev1.ContainerStatus``: a container, and the image that it really runs."""

    name: str = ""
    image: str = ""
    image_id: str = field(name="imageID", default="")
    ready: bool = False

    @property
    def digest(self) -> str:
        """The image's digest; empty while nothing runs."""
        _, colon, digest = self.image_id.rpartition("sha256:")
        return f"sha256:{digest}" if colon else ""


class PodStatus(Api, frozen=True, kw_only=True):
    """``corev1.PodStatus``, as far as it is told."""

    phase: str = ""
    pod_ip: str = field(name="podIP", default="")
    container_statuses: tuple[RunningContainer, ...] = ()
    init_container_statuses: tuple[RunningContainer, ...] = ()
    ephemeral_container_statuses: tuple[RunningContainer, ...] = ()

    @property
    def containers(self) -> tuple[RunningContainer, ...]:
        """All of them, init containers first."""
        return self.init_container_statuses + self.container_statuses + self.ephemeral_container_statuses


class RunningPod(Record, frozen=True, kw_only=True, gc=False):
    """A pod, as small as can be: a cluster has a hundred thousand.

    Attributes:
        owner: (kind, name) of its controller; empty texts where there is none.
        containers: what the kubelet says of its containers.
    """

    namespace: str
    name: str
    node: str = ""
    phase: str = ""
    ip: str = ""
    service_account: str = ""
    owner: tuple[str, str] = ("", "")
    containers: tuple[RunningContainer, ...] = ()


class NodeInfo(Api, frozen=True, kw_only=True):
    """``corev1.NodeSystemInfo``."""

    kubelet_version: str = ""
    container_runtime_version: str = ""
    kernel_version: str = ""
    os_image: str = ""
    operating_system: str = ""
    architecture: str = ""


class NodeCondition(Api, frozen=True, kw_only=True):
    """One of a node's conditions."""

    type: str = ""
    status: str = ""
    reason: str = ""


class NodeStatus(Api, frozen=True, kw_only=True):
    """``corev1.NodeStatus``, as far as it is judged."""

    node_info: NodeInfo = NodeInfo()
    conditions: tuple[NodeCondition, ...] = ()


class Node(KubeObject, frozen=True, kw_only=True, dict=True):
    """A node: what its kubelet says of it."""

    status: NodeStatus = NodeStatus()


class NodeSupport(Record, frozen=True, kw_only=True):
    """Until when what nodes run gets fixes.

    Attributes:
        on: the day from which that is counted.
        periods: what nodes say that they run (``osImage``, ``containerRuntimeVersion``) → until when; what is in no
            table is not here.
    """

    on: date
    periods: dict[str, SupportPeriod] = {}


class Observed(Record, frozen=True, kw_only=True):
    """What was seen of a workload's pods.

    Attributes:
        pods: how many there are.
        drifted: pod → the fields in which it is not what its template says.
        outdated: pods that were made from an earlier template.
        digests: container → the digests that its pods run.
        owner_missing: it names a controller that is not there.
    """

    pods: int = 0
    drifted: dict[str, tuple[str, ...]] = {}
    outdated: tuple[str, ...] = ()
    digests: dict[str, tuple[str, ...]] = {}
    owner_missing: bool = False


class OldApiUse(Record, frozen=True, kw_only=True):
    """Somebody writes objects in an API version other than the one they are served in."""

    kind: str
    api_version: str
    managers: tuple[str, ...]
    objects: int


class ClusterFacts(Record, frozen=True, kw_only=True):
    """The cluster as a whole, and what runs in it.

    Attributes:
        name: as the one who asks calls it.
        version: the API server's, ``1.33.1``; empty where it was not told.
        support_ends: the last day of its support, ISO 8601; null where nobody says.
        workloads: (kind, namespace, name) → what was seen of its pods.
        old_apis: who still writes old API versions.
    """

    name: str
    version: str = ""
    support_ends: str | None = None
    workloads: dict[tuple[str, str, str], Observed] = {}
    old_apis: tuple[OldApiUse, ...] = ()
