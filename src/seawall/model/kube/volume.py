"""Volumes: what a pod can mount, and where it comes from."""

from msgspec import field

from seawall.model.kube.api import Api, Json, LocalReference
from seawall.model.kube.selector import LabelSelector

Details = dict[str, Json]
"""The source of a volume type that is only known by its name here."""


class KeyToPath(Api, frozen=True, kw_only=True):
    """One key of a Secret or ConfigMap, and its file."""

    key: str = ""
    path: str = ""
    mode: int | None = None


class HostPathSource(Api, frozen=True, kw_only=True):
    """A path of the node."""

    path: str = ""
    type: str = ""


class EmptyDirSource(Api, frozen=True, kw_only=True):
    """Room that lives as long as the pod."""

    medium: str = ""
    size_limit: str | int | float | None = None


class SecretSource(Api, frozen=True, kw_only=True):
    """A Secret as files."""

    secret_name: str = ""
    items: tuple[KeyToPath, ...] = ()
    default_mode: int = 0o644
    optional: bool = False


class ConfigMapSource(Api, frozen=True, kw_only=True):
    """A ConfigMap as files."""

    name: str = ""
    items: tuple[KeyToPath, ...] = ()
    default_mode: int = 0o644
    optional: bool = False


class ClaimSource(Api, frozen=True, kw_only=True):
    """A PersistentVolumeClaim."""

    claim_name: str = ""
    read_only: bool = False


class CsiSource(Api, frozen=True, kw_only=True):
    """A volume that a CSI driver makes."""

    driver: str = ""
    read_only: bool = False
    fs_type: str = ""
    volume_attributes: dict[str, str] = {}
    node_publish_secret_ref: LocalReference | None = None


class NfsSource(Api, frozen=True, kw_only=True):
    """An NFS export."""

    server: str = ""
    path: str = ""
    read_only: bool = False


class ImageSource(Api, frozen=True, kw_only=True):
    """An image or artifact as a volume."""

    reference: str = ""
    pull_policy: str = ""


class TokenProjection(Api, frozen=True, kw_only=True):
    """A service account token as a file."""

    audience: str = ""
    expiration_seconds: int = 3600
    path: str = ""


class ClusterTrustBundleProjection(Api, frozen=True, kw_only=True):
    """Trust anchors as a file."""

    name: str = ""
    signer_name: str = ""
    label_selector: LabelSelector | None = None
    optional: bool = False
    path: str = ""


class NamedProjection(Api, frozen=True, kw_only=True):
    """A Secret or ConfigMap inside a projected volume."""

    name: str = ""
    items: tuple[KeyToPath, ...] = ()
    optional: bool = False


class Projection(Api, frozen=True, kw_only=True):
    """One source of a projected volume; one of these."""

    secret: NamedProjection | None = None
    config_map: NamedProjection | None = None
    service_account_token: TokenProjection | None = None
    downward_api: Details | None = field(name="downwardAPI", default=None)
    cluster_trust_bundle: ClusterTrustBundleProjection | None = None
    pod_certificate: Details | None = None


class ProjectedSource(Api, frozen=True, kw_only=True):
    """Several sources in one directory."""

    sources: tuple[Projection, ...] = ()
    default_mode: int = 0o644


class Volume(Api, frozen=True, kw_only=True):
    """``corev1.Volume``: a name and one source."""

    name: str = ""
    host_path: HostPathSource | None = None
    empty_dir: EmptyDirSource | None = None
    secret: SecretSource | None = None
    config_map: ConfigMapSource | None = None
    persistent_volume_claim: ClaimSource | None = None
    projected: ProjectedSource | None = None
    csi: CsiSource | None = None
    ephemeral: Details | None = None
    downward_api: Details | None = field(name="downwardAPI", default=None)
    nfs: NfsSource | None = None
    image: ImageSource | None = None
    aws_elastic_block_store: Details | None = None
    azure_disk: Details | None = None
    azure_file: Details | None = None
    cephfs: Details | None = None
    cinder: Details | None = None
    fc: Details | None = None
    flex_volume: Details | None = None
    flocker: Details | None = None
    gce_persistent_disk: Details | None = None
    git_repo: Details | None = None
    glusterfs: Details | None = None
    iscsi: Details | None = None
    photon_persistent_disk: Details | None = None
    portworx_volume: Details | None = None
    quobyte: Details | None = None
    rbd: Details | None = None
    scale_io: Details | None = field(name="scaleIO", default=None)
    storageos: Details | None = None
    vsphere_volume: Details | None = None

    @property
    def type(self) -> str:
        """The source's name in the API (``hostPath``); ``emptyDir`` when none is given, as the API server says."""
        for attribute, name in _SOURCES:
            if getattr(self, attribute) is not None:
                return name
        return "emptyDir"

    @property
    def source(self) -> str:
        """What is mounted: the node's path, the Secret's, ConfigMap's or claim's name, the driver, the export."""
        if self.host_path is not None:
            return self.host_path.path
        if self.secret is not None:
            return self.secret.secret_name
        if self.config_map is not None:
            return self.config_map.name
        if self.persistent_volume_claim is not None:
            return self.persistent_volume_claim.claim_name
        if self.csi is not None:
            return self.csi.driver
        if self.nfs is not None:
            return f"{self.nfs.server}:{self.nfs.path}"
        return self.image.reference if self.image is not None else ""


_SOURCES = tuple(
    (attribute, name)
    for attribute, name in zip(Volume.__struct_fields__, Volume.__struct_encode_fields__, strict=True)
    if attribute != "name"
)
