"""The Kubernetes API, as far as Seawall asks: lists, watches, single objects, logs, server-side apply."""

import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Self

import msgspec

from seawall.kube.client.config import Connection
from seawall.kube.client.errors import ExpiredError
from seawall.kube.client.item import Item, Page, read_item, read_page, type_prefix
from seawall.kube.client.resource import PODS, Resource
from seawall.kube.client.transport import Request, Transport
from seawall.kube.client.watch import Event, read_events
from seawall.model.record import Record

_PAGE = 500
_FIRST_PAGE = 100
_PAGE_SIZE = 8 << 20
"""Bytes: objects may have a megabyte and a half each, and several kinds are listed at once."""
_RESTARTS = 2
_WATCH_SECONDS = (240, 480)
_SILENCE = 150.0
_APPLY = {"Content-Type": "application/apply-patch+yaml"}


class Selection(Record, frozen=True, kw_only=True):
    """Which objects of a kind.

    Attributes:
        namespace: all of them when empty.
        labels: a label selector (``app=web,tier!=cache``).
        fields: a field selector (``spec.nodeName=node1``).
    """

    namespace: str = ""
    labels: str = ""
    fields: str = ""

    def params(self) -> dict[str, str]:
        """As the query."""
        told = {"labelSelector": self.labels, "fieldSelector": self.fields}
        return {name: value for name, value in told.items() if value}


EVERYTHING = Selection()


class Listing(Record, frozen=True, kw_only=True):
    """A whole list: all objects as they were at one moment.

    Attributes:
        items: the objects.
        version: that moment; a watch goes on from here.
    """

    items: tuple[Item, ...]
    version: str


class Version(Record, frozen=True, kw_only=True, rename="camel"):
    """What the API server says that it is."""

    git_version: str = ""
    platform: str = ""


