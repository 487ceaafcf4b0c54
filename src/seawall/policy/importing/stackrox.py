"""StackRox's policies (its JSON export) said in ours.

Format: ``{"policies": [...]}`` as the product exports it. Sections are alternatives; groups of a section hold
together, about the same container, image, vulnerability …; a group's values hold by OR or AND, and may be negated.
"""

import re

from seawall.policy.document import Json
from seawall.policy.importing.fields import listing, mapping, string
from seawall.policy.importing.result import CannotSay, ImportedPolicy, LeftOut, became, make, policy_name
from seawall.policy.importing.stackrox_fields import FIELDS, NOTES, Path

_SEVERITY = {"LOW": "low", "MEDIUM": "medium", "HIGH": "high", "CRITICAL": "critical"}
_STAGES = {"BUILD": "build", "DEPLOY": "deploy", "RUNTIME": "runtime"}
_ENFORCEMENT = {
    "FAIL_BUILD_ENFORCEMENT": ("build", "deny"),
    "FAIL_DEPLOYMENT_CREATE_ENFORCEMENT": ("admission", "deny"),
    "FAIL_DEPLOYMENT_UPDATE_ENFORCEMENT": ("admission", "deny"),
    "FAIL_KUBE_REQUEST_ENFORCEMENT": ("admission", "deny"),
    "SCALE_TO_ZERO_ENFORCEMENT": ("deploy", "scale-to-zero"),
    "KILL_POD_ENFORCEMENT": ("runtime", "kill"),
}
_PLAIN = re.compile(r"[\w/:@-][\w./:@-]*")


def is_stackrox(document: Json) -> bool:
    """Whether a document is an export, or one policy of it."""
    return "policySections" in mapping(document) or any(
        "policySections" in mapping(one) for one in listing(mapping(document).get("policies"))
    )


def import_stackrox(document: dict[str, Json], place: str) -> list[ImportedPolicy]:
    """The policies of an export."""
    raw = listing(document.get("policies")) if "policies" in document else [document]
    return [_policy(mapping(one), place) for one in raw]


def _policy(raw: dict[str, Json], place: str) -> ImportedPolicy:
    source = string(raw.get("name")) or string(raw.get("id")) or "without a name"
    left_out: list[LeftOut] = []
    notes: list[str] = []
    try:
        sections = [_section(mapping(one), at, left_out) for at, one in enumerate(listing(raw.get("policySections")))]
        said = [section for section in sections if section]
        if not said:
            raise CannotSay("none of its sections can be said")
        spec = _texts(raw)
        spec["when"] = said[0] if len(said) == 1 else {"any": said}
        spec["scope"] = _scope(raw, left_out)
        spec["enforcement"] = _enforcement(raw, left_out)
        policy = make(policy_name(source), f"stackrox/{source}", spec)
    except CannotSay as reason:
        left_out.append(LeftOut(part=source, reason=str(reason)))
        return became(source, place, left_out=left_out)
    fields = {string(mapping(group).get("fieldName")) for group in _groups(raw)}
    notes += [f"{field}: {NOTES[field]}" for field in sorted(fields & set(NOTES))]
    if raw.get("disabled"):
        notes.append("it was switched off there; leave it out of your profiles to keep it so")
    if listing(raw.get("notifiers")):
        notes.append("its notifiers are another installation's and were not taken over")
    return became(source, place, policies=(policy,), left_out=left_out, notes=notes)


def _groups(raw: dict[str, Json]) -> list[Json]:
    return [group for one in listing(raw.get("policySections")) for group in listing(mapping(one).get("policyGroups"))]


def _texts(raw: dict[str, Json]) -> dict[str, Json]:
    stages = [_STAGES[stage] for stage in map(string, listing(raw.get("lifecycleStages"))) if stage in _STAGES]
    techniques: list[Json] = []
    for vector in map(mapping, listing(raw.get("mitreAttackVectors"))):
        techniques += listing(vector.get("techniques")) or [vector.get("tactic")]
    categories = [policy_name(string(name)) for name in listing(raw.get("categories"))]
    return {
        "title": " ".join(string(raw.get("name")).split()).rstrip("."),
        "severity": _SEVERITY.get(string(raw.get("severity")).removesuffix("_SEVERITY"), "medium"),
        "stages": stages or ["deploy"],
        "categories": list[Json](dict.fromkeys(categories)) or ["imported"],
        "description": string(raw.get("description")),
        "rationale": string(raw.get("rationale")),
        "remediation": string(raw.get("remediation")),
        "controls": {"mitre": techniques} if techniques else {},
    }


