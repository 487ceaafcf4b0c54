"""Criteria about what is written, before anything is merged or normalised.

The Pod Security Standards judge each field where it stands: a pod that sets ``runAsNonRoot: false`` is at fault even
when all of its containers set it to true. Source: Pod Security Standards; ``k8s.io/pod-security-admission``, package
``policy``.
"""

from seawall.model.kube.container import Container
from seawall.model.kube.security import PodSecurityContext, Profile, SecurityContext
from seawall.model.kube.workload import Workload
from seawall.policy.criteria import container as _container  # noqa: F401 -- the group that these criteria belong to
from seawall.policy.criteria.workload import in_pod
from seawall.policy.registry import Type, criterion

Context = SecurityContext | PodSecurityContext | None


def _type(profile: Profile | None) -> str | None:
    return profile.type if profile is not None else None


def _selinux(context: Context, field: str) -> str | None:
    options = context.se_linux_options if context is not None else None
    return (getattr(options, field) or None) if options is not None else None


def _host_process(context: Context) -> bool | None:
    windows = context.windows_options if context is not None else None
    return windows.host_process if windows is not None else None


@criterion(
    "container",
    "written-capabilities-added",
    Type.SET,
    of="spec.security_context",
    path="securityContext.capabilities.add",
)
def capabilities_added(container: Container) -> tuple[str, ...]:
    """Capabilities added, letter by letter as written."""
    context = container.spec.security_context
    return context.capabilities.add if context is not None and context.capabilities is not None else ()


@criterion(
    "container",
    "written-capabilities-dropped",
    Type.SET,
    of="spec.security_context",
    path="securityContext.capabilities.drop",
)
def capabilities_dropped(container: Container) -> tuple[str, ...]:
    """Capabilities dropped, letter by letter as written."""
    context = container.spec.security_context
    return context.capabilities.drop if context is not None and context.capabilities is not None else ()


@criterion(
    "container", "written-seccomp", Type.TEXT, of="spec.security_context", path="securityContext.seccompProfile.type"
)
def container_seccomp(container: Container) -> str | None:
    """The container's own seccomp profile field."""
    context = container.spec.security_context
    return _type(context.seccomp_profile) if context is not None else None


@criterion(
    "container", "written-apparmor", Type.TEXT, of="spec.security_context", path="securityContext.appArmorProfile.type"
)
def container_apparmor(container: Container) -> str | None:
    """The container's own AppArmor profile field."""
    context = container.spec.security_context
    return _type(context.app_armor_profile) if context is not None else None


@criterion(
    "container", "written-run-as-non-root", Type.BOOL, of="spec.security_context", path="securityContext.runAsNonRoot"
)
def container_non_root(container: Container) -> bool | None:
    """The container's own field."""
    context = container.spec.security_context
    return context.run_as_non_root if context is not None else None


@criterion(
    "container", "written-run-as-user", Type.NUMBER, of="spec.security_context", path="securityContext.runAsUser"
)
def container_user(container: Container) -> int | None:
    """The container's own field."""
    context = container.spec.security_context
    return context.run_as_user if context is not None else None


@criterion("container", "written-proc-mount", Type.TEXT, of="spec.security_context", path="securityContext.procMount")
def container_proc_mount(container: Container) -> str | None:
    """The container's own field."""
    context = container.spec.security_context
    return context.proc_mount if context is not None else None


@criterion(
    "container",
    "written-selinux-type",
    Type.TEXT,
    of="spec.security_context",
    path="securityContext.seLinuxOptions.type",
)
def container_selinux_type(container: Container) -> str | None:
    """The container's own field; empty counts as not set."""
    return _selinux(container.spec.security_context, "type")


@criterion(
    "container",
    "written-selinux-user",
    Type.TEXT,
    of="spec.security_context",
    path="securityContext.seLinuxOptions.user",
)
def container_selinux_user(container: Container) -> str | None:
    """The container's own field; empty counts as not set."""
    return _selinux(container.spec.security_context, "user")


