"""Criteria about a workload's volumes, and about their mounts in a container."""

from collections.abc import Iterable
from typing import NamedTuple

from seawall.model.kube.container import Mount
from seawall.model.kube.quantity import parse_quantity
from seawall.model.kube.volume import Volume
from seawall.model.kube.workload import Workload
from seawall.policy.registry import Facts, Type, criterion, group


class PlacedVolume(NamedTuple):
    """A volume and its path in the object."""

    volume: Volume
    path: str


def _volumes(workload: Workload, _facts: Facts) -> Iterable[PlacedVolume]:
    return [
        PlacedVolume(volume, f"{workload.pod_path}.volumes[{index}]")
        for index, volume in enumerate(workload.pod.volumes)
    ]


group(
    "volume",
    "A volume of a workload's pods.",
    parents={"workload": _volumes},
    of={"workload": ("pod.volumes",)},
    path=lambda placed: placed.path,
    label=lambda placed: placed.volume.name,
)
group(
    "mount",
    "A volume in a container, joined with what is mounted.",
    parents={"container": lambda container, _facts: container.mounts},
    of={"container": ("mounts[]",)},
    path=lambda mount: mount.path,
    label=lambda mount: mount.mount_path,
)


@criterion("volume", "name", Type.TEXT, path="name")
def volume_name(placed: PlacedVolume) -> str:
    """Its name."""
    return placed.volume.name


@criterion("volume", "type", Type.TEXT, of="volume")
def volume_type(placed: PlacedVolume) -> str:
    """Its source as the API names it: hostPath, secret, configMap, emptyDir, …."""
    return placed.volume.type


@criterion("volume", "source", Type.TEXT, of="volume")
def volume_source(placed: PlacedVolume) -> str:
    """What it comes from: the node's path, the name of the secret, config map or claim, the driver, the export."""
    return placed.volume.source


@criterion("volume", "size-limit", Type.QUANTITY, of="volume", path="emptyDir.sizeLimit")
def size_limit(placed: PlacedVolume) -> float | None:
    """The most that an emptyDir may hold, in bytes."""
    source = placed.volume.empty_dir
    return None if source is None or source.size_limit is None else parse_quantity(source.size_limit)


@criterion("volume", "medium", Type.TEXT, of="volume", path="emptyDir.medium")
def medium(placed: PlacedVolume) -> str:
    """Where an emptyDir lies: empty for the node's disk, Memory, HugePages."""
    return placed.volume.empty_dir.medium if placed.volume.empty_dir is not None else ""


@criterion("volume", "token-lifetime", Type.DURATION, of="volume", path="projected.sources")
def token_lifetime(placed: PlacedVolume) -> int | None:
    """The longest life of a service account token that it projects; not set where it projects none."""
    projected = placed.volume.projected
    sources = projected.sources if projected is not None else ()
    lives = [one.service_account_token.expiration_seconds for one in sources if one.service_account_token is not None]
    return max(lives) if lives else None


@criterion("mount", "name", Type.TEXT, path="name")
def mount_name(mount: Mount) -> str:
    """The volume's name."""
    return mount.mount.name


@criterion("mount", "type", Type.TEXT, of="type")
def mount_type(mount: Mount) -> str:
    """The volume's source as the API names it; empty where the pod has no such volume."""
    return mount.type


@criterion("mount", "source", Type.TEXT, of="source")
def mount_source(mount: Mount) -> str:
    """What is mounted: the node's path, the name of the secret, config map or claim, …."""
    return mount.source


@criterion("mount", "destination", Type.TEXT, of="mount_path", path="mountPath")
def destination(mount: Mount) -> str:
    """Where it stands in the container."""
    return mount.mount_path


@criterion("mount", "read-only", Type.BOOL, of="read_only", path="readOnly")
def read_only(mount: Mount) -> bool:
    """The container cannot write to it."""
    return mount.read_only


@criterion(
    "mount",
    "propagation",
    Type.TEXT,
    of="propagation",
    path="mountPropagation",
    values=("None", "HostToContainer", "Bidirectional"),
)
def propagation(mount: Mount) -> str:
    """Whether mounts made inside are seen outside, and the other way round."""
    return mount.propagation


@criterion("mount", "sub-path", Type.BOOL, of="mount", path="subPath")
def sub_path(mount: Mount) -> bool:
    """Only a part of the volume is mounted (``subPath`` or ``subPathExpr``)."""
    return bool(mount.mount.sub_path or mount.mount.sub_path_expr)


@criterion("mount", "volume-found", Type.BOOL, of="found", path="name")
def volume_found(mount: Mount) -> bool:
    """The pod has a volume of that name."""
    return mount.found