def _section(raw: dict[str, Json], at: int, left_out: list[LeftOut]) -> dict[str, Json]:
    """A section as a condition; empty where one of its groups cannot be said: without it, it would find too much."""
    name = string(raw.get("sectionName")) or f"section {at + 1}"
    found: list[tuple[Path, dict[str, Json]]] = []
    for group in map(mapping, listing(raw.get("policyGroups"))):
        field = string(group.get("fieldName"))
        try:
            found.append(_group(field, group))
        except (CannotSay, ValueError) as reason:
            left_out.append(LeftOut(part=f"{name}: {field}", reason=str(reason)))
    if len(found) < len(listing(raw.get("policyGroups"))) or not found:
        return {}
    containers = any(path[0] == "container" for path, _ in found)
    return _nested(
        [(("container", *path) if containers and path[0] == "image" else path, made) for path, made in found]
    )


def _group(field: str, raw: dict[str, Json]) -> tuple[Path, dict[str, Json]]:
    if field not in FIELDS:
        raise CannotSay("there is no such criterion here")
    values = [string(mapping(value).get("value")) for value in listing(raw.get("values"))]
    if not values:
        raise CannotSay("it has no values")
    known = FIELDS[field]
    made = known.make(values, raw.get("booleanOperator") == "AND")
    return known.path, {"not": made} if raw.get("negate") else made


def _nested(found: list[tuple[Path, dict[str, Json]]]) -> dict[str, Json]:
    """Conditions under the groups that their paths lead through; what has the same group is about the same object."""
    parts = [made for path, made in found if not path]
    below: dict[str, list[tuple[Path, dict[str, Json]]]] = {}
    for path, made in found:
        if path:
            below.setdefault(path[0], []).append((path[1:], made))
    parts += [{name: _nested(inner)} for name, inner in below.items()]
    merged: dict[str, Json] = {}
    for part in parts:
        if not merged.keys().isdisjoint(part):
            return {"all": list[Json](parts)}
        merged |= part
    return merged


def _scope(raw: dict[str, Json], left_out: list[LeftOut]) -> dict[str, Json]:
    """Inclusions must all be said; an exclusion that cannot be is named, and its findings are reported."""
    include: list[Json] = [_place(mapping(one)) for one in listing(raw.get("scope"))]
    exclude: list[Json] = []
    for one in map(mapping, listing(raw.get("exclusions") or raw.get("whitelists"))):
        name = string(one.get("name"))
        try:
            rule = _excluded(one)
        except CannotSay as reason:
            left_out.append(LeftOut(part=f"exclusion {name}".strip(), reason=str(reason)))
            continue
        rule["reason"] = name or "excluded in the policy that this one was imported from"
        if until := string(one.get("expiration"))[:10]:
            rule["until"] = until
        exclude.append(rule)
    return {key: rules for key, rules in (("include", include), ("exclude", exclude)) if rules}


def _excluded(raw: dict[str, Json]) -> dict[str, Json]:
    deployment, image = mapping(raw.get("deployment")), mapping(raw.get("image"))
    rule: dict[str, Json] = _place(mapping(deployment.get("scope"))) if deployment.get("scope") else {}
    if name := string(deployment.get("name")):
        rule["names"] = [_glob(name)]
    if name := string(image.get("name")):
        rule["images"] = [f"{name}*"]
    if not rule:
        raise CannotSay("it names nothing")
    return rule


def _place(raw: dict[str, Json]) -> dict[str, Json]:
    if raw.get("cluster") or raw.get("clusterLabel"):
        raise CannotSay("its cluster is an id or label of another installation")
    if raw.get("namespaceLabel"):
        raise CannotSay("a namespace's labels are not known where an object is judged")
    rule: dict[str, Json] = {}
    if namespace := string(raw.get("namespace")):
        rule["namespaces"] = [_glob(namespace)]
    label = mapping(raw.get("label"))
    if key := string(label.get("key")):
        rule["labels"] = {_glob(key): _glob(string(label.get("value")) or ".*")}
    if not rule:
        raise CannotSay("a scope that names nothing")
    return rule


def _glob(regex: str) -> str:
    """A regular expression as a glob, where it is simple enough."""
    text = regex.removeprefix("^").removesuffix("$").replace(r"\.", ".")
    pieces = text.split(".*")
    if all(not piece or _PLAIN.fullmatch(piece) for piece in pieces):
        return "*".join(pieces)
    raise CannotSay(f"{regex!r} is no glob")


def _enforcement(raw: dict[str, Json], left_out: list[LeftOut]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for action in map(string, listing(raw.get("enforcementActions"))):
        if action in _ENFORCEMENT:
            place, what = _ENFORCEMENT[action]
            found[place] = what
        elif action not in {"", "UNSET_ENFORCEMENT"}:
            left_out.append(LeftOut(part=action, reason="there is no such enforcement here"))
    return found
