"""What matters of an object of each kind, as plain values for tables and JSON."""

from collections.abc import Callable, Mapping

import msgspec

from seawall.kube.cleaned import Cleaned
from seawall.kube.normalise import normalise
from seawall.model.kube import (
    Autoscaler,
    ConfigMap,
    CustomResourceDefinition,
    DisruptionBudget,
    Gateway,
    Ingress,
    KubeObject,
    LimitRange,
    Namespace,
    NetworkPolicy,
    PersistentVolume,
    PersistentVolumeClaim,
    ResourceQuota,
    Role,
    RoleBinding,
    Route,
    Secret,
    Service,
    ServiceAccount,
    StorageClass,
    WebhookConfiguration,
    Workload,
)
from seawall.model.kube.running import Node, NodeStatus, PodStatus

Details = dict[str, object]
_LEVELS = "pod-security.kubernetes.io/"
_NUMBERS = {
    "readyReplicas": "ready",
    "numberReady": "ready",
    "active": "active",
    "succeeded": "succeeded",
    "failed": "failed",
}


class _PodSpec(msgspec.Struct, frozen=True, rename="camel", gc=False):
    node_name: str = ""
    service_account_name: str = ""


class _PodHead(msgspec.Struct, frozen=True, gc=False):
    spec: _PodSpec = _PodSpec()


_decode_pod = msgspec.json.Decoder(_PodHead).decode
_decode_pod_status = msgspec.json.Decoder(PodStatus).decode
_decode_node_status = msgspec.json.Decoder(NodeStatus).decode
_decode_any = msgspec.json.Decoder(dict[str, object]).decode


def details(one: Cleaned) -> Details:
    """The details of an object; empty values are left out. Of pods only a part of the specification is read."""
    if one.kind == "Pod":
        return _filled(_pod(one))
    made = next(iter(normalise(one.json, unchecked=False)), None)
    if not isinstance(made, KubeObject):
        return {}
    found: Details = {}
    for kind, describe in _BY_VIEW.items():
        if isinstance(made, kind):
            found |= describe(made)
    status = _decode_any(one.status) if one.status else {}
    if isinstance(made, Workload):
        found |= {word: status[name] for name, word in _NUMBERS.items() if name in status}
    if isinstance(made, Node):
        found |= node_details(_node_status(one))
    if isinstance(made, Service | Ingress):
        found["addresses"] = _addresses(status)
    if one.kind in {"Namespace", "PersistentVolume", "PersistentVolumeClaim"}:
        found["phase"] = status.get("phase")
    return _filled(found)


def _filled(found: Details) -> Details:
    return {key: value for key, value in found.items() if value not in (None, "", (), [], {})}


def _pod(one: Cleaned) -> Details:
    try:
        spec, status = _decode_pod(one.json).spec, _decode_pod_status(one.status or b"{}")
    except msgspec.ValidationError:
        return {}
    return {
        "phase": status.phase,
        "node": spec.node_name,
        "serviceAccount": spec.service_account_name,
        "ip": status.pod_ip,
        "containers": [
            _filled({"name": container.name, "image": container.image, "digest": container.digest})
            for container in status.containers
        ],
    }


def _node_status(one: Cleaned) -> NodeStatus:
    try:
        return _decode_node_status(one.status or b"{}")
    except msgspec.ValidationError:
        return NodeStatus()


def digests(one: Cleaned) -> set[str]:
    """The digests of the images that a pod runs; nothing for other kinds."""
    if one.kind != "Pod" or not one.status:
        return set()
    try:
        return {container.digest for container in _decode_pod_status(one.status).containers} - {""}
    except msgspec.ValidationError:
        return set()


def node_details(status: NodeStatus) -> Details:
    """A node's versions and conditions."""
    info = status.node_info
    ready = next((one.status for one in status.conditions if one.type == "Ready"), "Unknown")
    return {
        "ready": ready,
        "kubelet": info.kubelet_version,
        "runtime": info.container_runtime_version,
        "kernel": info.kernel_version,
        "os": info.os_image,
        "architecture": info.architecture,
        "pressure": [one.type for one in status.conditions if one.type.endswith("Pressure") and one.status == "True"],
    }


def _addresses(status: Mapping[str, object]) -> list[str]:
    balancer = status.get("loadBalancer")
    given = balancer.get("ingress") if isinstance(balancer, dict) else None
    found = [(one.get("ip") or one.get("hostname")) for one in given or () if isinstance(one, dict)]
    return [str(one) for one in found if one]


