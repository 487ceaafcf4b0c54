"""Criteria about what a workload is for, and whom it belongs to: readings of images, commands and labels."""

import re
from functools import lru_cache

from seawall.model.kube.container import Container
from seawall.model.kube.image_reference import parse_image_reference
from seawall.model.kube.workload import Workload
from seawall.policy.criteria import rollout
from seawall.policy.criteria.workload import in_pod
from seawall.policy.registry import Type, criterion

_MINERS = ("xmrig", "xmr-stak", "cpuminer", "cgminer", "ethminer", "minerd", "t-rex", "nbminer", "moneroocean")
_MINER_IMAGE = re.compile(rf"(?:^|[/_-])(?:{'|'.join(_MINERS)})")
_ENGINES = frozenset({"dockerd", "containerd", "podman", "buildkitd"})
_OWNERS = frozenset({"owner", "team"})


@lru_cache(maxsize=4096)
def _miner_image(image: str) -> bool:
    return _MINER_IMAGE.search(parse_image_reference(image).repository[:512]) is not None


@lru_cache(maxsize=4096)
def _engine_image(image: str) -> bool:
    reference = parse_image_reference(image)
    return reference.repository == "library/docker" and "dind" in reference.tag


@criterion("container", "miner", Type.BOOL, of=("spec.image", "spec.command", "spec.args"), path="image")
def miner(container: Container) -> bool:
    """It mines cryptocurrency, as its image, its program or the address of a pool says."""
    if _miner_image(container.spec.image):
        return True
    words = rollout.programs(container)
    return bool(words) and (
        not words.isdisjoint(_MINERS) or any(word.startswith("stratum+") for word in _lines(container))
    )


def _lines(container: Container) -> list[str]:
    return [word for text in (*container.spec.command, *container.spec.args) for word in text[:65536].split()]


@criterion("container", "container-engine", Type.BOOL, of=("spec.image", "spec.command", "spec.args"), path="image")
def container_engine(container: Container) -> bool:
    """It runs a container engine inside (docker:dind, dockerd, containerd, podman, buildkitd)."""
    return _engine_image(container.spec.image) or not rollout.programs(container).isdisjoint(_ENGINES)


@criterion("workload", "reads", Type.SET, path=in_pod("volumes"), values=("secret", "config-map"))
def reads(workload: Workload) -> tuple[str, ...]:
    """Which of Secrets and ConfigMaps it reads: as volumes, or as variables of a container."""
    volumes = workload.pod.volumes
    secret = bool(volumes) and any(volume.secret is not None for volume in volumes)
    config = bool(volumes) and any(volume.config_map is not None for volume in volumes)
    for container in workload.containers:
        spec = container.spec
        for variable in spec.env:
            source = variable.value_from
            if source is not None:
                secret = secret or source.secret_key_ref is not None
                config = config or source.config_map_key_ref is not None
        for whole in spec.env_from:
            secret, config = secret or whole.secret_ref is not None, config or whole.config_map_ref is not None
    return (("secret",) if secret else ()) + (("config-map",) if config else ())


@criterion("workload", "owner-label", Type.TEXT, path="metadata.labels")
def owner_label(workload: Workload) -> str | None:
    """The value of its label ``owner`` or ``team``, with or without a prefix; its pods' where it has none."""
    return _owner(workload.labels) or _owner(workload.pod_labels)


@criterion("workload", "owner-annotation", Type.TEXT, path="metadata.annotations")
def owner_annotation(workload: Workload) -> str | None:
    """The value of its annotation ``owner`` or ``team``, with or without a prefix; its pods' where it has none."""
    return _owner(workload.annotations) or _owner(workload.pod_annotations)


def _owner(pairs: dict[str, str]) -> str | None:
    for key, value in pairs.items():
        if value and key.rpartition("/")[2] in _OWNERS:
            return value
    return None
