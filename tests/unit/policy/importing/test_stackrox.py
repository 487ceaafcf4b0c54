"""StackRox's export said in ours: criteria, sections, negation, scopes, enforcement, and what cannot be said."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.policy.document import Json
from seawall.policy.importing.stackrox import import_stackrox, is_stackrox
from seawall.policy.importing.stackrox_fields import FIELDS

_VALUES = {
    "Add Capabilities": "SYS_ADMIN", "AppArmor Profile": "unconfined", "Container CPU Limit": "0", "CVSS": ">= 7.0",
    "Container CPU Request": "< 1", "Container Memory Limit": "0", "Container Memory Request": ">= 100",
    "Days Since CVE Fix Was Available": "30", "Days Since CVE Was First Discovered In Image": "30",
    "Days Since CVE Was First Discovered In System": "30", "Days Since CVE Was Published": "30",
    "Disallowed Annotation": "a=b", "Disallowed Image Label": "a=.*", "Dockerfile Line": "RUN=.*curl.*",
    "Drop Capabilities": "ALL", "Environment Variable": "RAW=.*SECRET.*=", "Exposed Node Port": "<= 1024",
    "Exposed Port": "22", "Exposed Port Protocol": "tcp", "File Operation": "CREATE", "File Path": "/etc/*",
    "Image Age": "90", "Image Component": "curl=", "Image Scan Age": "30", "Kubernetes API Verb": "GET",
    "Kubernetes Resource": "SECRETS", "Minimum RBAC Permissions": "CLUSTER_ADMIN", "Mount Propagation": "BIDIRECTIONAL",
    "NVD CVSS": "> 8", "Port Exposure Method": "NODE", "Process UID": "0", "Replicas": "< 2",
    "Required Annotation": "email=.+", "Required Image Label": "a", "Required Label": "owner|team=.+",
    "Seccomp Profile Type": "UNCONFINED", "Severity": ">= IMPORTANT",
}  # fmt: skip
_RUNTIME = {"process", "connection", "file-event", "request"}


def _policy(*sections: list[dict[str, Json]], **more: Json) -> dict[str, Json]:
    return {
        "name": "A Policy",
        "severity": "HIGH_SEVERITY",
        "lifecycleStages": ["DEPLOY"],
        "categories": ["Privileges"],
        "policySections": [{"policyGroups": groups} for groups in sections],
        **more,
    }


def _group(field: str, *values: str, **more: Json) -> dict[str, Json]:
    return {"fieldName": field, "values": [{"value": value} for value in values], **more}


def _when(*sections: list[dict[str, Json]]) -> dict[str, Json]:
    (made,) = import_stackrox(_policy(*sections), "x.json")
    assert made.state == "imported", made.left_out
    return made.policies[0].spec.when


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_every_criterion_compiles(field: str) -> None:
    stage = "RUNTIME" if FIELDS[field].path[0] in _RUNTIME else "DEPLOY"
    raw = _policy([_group(field, _VALUES.get(field, "true"))], lifecycleStages=[stage])
    (made,) = import_stackrox(raw, "x.json")
    assert made.state == "imported", made.left_out


def test_groups_of_a_section_are_about_the_same_container() -> None:
    when = _when([_group("Privileged Container", "true"), _group("Severity", ">= IMPORTANT"), _group("Fixed By", ".*")])
    inner = {"severity": {"at-least": "high"}, "fixable": True}
    assert when == {"container": {"privileged": True, "image": {"vulnerability": inner}}}


def test_sections_are_alternatives() -> None:
    when = _when([_group("Host PID", "true")], [_group("Host IPC", "true")])
    assert when == {"any": [{"workload": {"host-pid": True}}, {"workload": {"host-ipc": True}}]}


def test_values_negation_and_unset() -> None:
    assert _when([_group("Image Tag", "latest", "dev.*")]) == {"image": {"tag": ["latest", {"matches": "^(?:dev.*)$"}]}}
    assert _when([_group("Namespace", "kube-system", negate=True)]) == {
        "workload": {"not": {"namespace": "kube-system"}}
    }
    assert _when([_group("Container CPU Limit", "0")]) == {"container": {"cpu-limit": [{"exists": False}, 0.0]}}


def test_a_section_with_an_unknown_criterion_is_left_out_whole() -> None:
    raw = _policy(
        [_group("Host PID", "true")],
        [_group("Image Weather", "fair"), _group("Host IPC", "true")],
    )
    (made,) = import_stackrox(raw, "x.json")
    assert made.state == "partly"
    assert made.policies[0].spec.when == {"workload": {"host-pid": True}}
    assert [row.part for row in made.left_out] == ["section 2: Image Weather"]


def test_signatures_and_the_note_that_their_values_need() -> None:
    (made,) = import_stackrox(_policy([_group("Image Signature Verified By", "io.x.1", "io.x.2")]), "x.json")
    assert made.state == "imported"
    assert made.policies[0].spec.when == {"image": {"not": {"signed-by": {"any": ["io.x.1", "io.x.2"]}}}}
    assert made.notes[0].startswith("Image Signature Verified By: its values are ids of another installation")


@pytest.mark.parametrize("value", ["INFINITY", "nan", "soon", ""])
def test_days_that_are_no_number_are_named(value: str) -> None:
    (made,) = import_stackrox(_policy([_group("Image Scan Age", value)]), "x.json")
    assert made.state == "not"
    assert "is no comparison with a number" in made.left_out[0].reason


def test_every_way_in() -> None:
    exposure = [_group("Port Exposure Method", "EXTERNAL", "ROUTE", "HOST")]
    assert _when(exposure) == {
        "workload": {
            "any": [
                {"service-types": {"any": ["LoadBalancer"]}},
                {"exposed-by": {"any": ["Route"]}},
                {"container": {"port": {"host-port": {"more-than": 0}}}},
            ]
        }
    }


def test_scopes_exclusions_and_enforcement() -> None:
    raw = _policy(
        [_group("Host PID", "true")],
        scope=[{"namespace": "shop-.*"}],
        exclusions=[
            {"name": "agent", "deployment": {"name": "agent"}, "expiration": "2027-01-31T00:00:00Z"},
            {"name": "other cluster", "deployment": {"scope": {"cluster": "id"}}},
        ],
        enforcementActions=["FAIL_BUILD_ENFORCEMENT", "UNSATISFIABLE_NODE_CONSTRAINT_ENFORCEMENT"],
    )
    (made,) = import_stackrox(raw, "x.json")
    spec = made.policies[0].spec
    assert spec.scope.include[0].namespaces == ("shop-*",)
    assert [(rule.names, rule.reason, rule.until) for rule in spec.scope.exclude] == [
        (("agent",), "agent", "2027-01-31")
    ]
    assert spec.enforcement == {"build": "deny"}
    assert len(made.left_out) == 2


def test_an_inclusion_that_cannot_be_said_stops_the_policy() -> None:
    (made,) = import_stackrox(_policy([_group("Host PID", "true")], scope=[{"cluster": "id"}]), "x.json")
    assert made.state == "not"


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(FIELDS)), st.lists(st.text(max_size=12), max_size=3), st.booleans(), _ANY)
def test_any_values_give_a_policy_or_a_reason(field: str, values: list[str], negate: bool, junk: Json) -> None:
    raw = _policy([_group(field, *values, negate=negate)], exclusions=junk, scope=junk)
    (made,) = import_stackrox(raw, "x.json")
    assert made.policies or made.left_out
    msgspec.json.encode(made)


def test_what_is_an_export() -> None:
    assert is_stackrox({"policies": [_policy([])]})
    assert not is_stackrox({"policies": []})
    assert not is_stackrox([1])
