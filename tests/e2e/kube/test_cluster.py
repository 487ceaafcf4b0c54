"""The test clusters themselves: what later tests build on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cluster import process
from tests.cluster.build import ROOT
from tests.cluster.cluster import RUNNING, Cluster, unique
from tests.cluster.layout import Layout

POD = {
    "terminationGracePeriodSeconds": 1,
    "containers": [{"name": "c", "image": "localhost/busybox:1", "command": ["sleep", "infinity"]}],
}


def deployment(name: str, namespace: str, replicas: int) -> dict[str, object]:
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": POD},
        },
    }


def test_controllers_turn_a_deployment_into_pods(control_plane: Cluster, namespace: str) -> None:
    control_plane.apply(deployment("web", namespace, 2))
    control_plane.kubectl("-n", namespace, "wait", "deployment/web", "--for=jsonpath={.status.unavailableReplicas}=2")
    pods = control_plane.get(f"/api/v1/namespaces/{namespace}/pods")["items"]
    assert [pod["status"]["phase"] for pod in pods] == ["Pending", "Pending"]


def test_the_api_server_comes_back_with_all_it_had(control_plane: Cluster, namespace: str) -> None:
    control_plane.kubectl("-n", namespace, "create", "configmap", "kept", "--from-literal=a=b")
    control_plane.kill("kube-apiserver")
    control_plane.start("kube-apiserver")
    control_plane.await_api()
    assert control_plane.get(f"/api/v1/namespaces/{namespace}/configmaps/kept")["data"] == {"a": "b"}


def test_a_deployment_rolls_out_on_the_node(cluster: Cluster, node_namespace: str) -> None:
    cluster.apply(deployment("web", node_namespace, 2))
    cluster.kubectl("-n", node_namespace, "rollout", "status", "deployment/web", "--timeout=60s")
    assert cluster.kubectl("-n", node_namespace, "exec", "deploy/web", "--", "hostname").startswith("web-")
    cluster.kubectl("-n", node_namespace, "set", "env", "deployment/web", "A=B")
    cluster.kubectl("-n", node_namespace, "rollout", "status", "deployment/web", "--timeout=60s")
    pods = cluster.get(f"/api/v1/namespaces/{node_namespace}/pods")["items"]
    newest = max(pods, key=lambda pod: pod["metadata"]["creationTimestamp"])["metadata"]["name"]
    assert cluster.kubectl("-n", node_namespace, "exec", newest, "--", "sh", "-c", "echo $A") == "B\n"


def test_the_host_sees_nothing_of_a_node(cluster: Cluster) -> None:
    listed = subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout
    assert "tc0" not in listed
    assert "cni0" not in listed
    assert str(cluster.layout.folder) not in Path("/proc/mounts").read_text()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_a_cluster_ends_with_its_owner(ending: signal.Signals) -> None:
    name = unique("owned")
    layout = Layout(RUNNING / name)
    words = [sys.executable, "-m", "tests.cluster", "keep", "--name", name]
    keeper = subprocess.Popen(words, cwd=ROOT)
    while not (layout.folder / "up").exists():
        assert keeper.poll() is None
        time.sleep(0.05)
    keeper.send_signal(ending)
    keeper.wait(30)
    time.sleep(0.2)
    assert _mentioning(str(layout.folder)) == []
    subprocess.run([sys.executable, "-m", "tests.cluster", "down", "--name", name], cwd=ROOT, check=True)
    assert not layout.folder.exists()


def _mentioning(text: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes()
        except OSError:
            continue
        if text.encode() in words:
            found.append(words.decode(errors="replace"))
    return found


def test_a_stale_owner_harms_no_stranger() -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        process.end(f"{stranger.pid} 1")
        process.end(str(stranger.pid))
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
    assert process.alive(process.identity())
    assert not process.alive(f"{os.getpid()} 1")
