"""Kubernetes objects as records: :class:`Workload` is the normal form of everything that runs pods.

Floors: parts as the API names them (``api``, ``selector``, ``security``, ``probe``, ``volume``,
``container_spec``, ``pod``), what they come to (``effective``, ``container``), whole objects (the
rest), and all of them together (``inventory``).
"""

from seawall.model.kube.admission import CustomResourceDefinition, Webhook, WebhookConfiguration
from seawall.model.kube.api import IntOrString, Json, ObjectMeta, ObjectReference
from seawall.model.kube.assumed import Pattern
from seawall.model.kube.configuration import ConfigMap, Namespace, Secret
from seawall.model.kube.container import Container, ContainerKind, Mount, Resources
from seawall.model.kube.container_spec import ContainerPort, ContainerSpec, EnvVar
from seawall.model.kube.effective import EffectiveSecurity, capability
from seawall.model.kube.gateway import Gateway, Route
from seawall.model.kube.grants import Grant, Grants
from seawall.model.kube.image_reference import ImageReference, parse_image_reference
from seawall.model.kube.inventory import Inventory
from seawall.model.kube.limits import Autoscaler, DisruptionBudget, LimitRange, ResourceQuota
from seawall.model.kube.network_policy import NetworkPolicy
from seawall.model.kube.object import CLUSTER_SCOPED, KubeObject, Origin, Problem
from seawall.model.kube.pod import PodSpec, PodTemplate
from seawall.model.kube.probe import Handler, Probe
from seawall.model.kube.quantity import parse_quantity
from seawall.model.kube.rbac import RbacRule, RbacSubject, Role, RoleBinding, ServiceAccount
from seawall.model.kube.reference import Reference, references
from seawall.model.kube.security import Profile
from seawall.model.kube.selector import LabelSelector, Requirement
from seawall.model.kube.service import Ingress, IngressBackend, Service, ServicePort
from seawall.model.kube.storage import PersistentVolume, PersistentVolumeClaim, StorageClass
from seawall.model.kube.volume import Volume
from seawall.model.kube.workload import POD_PATHS, ControllerSpec, Workload

__all__ = [
    "CLUSTER_SCOPED",
    "POD_PATHS",
    "Autoscaler",
    "ConfigMap",
    "Container",
    "ContainerKind",
    "ContainerPort",
    "ContainerSpec",
    "ControllerSpec",
    "CustomResourceDefinition",
    "DisruptionBudget",
    "EffectiveSecurity",
    "EnvVar",
    "Gateway",
    "Grant",
    "Grants",
    "Handler",
    "ImageReference",
    "Ingress",
    "IngressBackend",
    "IntOrString",
    "Inventory",
    "Json",
    "KubeObject",
    "LabelSelector",
    "LimitRange",
    "Mount",
    "Namespace",
    "NetworkPolicy",
    "ObjectMeta",
    "ObjectReference",
    "Origin",
    "Pattern",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "PodSpec",
    "PodTemplate",
    "Probe",
    "Problem",
    "Profile",
    "RbacRule",
    "RbacSubject",
    "Reference",
    "Requirement",
    "ResourceQuota",
    "Resources",
    "Role",
    "RoleBinding",
    "Route",
    "Secret",
    "Service",
    "ServiceAccount",
    "ServicePort",
    "StorageClass",
    "Volume",
    "Webhook",
    "WebhookConfiguration",
    "Workload",
    "capability",
    "parse_image_reference",
    "parse_quantity",
    "references",
]
