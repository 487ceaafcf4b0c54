"""The cluster client: lists decoded beside the official Python client, and 100,000 pods kept current.

    .venv/bin/python bench/bench_kube_client.py [PODS | --real]

The official client is installed into a virtual environment of its own under ~/.cache/seawall-bench. The cluster is a
small server in another process that speaks list and watch (tests/cluster/synthetic.py); with --real also a real
API server whose fake nodes hold 5,000 pods.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from seawall.kube.client.client import Client
from seawall.kube.client.config import Connection, load
from seawall.kube.client.item import Item, read_page
from seawall.kube.client.kubeconfig import Cluster
from seawall.kube.client.pack import Packer
from seawall.kube.client.reflector import Added, Modified, Reflector, Synced
from seawall.kube.client.resource import PODS

PAGE = 500
VENV = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "seawall-bench" / "kubernetes"
OFFICIAL = """
import sys, time
from kubernetes.client import ApiClient

class Answer:
    def __init__(self, data): self.data = data
    def getheader(self, name, default=None): return "application/json"
    getheaders = lambda self: {}
    headers = {"Content-Type": "application/json"}

text = open(sys.argv[1], encoding="utf-8").read()
client, best = ApiClient(), 1e9
for _ in range(3):
    start = time.perf_counter()
    try:
        made = client.deserialize(Answer(text), "V1PodList")
    except TypeError:
        made = client.deserialize(text, "V1PodList", "application/json")
    best = min(best, time.perf_counter() - start)
print(len(made.items) / best)
"""


def a_pod(number: int) -> dict[str, Any]:
    """A pod of three containers as an API server gives it: 6 KB, fields' managers and status and all."""
    name, app = f"shop-{number % 50}-7d4b9c5f6-{number:05x}", f"shop-{number % 50}"
    containers = [
        {
            "name": container,
            "image": f"registry.example/team/{app}-{container}:v1.{number % 9}.0",
            "command": ["/bin/server", "--port", "8080"],
            "env": [{"name": f"OPTION_{index}", "value": f"value-{index}"} for index in range(6)],
            "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
            "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
            "livenessProbe": {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 10},
            "volumeMounts": [{"name": "config", "mountPath": "/etc/app", "readOnly": True}],
            "terminationMessagePath": "/dev/termination-log",
            "imagePullPolicy": "IfNotPresent",
        }
        for container in ("app", "proxy", "agent")
    ]
    managed = {f"f:{field}": {".": {}, "f:name": {}, "f:value": {}} for field in ("spec", "env", "ports", "volumes")}
    statuses = [
        {
            "name": each["name"],
            "ready": True,
            "started": True,
            "restartCount": 0,
            "image": each["image"],
            "imageID": f"registry.example/team/{app}@sha256:{number % 50:064x}",
            "containerID": f"containerd://{number:064x}",
            "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}},
        }
        for each in containers
    ]
    return {
        "metadata": {
            "name": name,
            "generateName": f"{app}-7d4b9c5f6-",
            "namespace": f"team-{number % 40}",
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "labels": {"app": app, "pod-template-hash": "7d4b9c5f6", "tier": "web"},
            "annotations": {"prometheus.io/scrape": "true", "at": "0"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": app, "uid": f"{number:032x}"}],
            "managedFields": [{"manager": "kubelet", "operation": "Update", "apiVersion": "v1", "fieldsV1": managed}],
        },
        "spec": {
            "containers": containers,
            "serviceAccountName": app,
            "nodeName": f"node-{number % 500}",
            "volumes": [{"name": "config", "configMap": {"name": app, "defaultMode": 420}}],
            "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute"}],
        },
        "status": {"phase": "Running", "podIP": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"}
        | {"containerStatuses": statuses, "qosClass": "Burstable", "startTime": "2026-01-01T00:00:00Z"},
    }


def always(text: str, kind: str) -> Any:  # noqa: ANN401 # a handler of a library that only the server's process loads
    """Answers with the same body each time."""
    from aiohttp import web  # noqa: PLC0415 # only in this process

    async def answer(_: object) -> web.Response:
        return web.Response(body=text.encode(), headers={"Content-Type": kind})

    return answer


def serve(pods: int) -> None:
    """The synthetic cluster's process: says its address, then changes one pod for each line on standard input."""
    from tests.cluster.synthetic import Synthetic  # noqa: PLC0415 # only in this process

    server = Synthetic()
    resource = {"resource": "pods", "responseKind": {"kind": "Pod"}, "scope": "Namespaced", "verbs": ["list", "watch"]}
    group = {"metadata": {"name": ""}, "versions": [{"version": "v1", "resources": [resource]}]}
    kind = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    for path, answer in {
        "/api": {"kind": "APIGroupDiscoveryList", "items": [group]},
        "/apis": {"kind": "APIGroupDiscoveryList", "items": []},
        "/version": {"gitVersion": "v1.34.0"},
    }.items():
        server.routes[path] = always(json.dumps(answer), kind)
    for number in range(pods):
        server.put(a_pod(number), quiet=True)

    async def change() -> None:
        number = 0
        while await asyncio.to_thread(sys.stdin.readline):
            pod = a_pod(number % pods)
            pod["metadata"]["annotations"]["at"] = str(time.monotonic())
            server.put(pod)
            await server.tell()
            number += 7919

    async def main() -> None:
        async with server.running() as address:
            print(address, flush=True)
            await change()

    asyncio.run(main())


