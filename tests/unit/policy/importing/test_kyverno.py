"""Kyverno's rules said in ours, judged against objects; and what cannot be said."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.kube.normalise import normalise
from seawall.model.finding import Stage
from seawall.model.kube.object import KubeObject
from seawall.policy.criteria.objects import roots_of
from seawall.policy.document import Json
from seawall.policy.importing.admission import import_admission
from seawall.policy.importing.kyverno import import_kyverno
from seawall.policy.importing.result import ImportedPolicy
from seawall.policy.judge import Plan

_MATCH: dict[str, Json] = {"any": [{"resources": {"kinds": ["Pod"]}}]}


def _policy(validate: dict[str, Json], **more: Json) -> dict[str, Json]:
    rule: dict[str, Json] = {"name": "r", "match": _MATCH, "validate": validate, **more}
    return {
        "apiVersion": "kyverno.io/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": "p"},
        "spec": {"rules": [rule]},
    }


def _pod(spec: dict[str, Json], **metadata: Json) -> dict[str, Json]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", **metadata}, "spec": spec}


def _deployment(spec: dict[str, Json]) -> dict[str, Json]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "a"},
        "spec": {"template": {"metadata": {}, "spec": spec}},
    }


def _found(made: ImportedPolicy, raw: dict[str, Json]) -> bool | None:
    assert made.policies, made.left_out
    plan = Plan(made.policies, Stage.DEPLOY, date(2026, 6, 1))
    (one,) = [item for item in normalise(msgspec.json.encode(raw)) if isinstance(item, KubeObject)]
    hits = [hit for root in roots_of(type(one)) for hit in plan.judge(root, one, {})]
    return True if hits else None if plan.unknown else False


@pytest.mark.parametrize(
    ("pattern", "spec", "found"),
    [
        ({"=(hostNetwork)": "false"}, {}, False),
        ({"=(hostNetwork)": "false"}, {"hostNetwork": True}, True),
        ({"hostNetwork": "false"}, {}, True),
        ({"X(hostPID)": "null"}, {"hostPID": True}, True),
        ({"X(hostPID)": "null"}, {}, False),
        ({"containers": [{"image": "!*:latest"}]}, {"containers": [{"image": "a:1"}, {"image": "b:latest"}]}, True),
        ({"containers": [{"image": "ghcr.io/* | quay.io/*"}]}, {"containers": [{"image": "quay.io/a"}]}, False),
        ({"containers": [{"(image)": "a*", "tty": True}]}, {"containers": [{"image": "b"}]}, False),
        ({"containers": [{"(image)": "a*", "tty": True}]}, {"containers": [{"image": "ab"}]}, True),
        ({"^(volumes)": [{"name": "x"}]}, {"volumes": [{"name": "y"}, {"name": "x"}]}, False),
        ({"^(volumes)": [{"name": "x"}]}, {}, True),
        ({"priority": ">=10 & <20"}, {"priority": 15}, False),
        ({"priority": "10-20"}, {"priority": 25}, True),
        ({"serviceAccountName": "?*"}, {"serviceAccountName": ""}, True),
    ],
)
def test_patterns(pattern: dict[str, Json], spec: dict[str, Json], found: bool) -> None:
    made = import_kyverno(_policy({"pattern": {"spec": pattern}}), "x")
    assert _found(made, _pod(spec)) is found
    assert _found(made, _deployment(spec)) is found


def test_any_pattern_and_quantities() -> None:
    options: list[Json] = [{"spec": {"a": "<=1Gi"}}, {"spec": {"b": True}}]
    made = import_kyverno(_policy({"anyPattern": options}), "x")
    assert _found(made, _pod({"a": "500Mi"})) is False
    assert _found(made, _pod({"b": True})) is False
    assert _found(made, _pod({"a": "2Gi"})) is True


def test_deny_with_preconditions_and_loops() -> None:
    condition = {"key": "{{ request.object.spec.replicas || `1` }}", "operator": "LessThan", "value": 2}
    made = import_kyverno(_policy({"deny": {"conditions": {"any": [condition]}}}), "x")
    assert _found(made, _pod({})) is True
    assert _found(made, _pod({"replicas": 3})) is False
    drop = {"key": "ALL", "operator": "AnyNotIn", "value": "{{ element.capabilities.drop[] || `[]` }}"}
    loop: dict[str, Json] = {
        "list": "request.object.spec.[initContainers, containers][]",
        "deny": {"conditions": {"all": [drop]}},
    }
    made = import_kyverno(_policy({"foreach": [loop]}), "x")
    assert _found(made, _pod({"containers": [{"capabilities": {"drop": ["ALL"]}}]})) is False
    assert _found(made, _pod({"containers": [{"capabilities": {"drop": ["X"]}}]})) is True


def test_cel_is_about_workloads_too() -> None:
    made = import_kyverno(_policy({"cel": {"expressions": [{"expression": "!has(object.spec.hostPID)"}]}}), "x")
    assert _found(made, _deployment({"hostPID": True})) is True
    assert _found(made, _pod({})) is False


def _deny(key: Json, operator: str, value: Json) -> dict[str, Json]:
    return {"deny": {"conditions": {"any": [{"key": key, "operator": operator, "value": value}]}}}


@pytest.mark.parametrize(
    ("key", "operator", "value", "spec", "found"),
    [
        ("{{ length(request.object.spec.containers) }}", "GreaterThan", 1, {"containers": [{}, {}]}, True),
        ("{{ length(request.object.spec.containers[]) }}", "GreaterThan", 1, {"containers": [{}]}, False),
        ("{{ request.object.spec.containers || `[]` | length(@) }}", "LessThan", 2, {"containers": [{}]}, True),
        ("{{ request.object.spec.list[].to_upper(@) || `[]` }}", "AnyIn", ["ALL"], {"list": ["x", "all"]}, True),
        ("{{ request.object.spec.list[].to_upper(@) }}", "AnyIn", ["ALL"], {"list": ["x"]}, False),
        ("{{ to_lower(request.object.spec.nodeName) }}", "Equals", "a-node", {"nodeName": "A-Node"}, True),
        ("{{ contains(request.object.spec.nodeName, 'x') }}", "Equals", True, {"nodeName": "axb"}, True),
        ("{{ contains(request.object.spec.list, 'x') }}", "Equals", True, {"list": ["y"]}, False),
        ("{{ contains(request.object.spec.list, 'x') }}", "Equals", True, {"list": ["y", "x"]}, True),
        ('{{ starts_with(request.object.spec.nodeName, `"a"`) }}', "Equals", False, {"nodeName": "b"}, True),
        ("{{ regex_match('^a{1,2}$', request.object.spec.nodeName) }}", "Equals", True, {"nodeName": "aa"}, True),
        ("{{ request.object.spec.a }}", "Equals", "{{ request.object.spec.b }}", {"a": 1, "b": 1}, True),
        ("{{ request.object.spec.a }}", "NotEquals", "{{ request.object.spec.b }}", {"a": 1, "b": 1}, False),
        ("{{ request.operation }}", "Equals", "CREATE", {}, True),
        ("{{ request.operation || 'BACKGROUND' }}", "AnyIn", ["UPDATE", "DELETE"], {}, False),
    ],
)
def test_functions_and_comparisons_of_paths(
    key: str, operator: str, value: Json, spec: dict[str, Json], found: bool
) -> None:
    made = import_kyverno(_policy(_deny(key, operator, value)), "x")
    assert _found(made, _pod(spec)) is found
    assert _found(made, _deployment(spec)) is found


def test_the_object_s_own_name_and_namespace_also_where_its_pods_are_looked_at() -> None:
    made = import_kyverno(_policy(_deny("{{ request.namespace }}-{{ request.name }}", "Equals", "x")), "x")
    assert "no single variable" in made.left_out[0].reason
    for key in ("{{ request.namespace }}", "{{ request.object.metadata.namespace }}"):
        made = import_kyverno(_policy(_deny(key, "Equals", "shop")), "x")
        assert _found(made, _pod({}, namespace="shop")) is True
        assert _found(made, _pod({})) is False
    made = import_kyverno(_policy(_deny("{{ request.name }}", "Equals", "a")), "x")
    assert _found(made, _deployment({})) is True


def test_patterns_may_name_one_variable() -> None:
    pattern: Json = {"metadata": {"labels": {"name": "{{ request.object.metadata.name }}"}}}
    made = import_kyverno(_policy({"pattern": pattern}), "x")
    assert _found(made, _pod({}, labels={"name": "a"})) is False
    assert _found(made, _pod({}, labels={"name": "b"})) is True
    loop: dict[str, Json] = {
        "list": "request.object.spec.containers",
        "pattern": {"image": "{{ element.name }}"},
    }
    made = import_kyverno(_policy({"foreach": [loop]}), "x")
    assert _found(made, _pod({"containers": [{"name": "x", "image": "x"}]})) is False
    assert _found(made, _pod({"containers": [{"name": "x", "image": "y"}]})) is True


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("{{ request.userInfo.username }}", "asks who makes the request"),
        ("{{ request.oldObject.spec.a }}", "compares with the object as it was"),
        ("{{ images.containers.*.registry }}", "asks for the parts of an image's name"),
        ("{{ request.object.spec.containers[?name=='x'].image }}", "filters a list"),
        ("{{ request.object.spec.a | to_string(@) }}", "puts one expression into another"),
        ("{{ request.object.spec.{a: b} }}", "makes a structure"),
        ("{{ limits.data.max }}", "comes from a context"),
        ("{{ parse_yaml(request.object.data.x) }}", "calls the function parse_yaml()"),
        ("{{ length(to_string(request.object.spec.a)) }}", "a function of a function"),
        ("{{ to_upper(request.object.spec.containers[].name) }}", "a function of each element"),
        ("{{ contains(request.object.spec.a, request.object.spec.b) }}", "something else than a path and a text"),
    ],
)
def test_each_expression_that_cannot_be_said_is_named_with_its_reason(key: str, reason: str) -> None:
    made = import_kyverno(_policy(_deny(key, "Equals", "x")), "x")
    assert made.state == "not"
    assert reason in made.left_out[0].reason


def test_pod_security_becomes_a_profile() -> None:
    made = import_kyverno(
        _policy({"podSecurity": {"level": "baseline", "exclude": [{"controlName": "Host Ports"}]}}), "x"
    )
    (profile,) = made.profiles
    names = profile.spec.include[0].policies
    assert "pss-privileged" in names
    assert "pss-host-ports" not in names


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"match": {"any": [{"subjects": [{"kind": "User"}]}]}}, "who makes the request"),
        ({"match": {"any": [{"resources": {"kinds": ["Pod/exec"]}}]}}, "a request, not an object"),
        ({"mutate": {}}, "changes objects"),
        ({"validate": {"pattern": {"spec": {"a": "{{ x }}"}}}}, "comes from a context"),
        ({"validate": {"pattern": {"spec": {"<(a)": "b"}}}}, "anchor"),
        ({"validate": {"manifests": {}}}, "no counterpart"),
        (
            {"validate": {"deny": {"conditions": [{"key": "{{ x() }}", "operator": "Equals"}]}}},
            "calls the function x()",
        ),
    ],
)
def test_what_cannot_be_said_is_named(rule: dict[str, dict[str, Json]], reason: str) -> None:
    made = import_kyverno(_policy(rule.pop("validate", {"pattern": {"spec": {"a": "b"}}}), **rule), "x")
    assert made.state == "not"
    assert reason in made.left_out[0].reason


def test_scopes() -> None:
    excluded: Json = {"any": [{"resources": {"namespaces": ["kube-system"]}}, {"clusterRoles": ["cluster-admin"]}]}
    made = import_kyverno(_policy({"pattern": {"spec": {"a": "b"}}}, exclude=excluded), "x")
    assert made.state == "partly"
    assert made.policies[0].spec.scope.exclude[0].namespaces == ("kube-system",)
    assert _found(made, _pod({}, namespace="kube-system")) is False
    assert _found(made, _pod({}, namespace="shop")) is True


def _admission(**spec: Json) -> dict[str, Json]:
    rules: Json = {"resourceRules": [{"resources": ["deployments"]}]}
    return {"kind": "ValidatingAdmissionPolicy", "metadata": {"name": "v"}, "spec": {"matchConstraints": rules, **spec}}


def test_admission_policies() -> None:
    made = import_admission(
        _admission(
            variables=[
                {"name": "n", "expression": "object.spec.replicas"},
                {"name": "m", "expression": "variables.n + 1"},
            ],
            matchConditions=[{"expression": "has(object.spec.replicas)"}],
            validations=[
                {"expression": "variables.m > 2", "message": "Too few."},
                {"expression": "object.spec.replicas < params.max"},
            ],
        ),
        "x",
    )
    few, none = _deployment({}), _deployment({})
    few["spec"] = {"replicas": 1}
    assert made.state == "partly"
    assert made.policies[0].spec.title == "Too few"
    assert _found(made, few) is True
    assert _found(made, none) is False
    assert "parameters" in made.left_out[0].reason


def _binding(**spec: Json) -> dict[str, Json]:
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": "b"},
        "spec": {"policyName": "p", "validationActions": ["Warn", "Audit"], **spec},
    }


def _by_name(operator: str, *names: str) -> dict[str, Json]:
    return {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": operator, "values": list(names)}]}


def test_a_binding_says_what_is_done_and_where() -> None:
    raw = _admission(
        validations=[{"expression": "false"}],
        matchConstraints={"namespaceSelector": _by_name("NotIn", "kube-system")},
    )
    resources: Json = {"namespaceSelector": _by_name("In", "shop"), "objectSelector": {"matchLabels": {"app": "web"}}}
    (policy,) = import_admission(raw, "x", [_binding(matchResources=resources)]).policies
    assert policy.spec.enforcement == {"admission": "warn"}
    (include,), (exclude,) = policy.spec.scope.include, policy.spec.scope.exclude
    assert (include.namespaces, include.labels, exclude.namespaces) == (("shop",), {"app": "web"}, ("kube-system",))
    made = import_admission(raw, "x", [_binding(matchResources={"namespaceSelector": {"matchLabels": {"a": "b"}}})])
    assert made.notes == ("its namespaceSelector was not taken over: add a scope",)
    made = import_admission(raw, "x", [_binding(), _binding(validationActions=["Deny"])])
    assert made.policies[0].spec.enforcement == {"admission": "deny"}
    assert "where its bindings b, b look" in made.notes[0]


def test_parameters_are_named_with_what_they_are_bound_to() -> None:
    raw = _admission(
        validations=[{"expression": "object.spec.replicas < params.max"}],
        paramKind={"apiVersion": "v1", "kind": "ConfigMap"},
    )
    (left,) = import_admission(raw, "x", [_binding(paramRef={"name": "limits", "namespace": "shop"})]).left_out
    assert left.reason == "it needs the parameters of a binding: ConfigMap of v1, bound to shop/limits by b"
    (left,) = import_admission(raw, "x").left_out
    assert left.reason.endswith("ConfigMap of v1, and no binding of it is here")


_ANY = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["*", "!a", ">1", "1-2", "{{ request.object.a[] }}", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["a", "(b)", "=(c)", "^(d)", "X(e)", "all", "any", "key", "list"]), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@given(st.sampled_from(["pattern", "anyPattern", "deny", "foreach", "cel", "podSecurity"]), _ANY, _ANY)
def test_any_rule_gives_a_policy_or_a_reason(kind: str, body: Json, match: Json) -> None:
    made = import_kyverno(_policy({kind: body}, match=match, preconditions=match), "x")
    assert made.policies or made.profiles or made.left_out
