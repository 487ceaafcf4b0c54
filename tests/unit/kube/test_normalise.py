import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.kube.normalise import MAX_DEPTH, normalise
from seawall.model.coverage import CoverageState
from seawall.model.kube import (
    ConfigMap,
    Ingress,
    Inventory,
    Json,
    KubeObject,
    Problem,
    Role,
    Secret,
    Service,
    Workload,
    references,
)

POD: dict[str, Json] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "p", "labels": {"app": "p"}, "annotations": {"a": "b"}},
    "spec": {
        "hostNetwork": True,
        "securityContext": {"runAsUser": 5, "sysctls": [{"name": "a", "value": "b"}]},
        "containers": [
            {
                "name": "a",
                "image": "nginx",
                "command": ["x"],
                "env": [
                    {"name": "A", "value": "b"},
                    {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
                ],
                "ports": [{"containerPort": 80, "hostPort": 80}],
                "resources": {"limits": {"cpu": "1", "memory": "1Gi"}},
                "securityContext": {"privileged": True, "capabilities": {"add": ["ALL"]}},
                "livenessProbe": {"httpGet": {"path": "/", "port": "http"}},
                "volumeMounts": [{"name": "v", "mountPath": "/v"}],
            }
        ],
        "volumes": [{"name": "v", "hostPath": {"path": "/"}}],
        "affinity": {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "z"}]}},
    },
}
JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=5),
    ),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def read(value: Json) -> list[KubeObject | Problem]:
    return list(normalise(json.dumps(value).encode()))


def one(value: Json) -> KubeObject:
    (made,) = read(value)
    assert isinstance(made, KubeObject)
    return made


def places(value: Json) -> list[tuple[Json, str | int]]:
    """Every container and key in a value."""
    if isinstance(value, dict):
        keys: list[str | int] = list(value)
        return [(value, key) for key in keys] + [place for inner in value.values() for place in places(inner)]
    if isinstance(value, list):
        return [(value, at) for at in range(len(value))] + [place for inner in value for place in places(inner)]
    return []


def use(made: KubeObject) -> None:
    """Touch all that is computed."""
    inventory = Inventory([made])
    _ = made.raw, made.namespace, references(made), inventory.missing(made)
    for workload in inventory.workloads:
        _ = workload.strategy, workload.replicas, inventory.services_of(workload), inventory.mounts_token(workload)
        for container in workload.containers:
            _ = container.image, container.security, container.mounts, container.resources, container.ports
            _ = [variable.kind for variable in container.spec.env], container.security.may_escalate


@given(st.data(), JUNK)
def test_any_value_anywhere_costs_no_more_than_its_field(data: st.DataObject, junk: Json) -> None:
    value = json.loads(json.dumps(POD))
    container, key = data.draw(
        st.sampled_from([place for place in places(value) if place[1] not in {"kind", "apiVersion"}])
    )
    container[key] = junk  # type: ignore[index]
    made = one(value)
    assert isinstance(made, Workload)
    use(made)


@given(
    JUNK,
    st.sampled_from(["Deployment", "CronJob", "Service", "Role", "Secret", "ConfigMap", "Ingress", "Gateway", "X"]),
)
def test_any_specification_is_read(junk: Json, kind: str) -> None:
    value = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}}
    for made in read({**value, "spec": junk, "rules": junk, "data": junk, "items": junk}):
        if isinstance(made, KubeObject):
            use(made)


@given(st.data(), JUNK)
def test_any_value_anywhere_in_a_cron_job(data: st.DataObject, junk: Json) -> None:
    template = {"metadata": {"labels": {"a": "b"}}, "spec": POD["spec"]}
    spec = {"schedule": "* * * * *", "jobTemplate": {"metadata": {}, "spec": {"backoffLimit": 1, "template": template}}}
    value = {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "c"},
        "spec": json.loads(json.dumps(spec)),
    }
    container, key = data.draw(st.sampled_from(places(value["spec"])))
    container[key] = junk  # type: ignore[index]
    use(one(value))


