"""The audit of 2,000 workloads, the inventory of 100,000 pods, a change among 20,000 objects: seconds, MB, ratios.

    .venv/bin/python bench/bench_cluster.py [WORKLOADS] [PODS] [--real]

From an export; the inventory also from a small server that speaks list (bench_kube_client.py), and with --real the
audit from a real API server.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench_kube_client import synthetic
from seawall.kube.export import Exporter, ExportIndex
from seawall.kube.served import SERVED
from seawall.model.kube import Inventory
from seawall.workflow.cluster.audit import AuditRequest
from seawall.workflow.cluster.follower import Change, Follower

_BY_KIND = {one.kind: one for one in SERVED if one.group != "serving.knative.dev"}


def _pod_spec(number: int) -> dict[str, Any]:
    container = {
        "name": "app",
        "image": f"registry.example/team/app-{number % 200}:1.{number % 7}",
        "env": [{"name": f"VARIABLE_{each}", "value": "value"} for each in range(10)],
        "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}},
        "readinessProbe": {"httpGet": {"path": "/", "port": 8080}},
        "volumeMounts": [{"name": "config", "mountPath": "/etc/app"}],
    }
    return {"containers": [container], "volumes": [{"name": "config", "configMap": {"name": f"app-{number}"}}]}


def _export(folder: Path, workloads: int, pods: int) -> None:
    """Deployments with their ReplicaSets, and pods spread over them."""
    found: dict[str, dict[tuple[str, str], bytes]] = {"Deployment": {}, "ReplicaSet": {}, "Pod": {}}
    for number in range(workloads):
        space, name, spec = f"team-{number % 20}", f"app-{number}", _pod_spec(number)
        labels = {"app": name}
        controller = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}}
        for kind, called, owner in (("Deployment", name, ""), ("ReplicaSet", f"{name}-1", "Deployment")):
            owners = [{"kind": owner, "name": name, "controller": True}] if owner else []
            meta = {"name": called, "namespace": space, "labels": labels, "ownerReferences": owners}
            one = {"apiVersion": "apps/v1", "kind": kind, "metadata": meta, "spec": controller}
            found[kind][space, called] = json.dumps(one).encode()
    for number in range(pods):
        owner = number % workloads
        space, name = f"team-{owner % 20}", f"app-{owner}-1-{number}"
        digest = f"registry.example/team/app@sha256:{owner % 200:064x}"
        meta = {
            "name": name,
            "namespace": space,
            "labels": {"app": f"app-{owner}"},
            "ownerReferences": [{"kind": "ReplicaSet", "name": f"app-{owner}-1", "controller": True}],
        }
        status = {"phase": "Running", "containerStatuses": [{"name": "app", "image": "app", "imageID": digest}]}
        spec = _pod_spec(owner) | {"nodeName": f"node-{number % 100}"}
        one = {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec, "status": status}
        found["Pod"][space, name] = json.dumps(one).encode()
    with Exporter(folder) as exporter:
        for kind, objects in found.items():
            exporter.write(_BY_KIND[kind], objects)
        titles = tuple(_BY_KIND[kind].title for kind in found)
        exporter.finish(ExportIndex(cluster="bench", server_version="v1.34.0", resources=titles))


def _measure(*words: str) -> tuple[float, float]:
    """Seconds and peak megabytes of the command in a process of its own."""
    code = "import sys,resource;from seawall.cli.main import cli;cli.main(sys.argv[1:],standalone_mode=False);"
    code += "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024,file=sys.stderr)"
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return time.perf_counter() - began, float(done.stderr.split()[-1])


def _plain(folder: Path) -> float:
    """The floor: only parsing all objects with the standard library."""
    began = time.perf_counter()
    for path in folder.rglob("*.json"):
        if path.name != "seawall-export.json":
            for line in path.read_bytes().splitlines():
                json.loads(line)
    return time.perf_counter() - began


def _say(what: str, seconds: float, memory: float, floor: float) -> None:
    print(f"{what}: {seconds:.1f} s, {memory:.0f} MB, {seconds / floor:.1f} x json.loads alone")


def _kubeconfig(folder: Path, address: str) -> str:
    """Access to a server that asks for nothing."""
    one = {"name": "bench"}
    config = {
        "current-context": "bench",
        "contexts": [one | {"context": {"cluster": "bench", "user": "bench"}}],
        "clusters": [one | {"cluster": {"server": address}}],
        "users": [one | {"user": {}}],
    }
    path = folder / "kubeconfig"
    path.write_text(json.dumps(config))
    return str(path)


def _served(folder: Path, pods: int, floor: float) -> None:
    """The inventory of pods that a server lists."""
    with synthetic(pods) as (address, _):
        words = ("cluster", "inventory", "--kubeconfig", _kubeconfig(folder, address), "-q", "pods", "-o", "json")
        seconds, memory = _measure(*words)
    _say(f"inventory of {pods:,} pods from a server (limit 300 MB)", seconds, memory, floor)


def _settle(pids: list[int], seconds: float = 180) -> None:
    """Wait until the cluster's own programs rest: what was created keeps its controllers busy for a while."""
    ticks = os.sysconf("SC_CLK_TCK")

    def used() -> float:
        texts = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
        return sum(int(text[11]) + int(text[12]) for text in texts) / ticks

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        before = used()
        time.sleep(2)
        if used() - before < 0.5:
            return


