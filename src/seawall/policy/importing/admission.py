"""ValidatingAdmissionPolicies said in ours: each validation's expression, negated, is a finding's condition.

Format: admissionregistration.k8s.io/v1 (Kubernetes API reference); Kyverno's ValidatingPolicy has the same fields.
"""

from collections.abc import Sequence

from seawall.policy.document import Json
from seawall.policy.importing.admission_binding import enforcement, name_of, parameters, scope
from seawall.policy.importing.cel_text import named_outside, with_variables
from seawall.policy.importing.fields import listing, mapping, string, strings
from seawall.policy.importing.result import CannotSay, ImportedPolicy, LeftOut, became, make, policy_name

_KINDS = {
    "pods": "Pod", "deployments": "Deployment", "daemonsets": "DaemonSet", "statefulsets": "StatefulSet",
    "replicasets": "ReplicaSet", "replicationcontrollers": "ReplicationController", "jobs": "Job",
    "cronjobs": "CronJob", "services": "Service", "ingresses": "Ingress", "configmaps": "ConfigMap",
    "secrets": "Secret", "namespaces": "Namespace", "serviceaccounts": "ServiceAccount", "roles": "Role",
    "clusterroles": "ClusterRole", "rolebindings": "RoleBinding", "clusterrolebindings": "ClusterRoleBinding",
    "networkpolicies": "NetworkPolicy", "persistentvolumeclaims": "PersistentVolumeClaim",
    "persistentvolumes": "PersistentVolume", "storageclasses": "StorageClass",
    "horizontalpodautoscalers": "HorizontalPodAutoscaler", "poddisruptionbudgets": "PodDisruptionBudget",
    "customresourcedefinitions": "CustomResourceDefinition", "resourcequotas": "ResourceQuota",
    "limitranges": "LimitRange",
}  # fmt: skip
_PARAMETERS = "it needs the parameters of a binding"
_UNSAID = (
    (r"\bparams\b", _PARAMETERS),
    (r"\bauthorizer\b", "it asks the API server's authorizer"),
    (r"\bnamespaceObject\b", "it asks for the namespace's own object"),
    (r"\b(?:resource|http|images|image|globalContext|globalcontext)\.\w+\(", "it calls a library of its own product"),
    (r"\bimages\.", "it asks for the images' signatures or manifests"),
)


def is_admission(document: Json) -> bool:
    """Whether a document is a ValidatingAdmissionPolicy, or Kyverno's form of it."""
    return isinstance(document, dict) and document.get("kind") in ("ValidatingAdmissionPolicy", "ValidatingPolicy")


def import_admission(document: dict[str, Json], place: str, bindings: Sequence[dict[str, Json]] = ()) -> ImportedPolicy:
    """One policy for each validation; ``bindings`` are those of the policy."""
    name, spec = name_of(document), mapping(document.get("spec"))
    left_out: list[LeftOut] = []
    policies = []
    validations = list(map(mapping, listing(spec.get("validations"))))
    given = parameters(spec, bindings)
    where, notes = _where(spec, bindings)
    for at, one in enumerate(validations):
        part = f"validation {at + 1}"
        try:
            when = _when(spec, one)
            own = f"{name}-{at + 1}" if len(validations) > 1 else name
            made = _spec(document, one, when)
            made |= {"scope": where, "enforcement": {"admission": enforcement(bindings)}}
            policies.append(make(policy_name(own), f"admission/{name}", made))
        except CannotSay as reason:
            asked = f": {given}" if given and str(reason) == _PARAMETERS else ""
            left_out.append(LeftOut(part=part, reason=f"{reason}{asked}"))
    if not validations:
        left_out.append(LeftOut(part=name, reason="it has no validations"))
    return became(name, place, policies=policies, left_out=left_out, notes=notes)


def _where(spec: dict[str, Json], bindings: Sequence[dict[str, Json]]) -> tuple[dict[str, Json], list[str]]:
    """The scope, and what there is to know of what binds the policy."""
    constraints = [mapping(spec.get("matchConstraints"))]
    notes: list[str] = []
    if len(bindings) == 1:
        constraints.append(mapping(mapping(bindings[0].get("spec")).get("matchResources")))
    elif bindings:
        names = ", ".join(map(name_of, bindings))
        notes.append(f"where its bindings {names} look was not taken over: add a scope")
    elif spec.get("validations") and "failurePolicy" in spec:
        notes.append("no binding of it is here: it is imported as one that denies everywhere")
    where, unsaid = scope(constraints)
    return where, [*(f"its {key} was not taken over: add a scope" for key in unsaid), *notes]


def _spec(document: dict[str, Json], validation: dict[str, Json], when: dict[str, Json]) -> dict[str, Json]:
    metadata = mapping(document.get("metadata"))
    about = mapping(metadata.get("annotations"))
    message = " ".join(string(validation.get("message")).split()) or f"The rule of {string(metadata.get('name'))}"
    return {
        "title": message.rstrip("."),
        "severity": "medium",
        "stages": ["deploy"],
        "categories": ["imported"],
        "description": " ".join(string(about.get("policies.kyverno.io/description")).split()),
        "remediation": message,
        "when": when,
    }


def _when(spec: dict[str, Json], validation: dict[str, Json]) -> dict[str, Json]:
    conditions = [string(mapping(one).get("expression")) for one in listing(spec.get("matchConditions"))]
    return condition(
        conditions,
        string(validation.get("expression")),
        [
            (string(mapping(v).get("name")), string(mapping(v).get("expression")))
            for v in listing(spec.get("variables"))
        ],
        _kinds(mapping(spec.get("matchConstraints"))),
    )


def condition(
    conditions: list[str], expression: str, variables: list[tuple[str, str]], kinds: list[str]
) -> dict[str, Json]:
    """The condition of a finding: the match conditions hold, the expression does not.

    Raises:
        CannotSay: something in the expressions is not known here.
    """
    if not expression:
        raise CannotSay("it has no expression")
    whole = " && ".join([*(f"({one})" for one in conditions), f"!({expression})"])
    whole = with_variables(variables, whole)
    for pattern, reason in _UNSAID:
        if named_outside(whole, pattern):
            raise CannotSay(reason)
    text = " ".join(whole.split()) if "//" not in whole and "'''" not in whole else whole
    return {**({"object": {"kind": list[Json](kinds)}} if kinds else {}), "cel": text}


def _kinds(constraints: dict[str, Json]) -> list[str]:
    """The kinds that resource rules name; empty for all."""
    found: list[str] = []
    for rule in map(mapping, listing(constraints.get("resourceRules"))):
        for resource in strings(rule.get("resources")):
            if resource == "*":
                return []
            if resource not in _KINDS:
                raise CannotSay(f"it is about {resource!r}, whose kind is not known here")
            found.append(_KINDS[resource])
    if listing(constraints.get("excludeResourceRules")):
        raise CannotSay("it excludes resources by rules")
    return list(dict.fromkeys(found))
