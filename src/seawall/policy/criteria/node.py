"""Criteria about nodes: what runs on them below the pods, and how far that is from the API server and from support.

Source of the skews: Kubernetes' version skew policy.
"""

import re
from collections.abc import Mapping
from datetime import date

from seawall.model.advisory import SupportPeriod
from seawall.model.kube.container import Container
from seawall.model.kube.image_reference import parse_image_reference
from seawall.model.kube.running import ClusterFacts, Node, NodeSupport
from seawall.policy.criteria import container as _container  # noqa: F401 -- a group that criteria here belong to
from seawall.policy.criteria.cluster import CLUSTER
from seawall.policy.criteria.objects import root
from seawall.policy.registry import UNKNOWN, Type, Unknown, criterion, fact

SUPPORT = "node-support"
fact(
    SUPPORT,
    "until when the system or container runtime of a node gets fixes (`seawall db update` brings dates)",
    elsewhere=True,
)
_MINOR = re.compile(r"v?(\d{1,4})\.(\d{1,4})\b", re.ASCII)
root("node", "A node of a cluster.", Node)


def _behind(component: str, server: str) -> int | None:
    """How many minor releases; null where one of the versions is none, or the major releases differ."""
    one, other = _MINOR.match(component), _MINOR.match(server)
    return int(other[2]) - int(one[2]) if one and other and one[1] == other[1] else None


@criterion("node", "kubelet-version", Type.VERSION, path="status.nodeInfo.kubeletVersion")
def kubelet_version(node: Node) -> str | None:
    """The kubelet's version."""
    said = node.status.node_info.kubelet_version
    return said.removeprefix("v") if _MINOR.match(said) else None


@criterion("node", "kubelet-behind", Type.NUMBER, path="status.nodeInfo.kubeletVersion", needs=CLUSTER)
def kubelet_behind(node: Node, facts: ClusterFacts) -> int | None:
    """How many minor releases the kubelet is behind the API server; below zero where it is ahead."""
    return _behind(node.status.node_info.kubelet_version, facts.version)


@criterion("container", "kube-proxy-behind", Type.NUMBER, path="image", needs=CLUSTER)
def kube_proxy_behind(container: Container, facts: ClusterFacts) -> int | None:
    """How many minor releases kube-proxy is behind the API server, by its image's tag; absent of other programs."""
    image = parse_image_reference(container.spec.image)
    named = image.repository.rpartition("/")[2].startswith("kube-proxy")
    return _behind(image.tag, facts.version) if named else None


@criterion("node", "runtime", Type.TEXT, path="status.nodeInfo.containerRuntimeVersion")
def runtime(node: Node) -> str:
    """The container runtime and its version: ``containerd://1.7.24``."""
    return node.status.node_info.container_runtime_version


@criterion("node", "kernel-version", Type.TEXT, path="status.nodeInfo.kernelVersion")
def kernel_version(node: Node) -> str:
    """The kernel's release."""
    return node.status.node_info.kernel_version


@criterion("node", "os-image", Type.TEXT, path="status.nodeInfo.osImage")
def os_image(node: Node) -> str:
    """The operating system, in its own words."""
    return node.status.node_info.os_image


@criterion("node", "conditions", Type.MAP, path="status.conditions")
def conditions(node: Node) -> Mapping[str, str]:
    """Condition → ``True``, ``False`` or ``Unknown``."""
    return {one.type: one.status for one in node.status.conditions}


# --- support --------------------------------------------------------------------------------------------------------


def _days_left(said: str, support: NodeSupport, *, extended: bool) -> int | Unknown | None:
    """Days until support of what a node says that it runs ends; null: no end is known of; UNKNOWN: not in any table."""
    period: SupportPeriod | None = support.periods.get(said)
    if period is None:
        return UNKNOWN
    last = (period.extended_ends if extended else "") or period.ends
    return (date.fromisoformat(last) - support.on).days if last else None


@criterion("node", "os-support-days-left", Type.NUMBER, path="status.nodeInfo.osImage", needs=SUPPORT)
def os_support_days_left(node: Node, support: NodeSupport) -> int | Unknown | None:
    """How many days its operating system's release still gets fixes, extended support included; below zero: over."""
    return _days_left(node.status.node_info.os_image, support, extended=True)


@criterion("node", "os-regular-support-days-left", Type.NUMBER, path="status.nodeInfo.osImage", needs=SUPPORT)
def os_regular_support_days_left(node: Node, support: NodeSupport) -> int | Unknown | None:
    """How many days its operating system's release is still supported without a contract or a volunteers' effort."""
    return _days_left(node.status.node_info.os_image, support, extended=False)


@criterion(
    "node", "runtime-support-days-left", Type.NUMBER, path="status.nodeInfo.containerRuntimeVersion", needs=SUPPORT
)
def runtime_support_days_left(node: Node, support: NodeSupport) -> int | Unknown | None:
    """How many days its container runtime's series still gets fixes; below zero where that is over."""
    return _days_left(node.status.node_info.container_runtime_version, support, extended=True)
