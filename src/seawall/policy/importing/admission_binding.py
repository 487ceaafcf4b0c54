"""What binds a ValidatingAdmissionPolicy: what is done, where, and with which parameters.

Format: admissionregistration.k8s.io/v1, ValidatingAdmissionPolicyBinding; label selectors as Kubernetes has them.
"""

from collections.abc import Sequence

from seawall.policy.document import Json
from seawall.policy.importing.fields import listing, mapping, string, strings

_NAMESPACE_NAME = "kubernetes.io/metadata.name"
_REASON = "excluded in the policy that this one was imported from"


def is_binding(document: Json) -> bool:
    """Whether a document is a ValidatingAdmissionPolicyBinding."""
    return mapping(document).get("kind") == "ValidatingAdmissionPolicyBinding"


def bound_policy(binding: dict[str, Json]) -> str:
    """The name of the policy that it binds."""
    return string(mapping(binding.get("spec")).get("policyName"))


def name_of(document: dict[str, Json]) -> str:
    """An object's name."""
    return string(mapping(document.get("metadata")).get("name")) or "without-a-name"


def enforcement(bindings: Sequence[dict[str, Json]]) -> str:
    """What admission does with a finding; without a binding, what most of them do."""
    actions = {
        one for binding in bindings for one in strings(mapping(binding.get("spec")).get("validationActions", []))
    }
    return "deny" if "Deny" in actions or not bindings else "warn" if "Warn" in actions else "none"


def parameters(spec: dict[str, Json], bindings: Sequence[dict[str, Json]]) -> str:
    """Which parameters a policy takes, for people; empty where it takes none."""
    kind = mapping(spec.get("paramKind"))
    if not kind:
        return ""
    given = []
    for binding in bindings:
        asked = mapping(mapping(binding.get("spec")).get("paramRef"))
        place = "/".join(filter(None, (string(asked.get("namespace")), string(asked.get("name")) or "by selector")))
        given += [f"{place} by {name_of(binding)}"] if asked else []
    what = f"{string(kind.get('kind'))} of {string(kind.get('apiVersion'))}"
    return f"{what}, {'bound to ' + ', '.join(given) if given else 'and no binding of it is here'}"


def scope(constraints: Sequence[dict[str, Json]]) -> tuple[dict[str, Json], list[str]]:
    """Selectors of namespaces and objects, which must all fit, as a scope; and those that could not be said.

    Args:
        constraints: ``matchConstraints`` of a policy, ``matchResources`` of its binding.
    """
    include: dict[str, Json] = {}
    exclude: list[Json] = []
    left: list[str] = []
    for one in constraints:
        said = _namespaces(mapping(one.get("namespaceSelector")))
        if said is None or (said[0] and "namespaces" in include):
            left.append("namespaceSelector")
        else:
            include |= {"namespaces": said[0]} if said[0] else {}
            exclude += [{"namespaces": said[1], "reason": _REASON}] if said[1] else []
        selector = mapping(one.get("objectSelector"))
        if listing(selector.get("matchExpressions")) or (selector and "labels" in include):
            left.append("objectSelector")
        elif labels := mapping(selector.get("matchLabels")):
            include["labels"] = labels
        if listing(one.get("excludeResourceRules")):
            left.append("excludeResourceRules")
    made: dict[str, Json] = {"include": [include]} if include else {}
    return made | ({"exclude": exclude} if exclude else {}), left


def _namespaces(selector: dict[str, Json]) -> tuple[list[Json], list[Json]] | None:
    """Namespaces that a selector takes and leaves out, by their names; null where it asks for other labels."""
    labels = mapping(selector.get("matchLabels"))
    asked = [(key, "In", [value]) for key, value in labels.items()]
    asked += [
        (string(one.get("key")), string(one.get("operator")), list[Json](strings(one.get("values", []))))
        for one in map(mapping, listing(selector.get("matchExpressions")))
    ]
    take = [names for _, operator, names in asked if operator == "In"]
    leave = [name for _, operator, names in asked if operator == "NotIn" for name in names]
    if len(take) > 1 or any(key != _NAMESPACE_NAME or word not in {"In", "NotIn"} for key, word, _ in asked):
        return None
    return take[0] if take else [], leave
