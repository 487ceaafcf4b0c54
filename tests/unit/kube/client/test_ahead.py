import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.errors import ServiceError
from seawall.kube.client.ahead import Ahead, in_order

Source = AsyncGenerator[int, None]


class Watched:
    """Sources that note how many of them run, and how far each is ahead of what was taken."""

    def __init__(self) -> None:
        self.running = self.most = self.made = self.closed = 0

    async def source(self, items: list[int], *, pauses: int = 0, fails: bool = False) -> Source:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            for item in items:
                for _ in range(pauses):
                    await asyncio.sleep(0)
                self.made += 1
                yield item
            if fails:
                raise ServiceError("it broke")
        finally:
            self.running -= 1
            self.closed += 1


async def _all(sources: list[Source], at_once: int) -> list[list[int]]:
    async with aclosing(in_order(sources, at_once)) as running:
        return [[item async for item in each] async for each in running]


@given(st.lists(st.tuples(st.lists(st.integers(), max_size=5), st.integers(0, 5)), max_size=8), st.integers(1, 5))
def test_as_one_after_the_other_and_never_more_than_asked_for(
    given_: list[tuple[list[int], int]], at_once: int
) -> None:
    watched = Watched()
    sources = [watched.source(items, pauses=pauses) for items, pauses in given_]
    assert asyncio.run(_all(sources, at_once)) == [items for items, _ in given_]
    assert watched.most <= at_once
    assert watched.running == 0


def test_the_next_ones_run_meanwhile_one_item_ahead() -> None:
    async def work() -> None:
        watched = Watched()
        sources = [watched.source(list(range(10))) for _ in range(6)]
        async with aclosing(in_order(sources, 3)) as running:
            first = await anext(running)
            assert await anext(first) == 0
            for _ in range(50):
                await asyncio.sleep(0)
            # Of each, one item waits to be taken and one is in the source's hands.
            assert (watched.running, watched.made) == (3, 3 + 2 + 2)
        assert watched.running == 0

    asyncio.run(work())


def test_what_a_source_raises_comes_at_its_place() -> None:
    async def work() -> None:
        watched = Watched()
        sources = [watched.source([1, 2]), watched.source([3], fails=True), watched.source([4])]
        found: list[int | str] = []
        async with aclosing(in_order(sources, 3)) as running:
            async for each in running:
                try:
                    found += [item async for item in each]
                except ServiceError as error:
                    found.append(error.what)
        assert found == [1, 2, "it broke", 4]
        assert watched.closed == 3

    asyncio.run(work())


def _leave(_: Ahead[int]) -> None:
    raise ServiceError("enough")


@pytest.mark.parametrize("leave", [_leave, lambda _: None])
def test_whoever_leaves_early_leaves_nothing_running(leave: Callable[[Ahead[int]], None]) -> None:
    watched = Watched()

    async def work() -> None:
        sources = [watched.source(list(range(5))) for _ in range(5)]
        async with aclosing(in_order(sources, 3)) as running:
            async for each in running:
                await anext(each)
                leave(each)

    if leave is _leave:
        with pytest.raises(ServiceError, match="enough"):
            asyncio.run(work())
    else:
        asyncio.run(work())
    assert watched.running == 0
