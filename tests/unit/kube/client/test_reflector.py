"""Whatever the server does, a reflector ends with the truth and tells each change once."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cluster.follower import Follower
from tests.cluster.synthetic import Fault, Synthetic, pod, refuse, say

from seawall.errors import ServiceError
from seawall.kube.client.client import Client
from seawall.kube.client.config import Connection
from seawall.kube.client.errors import ForbiddenError, UnreachableError
from seawall.kube.client.kubeconfig import Cluster
from seawall.kube.client.reflector import Added, Deleted, Modified, Reflector, Synced
from seawall.kube.client.resource import PODS


@contextlib.asynccontextmanager
async def following(server: Synthetic) -> AsyncIterator[Follower]:
    async with server.running() as address:
        connection = Connection(name="test", cluster=Cluster(server=address))
        async with Client(connection, timeout=5, page=2) as client:
            follower = Follower(Reflector(client, PODS, lambda item: item.version))
            async with follower.running():
                yield follower


def test_a_list_then_changes_one_by_one() -> None:
    async def work() -> None:
        server = Synthetic()
        for name in ("a", "b", "c"):
            server.put(pod(name), quiet=True)
        async with following(server) as follower:
            await follower.until(server.state())
            server.put(pod("b"))
            server.put(pod("d"))
            server.remove(("default", "a"))
            await server.tell()
            await follower.until(server.state())
        kinds = [type(change) for change in follower.changes]
        assert kinds == [Added, Added, Added, Synced, Modified, Added, Deleted]
        assert follower.reflector.get(("default", "a")) is None
        assert follower.reflector.get(("default", "d")) == server.state()["default", "d"]

    asyncio.run(work())


def test_an_object_that_was_deleted_and_made_again_unseen_is_two_changes() -> None:
    async def work() -> None:
        server = Synthetic()
        server.put(pod("a"), quiet=True)
        async with following(server) as follower:
            await follower.until(server.state())
            server.remove(("default", "a"))
            server.put(pod("a"))
            server.forget()
            await server.tell()
            await follower.until(server.state())
        assert [type(change) for change in follower.changes][:4] == [Added, Synced, Deleted, Added]

    asyncio.run(work())


def test_what_is_deleted_while_a_list_begins_anew_is_not_kept() -> None:
    async def work() -> None:
        server = Synthetic()
        for number in range(6):
            server.put(pod(f"p{number}"), quiet=True)

        async def nothing(_: object) -> None:
            return None

        async def delete(_: object) -> None:
            server.remove(("default", "p0"))
            server.forget()

        server.faults += [nothing, nothing, delete]
        left = {key: version for key, version in server.state().items() if key != ("default", "p0")}
        async with following(server) as follower:
            await follower.until(left)
            await asyncio.sleep(0.02)
        kinds = [type(change) for change in follower.changes]
        assert kinds == [Added] * 6 + [Deleted, Synced]

    asyncio.run(work())


def test_a_bookmark_is_where_the_next_watch_goes_on() -> None:
    async def work() -> None:
        server = Synthetic()
        server.put(pod("a"), quiet=True)
        async with following(server) as follower:
            await follower.until(server.state())
            server.bookmark()
            marked = server.version
            await server.tell()
            await asyncio.sleep(0.05)
            server.forget()  # without the bookmark, the next watch would be told to list again
            server.cut()
            server.put(pod("b"))
            await asyncio.sleep(0.05)
            await server.tell()
            await follower.until(server.state())
        watched = [request.query.get("resourceVersion") for request in server.requests]
        assert watched[:3] == [None, str(marked - 1), str(marked)]
        assert len([version for version in watched if version is None]) == 1

    asyncio.run(work())


def test_a_refusal_ends_it() -> None:
    async def work() -> None:
        server = Synthetic()
        server.faults.append(refuse(403, "no"))
        with pytest.raises(ForbiddenError):
            async with following(server) as follower:
                await follower.until({("", "never"): ""})

    asyncio.run(work())


def test_a_server_that_was_never_there_ends_it() -> None:
    async def work() -> None:
        connection = Connection(name="gone", cluster=Cluster(server="http://127.0.0.1:1"))
        async with Client(connection) as client:
            reflector = Reflector(client, PODS, lambda item: item.version)
            with pytest.raises(UnreachableError):
                async for _ in reflector.changes():
                    pass

    asyncio.run(work())


def test_objects_without_a_name_are_left_out_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        server = Synthetic()
        server.put(pod("a"), quiet=True)
        server.objects["", ""] = b'{"metadata": {"name": 7, "resourceVersion": "1"}}'
        async with following(server) as follower:
            await follower.until({("default", "a"): "101"})

    asyncio.run(work())
    assert "without a name" in caplog.text


FAULTS: list[Fault] = [
    refuse(500),
    refuse(503),
    refuse(429, Retry_After="0"),
    refuse(410),
    say(b'{"type": "ADDED", "object": {"metadata"', cut=True),
    say(b'{"type": "ERROR", "object": {"code": 410}}\n'),
    say(b'{"type": "ERROR", "object": {"code": 500}}\n'),
    say(b'{"type": "NEWS", "object": {}}\n'),
    say(b"nonsense\n"),
    say(b""),
]
STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "remove", "cut", "forget", "fault", "settle", "bookmark"]), st.integers(0, 9)),
    min_size=1,
    max_size=25,
)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_nothing_is_lost_or_doubled(steps: list[tuple[str, int]]) -> None:
    async def work() -> None:
        server = Synthetic()
        for number in range(5):
            server.put(pod(f"p{number}"), quiet=True)
        async with following(server) as follower:
            await follower.until(server.state())
            for step, number in steps:
                key = ("default", f"p{number}")
                if step == "put":
                    server.put(pod(key[1]))
                elif step == "remove" and key in server.objects:
                    server.remove(key)
                elif step == "cut":
                    server.cut()
                elif step == "forget":
                    server.forget()
                elif step == "bookmark":
                    server.bookmark()
                elif step == "fault":
                    server.faults.append(FAULTS[number])
                elif step == "settle":
                    await asyncio.sleep(0.002)
                await server.tell()
            await follower.until(server.state())

    asyncio.run(work())


def test_an_endless_series_of_broken_watches_still_follows() -> None:
    async def work() -> None:
        server = Synthetic()
        chance = random.Random(7)

        async def sometimes(_: object) -> None:
            if chance.random() < 0.5:
                server.cut()

        async with following(server) as follower:
            for number in range(60):
                server.faults.append(sometimes)
                server.put(pod(f"p{number % 7}"))
                await server.tell()
                await asyncio.sleep(0)
            await follower.until(server.state())

    asyncio.run(work())


def test_a_first_list_that_fails_for_long_is_an_error() -> None:
    async def work() -> None:
        server = Synthetic()
        server.faults += [refuse(500)] * 100
        with pytest.raises(ServiceError, match="on purpose"):
            async with following(server) as follower:
                await follower.until({("", "never"): ""})

    asyncio.run(work())