def test_wrong_types_become_what_was_meant_and_are_reported() -> None:
    value = json.loads(json.dumps(POD))
    value["spec"]["hostNetwork"] = "yes"
    value["spec"]["containers"][0]["command"] = "x"
    value["spec"]["containers"][0]["env"][0]["value"] = 1
    value["spec"]["containers"][0]["ports"][0]["hostPort"] = "80"
    value["spec"]["containers"][0]["resources"]["limits"]["cpu"] = "much"
    value["spec"]["containers"].append(None)
    made = one(value)
    assert isinstance(made, Workload)
    first = made.pod.containers[0]
    assert (made.pod.host_network, first.command, first.env[0].value, first.ports[0].host_port) == (
        True,
        ("x",),
        "1",
        80,
    )
    assert len(made.containers) == 2
    assert [problem.path for problem in made.problems] == [
        "spec.containers[0].command",
        "spec.containers[0].env[0].value",
        "spec.containers[0].ports[0].hostPort",
        "spec.hostNetwork",
        "spec.containers[0].resources.limits.cpu",
    ]
    assert {problem.state for problem in made.problems} == {CoverageState.PARTIAL}


def test_null_is_unset_and_no_problem() -> None:
    value = json.loads(json.dumps(POD))
    for container, key in places(value["spec"]["containers"][0]):
        if key not in {"name", "image"} and isinstance(container, dict):
            container[key] = None
    assert one(value).problems == ()


def test_lists_come_as_their_items() -> None:
    typed = {"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {"name": "a"}, "spec": POD["spec"]}]}
    objects = read({"apiVersion": "v1", "kind": "List", "items": [POD, typed, 1]})
    kinds = [(one.kind, one.origin.item) for one in objects if isinstance(one, KubeObject)]
    assert kinds == [("Pod", "items[0]"), ("Pod", "items[1].items[0]")]
    assert [one.path for one in objects if isinstance(one, Problem)] == ["items[2]"]


def test_lists_in_lists_end_somewhere() -> None:
    value: Json = POD
    for _ in range(20):
        value = {"kind": "List", "items": [value]}
    (problem,) = read(value)
    assert isinstance(problem, Problem)


@pytest.mark.parametrize(
    "value",
    [1, "x", [1], {}, {"a": 1}, {"kind": None}, {"kind": "Kustomization", "apiVersion": "kustomize.config.k8s.io/v1"}],
)
def test_what_is_no_object_is_said(value: Json) -> None:
    (problem,) = read(value)
    assert isinstance(problem, Problem)
    assert problem.state is CoverageState.INFO


@pytest.mark.parametrize(
    "text",
    [
        b"{",
        b'{"kind": "Pod", "spec": {"containers": [nul]}}',
        b'{"kind":"Pod","x":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"kind":"X","x":' + b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1) + b"}",
    ],
)
def test_broken_json_is_said(text: bytes) -> None:
    (problem,) = normalise(text)
    assert isinstance(problem, Problem)
    assert problem.state is CoverageState.UNREADABLE


def test_groups_decide_what_a_kind_is() -> None:
    who = {"metadata": {"name": "x"}, "spec": {"template": {"spec": POD["spec"]}}}
    assert type(one({"apiVersion": "batch.volcano.sh/v1", "kind": "Job", **who})) is KubeObject
    assert type(one({"apiVersion": "v1", "kind": "Service", **who})) is Service
    assert type(one({"apiVersion": "serving.knative.dev/v1", "kind": "Service", **who})) is Workload
    slip = one({"apiVersion": "app/v1", "kind": "Deployment", **who})
    assert isinstance(slip, Workload)
    assert [problem.path for problem in slip.problems] == ["apiVersion"]


def test_views() -> None:
    secret = one(
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"b": "x"}, "stringData": {"a": 1}}
    )
    assert isinstance(secret, Secret)
    assert secret.keys == ("a", "b")
    settings = one(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "c"},
            "data": {"a": "b"},
            "binaryData": {"c": "d"},
        }
    )
    assert isinstance(settings, ConfigMap)
    assert (settings.data, settings.binary_keys) == ({"a": "b"}, ("c",))
    role = one(
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "r"},
            "rules": [{"nonResourceURLs": ["/x"]}],
        }
    )
    assert isinstance(role, Role)
    assert (role.namespace, role.rules[0].non_resource_urls) == ("", ("/x",))
    old = one(
        {
            "apiVersion": "extensions/v1beta1",
            "kind": "Ingress",
            "metadata": {"name": "i"},
            "spec": {"backend": {"serviceName": "s", "servicePort": 80}},
        }
    )
    assert isinstance(old, Ingress)
    assert [(path, backend.target) for path, backend in old.backends] == [("spec.backend", ("s", 80))]
