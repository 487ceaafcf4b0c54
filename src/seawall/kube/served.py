"""The kinds that are read of a cluster, in the order in which they are read: owners before what they own.

Versions are only for those who have not asked the cluster which it prefers.
"""

from collections.abc import Iterable, Mapping

from seawall.errors import UsageError
from seawall.kube.client.resource import Resource

_GATEWAY, _ADMISSION = "gateway.networking.k8s.io", "admissionregistration.k8s.io"
_RBAC, _ADMIN_TIER = "rbac.authorization.k8s.io", "policy.networking.k8s.io"


def _kind(
    kind: str, name: str, group: str = "", version: str = "v1", *short: str, everywhere: bool = False
) -> Resource:
    return Resource(
        group=group, version=version, name=name, kind=kind, namespaced=not everywhere, aliases=(kind.lower(), *short)
    )


SERVED: tuple[Resource, ...] = (
    _kind("Namespace", "namespaces", "", "v1", "ns", everywhere=True),
    _kind("Node", "nodes", "", "v1", "no", everywhere=True),
    _kind("Deployment", "deployments", "apps", "v1", "deploy"),
    _kind("StatefulSet", "statefulsets", "apps", "v1", "sts"),
    _kind("DaemonSet", "daemonsets", "apps", "v1", "ds"),
    _kind("CronJob", "cronjobs", "batch", "v1", "cj"),
    _kind("Rollout", "rollouts", "argoproj.io", "v1alpha1"),
    _kind("DeploymentConfig", "deploymentconfigs", "apps.openshift.io", "v1", "dc"),
    _kind("Service", "services", "serving.knative.dev", "v1", "ksvc"),
    _kind("Job", "jobs", "batch", "v1"),
    _kind("ReplicaSet", "replicasets", "apps", "v1", "rs"),
    _kind("ReplicationController", "replicationcontrollers", "", "v1", "rc"),
    _kind("PodTemplate", "podtemplates"),
    _kind("Pod", "pods", "", "v1", "po"),
    _kind("Service", "services", "", "v1", "svc"),
    _kind("EndpointSlice", "endpointslices", "discovery.k8s.io", "v1", "endpoints", "ep"),
    _kind("Ingress", "ingresses", "networking.k8s.io", "v1", "ing"),
    _kind("IngressClass", "ingressclasses", "networking.k8s.io", "v1", everywhere=True),
    _kind("GatewayClass", "gatewayclasses", _GATEWAY, "v1", "gc", everywhere=True),
    _kind("Gateway", "gateways", _GATEWAY, "v1", "gtw"),
    _kind("HTTPRoute", "httproutes", _GATEWAY),
    _kind("GRPCRoute", "grpcroutes", _GATEWAY),
    _kind("TLSRoute", "tlsroutes", _GATEWAY, "v1alpha2"),
    _kind("TCPRoute", "tcproutes", _GATEWAY, "v1alpha2"),
    _kind("UDPRoute", "udproutes", _GATEWAY, "v1alpha2"),
    _kind("NetworkPolicy", "networkpolicies", "networking.k8s.io", "v1", "netpol"),
    _kind("AdminNetworkPolicy", "adminnetworkpolicies", _ADMIN_TIER, "v1alpha1", "anp", everywhere=True),
    _kind(
        "BaselineAdminNetworkPolicy", "baselineadminnetworkpolicies", _ADMIN_TIER, "v1alpha1", "banp", everywhere=True
    ),
    _kind("ClusterNetworkPolicy", "clusternetworkpolicies", _ADMIN_TIER, "v1alpha2", "cnp", everywhere=True),
    _kind("ServiceAccount", "serviceaccounts", "", "v1", "sa"),
    _kind("Role", "roles", _RBAC),
    _kind("RoleBinding", "rolebindings", _RBAC),
    _kind("ClusterRole", "clusterroles", _RBAC, everywhere=True),
    _kind("ClusterRoleBinding", "clusterrolebindings", _RBAC, everywhere=True),
    _kind("Secret", "secrets"),
    _kind("ConfigMap", "configmaps", "", "v1", "cm"),
    _kind("PersistentVolume", "persistentvolumes", "", "v1", "pv", everywhere=True),
    _kind("PersistentVolumeClaim", "persistentvolumeclaims", "", "v1", "pvc"),
    _kind("StorageClass", "storageclasses", "storage.k8s.io", "v1", "sc", everywhere=True),
    _kind("ResourceQuota", "resourcequotas", "", "v1", "quota"),
    _kind("LimitRange", "limitranges", "", "v1", "limits"),
    _kind("PodDisruptionBudget", "poddisruptionbudgets", "policy", "v1", "pdb"),
    _kind("HorizontalPodAutoscaler", "horizontalpodautoscalers", "autoscaling", "v2", "hpa"),
    _kind("PriorityClass", "priorityclasses", "scheduling.k8s.io", "v1", "pc", everywhere=True),
    _kind("RuntimeClass", "runtimeclasses", "node.k8s.io", everywhere=True),
    _kind(
        "CustomResourceDefinition", "customresourcedefinitions", "apiextensions.k8s.io", "v1", "crd", everywhere=True
    ),
    _kind("APIService", "apiservices", "apiregistration.k8s.io", everywhere=True),
    _kind("ValidatingWebhookConfiguration", "validatingwebhookconfigurations", _ADMISSION, everywhere=True),
    _kind("MutatingWebhookConfiguration", "mutatingwebhookconfigurations", _ADMISSION, everywhere=True),
    _kind("ValidatingAdmissionPolicy", "validatingadmissionpolicies", _ADMISSION, "v1", "vap", everywhere=True),
    _kind("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", _ADMISSION, everywhere=True),
    _kind("MutatingAdmissionPolicy", "mutatingadmissionpolicies", _ADMISSION, everywhere=True),
    _kind("MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings", _ADMISSION, everywhere=True),
    _kind(
        "SecurityContextConstraints",
        "securitycontextconstraints",
        "security.openshift.io",
        "v1",
        "scc",
        everywhere=True,
    ),
)
WORKLOADS = (
    *("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Rollout", "DeploymentConfig", "Job", "ReplicaSet"),
    *("ReplicationController", "Pod"),
)
_SETS: Mapping[str, tuple[str, ...]] = {
    "workloads": WORKLOADS,
    "rbac": ("ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"),
    "network": ("Service", "EndpointSlice", "Ingress", "Gateway", "HTTPRoute", "GRPCRoute", "NetworkPolicy"),
    "all": (),
}
"""Words for several kinds."""


def meant(words: Iterable[str]) -> tuple[Resource, ...]:
    """The kinds that words mean (``Deployment``, ``deploy``, ``deployments.apps``, ``workloads``); all without any.

    Raises:
        UsageError: a word means none.
    """
    found: dict[Resource, None] = {}
    for word in words:
        wanted, _, group = word.lower().partition(".")
        if not group and wanted in _SETS:
            kinds = _SETS[wanted]
            found |= dict.fromkeys(one for one in SERVED if one.kind in kinds or not kinds)
            continue
        one = _named(wanted, group)
        if one is None:
            hint = f"There are: {', '.join([*_SETS, *dict.fromkeys(each.name for each in SERVED)])}."
            raise UsageError(f"no kind {word!r} is read of a cluster", hint=hint)
        found[one] = None
    return tuple(found) or SERVED


def _named(wanted: str, group: str) -> Resource | None:
    """A kind by any of its names; where a group is not said, the core or built-in one goes first."""
    matching = [one for one in SERVED if wanted in {one.name, *one.aliases} and group in {"", one.group}]
    return min(matching, key=lambda one: one.group.count(".") if one.kind == "Service" else 0, default=None)
