"""Kinds beside those that find something, each with the reason why it is not imported."""

from seawall.policy.document import Json
from seawall.policy.importing.fields import string

_CHANGES = "it changes objects; policies here find and refuse"
_MAKES = "it makes other objects"
_UNSAID = {
    "ValidatingAdmissionPolicyBinding": "the policy that it binds is not here",
    "MutatingAdmissionPolicy": _CHANGES,
    "MutatingAdmissionPolicyBinding": _CHANGES,
    "MutatingPolicy": _CHANGES,
    "GeneratingPolicy": _MAKES,
    "ImageValidatingPolicy": "it verifies signatures with keys of its own",
    "DeletingPolicy": "it deletes objects",
    "CleanupPolicy": "it deletes objects",
    "ClusterCleanupPolicy": "it deletes objects",
    "PolicyException": "it excuses from policies by their names there: write an exclusion, or accept the risk",
}
_GROUPS = ("admissionregistration.k8s.io/", "kyverno.io/", "policies.kyverno.io/")


def unsaid(document: dict[str, Json]) -> str:
    """Why a document of these APIs, which is no policy that finds, cannot be said; empty for all others."""
    known = string(document.get("apiVersion")).startswith(_GROUPS)
    return _UNSAID.get(string(document.get("kind")), "") if known else ""
