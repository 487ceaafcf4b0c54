"""Kyverno's validate rules said in ours: each rule a policy, judged by CEL over the object.

Format: kyverno.io ClusterPolicy and Policy. A rule about pods alone is also about the workloads that make pods, as
Kyverno generates it.
"""

from seawall.policy.document import Json, Policy
from seawall.policy.importing.admission import condition
from seawall.policy.importing.cel_text import POD, WORKLOADS, named_outside
from seawall.policy.importing.fields import listing, mapping, string
from seawall.policy.importing.kyverno_conditions import conditions_hold
from seawall.policy.importing.kyverno_jmespath import OBJECT, WHOLE, alternatives
from seawall.policy.importing.kyverno_match import Matched, matched
from seawall.policy.importing.kyverno_pattern import PatternWriter
from seawall.policy.importing.pod_security import standards
from seawall.policy.importing.result import CannotSay, ImportedPolicy, LeftOut, became, make, policy_name
from seawall.policy.profile import Profile

_OTHER = {
    "mutate": "it changes objects; policies here find and refuse",
    "generate": "it makes other objects",
    "verifyImages": "it verifies signatures with keys of its own",
}


def is_kyverno(document: Json) -> bool:
    """Whether a document is a policy of Kyverno's."""
    given = mapping(document)
    return string(given.get("apiVersion")).startswith("kyverno.io/") and given.get("kind") in (
        "ClusterPolicy",
        "Policy",
    )


def import_kyverno(document: dict[str, Json], place: str) -> ImportedPolicy:
    """One policy for each validate rule that can be said."""
    name = string(mapping(document.get("metadata")).get("name")) or "without-a-name"
    rules = list(map(mapping, listing(mapping(document.get("spec")).get("rules"))))
    policies: list[Policy] = []
    profiles: list[Profile] = []
    left_out: list[LeftOut] = []
    for rule in rules:
        part = f"rule {string(rule.get('name'))}"
        own = f"{name}-{string(rule.get('name'))}" if len(rules) > 1 else name
        try:
            pod_security = mapping(mapping(rule.get("validate")).get("podSecurity"))
            if pod_security:
                profiles.append(standards(policy_name(own), pod_security))
                if mapping(rule.get("exclude")):
                    left_out.append(LeftOut(part=part, reason="a profile has no exclusions of its own"))
                continue
            policies.append(_policy(policy_name(own), document, rule, part, left_out))
        except CannotSay as reason:
            left_out.append(LeftOut(part=part, reason=str(reason)))
    if not rules:
        left_out.append(LeftOut(part=name, reason="it has no rules"))
    return became(name, place, policies=policies, profiles=profiles, left_out=left_out)


def _policy(name: str, document: dict[str, Json], rule: dict[str, Json], part: str, left_out: list[LeftOut]) -> Policy:
    for kind, reason in _OTHER.items():
        if kind in rule:
            raise CannotSay(reason)
    about = matched(rule)
    when = _when(document, rule, about)
    left_out += [LeftOut(part=f"{part}, exclusion", reason=reason) for reason in about.unsaid]
    spec = _texts(document, rule)
    spec["when"], spec["scope"] = when, about.scope
    source = string(mapping(document.get("metadata")).get("name"))
    return make(name, f"kyverno/{source}", spec)


def _texts(document: dict[str, Json], rule: dict[str, Json]) -> dict[str, Json]:
    notes = mapping(mapping(document.get("metadata")).get("annotations"))
    spec, validate = mapping(document.get("spec")), mapping(rule.get("validate"))
    said = string(validate.get("message"))
    message = " ".join(said.split()) if "{{" not in said else ""
    title = string(notes.get("policies.kyverno.io/title")) or string(rule.get("name"))
    severity = string(notes.get("policies.kyverno.io/severity")).lower()
    category = policy_name(string(notes.get("policies.kyverno.io/category")) or "imported")
    action = string(validate.get("failureAction")) or string(spec.get("validationFailureAction"))
    return {
        "title": (f"Against the rule: {title}"[:200]).rstrip("."),
        "severity": severity if severity in {"low", "medium", "high", "critical"} else "medium",
        "stages": ["deploy"],
        "categories": [category],
        "description": message,
        "rationale": " ".join(string(notes.get("policies.kyverno.io/description")).split()),
        "remediation": message,
        "enforcement": {"admission": "deny" if action.lower() == "enforce" else "warn"},
    }


