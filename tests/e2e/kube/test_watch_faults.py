"""Watching through a misbehaving proxy, and a store that forgets: every change is told, and told once."""

import asyncio
import contextlib
import json
import ssl
import threading
import urllib.request
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path

import pytest
from aiohttp import web
from tests.cluster.cluster import Cluster
from tests.cluster.proxy import Misbehaving, behind, cut_after, slowly
from tests.cluster.synthetic import Fault, refuse, say

from seawall.errors import ServiceError
from seawall.kube.client.blocking import with_client
from seawall.kube.client.client import Client, Selection
from seawall.kube.client.config import load
from seawall.kube.client.errors import UnauthorizedError
from seawall.kube.client.resource import Resource
from seawall.workflow.cluster.audit import AuditRequest
from seawall.workflow.cluster.follower import Change, Follower
from seawall.workflow.cluster.source import ClusterQuery
from seawall.workflow.cluster.watch import follow

pytestmark = pytest.mark.e2e

CONFIG_MAPS = Resource(name="configmaps", kind="ConfigMap")
_GONE = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version"}


def _config_map(name: str, namespace: str, **data: str) -> dict[str, object]:
    meta = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": data}


def _watches(request: web.Request) -> bool:
    return request.path.endswith("/configmaps") and "watch" in request.query


class Watching:
    """``seawall cluster watch`` in this process: what it told and warned of."""

    def __init__(self, config: Path, namespace: str) -> None:
        query = ClusterQuery(kubeconfig=str(config), namespace=namespace)
        self.changes: list[Change] = []
        self.warnings: list[str] = []
        self.follower = Follower(AuditRequest(on=date(2026, 6, 1), cluster=query), self.changes.append)
        self._ready = asyncio.Event()
        self._query = query
        self.task: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def running(self, client: Client) -> AsyncIterator[None]:
        space = self._query.namespace
        work = follow(client, space, self.follower, self.warnings.append, lambda _: self._ready.set())
        self.task = asyncio.create_task(work)
        self.task.add_done_callback(lambda _: self._ready.set())
        try:
            await asyncio.wait_for(self._ready.wait(), 60)
            yield
        finally:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def until(self, told: Callable[["Watching"], bool], seconds: float = 60) -> None:
        """Wait until it told what is wanted, and a moment more: nothing may come twice."""
        async with asyncio.timeout(seconds):
            while not told(self):
                assert self.task is not None
                if self.task.done():
                    await self.task
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)

    @property
    def told(self) -> list[tuple[str, str, str]]:
        return [(one.what, one.kind, one.name) for one in self.changes]


async def _cut(proxy: Misbehaving, come_back: Callable[[], bool] = lambda: True) -> None:
    """Break the watches off, also one that was only about to begin, until somebody has come back to a fault."""
    proxy.cut()
    async with asyncio.timeout(60):
        while not come_back():
            await asyncio.sleep(0.5)
            if not come_back():
                proxy.cut()


_FAULTS: dict[str, list[Fault]] = {
    "none": [],
    "429": [refuse(429, Retry_After="1")],
    "500s": [refuse(500), refuse(503), refuse(504)],
    "410 at once": [refuse(410, "too old resource version")],
    "410 as an event": [say(json.dumps({"type": "ERROR", "object": _GONE}).encode() + b"\n")],
    "an error event": [say(b'{"type":"ERROR","object":{"code":500,"message":"etcdserver: leader changed"}}\n')],
    "no events": [say(b"<html>Back soon</html>\n"), say(b'{"type":"ADDED","object"')],
    "cut": [cut_after(0), cut_after(40)],
    "slow": [slowly(0.3)],
}


