"""Criteria about a container, with what its pod gives it: privileges, user, resources, probes, command."""

from collections.abc import Callable

from seawall.model.kube.container import Container
from seawall.model.kube.security import EMPTY_POD_SECURITY_CONTEXT, EMPTY_SECURITY_CONTEXT, Profile
from seawall.policy.registry import Type, criterion, group

group(
    "container",
    "A container of a workload, of any kind: regular, init, sidecar or ephemeral.",
    parents={"workload": lambda workload, _facts: workload.containers},
    of={"workload": ("containers[]",)},
    path=lambda container: container.path,
    label=lambda container: container.name,
)

PROFILES = ("RuntimeDefault", "Localhost", "Unconfined", "unset")


def _security(field: str, rest: str = "") -> Callable[[Container], str]:
    """The path of a field that the pod may set for its containers: where the value that counts stands."""
    return lambda container: container.security_path(field) + rest


def _profile(profile: Profile | None) -> str:
    return profile.type if profile is not None and profile.type else "unset"


@criterion("container", "name", Type.TEXT, path="name")
def name(container: Container) -> str:
    """Its name."""
    return container.name


@criterion("container", "kind", Type.TEXT, of="kind", values=("regular", "init", "sidecar", "ephemeral"))
def kind(container: Container) -> str:
    """Which kind of container it is; a sidecar is an init container that restarts always."""
    return container.kind


@criterion("container", "privileged", Type.BOOL, of="security", path="securityContext.privileged")
def privileged(container: Container) -> bool:
    """It has all capabilities and all the node's devices."""
    return container.security.privileged


@criterion(
    "container", "allow-privilege-escalation", Type.BOOL, of="security", path="securityContext.allowPrivilegeEscalation"
)
def allow_privilege_escalation(container: Container) -> bool | None:
    """What is written; not set means that escalation is allowed."""
    return container.security.allow_privilege_escalation


@criterion("container", "may-escalate", Type.BOOL, of="security", path="securityContext.allowPrivilegeEscalation")
def may_escalate(container: Container) -> bool:
    """A process may gain more privileges than its parent: not forbidden, or privileged, or SYS_ADMIN."""
    return container.security.may_escalate


@criterion(
    "container", "read-only-root-filesystem", Type.BOOL, of="security", path="securityContext.readOnlyRootFilesystem"
)
def read_only_root_filesystem(container: Container) -> bool:
    """Its root file system cannot be written to."""
    return container.security.read_only_root_filesystem


@criterion("container", "run-as-non-root", Type.BOOL, of="security", path=_security("runAsNonRoot"))
def run_as_non_root(container: Container) -> bool | None:
    """The kubelet refuses to start it as user 0; the pod's setting where it has none of its own."""
    return container.security.run_as_non_root


@criterion("container", "run-as-user", Type.NUMBER, of="security", path=_security("runAsUser"))
def run_as_user(container: Container) -> int | None:
    """The user id that it is started with; the pod's where it has none of its own."""
    return container.security.run_as_user


@criterion("container", "run-as-group", Type.NUMBER, of="security", path=_security("runAsGroup"))
def run_as_group(container: Container) -> int | None:
    """The primary group id that it is started with; the pod's where it has none of its own."""
    return container.security.run_as_group


@criterion("container", "may-run-as-root", Type.BOOL, of="security", path=_security("runAsNonRoot"))
def may_run_as_root(container: Container) -> bool:
    """Nothing in the manifest stops it from running as user 0 (the image may)."""
    return container.security.may_run_as_root


@criterion("container", "capabilities-added", Type.SET, of="security", path="securityContext.capabilities.add")
def capabilities_added(container: Container) -> tuple[str, ...]:
    """Capabilities added, upper case, without CAP_."""
    return container.security.add


@criterion("container", "capabilities-dropped", Type.SET, of="security", path="securityContext.capabilities.drop")
def capabilities_dropped(container: Container) -> tuple[str, ...]:
    """Capabilities dropped, upper case, without CAP_; ALL is one of them."""
    return container.security.drop


@criterion(
    "container", "seccomp-profile", Type.TEXT, of="security", path=_security("seccompProfile", ".type"), values=PROFILES
)
def seccomp_profile(container: Container) -> str:
    """The seccomp profile in force, from the container, the pod or the legacy annotations."""
    return _profile(container.security.seccomp)


@criterion(
    "container",
    "apparmor-profile",
    Type.TEXT,
    of="security",
    path=_security("appArmorProfile", ".type"),
    values=PROFILES,
)
def apparmor_profile(container: Container) -> str:
    """The AppArmor profile in force, from the container, the pod or the legacy annotations."""
    return _profile(container.security.apparmor)


@criterion("container", "selinux-type", Type.TEXT, of="security", path=_security("seLinuxOptions", ".type"))
def selinux_type(container: Container) -> str | None:
    """The SELinux type label."""
    options = container.security.selinux
    return (options.type or None) if options is not None else None


