"""Persistent volumes, claims and storage classes."""

from seawall.model.kube.api import ObjectReference
from seawall.model.kube.limits import Quantities
from seawall.model.kube.object import KubeObject
from seawall.model.kube.volume import Volume
from seawall.model.kube.workload import ClaimSpec


class PersistentVolumeSpec(Volume, frozen=True, kw_only=True):
    """``corev1.PersistentVolumeSpec``: a volume's source and what can be claimed of it."""

    capacity: Quantities = {}
    access_modes: tuple[str, ...] = ()
    claim_ref: ObjectReference | None = None
    storage_class_name: str = ""
    persistent_volume_reclaim_policy: str = "Retain"
    mount_options: tuple[str, ...] = ()


class PersistentVolume(KubeObject, frozen=True, kw_only=True, dict=True):
    """A PersistentVolume."""

    spec: PersistentVolumeSpec = PersistentVolumeSpec()


class PersistentVolumeClaim(KubeObject, frozen=True, kw_only=True, dict=True):
    """A PersistentVolumeClaim."""

    spec: ClaimSpec = ClaimSpec()


class StorageClass(KubeObject, frozen=True, kw_only=True, dict=True):
    """A StorageClass."""

    provisioner: str = ""
    parameters: dict[str, str] = {}
    reclaim_policy: str = "Delete"
    allow_volume_expansion: bool = False
