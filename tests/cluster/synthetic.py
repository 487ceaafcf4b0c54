"""A small server that speaks list and watch, and misbehaves when told to: for unit tests and benchmarks.

It keeps objects of one kind, a version that every change raises, and all that happened, like the real one. What the
real one does rarely and never on demand (forget a list between two pages, answer 429, drip, cut, lie) is queued in
``faults``, each for one request.
"""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
from aiohttp import web

Fault = Callable[[web.Request], Awaitable[web.StreamResponse | None]]
GONE = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version"}


def pod(name: str, namespace: str = "default", size: int = 0) -> dict[str, Any]:
    """A pod; ``size`` bytes are added to it."""
    return {
        "metadata": {"name": name, "namespace": namespace, "annotations": {"padding": "x" * size}},
        "spec": {"containers": [{"name": "c", "image": f"registry.example/{name}:1"}]},
    }


def refuse(code: int, message: str = "on purpose", **headers: str) -> Fault:
    """Answer with a Status; names of headers with ``_`` for ``-``."""

    async def answer(_: web.Request) -> web.StreamResponse:
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.json_response({"kind": "Status", "code": code, "message": message}, status=code, headers=told)

    return answer


def say(body: bytes, *, cut: bool = False, drip: float = 0.0) -> Fault:
    """Answer 200 with any body; slowly, or cut off before the end that was announced."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(body) + cut)})
        await response.prepare(request)
        for start in range(0, len(body), 1 + len(body) // 8):
            await response.write(body[start : start + 1 + len(body) // 8])
            await asyncio.sleep(drip)
        if cut and request.transport is not None:
            request.transport.abort()
        return response

    return answer


class Synthetic:
    """The server; :meth:`running` gives its address."""

    def __init__(self, kind: str = "Pod", path: str = "/api/v1/pods") -> None:
        self.kind, self.path = kind, path
        self.version = 100
        self.objects: dict[tuple[str, str], bytes] = {}
        self.history: list[tuple[int, str, bytes]] = []
        self.forgotten = 0  # a watch from before this version is told to list again
        self.snapshots: dict[int, list[bytes]] = {}
        self.faults: deque[Fault] = deque()
        self.routes: dict[str, web.Response | Fault] = {}
        self.requests: list[web.Request] = []
        self._news = asyncio.Condition()
        self._watchers: set[asyncio.Task[Any]] = set()

    # --- the world ----------------------------------------------------------------------------------------------
    def put(self, thing: dict[str, Any], *, quiet: bool = False) -> None:
        """Create or change an object; ``quiet`` for the world before anyone looked."""
        self.version += 1
        meta = thing["metadata"]
        key = (meta.get("namespace", ""), meta["name"])
        old = self.objects.get(key)
        uid = json.loads(old)["metadata"]["uid"] if old else f"uid-{self.version}"
        body = {**thing, "metadata": {**meta, "uid": uid, "resourceVersion": str(self.version)}}
        self.objects[key] = json.dumps(body).encode()
        if not quiet:
            self.history.append((self.version, "MODIFIED" if old else "ADDED", self.objects[key]))

    def remove(self, key: tuple[str, str]) -> None:
        """Delete an object."""
        self.version += 1
        body = json.loads(self.objects.pop(key))
        body["metadata"]["resourceVersion"] = str(self.version)
        self.history.append((self.version, "DELETED", json.dumps(body).encode()))

    def bookmark(self) -> None:
        """Say that nothing happened up to here."""
        self.version += 1
        body = {"kind": self.kind, "metadata": {"resourceVersion": str(self.version)}}
        self.history.append((self.version, "BOOKMARK", json.dumps(body).encode()))

    def forget(self) -> None:
        """Compact: pages and watches from before this moment have to begin anew."""
        self.snapshots.clear()
        self.forgotten = self.version
        self.history.clear()

    async def tell(self) -> None:
        """Wake the watches."""
        async with self._news:
            self._news.notify_all()

    def cut(self) -> None:
        """Break all watches off."""
        for task in self._watchers:
            task.cancel()

    def state(self) -> dict[tuple[str, str], str]:
        """Key → version of all that is there."""
        return {key: json.loads(body)["metadata"]["resourceVersion"] for key, body in self.objects.items()}

    # --- the protocol -------------------------------------------------------------------------------------------
    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        if self.faults and (response := await self.faults.popleft()(request)) is not None:
            return response
        route = self.routes.get(request.path)
        if route is not None:
            return route if isinstance(route, web.Response) else await route(request) or web.Response(status=500)
        if request.path != self.path:
            return web.json_response({"kind": "Status", "code": 404, "message": "not found"}, status=404)
        if "watch" in request.query:
            return await self._watch(request)
        return self._list(request)

    def _list(self, request: web.Request) -> web.Response:
        limit = int(request.query.get("limit", "0"))
        at, _, start = request.query.get("continue", f"{self.version}:0").partition(":")
        version, offset = int(at), int(start)
        if offset and version not in self.snapshots:
            return web.json_response(GONE, status=410)
        items = self.snapshots.get(version) if offset else list(self.objects.values())
        assert items is not None
        meta: dict[str, Any] = {"resourceVersion": str(version)}
        if limit and offset + limit < len(items):
            self.snapshots[version] = items
            meta["continue"] = f"{version}:{offset + limit}"
            meta["remainingItemCount"] = len(items) - offset - limit
        part = b",".join(items[offset : offset + limit] if limit else items)
        head = json.dumps({"kind": f"{self.kind}List", "apiVersion": "v1", "metadata": meta}).encode()
        return web.Response(body=head[:-1] + b',"items":[' + part + b"]}", content_type="application/json")

    def _after(self, version: int) -> list[tuple[int, str, bytes]]:
        return [event for event in self.history if event[0] > version]

    async def _watch(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        since = int(request.query["resourceVersion"])
        await response.prepare(request)
        if since < self.forgotten:
            await response.write(json.dumps({"type": "ERROR", "object": GONE}).encode() + b"\n")
            return response
        task = asyncio.current_task()
        assert task
        self._watchers.add(task)
        try:
            while True:
                if since < self.forgotten:
                    await response.write(json.dumps({"type": "ERROR", "object": GONE}).encode() + b"\n")
                    return response
                for version, kind, body in self._after(since):
                    await response.write(b'{"type":"%b","object":%b}\n' % (kind.encode(), body))
                    since = version
                async with self._news:
                    while self.forgotten <= since and not self._after(since):
                        await self._news.wait()
        except aiohttp.ClientConnectionResetError:
            return response  # the client went away
        except asyncio.CancelledError:
            if request.transport is not None:
                request.transport.abort()
            raise
        finally:
            self._watchers.discard(task)

    @contextlib.asynccontextmanager
    async def running(self, **options: Any) -> AsyncIterator[str]:  # noqa: ANN401 # passed on to the site
        """Serve on loopback; gives the address."""
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, **options)
        await site.start()
        scheme = "https" if options.get("ssl_context") else "http"
        try:
            yield f"{scheme}://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            self.cut()
            await runner.cleanup()
