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
from tests.cluster.cluster import RUNNING, Cluster, no_node_because, unique
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
    control_plane.kubectl("-n", namespace, "wait", "deployment/web", "--for=jsonpath={.status.replicas}=2")
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


def test_network_policies_are_enforced() -> None:
    if reason := no_node_because():
        pytest.skip(reason)
    with Cluster(unique("test"), nodes=1, network_policies=True) as cluster:
        server = {"name": "c", "image": "localhost/busybox:1", "ports": [{"name": "web", "containerPort": 8080}]}
        server["command"] = ["sh", "-c", "mkdir /www; echo hello >/www/index.html; exec httpd -f -p 8080 -h /www"]
        for name, namespace in (("server", "a"), ("near", "a"), ("far", "b")):
            if name != "near":
                cluster.kubectl("create", "namespace", namespace)
                cluster.kubectl("-n", namespace, "wait", "--for=create", "serviceaccount/default", "--timeout=30s")
            meta = {"name": name, "namespace": namespace, "labels": {"app": name}}
            cluster.apply(
                {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {**POD, "containers": [server]}}
            )
        for namespace in ("a", "b"):
            cluster.kubectl("-n", namespace, "wait", "pod", "--all", "--for=condition=Ready", "--timeout=60s")
        address = cluster.get("/api/v1/namespaces/a/pods/server")["status"]["podIP"]
        fetch = f"for try in 1 2; do timeout 1 wget -qO- http://{address}:8080/ && exit; done; echo blocked"

        def reaches(name: str, namespace: str) -> bool:
            return cluster.kubectl("-n", namespace, "exec", name, "--", "sh", "-c", fetch).endswith("hello\n")

        def settle(allowed: dict[str, object] | None) -> None:
            spec = {"podSelector": {"matchLabels": {"app": "server"}}, "ingress": [allowed] if allowed else []}
            meta = {"name": "p", "namespace": "a"}
            cluster.apply(
                {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta, "spec": spec}
            )
            time.sleep(0.5)

        assert (reaches("near", "a"), reaches("far", "b")) == (True, True)
        settle(None)
        assert (reaches("near", "a"), reaches("far", "b")) == (False, False)
        far = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "b"}}, "podSelector": {}}
        settle({"from": [far], "ports": [{"port": "web"}]})
        assert (reaches("near", "a"), reaches("far", "b")) == (False, True)
        settle({"from": [{"podSelector": {"matchLabels": {"app": "near"}}}], "ports": [{"port": 8081}]})
        assert (reaches("near", "a"), reaches("far", "b")) == (False, False)


def test_fake_nodes_say_that_they_run_their_pods() -> None:
    with Cluster(unique("test"), fake_nodes=3) as cluster:
        cluster.apply(deployment("web", "default", 40))
        cluster.kubectl("rollout", "status", "deployment/web", "--timeout=60s")
        pods = cluster.get("/api/v1/pods")["items"]
        assert {pod["spec"]["nodeName"] for pod in pods} == {"fake-00000", "fake-00001", "fake-00002"}
        assert len({pod["status"]["podIP"] for pod in pods}) == 40
        cluster.kubectl("delete", "deployment/web", "--cascade=foreground", "--timeout=60s")
        assert cluster.get("/api/v1/pods")["items"] == []