def _when(document: dict[str, Json], rule: dict[str, Json], about: Matched) -> dict[str, Json]:
    """The condition: the rule's preconditions hold, what it validates does not."""
    notes = mapping(mapping(document.get("metadata")).get("annotations"))
    generated = about.kinds == ("Pod",) and notes.get("pod-policies.kyverno.io/autogen-controllers") != "none"
    validate = mapping(rule.get("validate"))
    if "cel" in validate:
        return _cel(rule, mapping(validate.get("cel")), about, generated=generated)
    broken = _broken(validate)
    if rule.get("preconditions"):
        broken = f"({conditions_hold(rule['preconditions'], OBJECT)}) && {broken}"
    return _about(f"{broken}", about, generated=generated)


def _about(expression: str, about: Matched, *, generated: bool) -> dict[str, Json]:
    kinds: list[Json] = list(WORKLOADS) if generated else list(about.kinds)
    text = f"cel.bind(object, {POD}, {expression})" if generated else expression
    if named_outside(text, rf"\b{WHOLE}\b"):
        text = f"cel.bind({WHOLE}, object, {text})"
    return {**({"object": {"kind": kinds}} if kinds else {}), "cel": text}


def _broken(validate: dict[str, Json]) -> str:
    """An expression that is true where the object is against the rule."""
    if "pattern" in validate:
        return f"!{PatternWriter(OBJECT).holds('object', validate['pattern'])}"
    if "anyPattern" in validate:
        writer = PatternWriter(OBJECT)
        options = [writer.holds("object", pattern) for pattern in listing(validate["anyPattern"])]
        return f"!({' || '.join(options)})"
    if "deny" in validate:
        conditions = mapping(validate["deny"]).get("conditions")
        return "true" if conditions is None else f"({conditions_hold(conditions, OBJECT)})"
    if "foreach" in validate:
        loops = [_loop(mapping(one)) for one in listing(validate["foreach"])]
        return "(" + " || ".join(loops) + ")"
    known = {"assert", "manifests"} & set(validate)
    raise CannotSay(
        f"validate.{known.pop()} has no counterpart" if known else "it validates nothing that is known here"
    )


def _loop(raw: dict[str, Json]) -> str:
    """``foreach``: some element is against the rule."""
    if "context" in raw or "foreach" in raw:
        raise CannotSay("a loop with a context or another loop")
    roots = {**OBJECT, "element": "element"}
    if "pattern" in raw:
        inner = f"!{PatternWriter(roots).holds('element', raw['pattern'])}"
    elif "deny" in raw:
        inner = f"({conditions_hold(mapping(raw['deny']).get('conditions'), roots)})"
    else:
        raise CannotSay("a loop without pattern and deny")
    if raw.get("preconditions"):
        inner = f"({conditions_hold(raw['preconditions'], roots)}) && {inner}"
    loops = []
    for path in alternatives(string(raw.get("list"))):
        bare = path.removesuffix("[]").removesuffix("[*]")
        if not bare.startswith("request.object.") or not all(part.isidentifier() for part in bare.split(".")):
            raise CannotSay(f"the list {path[:60]!r} is no plain path")
        items = "object" + "".join(f'[?"{key}"]' for key in bare.split(".")[2:]) + ".orValue([])"
        loops.append(f"dyn({items}).exists(element, {inner})")
    return " || ".join(loops)


def _cel(rule: dict[str, Json], raw: dict[str, Json], about: Matched, *, generated: bool) -> dict[str, Json]:
    """CEL subrules: some expression does not hold."""
    if "paramKind" in raw or "paramRef" in raw:
        raise CannotSay("it needs parameters")
    expressions = [string(mapping(one).get("expression")) for one in listing(raw.get("expressions"))]
    variables = [
        (string(mapping(one).get("name")), string(mapping(one).get("expression")))
        for one in listing(raw.get("variables"))
    ]
    before = [string(mapping(one).get("expression")) for one in listing(rule.get("celPreconditions"))]
    if not all(expressions):
        raise CannotSay("it has no expression")
    every = " && ".join(f"({one})" for one in expressions)
    made = condition(before, every, variables, [])
    return _about(string(made["cel"]), about, generated=generated)
