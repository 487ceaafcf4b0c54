"""Readings of workloads: AI roles and model sources, miners and engines, owners, removed APIs, roll-outs."""

from collections.abc import Mapping

import msgspec
import pytest

from seawall.kube.normalise import normalise
from seawall.model.kube.object import KubeObject
from seawall.model.kube.workload import Workload
from seawall.policy.criteria import ai, lifecycle, purpose, rollout


def workload(labels: Mapping[str, str] | None = None, pod: Mapping[str, object] | None = None, **c: object) -> Workload:
    spec = {"containers": [{"name": "c", "image": "a:1", **c}], **(pod or {})}
    template = {"metadata": {"labels": {"app": "a"}}, "spec": spec}
    document = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "w", "labels": dict(labels or {})},
        "spec": {"template": template},
    }
    (made,) = normalise(msgspec.json.encode(document))
    assert isinstance(made, Workload)
    return made


@pytest.mark.parametrize(
    ("image", "role"),
    [
        ("docker.io/vllm/vllm-openai:v1", "model-server"),
        ("ollama/ollama", "model-server"),
        ("jupyter/base-notebook:1", "notebook"),
        ("ghcr.io/all-hands-ai/openhands:1", "agent"),
        ("rayproject/ray:2", "training"),
        ("nginx:1", None),
        ("registry.example/user-agent-parser:1", None),
    ],
)
def test_the_role_of_an_image(image: str, role: str | None) -> None:
    assert ai.ai_role(workload(image=image).containers[0]) == role


def test_roles_by_label_win_nothing_but_add() -> None:
    assert ai.ai_roles(workload({ai.LABEL: "agent"}, image="ollama/ollama")) == ("agent", "model-server")


def test_models_from_arguments_and_variables() -> None:
    one = workload(args=["--model", "x/y", "--model-id=z"], env=[{"name": "MODEL_ID", "value": "m"}])
    assert ai.model_sources(one.containers[0]) == ("m", "x/y", "z")
    assert ai.model_sources(workload(args=["--model"]).containers[0]) == ()


def test_accelerators_are_summed_and_other_resources_not() -> None:
    limits = {"nvidia.com/gpu": 2, "amd.com/gpu": 1, "example.com/fpga": 4, "cpu": 8}
    assert ai.most_accelerators(workload(resources={"limits": limits})) == 3
    assert ai.most_accelerators(workload()) is None


def test_miners_and_engines() -> None:
    assert purpose.miner(workload(image="x/xmrig:6").containers[0])
    assert purpose.miner(workload(args=["-o", "stratum+tcp://pool:1"]).containers[0])
    assert not purpose.miner(workload(args=["--min"]).containers[0])
    assert purpose.container_engine(workload(image="docker:dind").containers[0])
    assert not purpose.container_engine(workload(image="docker:27-cli").containers[0])


def test_owners_with_and_without_prefix() -> None:
    assert purpose.owner_label(workload({"example.com/team": "web"})) == "web"
    assert purpose.owner_label(workload({"team": ""})) is None
    assert purpose.owner_label(workload({"teams": "x"})) is None


def test_what_is_read() -> None:
    assert purpose.reads(workload(envFrom=[{"secretRef": {"name": "s"}}])) == ("secret",)
    assert purpose.reads(workload(pod={"volumes": [{"name": "v", "configMap": {"name": "c"}}]})) == ("config-map",)
    assert purpose.reads(workload()) == ()


def test_words_of_a_command_line_without_folders() -> None:
    one = workload(command=["/bin/sh", "-c"], args=["/usr/bin/sudo -u a /app;exit"]).containers[0]
    assert rollout.programs(one) == {"sh", "-c", "sudo", "-u", "a", "app", "exit"}


def test_volumes_that_nobody_mounts() -> None:
    volumes = {"volumes": [{"name": "a", "emptyDir": {}}, {"name": "b", "emptyDir": {}}]}
    assert rollout.unmounted_volumes(workload(pod=volumes, volumeMounts=[{"name": "a", "mountPath": "/a"}])) == {"b"}


@pytest.mark.parametrize(
    ("version", "kind", "removed"),
    [
        ("extensions/v1beta1", "Deployment", "1.16"),
        ("extensions/v1beta1", "Ingress", "1.22"),
        ("apps/v1beta2", "StatefulSet", "1.16"),
        ("rbac.authorization.k8s.io/v1beta1", "Role", "1.22"),
        ("policy/v1beta1", "PodDisruptionBudget", "1.25"),
        ("flowcontrol.apiserver.k8s.io/v1beta3", "FlowSchema", "1.32"),
        ("apps/v1", "Deployment", None),
        ("extensions/v1beta1", "Unknown", None),
    ],
)
def test_removed_versions(version: str, kind: str, removed: str | None) -> None:
    assert lifecycle.removed_in(KubeObject(api_version=version, kind=kind)) == removed
