"""Nodes that only say that they run what they are given (``fakenodes KUBECONFIG COUNT``): for tests of scale.

Each pod that the scheduler puts on one of them gets an address and is Running and Ready at once; one that is to end is
gone at once. Nothing runs. The cluster must not expect heartbeats of them (``Cluster(fake_nodes=…)`` sees to it).
"""

import asyncio
import contextlib
import json
import sys
from typing import Any

import msgspec

from seawall.errors import ServiceError
from seawall.kube.client.client import Client, Selection
from seawall.kube.client.config import load
from seawall.kube.client.errors import ConflictError, NotFoundError
from seawall.kube.client.item import Item
from seawall.kube.client.reflector import Added, Modified, Reflector
from seawall.kube.client.resource import NODES, PODS
from seawall.kube.client.transport import Request

_PREFIX = "fake-"
_AT_ONCE = 24
_ROOM = {"cpu": "64", "memory": "256Gi", "pods": "250", "ephemeral-storage": "1Ti"}
_MERGE = {"Content-Type": "application/merge-patch+json"}
_JSON = {"Content-Type": "application/json"}


class FakeNodes:
    """Plays the kubelet of all of them."""

    def __init__(self, client: Client, count: int) -> None:
        self._client, self._count = client, count
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._addresses = 0

    async def run(self) -> None:
        """Create the nodes, then serve their pods for good."""
        await asyncio.gather(*(self._create(number) for number in range(self._count)))
        reflector = Reflector(self._client, PODS, lambda item: item, Selection(fields="spec.nodeName!="))
        async with contextlib.aclosing(reflector.changes()) as changes, asyncio.TaskGroup() as tasks:
            async for change in changes:
                if isinstance(change, Added | Modified):
                    tasks.create_task(self._serve(change.new))

    async def _ask(self, request: Request) -> None:
        async with self._slots:
            with contextlib.suppress(NotFoundError, ConflictError):  # it is gone, or there, already
                await self._client.transport.send(request, lambda _: None)

    async def _create(self, number: int) -> None:
        name = f"{_PREFIX}{number:05}"
        ready = {"type": "Ready", "status": "True", "reason": "Fake", "message": ""}
        labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
        node = {
            "metadata": {"name": name, "labels": labels},
            "status": {"capacity": _ROOM, "allocatable": _ROOM, "conditions": [ready]},
        }
        body = json.dumps(node).encode()
        await self._ask(Request(method="POST", path=NODES.path(), headers=_JSON, body=body, what=f"create {name}"))

    async def _serve(self, item: Item) -> None:
        pod: dict[str, Any] = msgspec.json.decode(item.json)
        if not pod["spec"]["nodeName"].startswith(_PREFIX):
            return
        path, what = PODS.path(item.namespace, item.name), f"serve {item.name}"
        if "deletionTimestamp" in pod["metadata"]:
            now = json.dumps({"gracePeriodSeconds": 0, "preconditions": {"uid": item.uid}}).encode()
            await self._ask(Request(method="DELETE", path=path, headers=_JSON, body=now, what=what))
        elif pod["status"].get("phase") == "Pending":
            body = json.dumps({"status": self._status(pod)}).encode()
            await self._ask(Request(method="PATCH", path=f"{path}/status", headers=_MERGE, body=body, what=what))

    def _status(self, pod: dict[str, Any]) -> dict[str, Any]:
        self._addresses += 1
        address = f"10.{128 + (self._addresses >> 16)}.{self._addresses >> 8 & 255}.{self._addresses & 255}"
        started = pod["metadata"]["creationTimestamp"]
        conditions = ("PodScheduled", "Initialized", "ContainersReady", "Ready")
        return {
            "phase": "Running",
            "podIP": address,
            "podIPs": [{"ip": address}],
            "startTime": started,
            "conditions": [{"type": each, "status": "True", "lastTransitionTime": started} for each in conditions],
            "containerStatuses": [
                {
                    "name": each["name"],
                    "image": each["image"],
                    "imageID": f"{each['image'].partition(':')[0]}@sha256:{hash(each['image']) % (1 << 64):064x}",
                    "containerID": f"fake://{self._addresses}",
                    "ready": True,
                    "started": True,
                    "restartCount": 0,
                    "state": {"running": {"startedAt": started}},
                }
                for each in pod["spec"]["containers"]
            ],
        }


async def _main() -> None:
    async with Client(load(sys.argv[1])) as client:
        await FakeNodes(client, int(sys.argv[2])).run()


if __name__ == "__main__":
    try:
        asyncio.run(_main())
    except ServiceError as failure:
        sys.exit(str(failure))
