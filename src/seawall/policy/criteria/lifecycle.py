"""Criteria about what Kubernetes gives up: API versions, by the release that serves them no longer.

Source: the Kubernetes deprecation guide ("Deprecated API Migration Guide") and the release notes that it names.
"""

from seawall.model.kube.object import KubeObject
from seawall.policy.criteria import objects as _objects  # noqa: F401 -- the group that these criteria belong to
from seawall.policy.registry import Type, criterion

_REMOVED: dict[str, dict[str, str]] = {
    "extensions/v1beta1": {
        **dict.fromkeys(("Deployment", "DaemonSet", "ReplicaSet", "NetworkPolicy", "PodSecurityPolicy"), "1.16"),
        "Ingress": "1.22",
    },
    "apps/v1beta1": {"*": "1.16"},
    "apps/v1beta2": {"*": "1.16"},
    "settings.k8s.io/v1alpha1": {"PodPreset": "1.20"},
    "batch/v2alpha1": {"CronJob": "1.21"},
    "admissionregistration.k8s.io/v1beta1": {
        "ValidatingWebhookConfiguration": "1.22",
        "MutatingWebhookConfiguration": "1.22",
    },
    "apiextensions.k8s.io/v1beta1": {"CustomResourceDefinition": "1.22"},
    "apiregistration.k8s.io/v1beta1": {"APIService": "1.22"},
    "authentication.k8s.io/v1beta1": {"TokenReview": "1.22"},
    "authorization.k8s.io/v1beta1": {"*": "1.22"},
    "certificates.k8s.io/v1beta1": {"CertificateSigningRequest": "1.22"},
    "coordination.k8s.io/v1beta1": {"Lease": "1.22"},
    "networking.k8s.io/v1beta1": {"Ingress": "1.22", "IngressClass": "1.22"},
    "rbac.authorization.k8s.io/v1beta1": {"*": "1.22"},
    "scheduling.k8s.io/v1beta1": {"PriorityClass": "1.22"},
    "storage.k8s.io/v1beta1": {
        **dict.fromkeys(("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"), "1.22"),
        "CSIStorageCapacity": "1.27",
    },
    "autoscaling/v2beta1": {"HorizontalPodAutoscaler": "1.25"},
    "batch/v1beta1": {"CronJob": "1.25"},
    "discovery.k8s.io/v1beta1": {"EndpointSlice": "1.25"},
    "events.k8s.io/v1beta1": {"Event": "1.25"},
    "node.k8s.io/v1beta1": {"RuntimeClass": "1.25"},
    "policy/v1beta1": {"PodDisruptionBudget": "1.25", "PodSecurityPolicy": "1.25"},
    "autoscaling/v2beta2": {"HorizontalPodAutoscaler": "1.26"},
    "flowcontrol.apiserver.k8s.io/v1beta1": {"*": "1.26"},
    "flowcontrol.apiserver.k8s.io/v1beta2": {"*": "1.29"},
    "flowcontrol.apiserver.k8s.io/v1beta3": {"*": "1.32"},
}
"""API version → kind (or all) → the first release that does not serve it."""
_DEPRECATED = {("v1", "Endpoints"): "1.33", ("v1", "ComponentStatus"): "1.19"}


@criterion("object", "removed-in", Type.VERSION, path="apiVersion", of=("api_version", "kind"))
def removed_in(item: KubeObject) -> str | None:
    """The first Kubernetes release that does not serve this kind in this API version any more."""
    kinds = _REMOVED.get(item.api_version)
    return None if kinds is None else kinds.get(item.kind) or kinds.get("*")


@criterion("object", "deprecated-in", Type.VERSION, path="apiVersion", of=("api_version", "kind"))
def deprecated_in(item: KubeObject) -> str | None:
    """The release since which this kind is deprecated, though still served."""
    return _DEPRECATED.get((item.api_version, item.kind))