class Client:
    """Asks one cluster; used as an asynchronous context. Tasks may share it."""

    def __init__(self, connection: Connection, *, timeout: float = 30.0, page: int = _PAGE) -> None:
        """Prepare; nothing is sent yet.

        Args:
            connection: the cluster, and who asks.
            timeout: longest silence in an answer, in seconds.
            page: most objects in one part of a list; large objects come in smaller parts.

        Raises:
            UsageError: the user logs in, or the proxy speaks, in a way that is not known.
        """
        self.transport = Transport(connection, timeout=timeout)
        self.connection = connection
        self._page = page

    async def __aenter__(self) -> Self:
        """Nothing is opened before the first request."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all connections."""
        await self.transport.close()

    async def version(self) -> Version:
        """The API server's version.

        Raises:
            ServiceError: it does not answer, or refuses.
        """
        request = Request(path="/version", what="ask for the version")
        return await self.transport.send(request, msgspec.json.Decoder(Version).decode)

    async def pages(
        self, resource: Resource, which: Selection = EVERYTHING, *, whole: bool = False
    ) -> AsyncGenerator[Page, None]:
        """A list part by part; only one part is in memory at a time.

        Args:
            resource: the kind.
            which: of its objects.
            whole: in one part, which can not expire in the middle.

        Raises:
            ExpiredError: the server forgot the list before its end; what came so far does not count.
            ServiceError: it does not answer, or refuses.
        """
        params, version, limit = which.params(), "", min(self._page, _FIRST_PAGE)
        while True:
            asked = params if whole else params | {"limit": str(limit)}
            request = Request(path=resource.path(which.namespace), params=asked, what=f"list {resource.title}")
            page = await self.transport.send(request, lambda body: read_page(body, resource))
            version = version or page.version
            yield msgspec.structs.replace(page, version=version)
            if not page.proceed:
                return
            params = params | {"continue": page.proceed}
            each = max(1, page.size // max(1, len(page.items)))
            limit = max(1, min(self._page, _PAGE_SIZE // each))

    async def restarting_pages(
        self, resource: Resource, which: Selection = EVERYTHING
    ) -> AsyncGenerator[tuple[bool, Page], None]:
        """:meth:`pages`, begun anew when the server forgets the list in the middle: each time with ``True``.

        The third time it is asked for in one part, as the reference client does.
        """
        for attempt in range(_RESTARTS + 1):
            first = True
            try:
                async with aclosing(self.pages(resource, which, whole=attempt == _RESTARTS)) as pages:
                    async for page in pages:
                        yield first, page
                        first = False
                    return
            except ExpiredError:
                if attempt == _RESTARTS:
                    raise

    async def list(self, resource: Resource, which: Selection = EVERYTHING) -> Listing:
        """A whole list, consistent.

        Raises:
            ServiceError: the API server does not answer, or refuses.
        """
        items: list[Item] = []
        version = ""
        async with aclosing(self.restarting_pages(resource, which)) as pages:
            async for anew, page in pages:
                if anew:
                    items.clear()
                items += page.items
                version = page.version
        return Listing(items=tuple(items), version=version)

    async def watch(
        self, resource: Resource, version: str, which: Selection = EVERYTHING
    ) -> AsyncGenerator[Event, None]:
        """What happens after ``version``, until the server ends it (minutes).

        Raises:
            ExpiredError: ``version`` is forgotten: list again.
            UnreachableError: it broke off: watch again from the last event's version.
            ServiceError: the API server refused.
        """
        params = which.params() | {
            "watch": "1",
            "resourceVersion": version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(random.randint(*_WATCH_SECONDS)),  # noqa: S311 # no secret
        }
        request = Request(path=resource.path(which.namespace), params=params, what=f"watch {resource.title}")
        async with self.transport.stream(request, silence=_SILENCE) as chunks:
            async for event in read_events(chunks, resource, request.what):
                yield event

    async def get(self, resource: Resource, name: str, namespace: str = "") -> Item:
        """One object.

        Raises:
            NotFoundError: there is none.
            ServiceError: the API server does not answer, or refuses.
        """
        what = f"get {resource.title} {namespace}/{name}" if namespace else f"get {resource.title} {name}"
        request = Request(path=resource.path(namespace, name), what=what)
        return await self.transport.send(request, lambda body: read_item(body, type_prefix(resource)))

    async def apply(
        self,
        resource: Resource,
        name: str,
        json: bytes,
        *,
        namespace: str = "",
        manager: str = "seawall",
        force: bool = False,
        dry_run: bool = False,
    ) -> Item:
        """Server-side apply: make the fields in ``json`` so, whatever the others are.

        Args:
            resource: the kind.
            name: the object's.
            json: the object with the fields that ``manager`` owns.
            namespace: the object's.
            manager: who owns the fields.
            force: take fields from other owners.
            dry_run: only say what would become of it.

        Raises:
            ConflictError: other managers own some of the fields.
            ServiceError: the API server does not answer, or refuses.
        """
        params = {"fieldManager": manager, "force": str(force).lower()} | ({"dryRun": "All"} if dry_run else {})
        request = Request(
            method="PATCH",
            path=resource.path(namespace, name),
            params=params,
            headers=_APPLY,
            body=json,
            what=f"apply {resource.title} {name}",
            harmless=True,
        )
        return await self.transport.send(request, lambda body: read_item(body, type_prefix(resource)))

    async def logs(
        self,
        namespace: str,
        pod: str,
        *,
        container: str = "",
        follow: bool = False,
        previous: bool = False,
        tail: int | None = None,
        since_seconds: int | None = None,
        timestamps: bool = False,
    ) -> AsyncGenerator[bytes, None]:
        """A container's log as it comes, in pieces that are not lines.

        Raises:
            UnreachableError: it broke off.
            ServiceError: the API server refused.
        """
        told = {
            "container": container,
            "follow": "true" if follow else "",
            "previous": "true" if previous else "",
            "tailLines": "" if tail is None else str(tail),
            "sinceSeconds": "" if since_seconds is None else str(since_seconds),
            "timestamps": "true" if timestamps else "",
        }
        request = Request(
            path=PODS.path(namespace, pod, "log"),
            params={name: value for name, value in told.items() if value},
            what=f"read the log of pod {namespace}/{pod}",
        )
        async with self.transport.stream(request, silence=0.0 if follow else _SILENCE) as chunks:
            async for chunk in chunks:
                yield chunk
