"""Risks accepted on the object itself, by its annotation.

    seawall.dev/accept: "host-network: the node agent needs it (until 2027-01-31); latest-tag: … (until …)"

Each entry names one policy, says why, and until when; it is about the findings of that object and no other. An entry
without a reason or an end does not count, and the coverage says so.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from seawall.model.coverage import Coverage, CoverageState
from seawall.model.finding import Acceptance, Finding, Subject
from seawall.model.kube.object import KubeObject
from seawall.model.kube.workload import Workload
from seawall.model.record import Record
from seawall.model.report import AcceptedRisk

ANNOTATION = "seawall.dev/accept"
_LONGEST = 10_000
_BETWEEN = r";\s*(?=[\w.-]+\s*:|\Z)"  # compiled where there is such an annotation
_ENTRY = r"([\w.-]+)\s*:\s*(.*?)\s*\(\s*until\s+([^()\s]+)\s*\)"


class Entry(Record, frozen=True, kw_only=True):
    """One risk that an object's annotation accepts.

    Attributes:
        policy: the policy's name.
        reason: why.
        until: the last day it holds.
    """

    policy: str
    reason: str
    until: date


class Annotated(Record, frozen=True, kw_only=True):
    """An object's annotation.

    Attributes:
        subject: the object.
        file: the file it was read from.
        place: ``file:line``.
        text: what the annotation says.
    """

    subject: Subject
    file: str
    place: str
    text: str


class _Key(NamedTuple):
    """What an entry is looked up by: the same policy's findings about the same object of the same file."""

    policy: str
    kind: str
    namespace: str
    name: str
    file: str


def annotated(objects: Iterable[KubeObject]) -> list[Annotated]:
    """The objects that carry the annotation, themselves or in the template of their pods."""
    return [
        Annotated(
            subject=Subject(kind=one.kind, name=one.name, namespace=one.namespace),
            file=one.origin.file,
            place=f"{one.origin.file}:{one.origin.line}",
            text=text,
        )
        for one in objects
        for text in _texts(one)
    ]


def _texts(one: KubeObject) -> Iterable[str]:
    """What the annotation says; once where a pod's own are those of its template."""
    places = (one.annotations, one.pod_annotations) if isinstance(one, Workload) else (one.annotations,)
    return dict.fromkeys(place[ANNOTATION] for place in places if ANNOTATION in place)


def parse(text: str) -> tuple[list[Entry], list[str]]:
    """An annotation's entries, and for each that does not count a sentence that says why."""
    if len(text) > _LONGEST:
        return [], [f"it is longer than {_LONGEST:,} characters"]
    entries, wrong = [], []
    for piece in filter(None, re.split(_BETWEEN, " ".join(text.split()))):
        one = _entry(piece)
        if isinstance(one, Entry):
            entries.append(one)
        else:
            wrong.append(one)
    return entries, wrong


def _entry(piece: str) -> Entry | str:
    shown = repr(piece[:60])
    found = re.fullmatch(_ENTRY, piece)
    if found is None:
        if not re.match(r"[\w.-]+\s*:", piece):
            return f"{shown} does not begin with a policy's name and a colon"
        return f"{shown} has no end: write (until YYYY-MM-DD) behind the reason"
    policy, reason, until = found.groups()
    if not reason:
        return f"{shown} has no reason"
    try:
        return Entry(policy=policy, reason=reason, until=date.fromisoformat(until))
    except ValueError:
        return f"{shown}: {until[:20]!r} is no day, write it YYYY-MM-DD"


def apply_annotations(
    findings: Iterable[Finding], marked: Sequence[Annotated], on: date
) -> tuple[tuple[Finding, ...], tuple[AcceptedRisk, ...], tuple[Coverage, ...]]:
    """The findings, covered ones with ``accepted`` set; what became of each entry; a row for what does not count.

    A finding that is accepted already keeps its acceptance. ``on`` is the day that decides about expiry.
    """
    entries: dict[_Key, tuple[Entry, Annotated]] = {}
    rows: list[Coverage] = []
    for one in marked:
        who = one.subject
        good, wrong = parse(one.text)
        entries |= {_Key(e.policy, who.kind, who.namespace, who.name, one.file): (e, one) for e in good}
        words = f"{one.place}: the annotation {ANNOTATION} of {who.kind} {who.name} accepts nothing:"
        rows += [Coverage(area="accepted-risk", state=CoverageState.INFO, message=f"{words} {w}.") for w in wrong]
    matched: Counter[_Key] = Counter()
    result = []
    for finding in findings:
        who = finding.subject
        key = _Key(finding.policy, who.kind, who.namespace, who.name, finding.location.file)
        held = entries.get(key)
        matched[key] += held is not None
        if held is not None and finding.accepted is None and on <= held[0].until:
            result.append(msgspec.structs.replace(finding, accepted=_acceptance(*held)))
        else:
            result.append(finding)
    risks = tuple(_risk(entry, one, matched[key], on) for key, (entry, one) in entries.items())
    return tuple(result), risks, tuple(rows)


def _acceptance(entry: Entry, one: Annotated) -> Acceptance:
    return Acceptance(reason=entry.reason, expires=entry.until.isoformat(), rule=f"annotation at {one.place}")


def _risk(entry: Entry, one: Annotated, matched: int, on: date) -> AcceptedRisk:
    who = one.subject
    return AcceptedRisk(
        rule=f"policy {entry.policy}, {who.kind} {who.name} (annotation at {one.place})",
        state="expired" if on > entry.until else "used" if matched else "unused",
        matched=matched,
        reason=entry.reason,
        expires=entry.until.isoformat(),
    )
