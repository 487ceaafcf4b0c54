"""Lists, single objects and changes over a server that misbehaves."""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from tests.cluster.synthetic import Synthetic, pod, refuse, say

from seawall.errors import LimitError, ServiceError
from seawall.kube.client import transport
from seawall.kube.client.client import Client, Listing, Selection
from seawall.kube.client.config import Connection
from seawall.kube.client.errors import ConflictError, ExpiredError, ForbiddenError, UnreachableError
from seawall.kube.client.kubeconfig import Cluster
from seawall.kube.client.resource import PODS
from seawall.kube.client.transport import Request

T = TypeVar("T")


def asked(server: Synthetic, work: Callable[[Client], Awaitable[T]], *, timeout: float = 5.0, page: int = 3) -> T:
    async def whole() -> T:
        async with server.running() as address:
            connection = Connection(name="test", cluster=Cluster(server=address))
            async with Client(connection, timeout=timeout, page=page) as client:
                return await work(client)

    return asyncio.run(whole())


@pytest.fixture
def server() -> Synthetic:
    made = Synthetic()
    for number in range(10):
        made.put(pod(f"p{number}"), quiet=True)
    return made


def names(listing: Listing) -> list[str]:
    return [item.name for item in listing.items]


EVERY = [f"p{number}" for number in range(10)]


async def pods(client: Client) -> Listing:
    return await client.list(PODS)


def test_pages_make_the_whole_list(server: Synthetic) -> None:
    listing = asked(server, pods)
    assert names(listing) == EVERY
    assert listing.version == str(server.version)
    assert [request.query.get("limit") for request in server.requests] == ["3"] * 4
    assert json.loads(listing.items[0].json)["kind"] == "Pod"


def test_large_objects_come_in_small_parts(server: Synthetic) -> None:
    for number in range(290):
        server.put(pod(f"large{number}", size=1 << 18 if number < 100 else 0), quiet=True)
    listing = asked(server, pods, page=500)
    assert len(names(listing)) == len(set(names(listing))) == 300
    first, second, *later = [int(request.query["limit"]) for request in server.requests]
    assert first == 100
    assert 30 <= second <= 40  # 8 MB of them
    assert later[-1] == 500  # what follows is small again


def test_a_list_that_expires_in_the_middle_begins_anew_and_is_consistent(server: Synthetic) -> None:
    async def forget(_: object) -> None:
        server.put(pod("new"))
        server.remove(("default", "p0"))
        server.forget()

    async def nothing(_: object) -> None:
        return None

    server.faults += [nothing, nothing, forget]
    listing = asked(server, pods)
    assert names(listing) == [*EVERY[1:], "new"]
    assert listing.version == str(server.version)


def test_a_list_that_expires_again_and_again_is_asked_for_in_one_part(server: Synthetic) -> None:
    async def forget(_: object) -> None:
        server.forget()

    server.faults += [forget] * 8
    assert names(asked(server, pods)) == EVERY
    assert "limit" not in server.requests[-1].query


def test_a_list_that_always_expires_is_an_error(server: Synthetic) -> None:
    server.faults += [refuse(410)] * 3
    with pytest.raises(ExpiredError):
        asked(server, pods)


@pytest.mark.parametrize(
    "fault",
    [
        refuse(500),
        refuse(503),
        refuse(504, Retry_After="0"),
        refuse(429, Retry_After="soon"),
        say(b'{"items": [', cut=True),
        say(b'{"items": ['),
        say(b"<html>a proxy's page</html>"),
        say(b""),
    ],
)
def test_trouble_passes(server: Synthetic, fault: Callable[..., object]) -> None:
    server.faults += [fault, fault, fault]  # type: ignore[list-item] # of any kind
    assert names(asked(server, pods)) == EVERY


def test_a_server_that_asks_to_wait_is_waited_for(server: Synthetic) -> None:
    server.faults.append(refuse(429, Retry_After="1"))
    began = time.monotonic()
    assert names(asked(server, pods)) == EVERY
    assert time.monotonic() - began >= 1


def test_trouble_that_does_not_pass_is_told(server: Synthetic) -> None:
    server.faults += [refuse(500, "etcd is away")] * 50
    with pytest.raises(ServiceError, match="cluster test: list pods failed: etcd is away"):
        asked(server, pods)
    server.faults.clear()
    server.faults += [say(b"{", cut=True)] * 50
    with pytest.raises(UnreachableError, match="list pods failed"):
        asked(server, pods)


def test_a_refusal_is_final(server: Synthetic) -> None:
    server.faults += [refuse(403, 'pods is forbidden: User "u" cannot list')]
    with pytest.raises(ForbiddenError, match=r'User "u" cannot list.*Ask for the right'):
        asked(server, pods)
    assert len(server.requests) == 1


def test_a_silent_body_is_given_up(server: Synthetic) -> None:
    server.faults += [say(b"[" * 100, drip=5)] * 50
    with pytest.raises(UnreachableError, match=r"failed: .*"):
        asked(server, pods, timeout=0.02)


