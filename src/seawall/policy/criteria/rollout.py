"""Criteria about how a workload is rolled out, scheduled and finished: updates, jobs, nodes, claims."""

from functools import lru_cache

from seawall.model.kube.container import Container
from seawall.model.kube.image_reference import parse_image_reference
from seawall.model.kube.workload import ControllerSpec, Workload
from seawall.policy.criteria import container as _container  # noqa: F401 -- the group that criteria here belong to
from seawall.policy.criteria.ports import PlacedHandler
from seawall.policy.criteria.workload import in_pod
from seawall.policy.registry import Type, criterion

_INSTANCE = "app.kubernetes.io/instance"
_CONTROL_PLANE = frozenset({"node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"})


def _job(workload: Workload) -> ControllerSpec:
    """The specification of the job that it is, or makes."""
    template = workload.spec.job_template
    return template.spec if template is not None and template.spec is not None else workload.spec


@criterion("workload", "max-unavailable", Type.TEXT, path="spec.strategy.rollingUpdate.maxUnavailable")
def max_unavailable(workload: Workload) -> str | None:
    """How many pods may be away during an update: a number or a share."""
    spec = workload.spec
    written = spec.update_strategy if workload.kind in {"DaemonSet", "StatefulSet"} else spec.strategy
    rolling = written.rolling_update if written is not None else None
    return None if rolling is None or rolling.max_unavailable is None else str(rolling.max_unavailable)


@criterion("workload", "strategy-written", Type.BOOL, path="spec.strategy")
def strategy_written(workload: Workload) -> bool:
    """The manifest says itself how its pods are replaced."""
    return workload.spec.strategy is not None or workload.spec.update_strategy is not None


@criterion(
    "workload",
    "revision-history-limit",
    Type.NUMBER,
    of="spec.revision_history_limit",
    path="spec.revisionHistoryLimit",
)
def revision_history_limit(workload: Workload) -> int | None:
    """How many old versions are kept for going back; not set means ten."""
    return workload.spec.revision_history_limit


@criterion("workload", "paused", Type.BOOL, of="spec.paused", path="spec.paused")
def paused(workload: Workload) -> bool:
    """Changes of it are not rolled out."""
    return workload.spec.paused


@criterion("workload", "suspended", Type.BOOL, of="spec.suspend", path="spec.suspend")
def suspended(workload: Workload) -> bool:
    """The Job or CronJob does not start pods."""
    return workload.spec.suspend


@criterion("workload", "backoff-limit", Type.NUMBER, path="spec.backoffLimit")
def backoff_limit(workload: Workload) -> int | None:
    """How often a Job is tried again; not set means six times."""
    return _job(workload).backoff_limit


@criterion("workload", "job-deadline", Type.DURATION, path="spec.activeDeadlineSeconds")
def job_deadline(workload: Workload) -> int | None:
    """The longest time that a Job, or one that a CronJob makes, may run."""
    return _job(workload).active_deadline_seconds or workload.pod.active_deadline_seconds


@criterion(
    "workload",
    "concurrency",
    Type.TEXT,
    of="spec.concurrency_policy",
    path="spec.concurrencyPolicy",
    values=("Allow", "Forbid", "Replace"),
)
def concurrency(workload: Workload) -> str:
    """What a CronJob does when its last job still runs."""
    return workload.spec.concurrency_policy


@criterion(
    "workload",
    "starting-deadline",
    Type.DURATION,
    of="spec.starting_deadline_seconds",
    path="spec.startingDeadlineSeconds",
)
def starting_deadline(workload: Workload) -> int | None:
    """How late a CronJob may still start a job that was missed."""
    return workload.spec.starting_deadline_seconds


@criterion("workload", "service-name", Type.TEXT, path="spec.serviceName")
def service_name(workload: Workload) -> str | None:
    """The headless Service that names a StatefulSet's pods."""
    return workload.spec.service_name or None


@criterion("workload", "node-labels", Type.SET, path="spec", cost=2)
def node_labels(workload: Workload) -> frozenset[str]:
    """Labels and taints of nodes that it speaks of: node selector, node affinity, tolerations, topology keys."""
    pod = workload.pod
    if not (pod.node_selector or pod.tolerations or pod.topology_spread_constraints or pod.affinity):
        return _NO_WORDS
    keys = {*pod.node_selector, *(one.key for one in pod.tolerations)}
    keys.update(spread.topology_key for spread in pod.topology_spread_constraints)
    affinity = pod.affinity.node_affinity if pod.affinity is not None else None
    if affinity is not None:
        terms = affinity.required.node_selector_terms if affinity.required is not None else ()
        terms += tuple(one.preference for one in affinity.preferred)
        keys.update(one.key for term in terms for one in term.match_expressions)
    return frozenset(keys - {""})


@criterion("workload", "control-plane-nodes", Type.BOOL, path=in_pod("tolerations"))
def control_plane_nodes(workload: Workload) -> bool:
    """It asks for the control plane's nodes, or tolerates their taint by name."""
    pod = workload.pod
    if not (pod.node_selector or pod.tolerations):
        return False
    return not _CONTROL_PLANE.isdisjoint(pod.node_selector) or any(one.key in _CONTROL_PLANE for one in pod.tolerations)


@criterion("workload", "dns-policy", Type.TEXT, of="pod.dns_policy", path=in_pod("dnsPolicy"))
def dns_policy(workload: Workload) -> str:
    """Whose resolver its pods use: ClusterFirst, ClusterFirstWithHostNet, Default, None."""
    return workload.pod.dns_policy


