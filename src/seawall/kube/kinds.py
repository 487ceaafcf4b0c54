"""Which record a kind becomes, and how its JSON is decoded."""

from collections.abc import Mapping
from typing import cast

import msgspec

from seawall.model.kube import (
    Autoscaler,
    ConfigMap,
    CustomResourceDefinition,
    DisruptionBudget,
    Gateway,
    Ingress,
    Json,
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
from seawall.model.kube.api import Api
from seawall.model.kube.running import Node

_APPS = frozenset({"apps", "extensions"})
_BATCH = frozenset({"batch"})
_CORE = frozenset({""})
_RBAC = frozenset({"rbac.authorization.k8s.io", "authorization.openshift.io"})
_GATEWAY = frozenset({"gateway.networking.k8s.io"})
_ADMISSION = frozenset({"admissionregistration.k8s.io"})
KNATIVE = "serving.knative.dev"

VIEWS: Mapping[str, tuple[frozenset[str], type[KubeObject]]] = {
    "Pod": (_CORE, Workload),
    "PodTemplate": (_CORE, Workload),
    "ReplicationController": (_CORE, Workload),
    "Deployment": (_APPS, Workload),
    "ReplicaSet": (_APPS, Workload),
    "DaemonSet": (_APPS, Workload),
    "StatefulSet": (_APPS, Workload),
    "Job": (_BATCH | {"extensions"}, Workload),
    "CronJob": (_BATCH, Workload),
    "Rollout": (frozenset({"argoproj.io"}), Workload),
    "DeploymentConfig": (frozenset({"apps.openshift.io", ""}), Workload),
    "Service": (_CORE, Service),
    "Ingress": (frozenset({"networking.k8s.io", "extensions"}), Ingress),
    "Gateway": (_GATEWAY, Gateway),
    **dict.fromkeys(("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"), (_GATEWAY, Route)),
    "NetworkPolicy": (frozenset({"networking.k8s.io", "extensions"}), NetworkPolicy),
    "Role": (_RBAC, Role),
    "ClusterRole": (_RBAC, Role),
    "RoleBinding": (_RBAC, RoleBinding),
    "ClusterRoleBinding": (_RBAC, RoleBinding),
    "ServiceAccount": (_CORE, ServiceAccount),
    "Secret": (_CORE, Secret),
    "ConfigMap": (_CORE, ConfigMap),
    "Namespace": (_CORE, Namespace),
    "Node": (_CORE, Node),
    "PodDisruptionBudget": (frozenset({"policy"}), DisruptionBudget),
    "HorizontalPodAutoscaler": (frozenset({"autoscaling", "extensions"}), Autoscaler),
    "ResourceQuota": (_CORE, ResourceQuota),
    "LimitRange": (_CORE, LimitRange),
    "PersistentVolume": (_CORE, PersistentVolume),
    "PersistentVolumeClaim": (_CORE, PersistentVolumeClaim),
    "StorageClass": (frozenset({"storage.k8s.io"}), StorageClass),
    "ValidatingWebhookConfiguration": (_ADMISSION, WebhookConfiguration),
    "MutatingWebhookConfiguration": (_ADMISSION, WebhookConfiguration),
    "CustomResourceDefinition": (frozenset({"apiextensions.k8s.io"}), CustomResourceDefinition),
}
"""Kind → the API groups that it is known in, and its record."""


class _SecretBody(Api, frozen=True, kw_only=True):
    type: str = "Opaque"
    data: dict[str, Json] = {}
    string_data: dict[str, Json] = {}
    immutable: bool = False


class _ConfigMapBody(Api, frozen=True, kw_only=True):
    data: dict[str, str] = {}
    binary_data: dict[str, Json] = {}
    immutable: bool = False


def view_of(kind: str, group: str) -> tuple[type[KubeObject], bool]:
    """The record for a kind, and whether its API group is one that Kubernetes has.

    A kind in a group with a dot in its name is another API's own and has no view; a group without one
    (``app`` for ``apps``) is a slip of the pen, and the object is judged by its kind.
    """
    if kind == "Service" and group == KNATIVE:
        return Workload, True
    groups, view = VIEWS.get(kind, (frozenset[str](), KubeObject))
    if not groups or group in groups:
        return view, True
    return (KubeObject, True) if "." in group else (view, False)


def body_type(view: type[KubeObject]) -> type[Api]:
    """The record that decodes what a view has beyond every object: its fields, under their API names."""
    if view not in _bodies:
        common = set(KubeObject.__struct_fields__)
        own = [field for field in msgspec.structs.fields(view) if field.name not in common]
        made = msgspec.defstruct(
            f"{view.__name__}Body",
            [(field.name, field.type, _default(field)) for field in own],
            bases=(Api,),
            frozen=True,
            kw_only=True,
        )
        _bodies[view] = cast("type[Api]", made)
    return _bodies[view]


def _default(field: msgspec.structs.FieldInfo) -> Json:
    """A field's default, for a field made anew."""
    if field.default is msgspec.NODEFAULT:
        return msgspec.field(default_factory=field.default_factory)
    return field.default


def fields_of(body: Api) -> dict[str, Json]:
    """A decoded body as the view's fields."""
    if isinstance(body, _SecretBody):
        keys = tuple(sorted({*body.data, *body.string_data}))
        return {"type": body.type, "keys": keys, "immutable": body.immutable}
    if isinstance(body, _ConfigMapBody):
        return {"data": body.data, "binary_keys": tuple(sorted(body.binary_data)), "immutable": body.immutable}
    return {name: getattr(body, name) for name in body.__struct_fields__}


_bodies: dict[type[KubeObject], type[Api]] = {Secret: _SecretBody, ConfigMap: _ConfigMapBody}