@criterion(
    "container",
    "written-selinux-role",
    Type.TEXT,
    of="spec.security_context",
    path="securityContext.seLinuxOptions.role",
)
def container_selinux_role(container: Container) -> str | None:
    """The container's own field; empty counts as not set."""
    return _selinux(container.spec.security_context, "role")


@criterion(
    "container",
    "written-host-process",
    Type.BOOL,
    of="spec.security_context",
    path="securityContext.windowsOptions.hostProcess",
)
def container_host_process(container: Container) -> bool | None:
    """The container's own field."""
    return _host_process(container.spec.security_context)


@criterion(
    "workload",
    "written-seccomp",
    Type.TEXT,
    of="pod.security_context",
    path=in_pod("securityContext.seccompProfile.type"),
)
def pod_seccomp(workload: Workload) -> str | None:
    """The pod's own seccomp profile field."""
    context = workload.pod.security_context
    return _type(context.seccomp_profile) if context is not None else None


@criterion(
    "workload",
    "written-apparmor",
    Type.TEXT,
    of="pod.security_context",
    path=in_pod("securityContext.appArmorProfile.type"),
)
def pod_apparmor(workload: Workload) -> str | None:
    """The pod's own AppArmor profile field."""
    context = workload.pod.security_context
    return _type(context.app_armor_profile) if context is not None else None


@criterion(
    "workload",
    "written-run-as-non-root",
    Type.BOOL,
    of="pod.security_context",
    path=in_pod("securityContext.runAsNonRoot"),
)
def pod_non_root(workload: Workload) -> bool | None:
    """The pod's own field."""
    context = workload.pod.security_context
    return context.run_as_non_root if context is not None else None


@criterion(
    "workload", "written-run-as-user", Type.NUMBER, of="pod.security_context", path=in_pod("securityContext.runAsUser")
)
def pod_user(workload: Workload) -> int | None:
    """The pod's own field."""
    context = workload.pod.security_context
    return context.run_as_user if context is not None else None


@criterion(
    "workload",
    "written-selinux-type",
    Type.TEXT,
    of="pod.security_context",
    path=in_pod("securityContext.seLinuxOptions.type"),
)
def pod_selinux_type(workload: Workload) -> str | None:
    """The pod's own field; empty counts as not set."""
    return _selinux(workload.pod.security_context, "type")


@criterion(
    "workload",
    "written-selinux-user",
    Type.TEXT,
    of="pod.security_context",
    path=in_pod("securityContext.seLinuxOptions.user"),
)
def pod_selinux_user(workload: Workload) -> str | None:
    """The pod's own field; empty counts as not set."""
    return _selinux(workload.pod.security_context, "user")


@criterion(
    "workload",
    "written-selinux-role",
    Type.TEXT,
    of="pod.security_context",
    path=in_pod("securityContext.seLinuxOptions.role"),
)
def pod_selinux_role(workload: Workload) -> str | None:
    """The pod's own field; empty counts as not set."""
    return _selinux(workload.pod.security_context, "role")


@criterion(
    "workload",
    "written-host-process",
    Type.BOOL,
    of="pod.security_context",
    path=in_pod("securityContext.windowsOptions.hostProcess"),
)
def pod_host_process(workload: Workload) -> bool | None:
    """The pod's own field."""
    return _host_process(workload.pod.security_context)


@criterion("workload", "apparmor-annotations", Type.SET, of="legacy_profiles", path="metadata.annotations")
def apparmor_annotations(workload: Workload) -> tuple[str, ...]:
    """Values of the pods' legacy AppArmor annotations that are not empty."""
    return workload.legacy_profiles[0]


@criterion("workload", "seccomp-annotations", Type.SET, of="legacy_profiles", path="metadata.annotations")
def seccomp_annotations(workload: Workload) -> tuple[str, ...]:
    """Values of the legacy seccomp annotations of the pods and of their containers."""
    return workload.legacy_profiles[1]
