"""Kyverno's ``podSecurity`` rules as profiles of our Pod Security policies."""

from seawall.errors import UsageError
from seawall.model.identifiers import PolicyName
from seawall.policy.document import Json, Metadata
from seawall.policy.importing.fields import listing, mapping, string
from seawall.policy.importing.result import CannotSay
from seawall.policy.load import library
from seawall.policy.profile import Profile, ProfileSpec, Selector, select

_CONTROLS = {
    "HostProcess": ("windowsHostProcess",),
    "Host Namespaces": ("hostNamespaces",),
    "Privileged Containers": ("privileged",),
    "Capabilities": ("capabilities_baseline", "capabilities_restricted"),
    "HostPath Volumes": ("hostPathVolumes",),
    "Host Ports": ("hostPorts",),
    "AppArmor": ("appArmorProfile",),
    "SELinux": ("seLinuxOptions",),
    "/proc Mount Type": ("procMount", "procMount_restricted"),
    "Seccomp": ("seccompProfile_baseline", "seccompProfile_restricted"),
    "Sysctls": ("sysctls",),
    "Volume Types": ("restrictedVolumes",),
    "Privilege Escalation": ("allowPrivilegeEscalation",),
    "Running as Non-root": ("runAsNonRoot",),
    "Running as Non-root user": ("runAsUser",),
}
"""Kyverno's name of a control → the reference implementation's ids."""


def standards(name: str, raw: dict[str, Json]) -> Profile:
    """The profile of a level and version, without the controls that the rule excludes.

    Raises:
        CannotSay: there is no such level or version, or an exclusion is about some images or fields only.
    """
    level = string(raw.get("level"))
    if level not in {"baseline", "restricted"}:
        raise CannotSay(f"the level {level!r} checks nothing")
    version = string(raw.get("version")).removeprefix("latest")
    known = library(examples=False)
    try:
        policies = select(f"pss-{level}{'@' + version if version else ''}", known.profiles, known.policies.values())
    except UsageError as error:
        raise CannotSay(error.what) from error
    left = set[str]()
    for one in map(mapping, listing(raw.get("exclude"))):
        control = string(one.get("controlName"))
        if control not in _CONTROLS or set(one) - {"controlName"}:
            raise CannotSay(f"its exclusion of {control!r} is about some images or fields only")
        left.update(_CONTROLS[control])
    names = tuple(
        one.name for one in policies if one.spec.pod_security is not None and one.spec.pod_security.control not in left
    )
    return Profile(
        api_version="seawall.dev/v1",
        kind="Profile",
        metadata=Metadata(name=PolicyName(name)),
        spec=ProfileSpec(
            title=f"Pod Security Standards, {level}{' of ' + version if version else ''}, imported",
            include=(Selector(policies=names),),
        ),
    )
