"""What an import gives: policies, and a list of what could not be said."""

import re
from collections.abc import Sequence
from typing import Literal

from seawall.errors import UsageError
from seawall.model.finding import Stage
from seawall.model.record import Record
from seawall.policy.compile import compile_policy
from seawall.policy.document import Json, Policy, convert
from seawall.policy.lint import IMPORTED
from seawall.policy.profile import Profile


class CannotSay(Exception):  # noqa: N818 -- it is no error of the program: it carries the reason
    """Something of a foreign policy has no counterpart here; the text says what and why."""


class LeftOut(Record, frozen=True, kw_only=True):
    """A part of a foreign policy that could not be said.

    Attributes:
        part: the rule, section, criterion or field, as its owner calls it.
        reason: why.
    """

    part: str
    reason: str


class ImportedPolicy(Record, frozen=True, kw_only=True):
    """What became of one foreign policy.

    Attributes:
        source: its name there.
        place: where it was read.
        state: ``imported``, ``partly`` or ``not``.
        policies: what it became.
        profiles: profiles that it became (Kyverno's podSecurity).
        left_out: what could not be said.
        notes: what is said a little differently.
    """

    source: str
    place: str
    state: Literal["imported", "partly", "not"]
    policies: tuple[Policy, ...] = ()
    profiles: tuple[Profile, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


def became(
    source: str,
    place: str,
    *,
    policies: Sequence[Policy] = (),
    profiles: Sequence[Profile] = (),
    left_out: Sequence[LeftOut] = (),
    notes: Sequence[str] = (),
) -> ImportedPolicy:
    """What became of a foreign policy: all of it, some of it or nothing of it."""
    return ImportedPolicy(
        source=source,
        place=place,
        state="not" if not policies and not profiles else "partly" if left_out else "imported",
        policies=tuple(policies),
        profiles=tuple(profiles),
        left_out=tuple(left_out),
        notes=tuple(notes),
    )


def policy_name(text: str) -> str:
    """A foreign name as a policy's name here: small letters, digits, hyphens, at most 63."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63].strip("-") or "imported"


def make(name: str, source: str, spec: dict[str, Json]) -> Policy:
    """A policy of a specification, compiled to see that it can be judged.

    Raises:
        CannotSay: it does not compile here.
    """
    filled = {
        "rationale": "It was a rule of the policies that this one was imported from.",
        "remediation": "Change the object so that the condition does not hold any more.",
        **{key: value for key, value in spec.items() if value not in ("", None, [], {})},
    }
    document = {
        "apiVersion": "seawall.dev/v1",
        "kind": "Policy",
        "metadata": {"name": name, "annotations": {IMPORTED: source}},
        "spec": filled,
    }
    try:
        policy = convert(document, name)
        for stage in policy.spec.stages:
            compile_policy(policy, Stage(stage))
    except UsageError as error:
        reason = f"{error.what.removeprefix(f'policy {name}: ')}{': ' + error.cause if error.cause else ''}"
        raise CannotSay(reason.partition(" | ")[0][:300]) from error
    return policy