@pytest.mark.parametrize("faults", list(_FAULTS.values()), ids=list(_FAULTS))
def test_trouble_that_passes_loses_and_doubles_nothing(
    control_plane: Cluster, namespace: str, tmp_path: Path, faults: list[Fault]
) -> None:
    """The watch is cut, meets the faults as it comes back, and the world goes on meanwhile."""
    control_plane.apply(*(_config_map(name, namespace) for name in ("stays", "changes", "goes")))

    async def work(client: Client) -> None:
        watching = Watching(config, namespace)
        async with watching.running(client):
            proxy.faults += [(_watches, fault) for fault in faults]
            await _cut(proxy, lambda: not faults or len(proxy.faults) < len(faults))
            await asyncio.to_thread(
                control_plane.apply, _config_map("changes", namespace, a="b"), _config_map("new", namespace)
            )
            await asyncio.to_thread(control_plane.kubectl, "-n", namespace, "delete", "configmap", "goes")
            await watching.until(lambda one: len(one.told) >= 3 and not proxy.faults)
            await asyncio.to_thread(control_plane.apply, _config_map("later", namespace))
            await watching.until(lambda one: len(one.told) >= 4)
        kind = "ConfigMap"
        assert sorted(watching.told[:3]) == [
            ("changed", kind, "changes"),
            ("created", kind, "new"),
            ("deleted", kind, "goes"),
        ]
        assert watching.told[3:] == [("created", kind, "later")]
        assert watching.warnings == []

    with behind(control_plane, tmp_path) as (config, proxy):
        with_client(load(str(config)), work)


def test_trouble_while_the_first_lists_are_read(control_plane: Cluster, namespace: str, tmp_path: Path) -> None:
    control_plane.apply(*(_config_map(f"map-{number}", namespace) for number in range(12)))

    def lists(request: web.Request) -> bool:
        return request.path.endswith("/configmaps") and "continue" in request.query

    async def work(client: Client) -> None:
        watching = Watching(config, namespace)
        async with watching.running(client):
            await asyncio.to_thread(control_plane.apply, _config_map("new", namespace))
            await watching.until(lambda one: bool(one.told))
        assert watching.told == [("created", "ConfigMap", "new")]
        held = {
            name
            for kind, space, name in watching.follower.inventory.by_name
            if (kind, space) == ("ConfigMap", namespace)
        }
        assert held == {"kube-root-ca.crt", "new", *(f"map-{number}" for number in range(12))}

    faults = (refuse(410), refuse(500), refuse(429, Retry_After="1"), cut_after(100), refuse(410))
    with behind(control_plane, tmp_path, *((lists, fault) for fault in faults)) as (config, _):
        with_client(load(str(config)), work)


def test_an_expired_token_ends_it_with_one_sentence(control_plane: Cluster, namespace: str, tmp_path: Path) -> None:
    async def work(client: Client) -> None:
        watching.append(Watching(config, namespace))
        async with watching[0].running(client):
            proxy.faults += [(lambda request: "watch" in request.query, refuse(401, "Unauthorized"))] * 4
            await _cut(proxy, lambda: len(proxy.faults) < 4)
            await watching[0].until(lambda _: False)

    watching: list[Watching] = []
    with behind(control_plane, tmp_path) as (config, proxy):
        with pytest.raises(UnauthorizedError, match="log in to the cluster again"):
            with_client(load(str(config)), work)
        proxy.faults.clear()
    assert watching[0].warnings == []


def test_a_kind_that_is_refused_is_said_and_the_rest_goes_on(
    control_plane: Cluster, namespace: str, tmp_path: Path
) -> None:
    async def work(client: Client) -> None:
        watching = Watching(config, namespace)
        async with watching.running(client):
            meta = {"name": "new", "namespace": namespace}
            account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}
            await asyncio.to_thread(control_plane.apply, _config_map("new", namespace), account)
            await watching.until(lambda one: bool(one.told))
        assert watching.told == [("created", "ServiceAccount", "new")]
        (warning,) = watching.warnings
        assert warning.startswith("configmaps is not followed:")
        assert "not for you" in warning

    def lists(request: web.Request) -> bool:
        return request.path.endswith("/configmaps")

    with behind(control_plane, tmp_path, (lists, refuse(403, "not for you"))) as (config, _):
        with_client(load(str(config)), work)