def _real(workloads: int, floor: float) -> None:
    """The audit of Deployments in a real API server; no node, so their pods wait."""
    from tests.cluster.cluster import Cluster, unique  # noqa: PLC0415 # only when asked for

    with Cluster(unique("bench")) as running:
        for start in range(0, workloads, 200):
            made = []
            for number in range(start, min(workloads, start + 200)):
                labels = {"app": f"app-{number}"}
                template = {"metadata": {"labels": labels}, "spec": _pod_spec(number)}
                spec = {"selector": {"matchLabels": labels}, "template": template}
                meta = {"name": f"app-{number}", "namespace": "default"}
                made.append({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec})
            text = json.dumps({"apiVersion": "v1", "kind": "List", "items": made})
            running.kubectl("create", "-f", "-", stdin=text)
        while len(running.get("/api/v1/namespaces/default/pods?limit=5000")["items"]) < workloads:
            time.sleep(1)
        _settle([program.pid for program in running.programs.values()])
        words = ("cluster", "audit", "--kubeconfig", str(running.kubeconfig), "-q", "--profile", "all")
        seconds, memory = _measure(*words, "-o", "json=/dev/null")
    _say(f"audit of {workloads:,} workloads of a real API server (limit 5 s)", seconds, memory, floor)


def _changes(objects: int) -> None:
    """A Deployment of many gets another image: until the change and its findings are told, of processor time."""
    kinds: list[tuple[str, str, Callable[[int], object]]] = [
        ("apps/v1", "Deployment", lambda n: {"selector": {}, "template": _template(n)}),
        ("v1", "Service", lambda n: {"selector": {"app": f"app-{n}"}}),
        ("networking.k8s.io/v1", "Ingress", lambda n: {"defaultBackend": {"service": {"name": f"app-{n}"}}}),
        ("v1", "ConfigMap", lambda _: None),
    ]
    request = AuditRequest(on=date(2026, 6, 1), profiles=("all",))
    told: list[Change] = []
    follower = Follower(request, told.append)
    for number in range(objects // len(kinds)):
        for version, kind, spec in kinds:
            meta = {"name": f"app-{number}", "namespace": f"team-{number % 20}"}
            one = {"apiVersion": version, "kind": kind, "metadata": meta, "spec": spec(number)}
            follower.put(json.dumps(one).encode(), silent=True)
            if kind == "Deployment" and not number:
                changed = one
    taken = []
    for number in range(100):
        template = _template(0, image=f"web:{number}")
        text = json.dumps(changed | {"spec": {"selector": {}, "template": template}}).encode()
        began = time.process_time()
        follower.put(text, silent=False)
        taken.append(time.process_time() - began)
    began = time.process_time()
    anew = Inventory(follower.inventory.objects)
    anew.services_of(anew.workloads[0])
    anew.exists("Secret", "", "")
    anew.grants  # noqa: B018 # worked out when first asked for
    whole = time.process_time() - began
    median = sorted(taken)[len(taken) // 2]
    assert len(told) == len(taken)
    print(
        f"a change among {objects:,} objects (limit 100 ms): {1000 * median:.1f} ms of processor,"
        f" {median / whole:.2f} x making the inventory anew"
    )


def _template(number: int, image: str = "") -> dict[str, object]:
    spec = _pod_spec(number)
    if image:
        spec["containers"][0]["image"] = image
    return {"metadata": {"labels": {"app": f"app-{number}"}}, "spec": spec}


def main() -> None:
    """Print the figures."""
    words = [word for word in sys.argv[1:] if word != "--real"]
    workloads, pods = (int(word) for word in [*words, "2000", "100000"][:2])
    with tempfile.TemporaryDirectory() as top:
        small, large = Path(top) / "small", Path(top) / "large"
        _export(small, workloads, 2 * workloads)
        floor = _plain(small)
        seconds, memory = _measure(
            "cluster", "audit", "--from", str(small), "-q", "--profile", "all", "-o", "json=/dev/null"
        )
        _say(f"audit of {workloads:,} workloads (limit 5 s)", seconds, memory, floor)
        if "--real" in sys.argv:
            _real(workloads, floor)
        _export(large, workloads, pods)
        floor = _plain(large)
        seconds, memory = _measure("cluster", "inventory", "--from", str(large), "-q", "pods", "-o", "json")
        _say(f"inventory of {pods:,} pods (limit 300 MB)", seconds, memory, floor)
        _served(Path(top), pods, floor)
    _changes(20_000)


if __name__ == "__main__":
    main()