@criterion("workload", "unmounted-volumes", Type.SET, path=in_pod("volumes"), cost=2)
def unmounted_volumes(workload: Workload) -> frozenset[str]:
    """Names of volumes that none of its containers mounts."""
    if not workload.pod.volumes:
        return _NO_WORDS
    volumes = {volume.name for volume in workload.pod.volumes}
    specs = [container.spec for container in workload.containers]
    mounted = {mount.name for spec in specs for mount in spec.volume_mounts}
    attached = {device.name for spec in specs for device in spec.volume_devices}
    return frozenset(volumes - mounted - attached)


@criterion("workload", "claim-template-annotations", Type.BOOL, path="spec.volumeClaimTemplates")
def claim_template_annotations(workload: Workload) -> bool:
    """Every claim template carries annotations; true where there is no template."""
    templates = workload.spec.volume_claim_templates
    return not templates or all(claim.metadata.annotations for claim in templates)


@criterion("container", "long-running", Type.BOOL, of=("kind", "pod.restart_policy"), path="name")
def long_running(container: Container) -> bool:
    """It is meant to run until its pod is removed: no init or ephemeral container, and restarted always."""
    return container.kind == "regular" and container.pod.restart_policy == "Always"


@criterion("container", "same-probes", Type.BOOL, of="probes", path="livenessProbe", cost=2)
def same_probes(container: Container) -> bool:
    """Liveness and readiness ask the very same thing."""
    return container.probes[3]


@criterion("container", "env-sorted", Type.BOOL, of="env_traits", path="env")
def env_sorted(container: Container) -> bool:
    """Its variables stand in the order of their names."""
    return container.env_traits[0]


@criterion("container", "requests-above-limits", Type.SET, of="resources", path="resources")
def requests_above_limits(container: Container) -> tuple[str, ...]:
    """Resources of which it asks for more than it may have; the API server refuses that."""
    resources = container.resources
    return tuple(name for name, limit in resources.limits.items() if resources.requests.get(name, 0) > limit)


@criterion("container", "cpu-written", Type.BOOL, of="resources", path="resources.requests")
def cpu_written(container: Container) -> bool:
    """It asks for CPU, or has a limit that stands for that."""
    return container.resources.cpu_request is not None


@criterion("container", "best-effort", Type.BOOL, of="resources", path="resources")
def best_effort(container: Container) -> bool:
    """It names neither a request nor a limit of CPU or memory."""
    resources = container.resources
    return resources.cpu_request is None and resources.memory_request is None


@criterion("container", "pre-stop-hook", Type.BOOL, of="spec.lifecycle", path="lifecycle.preStop")
def pre_stop_hook(container: Container) -> bool:
    """Something is done before it is told to stop."""
    return container.spec.lifecycle is not None and container.spec.lifecycle.pre_stop is not None


@criterion("container", "listens", Type.BOOL, path="ports")
def listens(container: Container) -> bool:
    """It names a port."""
    return bool(container.spec.ports)


@criterion("container", "duplicate-ports", Type.SET, path="ports")
def duplicate_ports(container: Container) -> tuple[str, ...]:
    """Ports that it names twice, ``80/TCP``."""
    ports = container.spec.ports
    if len(ports) < 2:
        return ()
    named = [f"{port.container_port}/{port.protocol}" for port in ports]
    return tuple(sorted({one for one in named if named.count(one) > 1}))


@criterion("container", "image-pinned", Type.BOOL, of="spec.image", path="image")
def image_pinned(container: Container) -> bool:
    """Its image is named by digest, so that it is always the same one."""
    return _pinned(container.spec.image)


@criterion("container", "image-latest", Type.BOOL, of="spec.image", path="image", cost=0)
def image_latest(container: Container) -> bool:
    """Its image moves with the tag ``latest``: that tag, or none, and no digest."""
    return container.image.latest


@lru_cache(maxsize=8192)
def _pinned(image: str) -> bool:
    return "@" in image and parse_image_reference(image).pinned


@criterion("container", "linux", Type.BOOL, of="pod.os", path=lambda container: f"{container.pod_path}.os.name")
def linux(container: Container) -> bool:
    """Its pod does not say that it runs on Windows."""
    return container.pod.os is None or container.pod.os.name != "windows"


@criterion("container", "env-from-config-map", Type.BOOL, of="env_traits", path="envFrom")
def env_from_config_map(container: Container) -> bool:
    """It takes a whole ConfigMap as environment variables."""
    return container.env_traits[3]


@criterion("container", "programs", Type.SET, of=("spec.command", "spec.args"), path="command", cost=2)
def programs(container: Container) -> frozenset[str]:
    """The words of its command line, without the folders of programs: ``/usr/bin/sudo -u x`` has sudo, -u, x."""
    words = (*container.spec.command, *container.spec.args)
    return _words(words) if words else _NO_WORDS


_NO_WORDS: frozenset[str] = frozenset()


@lru_cache(maxsize=2048)
def _words(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.rpartition("/")[2] for text in words for word in text[:65536].replace(";", " ").split())


@criterion("probe", "failure-threshold", Type.NUMBER, of="handler", path="failureThreshold")
def failure_threshold(placed: PlacedHandler) -> int | None:
    """How often a probe must fail in a row; not set for hooks."""
    threshold: int | None = getattr(placed.handler, "failure_threshold", None)
    return threshold


@criterion("workload", "instance-label-differs", Type.BOOL, path="metadata.labels")
def instance_label_differs(workload: Workload) -> bool:
    """Its label app.kubernetes.io/instance is set, and is not its name."""
    label = workload.labels.get(_INSTANCE)
    return label is not None and label != workload.name