@contextlib.contextmanager
def synthetic(pods: int) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A running synthetic cluster: its address, and its process."""
    words = [sys.executable, __file__, "--serve", str(pods)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def memory() -> float:
    """This process's resident memory in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


async def follow(address: str, process: subprocess.Popen[str]) -> None:
    """List all, keep them packed, and see single changes."""
    packer = Packer()
    async with Client(Connection(name="bench", cluster=Cluster(server=address)), page=PAGE) as client:
        reflector = Reflector(client, PODS, packer.pack)
        start, delays = time.perf_counter(), []
        async with contextlib.aclosing(reflector.changes()) as changes:
            async for change in changes:
                if isinstance(change, Synced):
                    seconds = time.perf_counter() - start
                    print(f"  listed and packed            {change.count / seconds:10,.0f} pods/s ({seconds:.1f} s)")
                    print(f"  memory of this process       {memory():10,.0f} MB with {len(reflector):,} pods")
                elif isinstance(change, Added):
                    continue
                elif isinstance(change, Modified):
                    at = json.loads(packer.unpack(change.new))["metadata"]["annotations"]["at"]
                    delays.append((time.monotonic() - float(at)) * 1000)
                if len(delays) == 200:
                    break
                assert process.stdin is not None
                await asyncio.sleep(0.005)
                process.stdin.write("\n")
                process.stdin.flush()
    delays.sort()
    print(f"  a change is seen after       {delays[100]:10.1f} ms (median), {delays[198]:.1f} ms (99 of 100)")


def official(page: bytes) -> float | None:
    """Pods a second that the official client decodes, if it can be installed."""
    try:
        if not VENV.exists():
            subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
            pip = [VENV / "bin" / "pip", "install", "-q", "--disable-pip-version-check", "kubernetes"]
            subprocess.run(pip, check=True)
        with tempfile.NamedTemporaryFile() as file:
            file.write(page)
            file.flush()
            words = [VENV / "bin" / "python", "-c", OFFICIAL, file.name]
            return float(subprocess.run(words, capture_output=True, text=True, check=True).stdout)
    except subprocess.CalledProcessError as error:
        print(f"  the official client could not be measured: {error.stderr or error}")
        return None


def list_of(numbers: range) -> bytes:
    """A page of a list."""
    items = [{**a_pod(number)} for number in numbers]
    for number, item in zip(numbers, items, strict=True):
        item["metadata"] |= {"uid": f"uid-{number}", "resourceVersion": str(number)}
    return json.dumps({"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": items}).encode()


def rate(page: bytes, *, records: bool) -> float:
    """Pods a second that this client decodes: to who they are and their JSON, or to records that policies judge."""
    best = float("inf")
    for _ in range(20):
        start = time.perf_counter()
        items = read_page(page, PODS).items
        if records:
            list(map(Item.read, items))
        best = min(best, time.perf_counter() - start)
    return PAGE / best


def real(pods: int) -> None:
    """List the pods of a real API server, beside kubectl."""
    from tests.cluster.cluster import Cluster as Running  # noqa: PLC0415 # only when asked for
    from tests.cluster.cluster import unique  # noqa: PLC0415

    async def listed(running: Running) -> float:
        async with Client(load(str(running.kubeconfig)), page=PAGE) as client:
            start = time.perf_counter()
            assert len((await client.list(PODS)).items) == pods
            return time.perf_counter() - start

    with Running(unique("bench"), fake_nodes=50) as running:
        running.kubectl("create", "deployment", "web", "--image=registry.example/web:1", f"--replicas={pods}")
        while running.get("/apis/apps/v1/namespaces/default/deployments/web")["status"].get("readyReplicas") != pods:
            time.sleep(1)
        ours = min(asyncio.run(listed(running)) for _ in range(3))
        start = time.perf_counter()
        running.kubectl("get", "pods", "-A", "-o", "json")
        theirs = time.perf_counter() - start
    print(f"{pods:,} pods of a real API server")
    print(f"  listed                       {ours:10.2f} s; kubectl -o json {theirs:.2f} s: {theirs / ours:.1f} x")


def main() -> None:
    """Print the figures."""
    words = [word for word in sys.argv[1:] if word != "--real"]
    pods = int(words[0]) if words else 100_000
    page = list_of(range(PAGE))
    print(f"decoding lists of pods of {len(page) / PAGE / 1000:.1f} KB")
    items, records = rate(page, records=False), rate(page, records=True)
    print(f"  who they are, and their JSON {items:10,.0f} pods/s")
    print(f"  as records                   {records:10,.0f} pods/s")
    theirs = official(page)
    if theirs:
        print(f"  the official client          {theirs:10,.0f} pods/s")
        print(f"  ratio                        {items / theirs:10.0f} x ({records / theirs:.0f} x as records)")
    print(f"{pods:,} pods kept current")
    before = memory()
    with synthetic(pods) as (address, process):
        print(f"  memory before                {before:10,.0f} MB")
        asyncio.run(follow(address, process))
    if "--real" in sys.argv:
        real(5000)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(int(sys.argv[2]))
    else:
        main()
