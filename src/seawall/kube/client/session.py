"""HTTP sessions with one API server: who asks, by which proxy, over which TLS."""

import asyncio
import ipaddress
from collections.abc import Awaitable, Mapping
from urllib.parse import quote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import aiohttp

import seawall
from seawall.errors import UsageError
from seawall.kube.client.config import Connection
from seawall.kube.client.credential import Proof, credential_of
from seawall.kube.client.tls import tls_context

_BUFFER = 1 << 18
_RETIRED = 2
_KEEP_SECONDS = 60.0


class Sessions:
    """The session that holds now, and those that a renewed client certificate replaced."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.credential = credential_of(connection)
        self._proxy = _proxy_for(connection)
        self._server = connection.cluster.server.rstrip("/")
        self._current: aiohttp.ClientSession | None = None
        self._retired: list[aiohttp.ClientSession] = []
        self._certificate = b""
        self._closed = False

    async def close(self) -> None:
        """Close all connections; who asks afterwards is told so."""
        sessions = [*self._retired, *([self._current] if self._current else [])]
        self._retired, self._current, self._closed = [], None, True
        for waiting in [_end(session) for session in sessions]:
            await waiting
        await asyncio.sleep(0)  # what was aborted closes its socket in the loop's next turn

    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes | None,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 # aiohttp's own bounds
    ) -> aiohttp.ClientResponse:
        """Ask once; the answer's head is there, its body still to come."""
        proof = await self.credential.proof()
        session = await self._session(proof.certificate)
        return await session.request(
            method,
            self._server + path,
            params=params,
            headers=self._headers(proof, headers),
            data=body,
            proxy=self._proxy,
            server_hostname=self._connection.cluster.tls_server_name or None,
            timeout=timeout,
            allow_redirects=False,
        )

    def _headers(self, proof: Proof, more: Mapping[str, str]) -> list[tuple[str, str]]:
        user = self._connection.user
        told = [
            *more.items(),
            ("Authorization", proof.authorization),
            ("Impersonate-User", user.impersonate),
            ("Impersonate-Uid", user.impersonate_uid),
            *(("Impersonate-Group", group) for group in user.impersonate_groups),
            *(
                (f"Impersonate-Extra-{quote(key)}", value)
                for key, values in user.impersonate_extra.items()
                for value in values
            ),
        ]
        return [(name, value) for name, value in told if value]

    async def _session(self, certificate: bytes) -> aiohttp.ClientSession:
        """What still runs with the last certificate may go on; what ran with those before has ended by now."""
        if self._closed:
            raise aiohttp.ClientConnectionError("the client is closed")
        if self._current is None or self._certificate != certificate:
            context = tls_context(self._connection.cluster, certificate)
            if self._current is not None:
                self._retired.append(self._current)
            self._certificate = certificate
            self._current = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=context, limit=0, keepalive_timeout=_KEEP_SECONDS),
                headers={
                    "User-Agent": f"seawall/{seawall.__version__}",
                    "Accept": "application/json",
                    "Accept-Encoding": "identity" if is_local(self._server) else "gzip",
                },
                read_bufsize=_BUFFER,
            )
            while len(self._retired) > _RETIRED:
                await _end(self._retired.pop(0))
        return self._current


def _end(session: aiohttp.ClientSession) -> Awaitable[None]:
    """Close a session's connections at once, without TLS's last words: nobody waits for them.

    A task that is cancelled meanwhile leaves nothing open (``ClientSession.close`` would).
    """
    connector = session.connector
    waiting = connector.close(abort_ssl=True) if connector is not None else asyncio.sleep(0)
    session.detach()
    return waiting


def is_local(server: str) -> bool:
    """Whether an address is this machine's own."""
    host = urlsplit(server).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _proxy_for(connection: Connection) -> str | None:
    """The kubeconfig's proxy, else the environment's.

    Raises:
        UsageError: it is of a kind that is not spoken.
    """
    server = urlsplit(connection.cluster.server)
    proxy = connection.cluster.proxy_url
    if not proxy and not is_local(connection.cluster.server) and not proxy_bypass(server.netloc):
        proxy = getproxies_environment().get(server.scheme, "")
    if proxy and urlsplit(proxy).scheme not in {"http", "https"}:
        raise UsageError(f"the proxy {proxy!r} of cluster {connection.name} is not spoken", hint="Use an HTTP proxy.")
    return proxy or None