@criterion("container", "selinux-user", Type.TEXT, of="security", path=_security("seLinuxOptions", ".user"))
def selinux_user(container: Container) -> str | None:
    """The SELinux user label."""
    options = container.security.selinux
    return (options.user or None) if options is not None else None


@criterion("container", "selinux-role", Type.TEXT, of="security", path=_security("seLinuxOptions", ".role"))
def selinux_role(container: Container) -> str | None:
    """The SELinux role label."""
    options = container.security.selinux
    return (options.role or None) if options is not None else None


@criterion(
    "container",
    "proc-mount",
    Type.TEXT,
    of="security",
    path="securityContext.procMount",
    values=("Default", "Unmasked"),
)
def proc_mount(container: Container) -> str:
    """Whether /proc is masked as usual."""
    return container.security.proc_mount


@criterion("container", "host-process", Type.BOOL, of="security", path=_security("windowsOptions", ".hostProcess"))
def host_process(container: Container) -> bool:
    """It is a Windows HostProcess container: it runs on the node itself."""
    return container.security.host_process


@criterion(
    "container",
    "security-context-set",
    Type.BOOL,
    of=("spec.security_context", "pod.security_context"),
    path="securityContext",
)
def security_context_set(container: Container) -> bool:
    """It, or its pod, has a security context that says something; the API server writes an empty one for every pod."""
    own, pod = container.spec.security_context, container.pod.security_context
    return own not in (None, EMPTY_SECURITY_CONTEXT) or pod not in (None, EMPTY_POD_SECURITY_CONTEXT)


@criterion("container", "cpu-request", Type.QUANTITY, of="resources", path="resources.requests.cpu")
def cpu_request(container: Container) -> float | None:
    """Requested CPU, in cores."""
    return container.resources.cpu_request


@criterion("container", "cpu-limit", Type.QUANTITY, of="resources", path="resources.limits.cpu")
def cpu_limit(container: Container) -> float | None:
    """The most CPU it gets, in cores."""
    return container.resources.cpu_limit


@criterion("container", "memory-request", Type.QUANTITY, of="resources", path="resources.requests.memory")
def memory_request(container: Container) -> float | None:
    """Requested memory, in bytes."""
    return container.resources.memory_request


@criterion("container", "memory-limit", Type.QUANTITY, of="resources", path="resources.limits.memory")
def memory_limit(container: Container) -> float | None:
    """The most memory it gets, in bytes."""
    return container.resources.memory_limit


@criterion(
    "container", "ephemeral-storage-limit", Type.QUANTITY, of="resources", path="resources.limits.ephemeral-storage"
)
def ephemeral_storage_limit(container: Container) -> float | None:
    """The most room on the node's disk it gets, in bytes."""
    return container.resources.limits.get("ephemeral-storage")


@criterion("container", "extended-resources", Type.SET, of="resources", path="resources.limits")
def extended_resources(container: Container) -> tuple[str, ...]:
    """Resources of vendors that it asks for (``nvidia.com/gpu``)."""
    return tuple(name for name in container.resources.limits if "/" in name)


@criterion("container", "liveness-probe", Type.BOOL, of="probes", path="livenessProbe")
def liveness_probe(container: Container) -> bool:
    """It has a liveness probe."""
    return container.probes[0]


@criterion("container", "readiness-probe", Type.BOOL, of="probes", path="readinessProbe")
def readiness_probe(container: Container) -> bool:
    """It has a readiness probe."""
    return container.probes[1]


@criterion("container", "startup-probe", Type.BOOL, of="probes", path="startupProbe")
def startup_probe(container: Container) -> bool:
    """It has a startup probe."""
    return container.probes[2]


@criterion("container", "command", Type.TEXT, of=("spec.command", "spec.args"), path="command")
def command(container: Container) -> str:
    """Command and arguments as one line; empty where the image's own are used."""
    return " ".join((*container.spec.command, *container.spec.args))


@criterion(
    "container",
    "pull-policy",
    Type.TEXT,
    of=("spec.image", "spec.image_pull_policy"),
    path="imagePullPolicy",
    values=("Always", "IfNotPresent", "Never"),
)
def pull_policy(container: Container) -> str:
    """When the image is pulled, with the API server's default applied."""
    return container.pull_policy


@criterion("container", "stdin", Type.BOOL, of="spec.stdin", path="stdin")
def stdin(container: Container) -> bool:
    """It keeps its standard input open."""
    return container.spec.stdin


@criterion("container", "tty", Type.BOOL, of="spec.tty", path="tty")
def tty(container: Container) -> bool:
    """It has a terminal."""
    return container.spec.tty


@criterion("container", "env-from-secret", Type.BOOL, of="env_traits", path="envFrom")
def env_from_secret(container: Container) -> bool:
    """It takes a whole Secret as environment variables."""
    return container.env_traits[2]


@criterion("container", "duplicate-env", Type.SET, of="env_traits", path="env")
def duplicate_env(container: Container) -> tuple[str, ...]:
    """Names of environment variables that stand twice; the last one wins."""
    return container.env_traits[1]