def _workload(one: Workload) -> Details:
    return {
        "replicas": one.replicas,
        "serviceAccount": one.service_account,
        "images": [container.spec.image for container in one.containers],
        "schedule": one.spec.schedule,
    }


def _service(one: Service) -> Details:
    return {
        "type": one.spec.type,
        "selector": one.spec.selector,
        "ports": [f"{port.port}/{port.protocol}" for port in one.spec.ports],
        "clusterIP": one.spec.cluster_ip,
        "externalIPs": list(one.spec.external_ips),
    }


def _ingress(one: Ingress) -> Details:
    return {
        "class": one.spec.ingress_class_name,
        "hosts": sorted({rule.host for rule in one.spec.rules if rule.host}),
        "backends": sorted({backend.target[0] for _, backend in one.backends}),
        "tls": sorted({tls.secret_name for tls in one.spec.tls}),
    }


def _webhooks(one: WebhookConfiguration) -> Details:
    return {
        "webhooks": [webhook.name for webhook in one.webhooks],
        "failurePolicies": sorted({webhook.failure_policy for webhook in one.webhooks}),
    }


def _binding(one: RoleBinding) -> Details:
    subjects = [
        f"{who.kind}/{who.namespace}/{who.name}" if who.namespace else f"{who.kind}/{who.name}" for who in one.subjects
    ]
    return {"role": f"{one.role_ref.kind}/{one.role_ref.name}", "subjects": subjects}


_BY_VIEW: Mapping[type[KubeObject], Callable[..., Details]] = {
    Workload: _workload,
    Service: _service,
    Ingress: _ingress,
    Gateway: lambda one: {
        "class": one.spec.gateway_class_name,
        "listeners": [f"{each.port}/{each.protocol}" for each in one.spec.listeners],
    },
    Route: lambda one: {
        "hosts": list(one.spec.hostnames),
        "parents": [each.name for each in one.spec.parent_refs],
        "backends": [backend.name for _, backend in one.backends],
    },
    NetworkPolicy: lambda one: {
        "isolates": list(one.isolates),
        "everyPod": one.spec.pod_selector.empty,
        "selector": one.spec.pod_selector.match_labels,
    },
    Role: lambda one: {
        "rules": len(one.rules),
        "verbs": sorted({verb for rule in one.rules for verb in rule.verbs}),
    },
    RoleBinding: _binding,
    ServiceAccount: lambda one: {
        "automount": one.automount_service_account_token,
        "secrets": [each.name for each in one.secrets],
        "imagePullSecrets": [each.name for each in one.image_pull_secrets],
    },
    Secret: lambda one: {"type": one.type, "keys": list(one.keys)},
    ConfigMap: lambda one: {"keys": sorted([*one.data, *one.binary_keys])},
    Namespace: lambda one: {
        "podSecurity": {
            mode: one.labels.get(_LEVELS + mode, "")
            for mode in ("enforce", "audit", "warn")
            if one.labels.get(_LEVELS + mode)
        }
    },
    DisruptionBudget: lambda one: {"minAvailable": one.spec.min_available, "maxUnavailable": one.spec.max_unavailable},
    Autoscaler: lambda one: {
        "target": f"{one.spec.scale_target_ref.kind}/{one.spec.scale_target_ref.name}",
        "min": one.spec.min_replicas,
        "max": one.spec.max_replicas,
    },
    ResourceQuota: lambda one: {"hard": one.spec.hard},
    LimitRange: lambda one: {"types": [each.type for each in one.spec.limits]},
    PersistentVolume: lambda one: {
        "type": one.spec.type,
        "source": one.spec.source,
        "class": one.spec.storage_class_name,
    },
    PersistentVolumeClaim: lambda one: {
        "volume": one.spec.volume_name,
        "class": one.spec.storage_class_name,
        "accessModes": list(one.spec.access_modes),
    },
    StorageClass: lambda one: {"provisioner": one.provisioner, "reclaimPolicy": one.reclaim_policy},
    CustomResourceDefinition: lambda one: {
        "group": one.spec.group,
        "kind": one.spec.names.kind,
        "scope": one.spec.scope,
    },
    WebhookConfiguration: _webhooks,
}
