"""Follow a cluster: each change that matters, with the findings that appear and go.

What matters is what people write: created, deleted, another image, another number of replicas, any other change of the
specification. Status, leases and the pods that controllers make are silent.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import UTC, datetime

import msgspec

from seawall.errors import ServiceError
from seawall.kube.cleaned import clean
from seawall.kube.client.blocking import with_client
from seawall.kube.client.client import Client, Selection
from seawall.kube.client.config import load
from seawall.kube.client.discovery import discover
from seawall.kube.client.item import Item
from seawall.kube.client.reflector import Added, Deleted, Modified, Reflector, Synced
from seawall.kube.client.resource import Resource
from seawall.kube.normalise import normalise
from seawall.kube.served import SERVED
from seawall.model.finding import Location, Stage
from seawall.model.kube import Inventory, KubeObject, Workload
from seawall.model.record import Record
from seawall.policy.criteria.relations import INVENTORY
from seawall.policy.registry import Facts
from seawall.workflow.cluster.audit import AuditRequest
from seawall.workflow.judged import part_of
from seawall.workflow.judging import Judging

_SILENT = {"EndpointSlice", "Node", "APIService"}
_NOTES = ("deployment.kubernetes.io/", "deprecated.daemonset.template.generation", "control-plane.alpha.kubernetes.io/")
"""Annotations that controllers write for themselves."""


class Change(Record, frozen=True, kw_only=True):
    """Something changed.

    Attributes:
        at: when it was seen, ISO 8601, UTC.
        what: ``created``, ``changed`` or ``deleted``.
        details: what changed, in words.
        appeared, gone: policies whose findings about the object are new, or over.
    """

    at: str
    what: str
    kind: str
    namespace: str
    name: str
    details: tuple[str, ...] = ()
    appeared: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


Tell = Callable[[Change], object]


class _Kept(Record, frozen=True, kw_only=True):
    """What is remembered of an object: its cleaned JSON, compared when it changes."""

    json: bytes


class Follower:
    """Holds what every kind looks like, and tells changes.

    Args:
        request: by which policies to judge.
        tell: called with each change.
    """

    def __init__(self, request: AuditRequest, tell: Tell) -> None:
        self._facts: Facts = {}
        self._judging = Judging(request, (Stage.DEPLOY,), self._facts, lambda _target, path: Location(path=path))
        self._tell = tell
        self.objects: dict[tuple[str, str, str], KubeObject] = {}

    def put(self, json: bytes, *, silent: bool) -> None:
        """An object is there, or is another than before; ``silent`` while the first lists are read."""
        made = next(iter(normalise(json, unchecked=False)), None)
        if not isinstance(made, KubeObject) or made.kind in _SILENT:
            return
        key = (made.kind, made.namespace, made.name)
        old = self.objects.get(key)
        self.objects[key] = made
        if old is not None and (old.json == made.json or _written(old) == _written(made)):
            return
        if not silent and not _made_by_controller(made):
            self._say("created" if old is None else "changed", made, old, made)

    def remove(self, key: tuple[str, str, str]) -> None:
        """An object is gone."""
        old = self.objects.pop(key, None)
        if old is not None and not _made_by_controller(old):
            self._say("deleted", old, old, None)

    def _say(self, what: str, one: KubeObject, old: KubeObject | None, new: KubeObject | None) -> None:
        self._facts[INVENTORY] = Inventory(self.objects.values())
        before, after = self._policies(old), self._policies(new)
        details = _details(old, new) if old is not None and new is not None else ()
        self._tell(
            Change(
                at=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                what=what,
                kind=one.kind,
                namespace=one.namespace,
                name=one.name,
                details=details,
                appeared=tuple(sorted({name for name, _ in after - before})),
                gone=tuple(sorted({name for name, _ in before - after})),
            )
        )

    def _policies(self, one: KubeObject | None) -> set[tuple[str, str]]:
        if one is None:
            return set()
        return {(hit.compiled.name, part_of(hit)) for hit in self._judging.hits(one)}


def _written(one: KubeObject) -> dict[str, object]:
    """What people write of an object: all but what controllers note in its metadata."""
    notes = {key: text for key, text in one.annotations.items() if not key.startswith(_NOTES)}
    written: dict[str, object] = {"labels": one.labels, "annotations": notes}
    return written | {key: value for key, value in one.raw.items() if key != "metadata"}


def _made_by_controller(one: KubeObject) -> bool:
    return isinstance(one, Workload) and one.controlled


def _details(old: KubeObject, new: KubeObject) -> tuple[str, ...]:
    """What changed, in words; the names of the fields where there are no better ones."""
    found: list[str] = []
    if isinstance(old, Workload) and isinstance(new, Workload):
        if old.replicas != new.replicas:
            found.append(f"replicas {old.replicas} → {new.replicas}")
        images = {one.name: one.spec.image for one in old.containers}
        found += [
            f"image of {one.name}: {images.get(one.name, 'none')} → {one.spec.image}"
            for one in new.containers
            if images.get(one.name) != one.spec.image
        ]
    if not found:
        before, after = _written(old), _written(new)
        found = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    return tuple(found)


def watch(request: AuditRequest, tell: Tell, warn: Callable[[str], object]) -> None:
    """Follow a cluster until the process is interrupted; a kind that may not be watched is a warning.

    Raises:
        UsageError: the kubeconfig, a policy or a profile is wrong.
        ServiceError: the API server cannot be reached, or does not know who asks.
    """
    follower = Follower(request, tell)
    query = request.cluster
    connection = load(query.kubeconfig, query.context)
    with_client(connection, lambda client: follow(client, query.namespace, follower, warn), timeout=query.timeout)


async def follow(client: Client, namespace: str, follower: Follower, warn: Callable[[str], object]) -> None:
    """Follow all kinds at once; never ends by itself."""
    served = {(one.group, one.name): one for one in (await discover(client.transport)).preferred()}
    offered = [served[one.group, one.name] for one in SERVED if (one.group, one.name) in served]
    async with asyncio.TaskGroup() as tasks:
        for resource in offered:
            if resource.kind not in _SILENT and "watch" in resource.verbs:
                tasks.create_task(_follow_kind(client, resource, namespace, follower, warn))


async def _follow_kind(
    client: Client, resource: Resource, namespace: str, follower: Follower, warn: Callable[[str], object]
) -> None:
    which = Selection(namespace=namespace if resource.namespaced else "")
    reflector = Reflector(client, resource, _keep, which)
    silent = True
    try:
        async with aclosing(_changes(reflector)) as changes:
            async for change in changes:
                if isinstance(change, Synced):
                    silent = False
                elif isinstance(change, Deleted):
                    spaced = change.key[0] if resource.namespaced else ""
                    follower.remove((resource.kind, spaced, change.key[1]))
                elif change.new.json:
                    follower.put(change.new.json, silent=silent)
    except ServiceError as error:
        warn(error.sentence())


async def _changes(
    reflector: Reflector[_Kept],
) -> AsyncGenerator[Added[_Kept] | Modified[_Kept] | Deleted[_Kept] | Synced, None]:
    async with aclosing(reflector.changes()) as changes:
        async for change in changes:
            yield change


def _keep(item: Item) -> _Kept:
    try:
        return _Kept(json=clean(item.json, values=True).json)
    except (msgspec.DecodeError, KeyError):
        return _Kept(json=b"")
