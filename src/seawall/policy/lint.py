"""What is wrong with a policy document, or could be better, before anybody relies on it."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Literal

from seawall.model.finding import Stage
from seawall.model.record import Record
from seawall.policy.document import Policy, ScopeRule
from seawall.policy.load import LIBRARY, Document, DocumentError, documents, files, library, read_document
from seawall.policy.nodetree import Step
from seawall.policy.profile import Profile

IMPORTED = "seawall.dev/imported-from"
"""The annotation of policies that were imported; these come without examples."""

_PLACES = frozenset(stage.value for stage in Stage) | {"admission", "background"}
_TEXTS = {
    "rationale": "Say why it matters: which attack or failure it leads to.",
    "remediation": "Say what to do, the first step first, with the field's name.",
}


class Remark(Record, frozen=True, kw_only=True):
    """Something about a policy document.

    Attributes:
        place: ``file:line``.
        level: an ``error`` keeps the document from being used; a ``warning`` does not.
        policy: its name, where it is known.
        message: what is wrong.
        hint: what to do.
    """

    place: str
    level: Literal["error", "warning"]
    policy: str = ""
    message: str
    hint: str = ""


def lint(paths: Iterable[Path], today: date) -> tuple[int, list[Remark]]:
    """How many policies and profiles there are at the paths, and what is to be said about them.

    Raises:
        InputError: nothing is there, or a file cannot be read.
    """
    remarks: list[Remark] = []
    policies: dict[str, Policy] = {}
    profiles: dict[str, Profile] = {}
    for file in (file for path in paths for file in files(path)):
        try:
            for document in documents(file):
                remarks += _document(document, policies, profiles, today)
        except DocumentError as error:
            remarks.append(_error(error))
    return len(policies) + len(profiles), remarks


def _document(
    document: Document, policies: dict[str, Policy], profiles: dict[str, Profile], today: date
) -> list[Remark]:
    try:
        policy = read_document(document, policies, profiles)
    except DocumentError as error:
        return [_error(error)]
    return [] if policy is None else list(remarks_on(policy, document, today))


def _error(error: DocumentError) -> Remark:
    message = f"{error.message}: {error.cause}" if error.cause else error.message
    return Remark(place=error.place, level="error", message=message, hint=error.hint)


def remarks_on(policy: Policy, document: Document, today: date) -> Iterator[Remark]:
    """What could be better about a policy that can be used."""

    def warning(message: str, hint: str, *steps: Step) -> Remark:
        return Remark(place=document.place(steps), level="warning", policy=policy.name, message=message, hint=hint)

    spec = policy.spec
    if policy.name in library(examples=False).policies and not Path(document.file).is_relative_to(LIBRARY):
        hint = "It replaces that one in every profile; if that is not meant, give it another name."
        yield warning("one of Seawall's own policies has this name", hint, "metadata", "name")
    for name, hint in _TEXTS.items():
        if not getattr(spec, name).strip():
            yield warning(f"there is no {name}", hint, "spec", name)
    if spec.title.endswith("."):
        yield warning("the title ends with a full stop", "It stands in lists: one line, no stop.", "spec", "title")
    if not spec.categories:
        yield warning("there is no category", "Name one, so that people find it.", "spec", "categories")
    for place in sorted(set(spec.enforcement) - _PLACES):
        hint = f"There are: {', '.join(sorted(_PLACES))}."
        yield warning(f"enforcement names no such place: {place}", hint, "spec", "enforcement", place)
    if IMPORTED not in policy.metadata.annotations:
        expected = {example.expect for example in policy.examples}
        for missing in sorted({"fail", "pass"} - expected):
            hint = "`seawall policy test` runs examples; give one that fails and one that passes."
            yield warning(f"no example is expected to {missing}", hint, "examples")
    for part, rules in (("include", spec.scope.include), ("exclude", spec.scope.exclude)):
        for at, rule in enumerate(rules):
            found = _scope(rule, today, excluding=part == "exclude")
            yield from (warning(what, hint, "spec", "scope", part, at) for what, hint in found)


def _scope(rule: ScopeRule, today: date, *, excluding: bool) -> Iterator[tuple[str, str]]:
    if excluding and not rule.reason:
        yield "an exclusion without a reason", "Say why in `reason`."
    if not (rule.clusters or rule.namespaces or rule.kinds or rule.names or rule.images or rule.labels):
        yield "a scope rule that names nothing is about everything", "Name namespaces, kinds, names, images or labels."
    if rule.until and rule.until < today.isoformat():
        yield f"a scope rule has expired on {rule.until}", "Renew it, or take it out."
