"""The client against a real API server, which is killed and started again while it is being watched."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from tests.cluster.cluster import Cluster
from tests.cluster.follower import Follower

from seawall.errors import ServiceError
from seawall.kube.client.access import may, rules
from seawall.kube.client.blocking import with_client
from seawall.kube.client.client import Client, Selection
from seawall.kube.client.config import Connection, load
from seawall.kube.client.discovery import Discovery, discover
from seawall.kube.client.errors import ConflictError, ForbiddenError, NotFoundError, UnauthorizedError
from seawall.kube.client.item import Item, Key
from seawall.kube.client.reflector import Reflector
from seawall.kube.client.resource import NAMESPACES, PODS, Resource
from seawall.model.kube import Namespace

CONFIG_MAPS = Resource(name="configmaps", kind="ConfigMap")
DEPLOYMENTS = Resource(group="apps", name="deployments", kind="Deployment")


@pytest.fixture
def connection(control_plane: Cluster) -> Connection:
    return load(str(control_plane.kubeconfig))


def config_map(name: str, namespace: str, **data: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": data,
    }


def test_a_version_and_every_kind(control_plane: Cluster, connection: Connection) -> None:
    async def ask(client: Client) -> tuple[str, Discovery]:
        return (await client.version()).git_version, await discover(client.transport)

    version, discovery = with_client(connection, ask)
    assert version.startswith("v1.")
    listed = control_plane.kubectl("api-resources", "--no-headers", "-o", "name").split()
    assert sorted(each.title for each in discovery.preferred()) == sorted(listed)
    assert discovery.gaps == ()
    for name in ("deploy", "Deployment", "deployments.apps", "deployments"):
        found = discovery.find(name)
        assert found is not None
        assert (found.api_version, found.kind, found.namespaced) == ("apps/v1", "Deployment", True)
        assert {"list", "watch"} <= set(found.verbs)


def test_lists_in_pages_equal_one_list(control_plane: Cluster, connection: Connection, namespace: str) -> None:
    control_plane.apply(*(config_map(f"c{number}", namespace, a=str(number)) for number in range(25)))

    async def ask() -> tuple[tuple[Item, ...], tuple[Item, ...]]:
        async with Client(connection, page=4) as small, Client(connection) as large:
            which = Selection(namespace=namespace)
            return (await small.list(CONFIG_MAPS, which)).items, (await large.list(CONFIG_MAPS, which)).items

    small, large = asyncio.run(ask())
    assert small == large
    assert len(small) == 26  # the root certificate of every namespace
    first = json.loads(small[0].json)
    assert (first["apiVersion"], first["kind"]) == ("v1", "ConfigMap")


def test_objects_read_as_records(connection: Connection, namespace: str) -> None:
    item = with_client(connection, lambda client: client.get(NAMESPACES, namespace))
    read = item.read()
    assert isinstance(read, Namespace)
    assert read.name == namespace


def test_errors_say_what_to_do(connection: Connection, namespace: str, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match='configmaps "none" not found'):
        with_client(connection, lambda client: client.get(CONFIG_MAPS, "none", namespace))
    config = json.loads(load_text(connection))
    config["users"][0]["user"] = {"token": "expired"}
    broken = tmp_path / "broken"
    broken.write_text(json.dumps(config))
    with pytest.raises(UnauthorizedError, match="log in to the cluster again"):
        with_client(load(str(broken)), lambda client: client.list(PODS))
    config["users"][0]["user"] = {}
    broken.write_text(json.dumps(config))
    with pytest.raises(ForbiddenError, match="system:anonymous"):
        with_client(load(str(broken)), lambda client: client.list(PODS))
    config["clusters"][0]["cluster"].pop("certificate-authority-data")
    broken.write_text(json.dumps(config))
    with pytest.raises(ServiceError, match="cannot be trusted"):
        with_client(load(str(broken)), lambda client: client.list(PODS))


def load_text(connection: Connection) -> str:
    """A kubeconfig of a connection's cluster."""
    cluster = {
        "server": connection.cluster.server,
        "certificate-authority-data": connection.cluster.certificate_authority_data,
    }
    return json.dumps(
        {
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": {}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
    )


def test_server_side_apply_owns_fields(connection: Connection, namespace: str) -> None:
    async def work(client: Client) -> Item:
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "own"}, "data": {"a": "1"}}
        first = json.dumps(body).encode()
        await client.apply(CONFIG_MAPS, "own", first, namespace=namespace, manager="one")
        body["data"] = {"a": "2"}
        second = json.dumps(body).encode()
        with pytest.raises(ConflictError, match="conflict with"):
            await client.apply(CONFIG_MAPS, "own", second, namespace=namespace, manager="two")
        await client.apply(CONFIG_MAPS, "own", second, namespace=namespace, manager="two", force=True, dry_run=True)
        return await client.get(CONFIG_MAPS, "own", namespace)

    assert json.loads(with_client(connection, work).json)["data"] == {"a": "1"}


