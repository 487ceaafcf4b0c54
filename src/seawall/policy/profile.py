"""Profiles: named groups of policies, written as data like the policies."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache
from typing import Literal

import msgspec

from seawall.errors import UsageError
from seawall.model.finding import Stage
from seawall.model.record import Record
from seawall.model.severity import Severity
from seawall.policy.document import Metadata, Policy
from seawall.policy.units import version

NEWEST = "1.37"
"""The newest Kubernetes release whose Pod Security Standards are known here."""


class Selector(Record, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """Which policies; all fields that are given must fit.

    Attributes:
        policies: their names, or globs of them.
        categories: any of these.
        stages: any of these.
        severity: at least this.
        controls: mapped to a control of any of these frameworks.
        pod_security: controls of this level of the Pod Security Standards (``restricted`` has baseline's, too).
        everything: all policies.
    """

    policies: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    severity: Severity | None = None
    controls: tuple[str, ...] = ()
    pod_security: Literal["baseline", "restricted"] | None = None
    everything: bool = False


_NOTHING = Selector()


class ProfileSpec(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a profile says: policies that any ``include`` fits and no ``exclude`` does."""

    title: str
    description: str = ""
    include: tuple[Selector, ...]
    exclude: tuple[Selector, ...] = ()


class Profile(Record, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """A profile document."""

    api_version: Literal["seawall.dev/v1"]
    kind: Literal["Profile"]
    metadata: Metadata
    spec: ProfileSpec

    @property
    def name(self) -> str:
        """Its name."""
        return self.metadata.name


def convert_profile(document: object, where: str) -> Profile:
    """Make a profile of a parsed YAML document.

    Raises:
        UsageError: something is missing, unknown or of a wrong type.
    """
    try:
        return msgspec.convert(document, Profile)
    except msgspec.ValidationError as error:
        raise UsageError(f"{where} is no valid profile", cause=str(error)) from error


def select(name: str, profiles: dict[str, Profile], policies: Iterable[Policy]) -> tuple[Policy, ...]:
    """The policies of a profile; ``NAME@v1.25`` takes the Pod Security Standards as that release has them.

    Raises:
        UsageError: there is no such profile or release.
    """
    base, _, release = name.partition("@")
    profile = profiles.get(base)
    if profile is None:
        from difflib import get_close_matches  # noqa: PLC0415 -- only a mistake needs it

        close = " or ".join(get_close_matches(base, profiles, 3, 0.5))
        hint = f"{f'Did you mean {close}? ' if close else ''}There are: {', '.join(sorted(profiles))}."
        raise UsageError(f"there is no profile {base!r}", hint=hint)
    if release and not re.fullmatch(r"v?1\.[0-9]{1,2}|latest", release):
        raise UsageError(f"{release!r} is no Kubernetes release", hint=f"Write {base}@v1.30.")
    at = version(NEWEST if release in {"", "latest"} else release)
    return tuple(
        policy
        for policy in policies
        if in_force(policy, at)
        and any(_fits(rule, policy) for rule in profile.spec.include)
        and not any(_fits(rule, policy) for rule in profile.spec.exclude)
    )


def in_force(policy: Policy, release: tuple[int, ...]) -> bool:
    """Whether a control of the Pod Security Standards is so in a release; other policies always are."""
    control = policy.spec.pod_security
    if control is None:
        return True
    minor = release[1] if len(release) > 1 else 0
    since, until = version(control.since), version(control.until) if control.until else None
    return minor >= _minor(since) and (until is None or minor < _minor(until))


def _minor(release: tuple[int, ...]) -> int:
    return release[1] if len(release) > 1 else 0


def _fits(rule: Selector, policy: Policy) -> bool:
    spec = policy.spec
    if rule == _NOTHING:
        return False
    return (
        (rule.severity is None or spec.severity.rank >= rule.severity.rank)
        and (not rule.categories or not set(rule.categories).isdisjoint(spec.categories))
        and (not rule.stages or not set(rule.stages).isdisjoint(spec.stages))
        and (not rule.controls or not set(rule.controls).isdisjoint(spec.controls))
        and (rule.pod_security is None or _in_level(policy, rule.pod_security))
        and (not rule.policies or _is_named(policy.name, rule.policies))
    )


def _in_level(policy: Policy, level: str) -> bool:
    control = policy.spec.pod_security
    return control is not None and control.level in {"baseline", level}


def _is_named(name: str, globs: tuple[str, ...]) -> bool:
    names, patterns = _divided(globs)
    return name in names or any(fnmatchcase(name, glob) for glob in patterns)


@cache
def _divided(globs: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Those that are plain names, most of them; and the patterns."""
    patterns = tuple(glob for glob in globs if any(sign in glob for sign in "*?["))
    return frozenset(globs).difference(patterns), patterns
