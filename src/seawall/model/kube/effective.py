"""What a pod's and a container's security contexts come to together.

Rules: Kubernetes' ``DetermineEffectiveSecurityContext`` (a container's field wins over the pod's), the kubelet's
``AddNoNewPrivileges``, and the order field, then legacy annotation, of seccomp and AppArmor.
"""

from functools import lru_cache

from seawall.model.kube.security import (
    EMPTY_POD_SECURITY_CONTEXT,
    EMPTY_SECURITY_CONTEXT,
    PodSecurityContext,
    Profile,
    SecurityContext,
    SELinuxOptions,
    WindowsOptions,
)
from seawall.model.record import Record

SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"
SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/"
APPARMOR_CONTAINER = "container.apparmor.security.beta.kubernetes.io/"


class EffectiveSecurity(Record, frozen=True, kw_only=True, gc=False, cache_hash=True):
    """The security context that a container really gets. None is: unset on both, so the image or runtime decides.

    Attributes:
        add: capabilities added, upper case, without ``CAP_``.
        drop: capabilities dropped, likewise.
        allow_privilege_escalation: as written on the container; see ``may_escalate``.
        seccomp: the profile in force, from the container, the pod, or the legacy annotations.
        apparmor: likewise.
        proc_mount: ``Default`` when unset.
        host_process: whether it is a Windows HostProcess container.
    """

    privileged: bool = False
    allow_privilege_escalation: bool | None = None
    read_only_root_filesystem: bool = False
    run_as_non_root: bool | None = None
    run_as_user: int | None = None
    run_as_group: int | None = None
    fs_group: int | None = None
    supplemental_groups: tuple[int, ...] = ()
    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    seccomp: Profile | None = None
    apparmor: Profile | None = None
    selinux: SELinuxOptions | None = None
    proc_mount: str = "Default"
    windows: WindowsOptions | None = None
    host_process: bool = False

    @property
    def may_escalate(self) -> bool:
        """Whether a process may gain more privileges than its parent.

        It may unless that is forbidden, and always when the container is privileged or holds SYS_ADMIN.
        """
        return self.allow_privilege_escalation is not False or self.privileged or "SYS_ADMIN" in self.add

    @property
    def may_run_as_root(self) -> bool:
        """Whether nothing in the manifest stops it from running as user 0 (the image may)."""
        return self.run_as_user == 0 or (self.run_as_user is None and self.run_as_non_root is not True)


def effective_security(
    pod: PodSecurityContext | None, own: SecurityContext | None, name: str, annotations: dict[str, str]
) -> EffectiveSecurity:
    """Merge the contexts of a pod (with the annotations of its template) and of its container ``name``."""
    seccomp = _annotated(annotations, SECCOMP_CONTAINER + name, SECCOMP_POD) if annotations else None
    apparmor = _annotated(annotations, APPARMOR_CONTAINER + name) if annotations else None
    return _merged(pod or EMPTY_POD_SECURITY_CONTEXT, own or EMPTY_SECURITY_CONTEXT, seccomp, apparmor)


@lru_cache(maxsize=1024)
def _merged(
    pod: PodSecurityContext, own: SecurityContext, seccomp: Profile | None, apparmor: Profile | None
) -> EffectiveSecurity:
    """Of many containers the same. The profiles are those of the annotations."""
    capabilities = own.capabilities
    windows = _merge_windows(pod.windows_options, own.windows_options)
    return EffectiveSecurity(
        privileged=own.privileged or False,
        allow_privilege_escalation=own.allow_privilege_escalation,
        read_only_root_filesystem=own.read_only_root_filesystem or False,
        run_as_non_root=pod.run_as_non_root if own.run_as_non_root is None else own.run_as_non_root,
        run_as_user=pod.run_as_user if own.run_as_user is None else own.run_as_user,
        run_as_group=pod.run_as_group if own.run_as_group is None else own.run_as_group,
        fs_group=pod.fs_group,
        supplemental_groups=pod.supplemental_groups,
        add=tuple(map(capability, capabilities.add)) if capabilities else (),
        drop=tuple(map(capability, capabilities.drop)) if capabilities else (),
        seccomp=own.seccomp_profile or pod.seccomp_profile or seccomp,
        apparmor=own.app_armor_profile or pod.app_armor_profile or apparmor,
        selinux=own.se_linux_options or pod.se_linux_options,
        proc_mount=own.proc_mount or "Default",
        windows=windows,
        host_process=bool(windows and windows.host_process),
    )


def capability(name: str) -> str:
    """A capability's name without ``CAP_``, upper case."""
    return name.upper().removeprefix("CAP_")


def _merge_windows(pod: WindowsOptions | None, own: WindowsOptions | None) -> WindowsOptions | None:
    if pod is None or own is None:
        return own or pod
    return WindowsOptions(
        **{
            field: getattr(pod, field) if getattr(own, field) is None else getattr(own, field)
            for field in WindowsOptions.__struct_fields__
        }
    )


def _annotated(annotations: dict[str, str], *keys: str) -> Profile | None:
    """The profile of the first annotation that is there: ``runtime/default``, ``unconfined`` or ``localhost/NAME``."""
    value = next((annotations[key] for key in keys if annotations.get(key)), "")
    if value in {"runtime/default", "docker/default"}:
        return Profile(type="RuntimeDefault")
    if value == "unconfined":
        return Profile(type="Unconfined")
    if value.startswith("localhost/"):
        return Profile(type="Localhost", localhost_profile=value.removeprefix("localhost/"))
    return Profile(type=value) if value else None