def test_what_a_service_account_may(control_plane: Cluster, connection: Connection, namespace: str) -> None:
    control_plane.kubectl("-n", namespace, "create", "serviceaccount", "reader")
    control_plane.kubectl("-n", namespace, "create", "role", "reader", "--verb=get,list", "--resource=pods")
    account = f"--serviceaccount={namespace}:reader"
    control_plane.kubectl("-n", namespace, "create", "rolebinding", "reader", "--role=reader", account)
    token = control_plane.kubectl("-n", namespace, "create", "token", "reader").strip()
    config = json.loads(load_text(connection))
    path = control_plane.layout.folder / f"reader-{namespace}"
    (control_plane.layout.folder / f"token-{namespace}").write_text(f"{token}\n")
    config["users"][0]["user"] = {"tokenFile": f"token-{namespace}"}
    path.write_text(json.dumps(config))

    async def ask(client: Client) -> None:
        assert (await may(client.transport, "list", PODS, namespace=namespace)).allowed
        assert not (await may(client.transport, "list", PODS)).allowed
        assert not (await may(client.transport, "get", PODS, namespace=namespace, subresource="log")).allowed
        found = await rules(client.transport, namespace)
        assert any(rule.resources == ("pods",) and rule.verbs == ("get", "list") for rule in found.resource_rules or ())
        assert (await client.list(PODS, Selection(namespace=namespace))).items == ()
        with pytest.raises(ForbiddenError, match="cannot list resource"):
            await client.list(DEPLOYMENTS)

    with_client(load(str(path)), ask)


async def truth(client: Client, which: Selection) -> dict[Key, str]:
    return {item.key: item.version for item in (await client.list(CONFIG_MAPS, which)).items}


def test_nothing_is_lost_or_doubled_while_the_api_server_dies(
    control_plane: Cluster, connection: Connection, namespace: str
) -> None:
    which = Selection(namespace=namespace)
    control_plane.apply(*(config_map(f"c{number}", namespace, a="1") for number in range(10)))

    async def work() -> None:
        async with Client(connection, page=3) as client:
            follower = Follower(Reflector(client, CONFIG_MAPS, lambda item: item.version, which))
            async with follower.running():
                await follower.until(await truth(client, which))
                control_plane.apply(config_map("c1", namespace, a="2"), config_map("late", namespace))
                control_plane.kubectl("-n", namespace, "delete", "configmap", "c2")
                await follower.until(await truth(client, which))
                control_plane.kill("kube-apiserver")
                control_plane.start("kube-apiserver")
                await asyncio.to_thread(control_plane.await_api)
                control_plane.apply(config_map("c3", namespace, a="3"), config_map("later", namespace))
                control_plane.kubectl("-n", namespace, "delete", "configmap", "c4")
                await follower.until(await truth(client, which))
                assert len(follower.reflector) == len(follower.told)

    asyncio.run(work())


class Cutting:
    """A TCP proxy in front of the API server that cuts every connection when it is told to."""

    def __init__(self, port: int) -> None:
        self.port, self.target = 0, port
        self._writers: set[asyncio.StreamWriter] = set()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncGenerator["Cutting", None]:
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        server = await asyncio.start_server(self._connected, sock=listener)
        try:
            yield self
        finally:
            server.close()
            self.cut()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.target)
        self._writers |= {writer, inner_writer}
        await asyncio.gather(self._pump(reader, inner_writer), self._pump(inner_reader, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        writer.close()

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()


def test_nothing_is_lost_or_doubled_while_connections_are_cut(
    control_plane: Cluster, connection: Connection, namespace: str, tmp_path: Path
) -> None:
    which = Selection(namespace=namespace)
    config = json.loads(control_plane.kubeconfig.read_text())

    async def work() -> None:
        async with Cutting(control_plane.api_port).running() as proxy:
            config["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{proxy.port}"
            path = tmp_path / "cut"
            path.write_text(json.dumps(config))
            async with Client(load(str(path)), page=2) as client, Client(connection) as direct:
                follower = Follower(Reflector(client, CONFIG_MAPS, lambda item: item.version, which))
                async with follower.running():
                    await follower.until(await truth(direct, which))
                    for number in range(6):
                        apply = asyncio.to_thread(control_plane.apply, config_map(f"n{number}", namespace, a="1"))
                        task = asyncio.create_task(apply)
                        await asyncio.sleep(0.05 * number)
                        proxy.cut()
                        await task
                    await follower.until(await truth(direct, which))

    asyncio.run(work())


def test_logs_follow(cluster: Cluster, node_namespace: str) -> None:
    container = {"name": "c", "image": "localhost/busybox:1", "command": ["sh", "-c", "echo one; sleep 3; echo two"]}
    spec = {"containers": [container], "restartPolicy": "Never", "terminationGracePeriodSeconds": 1}
    meta = {"name": "p", "namespace": node_namespace}
    cluster.kubectl("-n", node_namespace, "wait", "--for=create", "serviceaccount/default", "--timeout=30s")
    cluster.apply({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec})
    cluster.kubectl("-n", node_namespace, "wait", "pod/p", "--for=jsonpath={.status.phase}=Running")

    async def read(client: Client) -> bytes:
        return b"".join([piece async for piece in client.logs(node_namespace, "p", follow=True)])

    assert with_client(load(str(cluster.kubeconfig)), read) == b"one\ntwo\n"
