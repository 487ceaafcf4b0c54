"""TLS, proofs and proxies, with real certificates and connections."""

import asyncio
import base64
import ssl
from pathlib import Path

import pytest
import trustme
from aiohttp import web
from tests.cluster.synthetic import Synthetic, pod, refuse

from seawall.errors import ServiceError, UsageError
from seawall.kube.client.client import Client
from seawall.kube.client.config import Connection
from seawall.kube.client.errors import UnauthorizedError
from seawall.kube.client.kubeconfig import Cluster, User
from seawall.kube.client.resource import PODS
from seawall.kube.client.session import is_local


def inline(data: bytes) -> str:
    return base64.b64encode(data).decode()


AUTHORITY = trustme.CA()
STRANGER = trustme.CA()
KNOWN = inline(AUTHORITY.cert_pem.bytes())


def served(names: tuple[str, ...] = ("127.0.0.1",), *, mutual: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(*names).configure_cert(context)
    if mutual:
        context.verify_mode = ssl.CERT_REQUIRED
        AUTHORITY.configure_trust(context)
    return context


def listed(server: Synthetic, context: ssl.SSLContext, user: User | None = None, **cluster: object) -> int:
    async def whole() -> int:
        async with server.running(ssl_context=context) as address:
            made = Cluster(server=address, **cluster)  # type: ignore[arg-type] # fields of the record
            async with Client(Connection(name="test", cluster=made, user=user or User())) as client:
                return len((await client.list(PODS)).items)

    return asyncio.run(whole())


@pytest.fixture
def server() -> Synthetic:
    made = Synthetic()
    made.put(pod("a"), quiet=True)
    return made


def test_the_cluster_is_trusted_by_its_own_authority(server: Synthetic) -> None:
    assert listed(server, served(), certificate_authority_data=KNOWN) == 1


def test_a_stranger_is_not_trusted(server: Synthetic) -> None:
    with pytest.raises(ServiceError, match=r"cannot be trusted: .*Check certificate-authority"):
        listed(server, served(), certificate_authority_data=inline(STRANGER.cert_pem.bytes()))
    with pytest.raises(ServiceError, match="cannot be trusted"):
        listed(server, served())
    assert server.requests == []


def test_another_name_is_not_trusted_unless_it_is_expected(server: Synthetic) -> None:
    context = served(("inner.example",))
    with pytest.raises(ServiceError, match="cannot be trusted"):
        listed(server, context, certificate_authority_data=KNOWN)
    assert listed(server, context, certificate_authority_data=KNOWN, tls_server_name="inner.example") == 1


def test_trust_can_be_waived(server: Synthetic) -> None:
    assert listed(server, served(), insecure_skip_tls_verify=True) == 1


def test_a_client_certificate_proves_who_asks(server: Synthetic, tmp_path: Path) -> None:
    mine = AUTHORITY.issue_cert("me@example.org")
    chain, key = mine.cert_chain_pems[0].bytes(), mine.private_key_pem.bytes()
    user = User(client_certificate_data=inline(chain), client_key_data=inline(key))
    assert listed(server, served(mutual=True), user, certificate_authority_data=KNOWN) == 1
    (tmp_path / "c").write_bytes(chain)
    (tmp_path / "k").write_bytes(key)
    user = User(client_certificate=str(tmp_path / "c"), client_key=str(tmp_path / "k"))
    assert listed(server, served(mutual=True), user, certificate_authority_data=KNOWN) == 1


def test_broken_certificates_are_told(server: Synthetic) -> None:
    with pytest.raises(UsageError, match="certificate or key in the kubeconfig is broken"):
        listed(server, served(), certificate_authority_data=inline(b"nonsense"))
    with pytest.raises(UsageError, match="certificate or key in the kubeconfig is broken"):
        listed(server, served(), User(client_certificate_data=inline(b"a"), client_key_data=inline(b"b")))


def test_a_renewed_certificate_opens_a_new_session(server: Synthetic, tmp_path: Path) -> None:
    path = tmp_path / "both"

    def renew() -> None:
        path.write_bytes(AUTHORITY.issue_cert("me@example.org").private_key_and_cert_chain_pem.bytes())

    async def whole() -> None:
        renew()
        async with server.running(ssl_context=served(mutual=True)) as address:
            cluster = Cluster(server=address, certificate_authority_data=KNOWN)
            user = User(client_certificate=str(path), client_key=str(path))
            async with Client(Connection(name="test", cluster=cluster, user=user)) as client:
                for _ in range(5):
                    assert len((await client.list(PODS)).items) == 1
                    renew()

    asyncio.run(whole())


def test_a_refused_token_is_renewed_once(server: Synthetic, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("old")

    async def expire(_: web.Request) -> web.StreamResponse | None:
        token.write_text("new")
        return await refuse(401, "Unauthorized")(_)

    server.faults.append(expire)
    user = User(
        token_file=str(token),
        impersonate="someone",
        impersonate_groups=("a", "b"),
        impersonate_extra={"x y": ("1", "2")},
    )
    assert listed(server, served(), user, certificate_authority_data=KNOWN) == 1
    assert [request.headers["Authorization"] for request in server.requests] == ["Bearer old", "Bearer new"]
    assert server.requests[1].headers.getall("Impersonate-Group") == ["a", "b"]
    assert server.requests[1].headers.getall("Impersonate-Extra-x%20y") == ["1", "2"]
    server.faults += [refuse(401, "Unauthorized")] * 2
    with pytest.raises(UnauthorizedError, match=r"list pods failed: Unauthorized\. .*log in to the cluster again"):
        listed(server, served(), user, certificate_authority_data=KNOWN)


def through_proxy(connection: Connection) -> list[str]:
    """What a proxy is asked for; it answers itself."""
    asked: list[str] = []

    async def answer(request: web.BaseRequest) -> web.Response:
        asked.append(str(request.url))
        return web.Response(body=b'{"metadata": {}, "items": []}')

    async def whole() -> None:
        runner = web.ServerRunner(web.Server(answer))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 18_231)
        await site.start()
        try:
            async with Client(connection) as client:
                await client.list(PODS)
        finally:
            await runner.cleanup()

    asyncio.run(whole())
    return asked


def test_proxies_are_those_of_the_kubeconfig_then_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = "http://127.0.0.1:18231"
    for name in ("HTTP_PROXY", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    wanted = ["http://cluster.example/api/v1/pods?limit=100"]
    named = Cluster(server="http://cluster.example", proxy_url=proxy)
    assert through_proxy(Connection(name="test", cluster=named)) == wanted
    monkeypatch.setenv("http_proxy", proxy)
    assert through_proxy(Connection(name="test", cluster=Cluster(server="http://cluster.example"))) == wanted


def test_a_proxy_that_is_not_spoken() -> None:
    cluster = Cluster(server="https://x", proxy_url="socks5://y:1080")
    with pytest.raises(UsageError, match=r"proxy 'socks5://y:1080' of cluster test is not spoken"):
        Client(Connection(name="test", cluster=cluster))


def test_what_is_local() -> None:
    assert [is_local(f"https://{host}:1") for host in ("localhost", "127.0.0.9", "[::1]", "10.0.0.1", "x.example")] == [
        True,
        True,
        True,
        False,
        False,
    ]
