"""Follow all kinds of a cluster at once, until the process is interrupted."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import msgspec

from seawall.errors import SeawallError, ServiceError
from seawall.kube.cleaned import clean
from seawall.kube.client.blocking import with_client
from seawall.kube.client.client import Client, Selection
from seawall.kube.client.config import load
from seawall.kube.client.discovery import discover
from seawall.kube.client.errors import UnauthorizedError, UnreachableError
from seawall.kube.client.item import Item
from seawall.kube.client.reflector import Change, Deleted, Reflector, Synced
from seawall.kube.client.resource import Resource
from seawall.kube.served import SERVED
from seawall.model.kube.assumed import Pattern
from seawall.model.record import Record
from seawall.workflow.cluster.audit import AuditRequest
from seawall.workflow.cluster.follower import Follower, Tell

_SILENT = {"EndpointSlice", "Node", "APIService"}
_MAKERS = {"ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController", "Node"}
Warn = Callable[[str], object]
Ready = Callable[[int], object]


class _Kept(Record, frozen=True, kw_only=True, gc=False):
    """What is remembered of an object: its cleaned JSON, compared when it changes; nothing of what is not followed."""

    json: bytes = b""


_NOTHING = _Kept()


class _Owner(msgspec.Struct, frozen=True, kw_only=True):
    kind: str = ""
    controller: bool = False


class _Owned(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    owner_references: tuple[_Owner, ...] = ()


class _Pod(msgspec.Struct, frozen=True, kw_only=True):
    metadata: _Owned = _Owned()


_decode_pod = msgspec.json.Decoder(_Pod).decode


def watch(request: AuditRequest, tell: Tell, warn: Warn, ready: Ready = lambda _: None) -> None:
    """Follow a cluster until the process is interrupted; a kind that may not be watched is a warning.

    Args:
        request: which cluster, by which policies.
        tell: called with each change that matters.
        warn: called with a sentence about what is not followed.
        ready: called once all is known, with the number of objects: what changes from now on is told.

    Raises:
        UsageError: the kubeconfig, a policy or a profile is wrong.
        ServiceError: the API server cannot be reached, does not know who asks (any more), or allows nothing.
    """
    follower = Follower(request, tell)
    query = request.cluster
    connection = load(query.kubeconfig, query.context)
    with_client(
        connection, lambda client: follow(client, query.namespace, follower, warn, ready), timeout=query.timeout
    )


async def follow(client: Client, namespace: str, follower: Follower, warn: Warn, ready: Ready = lambda _: None) -> None:
    """Follow all kinds at once; ends only by raising (see :func:`watch`)."""
    found = await discover(client.transport)
    for gap in found.gaps:
        warn(f"{gap[:1].upper()}{gap[1:]}.")
    served = {(one.group, one.name): one for one in found.preferred()}
    offered = [served[one.group, one.name] for one in SERVED if (one.group, one.name) in served]
    wanted = [one for one in offered if one.kind not in _SILENT and "watch" in one.verbs]
    following = _Following(namespace, follower, warn, ready, {one.title for one in wanted})
    try:
        async with asyncio.TaskGroup() as tasks:
            for resource in wanted:
                tasks.create_task(following.kind(client, resource))
    except BaseExceptionGroup as group:
        raise _first(group) from None
    raise ServiceError(f"cluster {client.connection.name}: nothing of it may be watched", hint="Ask for the right to.")


def _first(error: BaseException) -> BaseException:
    """What went wrong first; the kinds that ended because of it say nothing else."""
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


class _Following:
    """One follower, fed by all kinds.

    Attributes:
        unread: kinds whose first list is not read yet; until all are, nothing is told: who is whose neighbour is not
            known.
    """

    def __init__(self, namespace: str, follower: Follower, warn: Warn, ready: Ready, unread: set[str]) -> None:
        self._namespace, self._follower, self._warn, self._ready = namespace, follower, warn, ready
        self.unread = unread

    async def kind(self, client: Client, resource: Resource) -> None:
        """Follow a kind until the API server refuses it."""
        reflector = Reflector(client, resource, lambda item: self._keep(item, resource), self._which(resource))
        try:
            async with aclosing(reflector.changes()) as changes:
                async for change in changes:
                    self._take(resource, change)
        except (UnauthorizedError, UnreachableError):
            raise
        except SeawallError as error:
            self._warn(f"{resource.title} is not followed: {error.sentence()}")
            self._follower.inventory.assumed += (Pattern(kind=resource.kind),)
            self._known(resource)

    def _which(self, resource: Resource) -> Selection:
        own = resource.kind == "Namespace" and self._namespace
        return Selection(
            namespace=self._namespace if resource.namespaced else "",
            fields=f"metadata.name={self._namespace}" if own else "",
        )

    def _take(self, resource: Resource, change: Change[_Kept]) -> None:
        silent = bool(self.unread)
        if isinstance(change, Synced):
            self._known(resource)
        elif isinstance(change, Deleted) or not change.new.json:
            namespace, name = change.key
            key = (resource.group, resource.kind, namespace if resource.namespaced else "", name)
            self._follower.remove(key, silent=silent or not isinstance(change, Deleted))
        else:
            self._follower.put(change.new.json, silent=silent)

    def _known(self, resource: Resource) -> None:
        if self.unread:
            self.unread.discard(resource.title)
            if not self.unread:
                self._ready(len(self._follower.inventory))

    def _keep(self, item: Item, resource: Resource) -> _Kept:
        """What is followed of an object; what controllers make in numbers is not: their templates say the same."""
        if resource.kind == "Pod" and _of_a_controller(item.json):
            return _NOTHING
        try:
            return _Kept(json=clean(item.json, values=True).json)
        except (msgspec.DecodeError, KeyError, RecursionError) as error:
            place = f"{item.namespace}/{item.name}" if item.namespace else item.name
            self._warn(f"{resource.kind} {place} cannot be read: {' '.join(str(error).split())[:200]}.")
            return _NOTHING


def _of_a_controller(pod: bytes) -> bool:
    try:
        owners = _decode_pod(pod).metadata.owner_references
    except msgspec.DecodeError:
        return False
    return any(one.controller and one.kind in _MAKERS for one in owners)
