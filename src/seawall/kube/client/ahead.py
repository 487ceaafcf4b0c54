"""Several lists fetched at once and told one after the other, so that the API server works while we do.

Each is at most one item ahead of who takes from it, so memory stays bounded however long they are.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """An asynchronous generator that runs by itself, one item ahead; iterate over it to take the items."""

    def __init__(self, source: AsyncGenerator[T, None]) -> None:
        """Begin; needs a running event loop."""
        self._source = source
        self._found: asyncio.Queue[tuple[T] | Exception] = asyncio.Queue(maxsize=1)
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        ended: Exception = StopAsyncIteration()
        try:
            async with aclosing(self._source) as items:
                async for item in items:
                    await self._found.put((item,))
        except Exception as error:  # noqa: BLE001 # raised again where the items are taken
            ended = error
        await self._found.put(ended)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        """The next item.

        Raises:
            Exception: whatever the source raised instead.
        """
        found = await self._found.get()
        if isinstance(found, Exception):
            raise found
        return found[0]

    async def close(self) -> None:
        """Stop the source, wherever it is."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def in_order(sources: Iterable[AsyncGenerator[T, None]], at_once: int) -> AsyncGenerator[Ahead[T], None]:
    """The sources in their order, while the ``at_once - 1`` behind the one that is taken from run already."""
    running: deque[Ahead[T]] = deque()
    try:
        for source in sources:
            running.append(Ahead(source))
            if len(running) == at_once:
                yield running[0]
                await running.popleft().close()
        while running:
            yield running[0]
            await running.popleft().close()
    finally:
        for each in running:
            await each.close()
