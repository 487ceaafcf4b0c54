"""A container as it is written in a pod (``corev1.Container``, ``corev1.EphemeralContainer``)."""

from typing import Literal

from msgspec import field

from seawall.model.kube.api import Api, Json, LocalReference
from seawall.model.kube.probe import Lifecycle, Probe
from seawall.model.kube.security import SecurityContext

EnvSourceKind = Literal["literal", "secretKeyRef", "configMapKeyRef", "fieldRef", "resourceFieldRef", "fileKeyRef"]


class KeyReference(Api, frozen=True, kw_only=True):
    """One key of a Secret or ConfigMap."""

    name: str = ""
    key: str = ""
    optional: bool = False


class FieldReference(Api, frozen=True, kw_only=True):
    """A field of the pod."""

    field_path: str = ""


class ResourceReference(Api, frozen=True, kw_only=True):
    """A resource of a container."""

    resource: str = ""
    container_name: str = ""


class FileReference(Api, frozen=True, kw_only=True):
    """A key in a file of a volume."""

    volume_name: str = ""
    path: str = ""
    key: str = ""


class EnvSource(Api, frozen=True, kw_only=True):
    """Where a variable's value comes from; one of these."""

    secret_key_ref: KeyReference | None = None
    config_map_key_ref: KeyReference | None = None
    field_ref: FieldReference | None = None
    resource_field_ref: ResourceReference | None = None
    file_key_ref: FileReference | None = None


class EnvVar(Api, frozen=True, kw_only=True):
    """An environment variable."""

    name: str = ""
    value: str | None = None
    value_from: EnvSource | None = None

    @property
    def kind(self) -> EnvSourceKind:
        """Where the value comes from, as the API names it; ``literal`` when it is written out (or empty)."""
        source = self.value_from
        if source is None:
            return "literal"
        if source.secret_key_ref is not None:
            return "secretKeyRef"
        if source.config_map_key_ref is not None:
            return "configMapKeyRef"
        if source.field_ref is not None:
            return "fieldRef"
        if source.resource_field_ref is not None:
            return "resourceFieldRef"
        return "fileKeyRef" if source.file_key_ref is not None else "literal"

    @property
    def ref(self) -> KeyReference | None:
        """The Secret's or ConfigMap's key, where the value comes from one."""
        source = self.value_from
        return (source.secret_key_ref or source.config_map_key_ref) if source is not None else None


class EnvFromReference(Api, frozen=True, kw_only=True):
    """A Secret or ConfigMap, whole."""

    name: str = ""
    optional: bool = False


class EnvFrom(Api, frozen=True, kw_only=True):
    """All keys of a Secret or ConfigMap as variables."""

    prefix: str = ""
    secret_ref: EnvFromReference | None = None
    config_map_ref: EnvFromReference | None = None


class ContainerPort(Api, frozen=True, kw_only=True):
    """A port that a container names."""

    name: str = ""
    container_port: int = 0
    host_port: int = 0
    host_ip: str = field(name="hostIP", default="")
    protocol: str = "TCP"


class VolumeMount(Api, frozen=True, kw_only=True):
    """A volume in a container, as written. See :class:`seawall.model.kube.container.Mount` for the join."""

    name: str = ""
    mount_path: str = ""
    read_only: bool = False
    recursive_read_only: str | None = None
    mount_propagation: str | None = None
    sub_path: str = ""
    sub_path_expr: str = ""


class VolumeDevice(Api, frozen=True, kw_only=True):
    """A raw block device in a container."""

    name: str = ""
    device_path: str = ""


class ResourceRequirements(Api, frozen=True, kw_only=True):
    """Requests and limits, as written: quantities. See :class:`seawall.model.kube.container.Resources`."""

    requests: dict[str, str | int | float] = {}
    limits: dict[str, str | int | float] = {}
    claims: tuple[LocalReference, ...] = ()


class ContainerSpec(Api, frozen=True, kw_only=True):
    """A container of any kind, as written."""

    name: str = ""
    image: str = ""
    image_pull_policy: str = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    working_dir: str = ""
    env: tuple[EnvVar, ...] = ()
    env_from: tuple[EnvFrom, ...] = ()
    ports: tuple[ContainerPort, ...] = ()
    resources: ResourceRequirements | None = None
    resize_policy: tuple[dict[str, Json], ...] = ()
    security_context: SecurityContext | None = None
    liveness_probe: Probe | None = None
    readiness_probe: Probe | None = None
    startup_probe: Probe | None = None
    lifecycle: Lifecycle | None = None
    volume_mounts: tuple[VolumeMount, ...] = ()
    volume_devices: tuple[VolumeDevice, ...] = ()
    restart_policy: str = ""
    """``Always`` on an init container makes it a sidecar."""
    stdin: bool = False
    stdin_once: bool = False
    tty: bool = False
    termination_message_path: str = "/dev/termination-log"
    termination_message_policy: str = "File"
    target_container_name: str = ""
    """Of an ephemeral container: whose namespaces it enters."""
