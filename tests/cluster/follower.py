"""Drives a reflector and checks all that it tells: nothing twice, nothing out of order, in the end the truth."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from seawall.kube.client.item import Key
from seawall.kube.client.reflector import Added, Change, Deleted, Modified, Reflector, Synced


class Follower:
    """What a reflector of versions told, put together again."""

    def __init__(self, reflector: Reflector[str]) -> None:
        self.reflector = reflector
        self.told: dict[Key, str] = {}
        self.changes: list[Change[str]] = []
        self._heard = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def _run(self) -> None:
        async with contextlib.aclosing(self.reflector.changes()) as changes:
            async for change in changes:
                self._hear(change)

    def _hear(self, change: Change[str]) -> None:
        self.changes.append(change)
        self._heard.set()
        match change:
            case Added():
                assert change.key not in self.told
                self.told[change.key] = change.new
            case Modified():
                assert self.told[change.key] == change.old
                assert change.old != change.new
                self.told[change.key] = change.new
            case Deleted():
                assert self.told.pop(change.key) == change.old
            case Synced():
                assert self.told == dict(self.reflector.items())
                assert change.count == len(self.told) == len(self.reflector)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow in the background; what went wrong there is raised here."""
        self._task = asyncio.create_task(self._run())
        self._task.add_done_callback(lambda _: self._heard.set())
        try:
            yield
        finally:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def until(self, wanted: dict[Key, str], seconds: float = 30.0) -> None:
        """Wait until all that is wanted, and nothing else, was told."""
        assert self._task is not None
        async with asyncio.timeout(seconds):
            while self.told != wanted and not self._task.done():
                self._heard.clear()
                await self._heard.wait()
        if self._task.done():
            await self._task
