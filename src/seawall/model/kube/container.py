"""A container in the normal form: any kind of container, with what the pod gives it."""

from functools import lru_cache
from typing import Literal

from msgspec.structs import replace

from seawall.model.derived import derived
from seawall.model.kube.container_spec import ContainerPort, ContainerSpec, VolumeMount
from seawall.model.kube.effective import EffectiveSecurity, effective_security
from seawall.model.kube.image_reference import ImageReference, parse_image_reference
from seawall.model.kube.pod import PodSpec
from seawall.model.kube.quantity import parse_quantity
from seawall.model.kube.volume import Volume
from seawall.model.record import Record

ContainerKind = Literal["regular", "init", "sidecar", "ephemeral"]
_POD_LEVEL = {
    "runAsNonRoot": "run_as_non_root",
    "runAsUser": "run_as_user",
    "runAsGroup": "run_as_group",
    "seccompProfile": "seccomp_profile",
    "appArmorProfile": "app_armor_profile",
    "seLinuxOptions": "se_linux_options",
    "windowsOptions": "windows_options",
}
"""Fields of a container's security context that the pod can set for it: API name → attribute."""
_UNKNOWN_VOLUME = Volume()


class Mount(Record, frozen=True, kw_only=True, gc=False):
    """A volume in a container: the mount joined with its volume.

    Attributes:
        mount: as written in the container.
        volume: as written in the pod; an empty one when the pod has no volume of this name.
        found: whether the pod has it (or its claim template).
        path: the mount's path in the object (``spec.containers[0].volumeMounts[1]``).
        volume_path: the volume's path in the object (``spec.volumes[0]``), or empty.
        type: the volume's type in the API (``hostPath``); ``persistentVolumeClaim`` for a claim template.
        source: the node's path, the Secret's, ConfigMap's, claim's name, …
        mount_path: where it is in the container.
        read_only: whether the container cannot write to it.
        propagation: ``None``, ``HostToContainer`` or ``Bidirectional``.
    """

    mount: VolumeMount
    volume: Volume = _UNKNOWN_VOLUME
    found: bool
    path: str
    volume_path: str = ""
    type: str
    source: str = ""
    mount_path: str
    read_only: bool = False
    propagation: str = "None"


class Resources(Record, frozen=True, kw_only=True, gc=False, eq=False):
    """Requests and limits as numbers: CPU in cores, memory and storage in bytes, others in pieces.

    Containers that ask for the same share one: it is equal to itself only, so that it can be looked up by.

    A request that is unset takes the limit, as the API server does. What is no quantity is left out (and is a
    problem of the object).
    """

    requests: dict[str, int | float] = {}
    limits: dict[str, int | float] = {}

    @property
    def cpu_request(self) -> int | float | None:
        """Cores."""
        return self.requests.get("cpu")

    @property
    def cpu_limit(self) -> int | float | None:
        """Cores."""
        return self.limits.get("cpu")

    @property
    def memory_request(self) -> int | float | None:
        """Bytes."""
        return self.requests.get("memory")

    @property
    def memory_limit(self) -> int | float | None:
        """Bytes."""
        return self.limits.get("memory")


_NO_RESOURCES = Resources()


