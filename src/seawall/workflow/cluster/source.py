"""Where a cluster is read from: its API, or an export of it. Both tell the same objects to the same sink."""

from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec

from seawall.errors import ServiceError
from seawall.kube.cleaned import Cleaned, clean
from seawall.kube.client.resource import Resource
from seawall.kube.export import read_index, read_lines
from seawall.kube.served import SERVED
from seawall.model.coverage import Coverage, CoverageState
from seawall.model.kube import LabelSelector
from seawall.model.kube.assumed import Pattern
from seawall.model.record import Record

if TYPE_CHECKING:
    from collections.abc import AsyncIterable

    from seawall.kube.client.client import Client, Selection
    from seawall.kube.client.item import Page

_AT_ONCE = 4
"""Kinds that are asked for at once: the API server has work while we do, and is not flooded."""


class ClusterQuery(Record, frozen=True, kw_only=True):
    """Which cluster, and which of its objects.

    Attributes:
        kubeconfig, context: as kubectl takes them; empty for its defaults.
        directory: an export to read instead.
        namespace: of namespaced kinds only these objects; empty for all.
        selector: the inventory shows only objects with these labels.
        timeout: the longest silence of the API server, seconds.
    """

    kubeconfig: str = ""
    context: str = ""
    directory: Path | None = None
    namespace: str = ""
    selector: LabelSelector = LabelSelector()
    timeout: float = 30.0


class Told(Record, frozen=True, kw_only=True):
    """What was read, and what could not be.

    Attributes:
        cluster: its name.
        version: the API server's (``v1.33.1``), or empty.
        config_map_values: whether the values of ConfigMaps came with it.
        resources: the kinds that were read, ``deployments.apps``.
        coverage: what could not be read, a row each.
    """

    cluster: str
    version: str = ""
    config_map_values: bool = False
    resources: tuple[str, ...] = ()
    coverage: tuple[Coverage, ...] = ()


class Sink(Protocol):
    """Takes the objects as they come, kind by kind."""

    def start(self, resource: Resource) -> None:
        """Objects of a kind follow; called again when its list begins anew: what came of it does not count."""

    def take(self, resource: Resource, one: Cleaned) -> None:
        """An object."""


def read_cluster(
    query: ClusterQuery, resources: Sequence[Resource], sink: Sink, *, config_map_values: bool = False
) -> Told:
    """Read the kinds in their order; one that may not be read is a row of the coverage, and the rest goes on.

    Raises:
        UsageError: the kubeconfig is wrong.
        InputError: the export cannot be read.
        ServiceError: the API server cannot be reached, or does not know who asks.
    """
    reader = _Reader(query, sink, config_map_values=config_map_values)
    if query.directory is not None:
        return _read_directory(query, query.directory, resources, reader)
    from seawall.kube.client.blocking import with_client  # noqa: PLC0415 -- aiohttp is not needed for an export
    from seawall.kube.client.config import load  # noqa: PLC0415

    connection = load(query.kubeconfig, query.context)
    return with_client(connection, lambda client: _read_api(client, query, resources, reader), timeout=query.timeout)


class _Reader:
    """Cleans and filters what comes, and notes what cannot be read."""

    def __init__(self, query: ClusterQuery, sink: Sink, *, config_map_values: bool) -> None:
        self._query, self._sink, self._values = query, sink, config_map_values
        self.coverage: list[Coverage] = []
        self.read: list[str] = []

    def start(self, resource: Resource) -> None:
        self.coverage = [row for row in self.coverage if row.area != f"object:{resource.title}"]
        self._sink.start(resource)

    def take(self, resource: Resource, json: bytes) -> None:
        try:
            one = clean(json, values=self._values)
        except (msgspec.DecodeError, KeyError, RecursionError) as error:
            message = f"One of the {resource.title} cannot be read: {' '.join(str(error).split())[:200]}."
            self.coverage.append(
                Coverage(area=f"object:{resource.title}", state=CoverageState.UNREADABLE, message=message)
            )
            return
        wanted = self._query.namespace
        place = one.name if one.kind == "Namespace" else one.namespace
        if wanted and place != wanted and (resource.namespaced or one.kind == "Namespace"):
            return
        self._sink.take(resource, one)

    def told(self, cluster: str, version: str, *, values: bool, more: Sequence[Coverage] = ()) -> Told:
        return Told(
            cluster=cluster,
            version=version,
            config_map_values=values,
            resources=tuple(self.read),
            coverage=(*more, *self.coverage),
        )

    @property
    def values(self) -> bool:
        return self._values


