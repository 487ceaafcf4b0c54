"""The audit of 2,000 workloads and the inventory of 100,000 pods, from an export: seconds, megabytes, ratios.

python bench/bench_cluster.py [WORKLOADS] [PODS]
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from seawall.kube.export import Exporter, ExportIndex
from seawall.kube.served import SERVED

_BY_KIND = {one.kind: one for one in SERVED if one.group != "serving.knative.dev"}


def _pod_spec(number: int) -> dict[str, object]:
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


def main() -> None:
    """Print both figures."""
    workloads, pods = (int(word) for word in [*sys.argv[1:3], "2000", "100000"][:2])
    with tempfile.TemporaryDirectory() as top:
        small, large = Path(top) / "small", Path(top) / "large"
        _export(small, workloads, 2 * workloads)
        floor = _plain(small)
        seconds, memory = _measure(
            "cluster", "audit", "--from", str(small), "-q", "--profile", "all", "-o", "json=/dev/null"
        )
        _say(f"audit of {workloads:,} workloads (limit 5 s)", seconds, memory, floor)
        _export(large, workloads, pods)
        floor = _plain(large)
        seconds, memory = _measure("cluster", "inventory", "--from", str(large), "-q", "pods", "-o", "json")
        _say(f"inventory of {pods:,} pods (limit 300 MB)", seconds, memory, floor)


if __name__ == "__main__":
    main()