class Container(Record, frozen=True, kw_only=True, dict=True):
    """A container of a pod.

    Attributes:
        kind: ``regular``, ``init``, ``sidecar`` (an init container that restarts always) or ``ephemeral``.
        index: in its list, from 0.
        path: in the object (``spec.template.spec.initContainers[0]``).
        pod_path: the pod specification's path in the object (``spec.template.spec``).
        spec: as written: env, ports, probes, command, … are read there.
        pod: the pod specification that it is part of.
        annotations: the pod's.
        claims: names of the workload's claim templates.
    """

    kind: ContainerKind
    index: int
    path: str
    pod_path: str
    spec: ContainerSpec
    pod: PodSpec
    annotations: dict[str, str] = {}
    claims: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Its name."""
        return self.spec.name

    @property
    def image(self) -> ImageReference:
        """Its image, taken apart."""
        return parse_image_reference(self.spec.image)

    @property
    def pull_policy(self) -> str:
        """As written, or as the API server sets it: ``Always`` for the tag ``latest``, else ``IfNotPresent``."""
        return self.spec.image_pull_policy or ("Always" if self.image.tag == "latest" else "IfNotPresent")

    @property
    def ports(self) -> tuple[ContainerPort, ...]:
        """Its ports; on the host's network each takes its own number on the host, as the API server says."""
        if not self.pod.host_network:
            return self.spec.ports
        return tuple(replace(port, host_port=port.host_port or port.container_port) for port in self.spec.ports)

    def forget(self) -> None:
        """Drop what was worked out from the fields (a third of the memory); it is worked out again when asked for."""
        self.__dict__.clear()

    @derived
    def security(self) -> EffectiveSecurity:
        """The security context that it really gets, the pod's merged in."""
        return effective_security(self.pod.security_context, self.spec.security_context, self.name, self.annotations)

    def security_path(self, field: str) -> str:
        """The path of the security context's field (API name) that decides: the pod's where only the pod sets it."""
        attribute = _POD_LEVEL.get(field)
        own, pod = self.spec.security_context, self.pod.security_context
        if (
            attribute is not None
            and (own is None or getattr(own, attribute) is None)
            and pod is not None
            and getattr(pod, attribute) is not None
        ):
            return f"{self.pod_path}.securityContext.{field}"
        return f"{self.path}.securityContext.{field}"

    @property
    def probes(self) -> tuple[bool, bool, bool, bool]:
        """Whether it has a liveness, a readiness, a startup probe; whether the first two ask the very same thing."""
        spec = self.spec
        live, ready = spec.liveness_probe, spec.readiness_probe
        same = live is not None and live == ready
        return live is not None, ready is not None, spec.startup_probe is not None, same

    @property
    def env_traits(self) -> tuple[bool, tuple[str, ...], bool, bool]:
        """Of its environment: whether names stand in order; those that stand twice; whole Secrets; whole ConfigMaps."""
        spec = self.spec
        ordered, twice = True, tuple[str, ...]()
        if len(spec.env) > 1:
            names = [variable.name for variable in spec.env]
            ordered = names == sorted(names)
            if len(set(names)) < len(names):
                twice = tuple(sorted({name for name in names if names.count(name) > 1}))
        secrets = config_maps = False
        for source in spec.env_from:
            secrets = secrets or source.secret_ref is not None
            config_maps = config_maps or source.config_map_ref is not None
        return ordered, twice, secrets, config_maps

    @derived
    def resources(self) -> Resources:
        """Requests and limits as numbers."""
        written = self.spec.resources
        if written is None or not (written.limits or written.requests):
            return _NO_RESOURCES
        return _resources(tuple(written.requests.items()), tuple(written.limits.items()))

    @derived
    def mounts(self) -> tuple[Mount, ...]:
        """Its volume mounts, each joined with its volume."""
        if not self.spec.volume_mounts:
            return ()
        return tuple(self._mount(index, mount) for index, mount in enumerate(self.spec.volume_mounts))

    def _mount(self, index: int, mount: VolumeMount) -> Mount:
        at, volume = next(
            ((at, volume) for at, volume in enumerate(self.pod.volumes) if volume.name == mount.name),
            (-1, _UNKNOWN_VOLUME),
        )
        claimed = at < 0 and mount.name in self.claims
        claim = volume.persistent_volume_claim
        return Mount(
            mount=mount,
            volume=volume,
            found=at >= 0 or claimed,
            path=f"{self.path}.volumeMounts[{index}]",
            volume_path=f"{self.pod_path}.volumes[{at}]" if at >= 0 else "",
            type=volume.type if at >= 0 else "persistentVolumeClaim" if claimed else "",
            source=mount.name if claimed else volume.source,
            mount_path=mount.mount_path,
            read_only=mount.read_only or bool(claim and claim.read_only) or bool(volume.csi and volume.csi.read_only),
            propagation=mount.mount_propagation or "None",
        )


_Written = tuple[tuple[str, str | int | float], ...]


@lru_cache(maxsize=1024)
def _resources(requests: _Written, limits: _Written) -> Resources:
    """Many containers ask for the same."""
    numbers = _numbers(limits)
    return Resources(requests=numbers | _numbers(requests), limits=numbers)


def _numbers(written: _Written) -> dict[str, int | float]:
    parsed = {name: parse_quantity(value) for name, value in written}
    return {name: value for name, value in parsed.items() if value is not None}
