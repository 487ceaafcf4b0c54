"""Security contexts: as written on the pod and the container, and what they come to together."""

from seawall.model.kube.api import Api


class SELinuxOptions(Api, frozen=True, kw_only=True):
    """``corev1.SELinuxOptions``."""

    user: str = ""
    role: str = ""
    type: str = ""
    level: str = ""


class Profile(Api, frozen=True, kw_only=True):
    """A seccomp or AppArmor profile (``corev1.SeccompProfile``, ``corev1.AppArmorProfile``)."""

    type: str = ""
    """``RuntimeDefault``, ``Localhost`` or ``Unconfined``."""
    localhost_profile: str | None = None


class WindowsOptions(Api, frozen=True, kw_only=True):
    """``corev1.WindowsSecurityContextOptions``."""

    gmsa_credential_spec_name: str | None = None
    gmsa_credential_spec: str | None = None
    run_as_user_name: str | None = None
    host_process: bool | None = None


class Capabilities(Api, frozen=True, kw_only=True):
    """``corev1.Capabilities``, as written (``CAP_`` prefixes and case kept)."""

    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


class Sysctl(Api, frozen=True, kw_only=True):
    """A kernel setting of the pod."""

    name: str = ""
    value: str = ""


class SecurityContext(Api, frozen=True, kw_only=True, cache_hash=True):
    """A container's (``corev1.SecurityContext``), as written: None is unset."""

    privileged: bool | None = None
    allow_privilege_escalation: bool | None = None
    read_only_root_filesystem: bool | None = None
    run_as_non_root: bool | None = None
    run_as_user: int | None = None
    run_as_group: int | None = None
    capabilities: Capabilities | None = None
    seccomp_profile: Profile | None = None
    app_armor_profile: Profile | None = None
    se_linux_options: SELinuxOptions | None = None
    proc_mount: str | None = None
    windows_options: WindowsOptions | None = None


class PodSecurityContext(Api, frozen=True, kw_only=True, cache_hash=True):
    """The pod's (``corev1.PodSecurityContext``), as written: None is unset."""

    run_as_non_root: bool | None = None
    run_as_user: int | None = None
    run_as_group: int | None = None
    fs_group: int | None = None
    fs_group_change_policy: str | None = None
    supplemental_groups: tuple[int, ...] = ()
    supplemental_groups_policy: str | None = None
    seccomp_profile: Profile | None = None
    app_armor_profile: Profile | None = None
    se_linux_options: SELinuxOptions | None = None
    windows_options: WindowsOptions | None = None
    sysctls: tuple[Sysctl, ...] = ()


EMPTY_SECURITY_CONTEXT = SecurityContext()
EMPTY_POD_SECURITY_CONTEXT = PodSecurityContext()
