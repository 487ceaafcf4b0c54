"""A proxy in front of the real API server that misbehaves when told to."""

import asyncio
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
from aiohttp import web
from tests.cluster.cluster import Cluster
from tests.cluster.synthetic import Fault

_DROPPED = {"transfer-encoding", "content-encoding", "content-length"}
_PAUSE: web.RequestKey[float] = web.RequestKey("pause", float)
_CUT: web.RequestKey[int] = web.RequestKey("cut", int)


Meant = Callable[[web.Request], bool]
"""Whether a fault is for a request."""


def slowly(seconds: float) -> Fault:
    """Pass the real answer on, but wait between its parts, and before the first."""

    async def answer(request: web.Request) -> None:
        request[_PAUSE] = seconds

    return answer


def cut_after(size: int) -> Fault:
    """Pass the real answer on, and cut the connection after so many bytes of it."""

    async def answer(request: web.Request) -> None:
        request[_CUT] = size

    return answer


class Misbehaving:
    """Passes requests on as the administrator.

    Attributes:
        page: the largest page of a list that it lets through.
        faults: (whether a request is meant, what to answer it with instead), each for one request.
    """

    def __init__(self, cluster: Cluster, page: int = 500) -> None:
        self._cluster, self._page = cluster, page
        self.faults: list[tuple[Meant, Fault]] = []
        self._open: set[asyncio.WriteTransport] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._trust = ssl.create_default_context(cafile=str(cluster.layout.pki / "ca.crt"))
        self._trust.load_cert_chain(cluster.layout.pki / "admin.crt", cluster.layout.pki / "admin.key")

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        for one in self.faults:
            meant, fault = one
            if meant(request):
                self.faults.remove(one)
                response = await fault(request)
                if response is not None:
                    return response
        query = dict(request.query)
        if "limit" in query:
            query["limit"] = str(min(self._page, int(query["limit"])))
        headers = {"Accept": request.headers.get("Accept", "*/*")}
        session: aiohttp.ClientSession = request.app[_SESSION]
        async with session.get(f"{self._cluster.server}{request.path}", params=query, headers=headers) as given:
            kept = {name: text for name, text in given.headers.items() if name.lower() not in _DROPPED}
            response = web.StreamResponse(status=given.status, headers=kept)
            await response.prepare(request)
            await self._pass_on(request, given, response)
            return response

    async def _pass_on(self, request: web.Request, given: aiohttp.ClientResponse, response: web.StreamResponse) -> None:
        left = request.get(_CUT)
        assert request.transport is not None
        self._open.add(request.transport)
        try:
            async for chunk in given.content.iter_any():
                await asyncio.sleep(request.get(_PAUSE, 0.0))
                await response.write(chunk[:left])
                left = None if left is None else left - len(chunk)
                if left is not None and left <= 0:
                    request.transport.abort()
                    return
        except aiohttp.ClientConnectionResetError:
            return  # who asked went away, or was cut off
        finally:
            self._open.discard(request.transport)

    def cut(self) -> None:
        """Break off all answers that are on their way: watches, above all."""

        def abort() -> None:
            for transport in self._open:
                transport.abort()

        assert self._loop is not None
        self._loop.call_soon_threadsafe(abort)

    async def _serve(self, ready: "Callable[[str, asyncio.Event], None]") -> None:
        self._loop = asyncio.get_running_loop()
        app, over = web.Application(), asyncio.Event()
        connector = aiohttp.TCPConnector(ssl=self._trust)
        async with aiohttp.ClientSession(connector=connector) as session:
            app[_SESSION] = session
            app.router.add_get("/{tail:.*}", self._answer)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            ready(f"http://127.0.0.1:{runner.addresses[0][1]}", over)
            await over.wait()
            await runner.cleanup()

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve on loopback in a thread; gives the address."""
        told = threading.Event()
        found: list[tuple[str, asyncio.Event]] = []

        def ready(address: str, over: asyncio.Event) -> None:
            found.append((address, over))
            told.set()

        thread = threading.Thread(target=asyncio.run, args=(self._serve(ready),))
        thread.start()
        try:
            assert told.wait(10), "the proxy does not start"
            yield found[0][0]
        finally:
            assert self._loop is not None
            self._loop.call_soon_threadsafe(found[0][1].set)
            thread.join(10)


@contextmanager
def behind(
    cluster: Cluster, folder: Path, *faults: tuple[Meant, Fault], page: int = 5
) -> Iterator[tuple[Path, Misbehaving]]:
    """A kubeconfig that leads through the proxy; all faults must have been met at the end."""
    proxy = Misbehaving(cluster, page=page)
    proxy.faults += faults
    with proxy.running() as address:
        path = folder / "kubeconfig"
        path.write_text(kubeconfig(address))
        yield path, proxy
        assert not proxy.faults, "no request met the fault"


def kubeconfig(address: str) -> str:
    context = {"name": "test", "context": {"cluster": "test", "user": "test"}}
    config = {
        "current-context": "test",
        "contexts": [context],
        "clusters": [{"name": "test", "cluster": {"server": address}}],
        "users": [{"name": "test", "user": {"token": "any"}}],
    }
    return json.dumps(config)


_SESSION = web.AppKey("session", aiohttp.ClientSession)
