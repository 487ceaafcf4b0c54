"""What a Kyverno rule is about: its ``match`` and ``exclude`` as kinds and a scope of ours."""

from seawall.model.record import Record
from seawall.policy.document import Json
from seawall.policy.importing.fields import listing, mapping, string, strings
from seawall.policy.importing.result import CannotSay

_REASON = "excluded in the policy that this one was imported from"


class Matched(Record, frozen=True, kw_only=True):
    """What a rule is about.

    Attributes:
        kinds: the kinds; empty for all.
        scope: a scope of ours.
        unsaid: exclusions that could not be said.
    """

    kinds: tuple[str, ...]
    scope: dict[str, Json]
    unsaid: tuple[str, ...]


def matched(rule: dict[str, Json]) -> Matched:
    """A rule's matches and exclusions.

    Raises:
        CannotSay: what it matches has no counterpart.
    """
    entries = [_rule(one) for one in _entries(mapping(rule.get("match")))]
    kinds: list[str] = []
    for entry in entries:
        kinds += strings(entry.get("kinds", []))
    if any("kinds" not in entry for entry in entries):
        kinds = []
    include: list[Json] = [entry for entry in entries if set(entry) - {"kinds"}]
    if include and len(include) < len(entries):
        include = list(entries)
    exclude: list[Json] = []
    unsaid: list[str] = []
    try:
        excluded = _entries(mapping(rule.get("exclude")))
    except CannotSay as reason:
        excluded, unsaid = [], [str(reason)]
    for one in excluded:
        try:
            exclude.append({**_rule(one), "reason": _REASON})
        except CannotSay as reason:
            unsaid.append(str(reason))
    scope: dict[str, Json] = {key: rules for key, rules in (("include", include), ("exclude", exclude)) if rules}
    return Matched(kinds=tuple(dict.fromkeys(kinds)), scope=scope, unsaid=tuple(unsaid))


def _entries(raw: dict[str, Json]) -> list[dict[str, Json]]:
    """Alternatives; entries that must all hold only where there is one."""
    every = list(map(mapping, listing(raw.get("all"))))
    if len(every) > 1:
        raise CannotSay("several blocks that must all match")
    return [*map(mapping, listing(raw.get("any"))), *every, *([raw] if "resources" in raw else [])]


def _rule(raw: dict[str, Json]) -> dict[str, Json]:
    for key in ("subjects", "roles", "clusterRoles"):
        if raw.get(key):
            raise CannotSay(f"it asks who makes the request ({key})")
    found = mapping(raw.get("resources"))
    for key in ("namespaceSelector", "annotations"):
        if found.get(key):
            raise CannotSay(f"it selects by {key}")
    operations = {string(one) for one in listing(found.get("operations"))}
    if operations and not operations & {"CREATE", "UPDATE"}:
        raise CannotSay(f"it is about requests to {', '.join(sorted(operations)).lower()}")
    selector = mapping(found.get("selector"))
    if listing(selector.get("matchExpressions")):
        raise CannotSay("its selector has expressions")
    names = [*strings(found.get("names", [])), *strings(found.get("name", []))]
    rule: dict[str, Json] = {
        "kinds": [_kind(kind) for kind in strings(found.get("kinds", []))],
        "namespaces": list[Json](strings(found.get("namespaces", []))),
        "names": list[Json](names),
        "labels": mapping(selector.get("matchLabels")),
    }
    if rule["kinds"] == ["*"]:
        rule["kinds"] = []
    kept = {key: value for key, value in rule.items() if value}
    if not kept and "resources" in raw and found and not operations and rule["kinds"] != []:
        raise CannotSay("it matches by something that is not known here")
    return kept


def _kind(text: str) -> str:
    """``apps/v1/Deployment`` and ``Deployment`` are the same; subresources have no manifest."""
    parts = text.split("/")
    if len(parts) > 1 and parts[-1][:1].islower():
        raise CannotSay(f"{text} is a request, not an object")
    return parts[-1]