def test_a_slow_body_is_waited_for(server: Synthetic) -> None:
    body = json.dumps({"metadata": {"resourceVersion": "7"}, "items": [pod("slow")]}).encode()
    server.faults.append(say(body, drip=0.05))
    assert names(asked(server, pods, timeout=1)) == ["slow"]


def test_a_server_that_is_not_there_is_not_asked_twice() -> None:
    async def ask() -> None:
        connection = Connection(name="gone", cluster=Cluster(server="http://127.0.0.1:1"))
        async with Client(connection) as client:
            await client.list(PODS)

    with pytest.raises(UnreachableError, match=r"cluster gone at http://127.0.0.1:1 cannot be reached: .*Check the"):
        asyncio.run(ask())


def test_large_objects_and_a_bound(server: Synthetic, monkeypatch: pytest.MonkeyPatch) -> None:
    server.put(pod("large", size=1_500_000), quiet=True)
    listing = asked(server, pods)
    assert len(listing.items[-1].json) > 1_500_000
    monkeypatch.setattr(transport, "_LARGEST", 1_000_000)
    with pytest.raises(LimitError, match="the answer to list pods"):
        asked(server, pods)


def test_objects_of_wrong_types_are_not_lost(server: Synthetic) -> None:
    items = [{"metadata": {"name": 5, "namespace": "n", "uid": "u"}, "kind": 7}, {"metadata": []}, 3, pod("good")]
    server.faults.append(say(json.dumps({"metadata": {"resourceVersion": "7"}, "items": items}).encode()))
    listing = asked(server, pods)
    assert [(item.namespace, item.name, item.uid) for item in listing.items] == [
        ("n", "", "u"),
        ("", "", ""),
        ("", "", ""),
        ("default", "good", ""),
    ]
    for item in listing.items:
        item.read()


def test_a_list_that_is_none_is_told(server: Synthetic) -> None:
    lies = [b'{"items": {"a": 1}}', b'{"metadata": {}}', b'{"type": "ERROR"}', b"[]"]
    server.faults += [say(lie) for lie in lies]
    assert names(asked(server, pods)) == EVERY
    server.faults += [say(lies[1])] * 50
    with pytest.raises(ServiceError, match="list pods failed: the answer is not what it should be"):
        asked(server, pods)


def test_selections_are_passed_on(server: Synthetic) -> None:
    server.path = "/api/v1/namespaces/a%2Fb/pods"
    which = Selection(namespace="n", labels="a=b,c!=d", fields="spec.nodeName=x")
    server.path = "/api/v1/namespaces/n/pods"
    asked(server, lambda client: client.list(PODS, which))
    query = server.requests[0].query
    assert (query["labelSelector"], query["fieldSelector"]) == ("a=b,c!=d", "spec.nodeName=x")


def test_names_cannot_leave_their_place(server: Synthetic) -> None:
    server.faults.append(say(b'{"metadata": {"name": "x"}}'))
    asked(server, lambda client: client.get(PODS, "../../x?y", "a/b"))
    assert server.requests[0].raw_path == "/api/v1/namespaces/a%2Fb/pods/..%2F..%2Fx%3Fy"


def test_apply_sends_the_fields_and_tells_conflicts(server: Synthetic) -> None:
    server.faults += [say(b'{"metadata": {"name": "x"}}'), refuse(409, "conflict with other")]

    async def work(client: Client) -> None:
        await client.apply(PODS, "x", b"{}", namespace="n", force=True, dry_run=True)
        with pytest.raises(ConflictError, match="conflict with other"):
            await client.apply(PODS, "x", b"{}", namespace="n")

    asked(server, work)
    first = server.requests[0]
    assert (first.method, first.headers["Content-Type"]) == ("PATCH", "application/apply-patch+yaml")
    assert dict(first.query) == {"fieldManager": "seawall", "force": "true", "dryRun": "All"}


def test_logs_come_as_they_are(server: Synthetic) -> None:
    server.faults += [say(b"one\ntwo\n"), say(b"half", cut=True)]

    async def read(client: Client) -> bytes:
        return b"".join([piece async for piece in client.logs("n", "p", container="c", tail=5, previous=True)])

    async def work(client: Client) -> None:
        assert await read(client) == b"one\ntwo\n"
        with pytest.raises(UnreachableError, match="read the log of pod n/p failed"):
            await read(client)

    asked(server, work)
    assert dict(server.requests[0].query) == {"container": "c", "previous": "true", "tailLines": "5"}


@pytest.mark.parametrize(("code", "requests"), [(500, 1), (409, 1), (503, 2), (429, 2)])
def test_what_changes_something_is_asked_again_only_when_nothing_was_done(
    server: Synthetic, code: int, requests: int
) -> None:
    server.faults += [refuse(code), say(b"{}")]
    request = Request(method="POST", path="/api/v1/pods", body=b"{}", what="create")

    async def work(client: Client) -> None:
        with contextlib.suppress(ServiceError):
            await client.transport.send(request, bytes)

    asked(server, work)
    assert len(server.requests) == requests


def test_a_redirect_is_not_followed(server: Synthetic) -> None:
    server.faults.append(refuse(302, Location="http://127.0.0.1:1/"))
    with pytest.raises(ServiceError, match="failed"):
        asked(server, pods)
