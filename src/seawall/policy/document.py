"""Policies as records: what a YAML file says, checked for shape, not yet compiled.

The shape is a Kubernetes resource (``apiVersion: seawall.dev/v1``, ``kind: Policy``), so that the same file works
in a repository, in the console and as a custom resource.
"""

from datetime import date
from typing import Literal

import msgspec

from seawall.errors import UsageError
from seawall.model.finding import Stage
from seawall.model.identifiers import PolicyName
from seawall.model.record import Record
from seawall.model.report import ReportedPolicy
from seawall.model.severity import Severity

API_VERSION = "seawall.dev/v1"

Json = object
"""Anything that YAML's JSON subset can say; narrowed where it is compiled."""

Enforcement = Literal["none", "warn", "deny", "alert", "kill", "scale-to-zero"]


class ScopeRule(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A set of subjects; all fields that are given must fit, each by any of its patterns (globs).

    Attributes:
        clusters, namespaces, kinds, names, images: glob patterns.
        labels: label → glob, all of them.
        reason: why; asked for where a rule excludes.
        until: the last day it holds, ISO 8601, or empty.
    """

    clusters: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    reason: str = ""
    until: str = ""


class Scope(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a policy looks: everywhere, or only where ``include`` fits; never where ``exclude`` does."""

    include: tuple[ScopeRule, ...] = ()
    exclude: tuple[ScopeRule, ...] = ()


class PodSecurity(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The control of the Pod Security Standards that a policy is, and the releases in which it is so.

    Attributes:
        level: ``baseline`` or ``restricted``.
        control: the control's id in the reference implementation.
        since: the first Kubernetes minor version, ``1.0``.
        until: the first one in which it is not so any more, or empty.
    """

    level: Literal["baseline", "restricted"]
    control: str
    since: str = "1.0"
    until: str = ""


class PolicySpec(Record, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """What a policy says.

    Attributes:
        title: what is wrong, one line.
        severity: how bad.
        stages: where it is judged.
        categories: for people to find it.
        description: what was found, one sentence.
        rationale: why it matters.
        remediation: what to do, the first step first.
        references: where to read on.
        controls: framework → control ids (``cis-kubernetes-1.12: [5.2.7]``, ``mitre: [T1611]``).
        scope: where it looks.
        pod_security: set for the Pod Security Standards' own controls.
        when: the condition under which there is a finding (``docs/policy.md``).
        enforcement: stage or place (``admission``, ``background``) → what is done.
        fix: the name of a registered mechanical remedy, or empty.
    """

    title: str
    severity: Severity
    stages: tuple[Stage, ...]
    categories: tuple[str, ...]
    description: str = ""
    rationale: str = ""
    remediation: str = ""
    references: tuple[str, ...] = ()
    controls: dict[str, tuple[str, ...]] = {}
    scope: Scope = Scope()
    pod_security: PodSecurity | None = None
    when: dict[str, Json]
    enforcement: dict[str, Enforcement] = {}
    fix: str = ""


class Metadata(Record, frozen=True, kw_only=True):
    """The part of Kubernetes' object metadata that a policy uses."""

    name: PolicyName
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class Example(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case that shows what a policy means, and tests it.

    Attributes:
        expect: ``fail`` where there must be a finding, ``pass`` where not, ``unknown`` where it cannot be known.
        name: what the case shows.
        object: a Kubernetes object.
        objects: several, where the policy looks across; the findings of all count.
        facts: what else is known (an image's scan …), by fact name.
    """

    expect: Literal["pass", "fail", "unknown"]
    name: str = ""
    object: dict[str, Json] | None = None
    objects: tuple[dict[str, Json], ...] = ()
    facts: dict[str, Json] = {}


class Policy(Record, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """A policy document."""

    api_version: Literal["seawall.dev/v1"]
    kind: Literal["Policy"]
    metadata: Metadata
    spec: PolicySpec
    examples: tuple[Example, ...] = ()

    @property
    def name(self) -> PolicyName:
        """Its name."""
        return self.metadata.name


def reported(policy: Policy) -> ReportedPolicy:
    """What a report tells of a policy beside its findings."""
    spec = policy.spec
    return ReportedPolicy(
        name=policy.name,
        title=spec.title,
        severity=spec.severity,
        categories=spec.categories,
        description=spec.description,
        rationale=spec.rationale,
        remediation=spec.remediation,
        references=spec.references,
        controls=spec.controls,
    )


def convert(document: object, where: str) -> Policy:
    """Make a policy of a parsed YAML document.

    Raises:
        UsageError: something is missing, unknown or of a wrong type; the sentence names the place.
    """
    try:
        policy = msgspec.convert(document, Policy)
    except msgspec.ValidationError as error:
        hint = "`seawall policy new` writes one to start from."
        raise UsageError(f"{where} is no valid policy", cause=str(error), hint=hint) from error
    if not policy.spec.when:
        raise UsageError(
            f"{where}: policy {policy.name} has an empty `when`", hint="Say under which condition it finds."
        )
    if not policy.spec.stages:
        raise UsageError(
            f"{where}: policy {policy.name} names no stage", hint="stages: [build | deploy | runtime | infra]"
        )
    for name, rules in (("include", policy.spec.scope.include), ("exclude", policy.spec.scope.exclude)):
        for at, rule in enumerate(rules):
            if rule.until and not _is_day(rule.until):  # such a rule might hold for ever
                cause = f"{rule.until!r} is no day - at `$.spec.scope.{name}[{at}].until`"
                raise UsageError(f"{where} is no valid policy", cause=cause, hint="Write it YYYY-MM-DD.")
    return policy


def _is_day(text: str) -> bool:
    """Whether it is a day as texts of which can be compared, ``2026-01-31``."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
