"""A kind's objects, kept current: a list, then a watch that goes on from it, and again whenever that ends.

Nothing is lost and nothing is told twice: what a new list shows is compared with what is known, by each object's uid
and version, and only the differences are told.
"""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from typing import Generic, TypeVar

from seawall import log
from seawall.kube.client.backoff import Backoff
from seawall.kube.client.client import EVERYTHING, Client, Selection
from seawall.kube.client.errors import ExpiredError, UnreachableError
from seawall.kube.client.item import Item, Key
from seawall.kube.client.resource import Resource
from seawall.kube.client.watch import EventType
from seawall.model.record import Record

T = TypeVar("T")
_FAILURES_BEFORE_LIST = 5
_SHORT = 1.0
_log = log.get(__name__)


class Added(Record, Generic[T], frozen=True, kw_only=True):
    """An object is there that was not."""

    key: Key
    new: T


class Modified(Record, Generic[T], frozen=True, kw_only=True):
    """An object changed."""

    key: Key
    old: T
    new: T


class Deleted(Record, Generic[T], frozen=True, kw_only=True):
    """An object is gone."""

    key: Key
    old: T


class Synced(Record, frozen=True, kw_only=True):
    """What is known is what the API server had at one moment; told after each list."""

    count: int


class _Held(Record, Generic[T], frozen=True, kw_only=True, gc=False):
    uid: str
    version: str
    value: T


Change = Added[T] | Modified[T] | Deleted[T] | Synced


class Reflector(Generic[T]):
    """Keeps what ``keep`` makes of each object; drive it by iterating over :meth:`changes`."""

    def __init__(
        self, client: Client, resource: Resource, keep: Callable[[Item], T], which: Selection = EVERYTHING
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            client: asks.
            resource: the kind.
            keep: what to remember of an object; the less, the smaller. Must not raise.
            which: of the kind's objects.
        """
        self._client, self._resource, self._keep, self._which = client, resource, keep, which
        self._held: dict[Key, _Held[T]] = {}
        self._version = ""
        self.synced = False

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Key) -> T | None:
        """What is remembered of an object, if it is there."""
        held = self._held.get(key)
        return None if held is None else held.value

    def items(self) -> Iterator[tuple[Key, T]]:
        """All that is remembered."""
        return ((key, held.value) for key, held in self._held.items())

    async def changes(self) -> AsyncGenerator[Change[T], None]:
        """Follow the cluster; never ends by itself.

        Raises:
            ServiceError: the API server refuses, or was never reached; once :attr:`synced`, one that
                cannot be reached is waited for.
        """
        backoff = Backoff()
        while True:
            began = time.monotonic()
            try:
                async with aclosing(self._round()) as changes:
                    async for change in changes:
                        yield change
                        if not isinstance(change, Synced):
                            backoff.reset()
                wait = backoff.next() if time.monotonic() - began < _SHORT else 0.0
            except (ExpiredError, UnreachableError) as error:
                wait = self._wait_after(error, backoff)
            await asyncio.sleep(wait)

    def _wait_after(self, error: ExpiredError | UnreachableError, backoff: Backoff) -> float:
        """How long to wait before the next round; raises what waiting does not mend."""
        if not self.synced and isinstance(error, UnreachableError):
            raise error
        _log.info("%s", error)
        wait = backoff.next(error.headers if isinstance(error, UnreachableError) else {})
        if isinstance(error, ExpiredError) or backoff.attempts >= _FAILURES_BEFORE_LIST:
            self._version = ""  # it has forgotten, or lost, what we go on from: only a list tells
        return wait

    async def _round(self) -> AsyncGenerator[Change[T], None]:
        """One list, when there is no version to go on from, and one watch."""
        if not self._version:
            async with aclosing(self._list()) as changes:
                async for change in changes:
                    yield change
        async with aclosing(self._client.watch(self._resource, self._version, self._which)) as events:
            async for event in events:
                if event.type is EventType.DELETED:
                    found = self._remove(event.item.key)
                elif event.type is EventType.BOOKMARK:
                    found = ()
                else:
                    found = self._put(event.item)
                self._version = event.item.version or self._version
                for change in found:
                    yield change

    async def _list(self) -> AsyncGenerator[Change[T], None]:
        seen: set[Key] = set()
        version = ""
        async with aclosing(self._client.restarting_pages(self._resource, self._which)) as pages:
            async for anew, page in pages:
                if anew:
                    seen.clear()
                for item in page.items:
                    seen.add(item.key)
                    for change in self._put(item):
                        yield change
                version = page.version
        for key in [key for key in self._held if key not in seen]:
            for change in self._remove(key):
                yield change
        self._version, self.synced = version, True
        yield Synced(count=len(self._held))

    def _put(self, item: Item) -> tuple[Change[T], ...]:
        if not item.name:
            _log.warning("the API server lists %s without a name; it is left out", self._resource.title)
            return ()
        key = (sys.intern(item.namespace), item.name)
        held = self._held.get(key)
        if held is not None and (held.uid, held.version) == (item.uid, item.version) and item.version:
            return ()
        new = self._keep(item)
        self._held[key] = _Held(uid=item.uid, version=item.version, value=new)
        if held is None:
            return (Added(key=key, new=new),)
        if held.uid != item.uid:
            return Deleted(key=key, old=held.value), Added(key=key, new=new)
        return (Modified(key=key, old=held.value, new=new),)

    def _remove(self, key: Key) -> tuple[Change[T], ...]:
        held = self._held.pop(key, None)
        return () if held is None else (Deleted(key=key, old=held.value),)