def _read_directory(query: ClusterQuery, directory: Path, resources: Sequence[Resource], reader: _Reader) -> Told:
    index = read_index(directory)
    wanted = {resource.title for resource in resources}
    for resource in resources:
        if resource.title in index.resources:
            reader.start(resource)
            for line in read_lines(directory, resource, query.namespace):
                reader.take(resource, line)
            reader.read.append(resource.title)
    rows = [row for row in index.coverage if row.area.partition(":")[2] in {*wanted, ""}]
    values = index.config_map_values and reader.values
    return reader.told(index.cluster, index.server_version, values=values, more=rows)


async def _read_api(client: "Client", query: ClusterQuery, resources: Sequence[Resource], reader: _Reader) -> Told:
    from seawall.kube.client.ahead import in_order  # noqa: PLC0415
    from seawall.kube.client.discovery import discover  # noqa: PLC0415

    version = (await client.version()).git_version
    found = await discover(client.transport)
    served = {(one.group, one.name): one for one in found.preferred()}
    reader.coverage += [_row("api", CoverageState.PARTIAL, f"{gap[:1].upper()}{gap[1:]}.") for gap in found.gaps]
    asked = [(one, offer) for one in resources if (offer := served.get((one.group, one.name))) and _listed(offer)]
    lists = [client.restarting_pages(offer, _selection(query, offer)) for _, offer in asked]
    async with aclosing(in_order(lists, _AT_ONCE)) as running:
        kinds = iter(asked)
        async for pages in running:
            await _read_kind(pages, *next(kinds), reader)
    return reader.told(client.connection.name, version, values=reader.values)


def _listed(offered: Resource) -> bool:
    return not offered.verbs or "list" in offered.verbs


def _selection(query: ClusterQuery, offered: Resource) -> "Selection":
    from seawall.kube.client.client import Selection  # noqa: PLC0415

    return Selection(namespace=query.namespace if offered.namespaced else "")


async def _read_kind(
    pages: "AsyncIterable[tuple[bool, Page]]", resource: Resource, offered: Resource, reader: _Reader
) -> None:
    from seawall.kube.client.errors import UnauthorizedError, UnreachableError  # noqa: PLC0415

    reader.start(resource)
    try:
        async for anew, page in pages:
            if anew:
                reader.start(resource)
            for item in page.items:
                reader.take(resource, item.json)
    except (UnauthorizedError, UnreachableError):
        raise
    except ServiceError as error:
        reader.start(resource)
        said = f"{offered.title} could not be read: {error.cause or error.what}."
        reader.coverage.append(_row(f"resource:{resource.title}", CoverageState.UNREADABLE, said))
        return
    reader.read.append(resource.title)


def unread_kinds(told: Told) -> tuple[str, ...]:
    """Kinds that are served and could not be read: objects of them may be, under whatever names."""
    areas = {row.area for row in told.coverage}
    return tuple(one.kind for one in SERVED if f"resource:{one.title}" in areas)


def unread(told: Told) -> tuple[Pattern, ...]:
    """What an inventory assumes of the kinds that could not be read, so that nothing is found for want of them."""
    return tuple(Pattern(kind=kind) for kind in unread_kinds(told))


def _row(area: str, state: CoverageState, message: str) -> Coverage:
    return Coverage(area=area, state=state, message=message)
