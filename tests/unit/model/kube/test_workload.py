import json

import pytest

from seawall.kube.normalise import normalise
from seawall.model.kube import POD_PATHS, Json, Workload

VERSIONS = {
    "Pod": "v1",
    "PodTemplate": "v1",
    "ReplicationController": "v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
    "Service": "serving.knative.dev/v1",
    "Rollout": "argoproj.io/v1alpha1",
    "DeploymentConfig": "apps.openshift.io/v1",
}
POD: dict[str, Json] = {"serviceAccount": "old", "containers": [{"name": "main", "image": "nginx"}]}


def nested(path: str, value: Json) -> dict[str, Json]:
    for key in reversed(path.split(".")):
        value = {key: value}
    assert isinstance(value, dict)
    return value


def read(value: dict[str, Json]) -> Workload:
    (made,) = normalise(json.dumps(value).encode())
    assert isinstance(made, Workload)
    return made


@pytest.mark.parametrize("kind", sorted(POD_PATHS))
def test_every_kind_has_one_normal_form(kind: str) -> None:
    who = {"apiVersion": VERSIONS.get(kind, "apps/v1"), "kind": kind, "metadata": {"name": "x"}}
    made = read(who | nested(POD_PATHS[kind], POD))
    assert made.problems == ()
    assert [one.path for one in made.containers] == [f"{POD_PATHS[kind]}.containers[0]"]
    assert (made.service_account, made.namespace, made.pod.restart_policy) == ("old", "default", "Always")
    assert made.raw["kind"] == kind


def test_defaults_of_replicas_and_strategy() -> None:
    def kind(name: str, version: str, spec: dict[str, Json]) -> Workload:
        return read({"apiVersion": version, "kind": name, "metadata": {"name": "x"}, "spec": spec})

    pods: Json = {"spec": POD}
    deployment = kind("Deployment", "apps/v1", {"template": pods})
    assert (deployment.replicas, deployment.strategy) == (1, "RollingUpdate")
    assert kind("Deployment", "apps/v1", {"template": pods, "replicas": 0}).replicas == 0
    assert kind("DaemonSet", "apps/v1", {"template": pods}).replicas is None
    assert (
        kind("StatefulSet", "apps/v1", {"template": pods, "updateStrategy": {"type": "OnDelete"}}).strategy
        == "OnDelete"
    )
    assert (
        kind("Rollout", "argoproj.io/v1alpha1", {"template": pods, "strategy": {"blueGreen": {}}}).strategy
        == "BlueGreen"
    )
    assert kind("Job", "batch/v1", {"template": pods}).strategy == ""


def test_old_controllers_select_by_plain_labels() -> None:
    made = read(
        {
            "apiVersion": "v1",
            "kind": "ReplicationController",
            "metadata": {"name": "x"},
            "spec": {"selector": {"app": "x"}, "template": {"spec": POD}},
        }
    )
    assert made.selector is not None
    assert made.selector.match_labels == {"app": "x"}


def test_claim_templates_are_volumes() -> None:
    spec: dict[str, Json] = {
        "volumeClaimTemplates": [{"metadata": {"name": "data"}}],
        "template": {"spec": {"containers": [{"name": "a", "volumeMounts": [{"name": "data", "mountPath": "/d"}]}]}},
    }
    made = read({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "x"}, "spec": spec})
    (mount,) = made.containers[0].mounts
    assert (mount.found, mount.type, mount.source) == (True, "persistentVolumeClaim", "data")