def test_a_cluster_that_allows_nothing_is_one_sentence(control_plane: Cluster, namespace: str, tmp_path: Path) -> None:
    path = tmp_path / "nobody"
    control_plane.kubectl("-n", namespace, "create", "serviceaccount", "nobody")
    token = control_plane.kubectl("-n", namespace, "create", "token", "nobody").strip()
    config = json.loads(control_plane.kubeconfig.read_text())
    config["users"][0]["user"] = {"token": token}
    path.write_text(json.dumps(config))
    watching: list[Watching] = []

    async def work(client: Client) -> None:
        watching.append(Watching(path, namespace))
        async with watching[0].running(client):
            await watching[0].until(lambda _: False)

    with pytest.raises(ServiceError, match="nothing of it may be watched"):
        with_client(load(str(path)), work)
    assert len(watching[0].warnings) > 20


# --- a store that forgets ---------------------------------------------------------------------------------------------


def _compact(cluster: Cluster) -> int:
    """Make etcd forget all but the present; gives the revision up to which it did. Its own JSON gateway is asked."""
    pki = cluster.layout.pki
    trust = ssl.create_default_context(cafile=str(pki / "etcd-ca.crt"))
    trust.load_cert_chain(pki / "etcd-client.crt", pki / "etcd-client.key")

    def ask(path: str, body: dict[str, object]) -> dict[str, dict[str, str]]:
        request = urllib.request.Request(
            f"https://127.0.0.1:{cluster.ports.etcd}{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10, context=trust) as answer:
            found: dict[str, dict[str, str]] = json.loads(answer.read())
            return found

    revision = int(ask("/v3/kv/range", {"key": "AA==", "limit": 1, "keys_only": True})["header"]["revision"])
    ask("/v3/kv/compaction", {"revision": revision, "physical": True})
    return revision


def _restart_with_a_compacted_store(cluster: Cluster) -> None:
    """What the API server still knew in its own memory of earlier moments goes with it.

    Not for a thread: the server would end with it (``tests.cluster.process``).
    """
    cluster.kill("kube-apiserver")
    _compact(cluster)
    cluster.start("kube-apiserver")
    cluster.await_api()


def test_a_store_that_forgot_is_begun_anew(
    control_plane: Cluster, namespace: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A list is between two pages, a watch on its way back, when the moment that they go on from is forgotten."""
    names = [f"map-{number}" for number in range(9)]
    control_plane.apply(*(_config_map(name, namespace) for name in names))
    caplog.set_level("INFO", "seawall.kube.client.reflector")

    async def work(client: Client) -> None:
        held, release = threading.Event(), threading.Event()

        async def hold(_: web.Request) -> None:
            held.set()
            await asyncio.to_thread(release.wait, 60)

        watching = Watching(config, namespace)
        begun, seen = 0, list[str]()
        async with (
            watching.running(client),
            Client(load(str(control_plane.kubeconfig)), page=3) as other,
            contextlib.aclosing(other.restarting_pages(CONFIG_MAPS, Selection(namespace=namespace))) as pages,
        ):
            proxy.faults.append((_watches, hold))
            await _cut(proxy, held.is_set)
            async for anew, page in pages:
                begun, seen = begun + anew, [*([] if anew else seen), *(item.name for item in page.items)]
                if len(seen) == 3 and begun == 1:
                    changes = [_config_map("new", namespace), _config_map("map-8", namespace, a="b")]
                    await asyncio.to_thread(control_plane.apply, *changes)
                    await asyncio.to_thread(control_plane.kubectl, "-n", namespace, "delete", "configmap", "map-7")
                    _restart_with_a_compacted_store(control_plane)
            release.set()
            await watching.until(lambda one: len(one.told) >= 3)
        assert begun == 2
        assert sorted(seen) == sorted({"kube-root-ca.crt", "new", *names} - {"map-7"})
        told = [(what, name) for what, kind, name in watching.told if kind == "ConfigMap"]
        assert sorted(told) == [("changed", "map-8"), ("created", "new"), ("deleted", "map-7")]
        assert "watch configmaps has to begin again" in caplog.text or "watch configmaps failed: too old" in caplog.text

    with behind(control_plane, tmp_path, page=500) as (config, proxy):
        with_client(load(str(config)), work)
