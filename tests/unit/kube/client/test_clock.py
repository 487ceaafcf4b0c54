"""A clock that is wrong, and one that jumps: durations are measured by another, and what is refused is renewed."""

import asyncio
import json
import random
import ssl
import time
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from pathlib import Path

import pytest
import trustme
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from tests.cluster.follower import Follower
from tests.cluster.synthetic import Synthetic, pod, refuse

from seawall.errors import ServiceError
from seawall.kube.client.backoff import retry_after
from seawall.kube.client.client import Client
from seawall.kube.client.config import Connection
from seawall.kube.client.credential import Credential, credential_of
from seawall.kube.client.kubeconfig import Cluster, Exec, User
from seawall.kube.client.reflector import Reflector
from seawall.kube.client.resource import PODS

_HOUR = 3600.0
_NOW = time.time()


class Clocks:
    """The wall clock and the monotonic one, both set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall, self.steady = _NOW, 1000.0
        monkeypatch.setattr("seawall.kube.client.credential.time.time", lambda: self.wall)
        monkeypatch.setattr("seawall.kube.client.credential.time.monotonic", lambda: self.steady)

    def pass_(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    return Clocks(monkeypatch)


def _plugin(tmp_path: Path, lifetime: float, true_time: Callable[[], float]) -> tuple[Credential, Callable[[], int]]:
    """A plugin whose tokens live so long from now on, by a clock that is right; and how often it was asked."""
    expires = datetime.fromtimestamp(true_time() + lifetime, UTC).isoformat()
    status = {"token": "abc", "expirationTimestamp": expires}
    path, log = tmp_path / "plugin", tmp_path / "runs"
    path.write_text(f"#!/bin/sh\necho run >> {log}\necho '{json.dumps({'status': status})}'\n")
    path.chmod(0o755)
    source = credential_of(
        Connection(name="test", cluster=Cluster(server="https://x"), user=User(exec=Exec(command=str(path))))
    )
    return source, lambda: len(log.read_text().splitlines())


def _ask(source: Credential) -> str:
    return asyncio.run(source.proof()).authorization


@pytest.mark.parametrize("jump", [-24 * _HOUR, 24 * _HOUR, -30.0, 30.0])
def test_a_jump_neither_ends_a_token_nor_keeps_it(tmp_path: Path, clocks: Clocks, jump: float) -> None:
    source, runs = _plugin(tmp_path, _HOUR, lambda: clocks.wall)
    _ask(source)
    clocks.wall += jump
    clocks.pass_(_HOUR - 11)
    _ask(source)
    assert runs() == 1
    clocks.pass_(2)
    _ask(source)
    assert runs() == 2


@pytest.mark.parametrize("wrong", [-24 * _HOUR, 24 * _HOUR])
def test_a_clock_that_was_always_wrong_asks_no_plugin_for_each_request(
    tmp_path: Path, clocks: Clocks, wrong: float
) -> None:
    """Ahead, every token looks expired as it comes; behind, it looks as if it lived longer: a refusal tells."""
    source, runs = _plugin(tmp_path, 900, lambda: _NOW)
    clocks.wall += wrong
    for _ in range(5):
        _ask(source)
        clocks.pass_(60)
    assert runs() == 1
    source.forget()
    _ask(source)
    assert runs() == 2


def test_a_token_of_a_few_seconds_is_used_for_half_of_them(tmp_path: Path, clocks: Clocks) -> None:
    source, runs = _plugin(tmp_path, 8, lambda: clocks.wall)
    for _ in range(3):
        _ask(source)
        clocks.pass_(1)
    assert runs() == 1
    clocks.pass_(2)
    _ask(source)
    assert runs() == 2


@pytest.mark.parametrize("jump", [-24 * _HOUR, 24 * _HOUR])
def test_a_token_file_is_read_by_the_clock_that_does_not_jump(tmp_path: Path, clocks: Clocks, jump: float) -> None:
    path = tmp_path / "token"
    path.write_text("one")
    source = credential_of(
        Connection(name="test", cluster=Cluster(server="https://x"), user=User(token_file=str(path)))
    )
    assert _ask(source) == "Bearer one"
    path.write_text("two")
    clocks.wall += jump
    clocks.pass_(59)
    assert _ask(source) == "Bearer one"
    clocks.pass_(2)
    assert _ask(source) == "Bearer two"


@given(st.floats(-1e6, 1e6), st.integers(0, 100))
def test_a_wait_until_a_date_is_counted_from_the_servers_own(off: float, seconds: int) -> None:
    server = time.time() + off
    headers = {"Date": formatdate(server, usegmt=True), "Retry-After": formatdate(int(server) + seconds, usegmt=True)}
    assert retry_after(headers) == seconds


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_dates(date: str, after: str) -> None:
    assert 0 <= retry_after({"Date": date, "Retry-After": after}) <= 120


def test_nothing_is_lost_or_waited_for_while_the_clock_jumps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look at the wall clock says another day; lists, waits and watches do not mind."""
    for clock in ("time.time", "seawall.kube.client.backoff.time"):
        monkeypatch.setattr(clock, lambda: _NOW + random.uniform(-1e6, 1e6))

    async def work() -> None:
        server = Synthetic()
        for number in range(6):
            server.put(pod(f"p{number}"), quiet=True)

        async def later(request: web.Request) -> web.StreamResponse | None:
            """A date one second from the server's now, whatever that is."""
            stamp = int(_NOW)
            told = {"Date": formatdate(stamp, usegmt=True), "Retry_After": formatdate(stamp + 1, usegmt=True)}
            return await refuse(429, **told)(request)

        async with server.running() as address:
            connection = Connection(name="test", cluster=Cluster(server=address))
            async with Client(connection, timeout=5, page=2) as client:
                follower = Follower(Reflector(client, PODS, lambda item: item.version))
                server.faults += [refuse(500), later]
                began = time.monotonic()
                async with follower.running():
                    await follower.until(server.state())
                    for number in range(4):
                        server.put(pod(f"q{number}"))
                        server.faults.append(refuse(503) if number % 2 else later)
                        server.cut()
                        await follower.until(server.state())
                assert 3 <= time.monotonic() - began < 20

    asyncio.run(work())


_AUTHORITY = trustme.CA()


@pytest.mark.parametrize(("begins", "ends"), [(-10, -1), (1, 10)])
def test_a_certificate_of_another_time_says_to_look_at_the_clock(begins: int, ends: int) -> None:
    now = datetime.now(UTC)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    first, last = now + timedelta(days=begins), now + timedelta(days=ends)
    _AUTHORITY.issue_cert("127.0.0.1", not_before=first, not_after=last).configure_cert(context)

    async def work() -> None:
        async with Synthetic().running(ssl_context=context) as address:
            trusted = Cluster(server=address, certificate_authority_data=_inline(_AUTHORITY))
            async with Client(Connection(name="test", cluster=trusted)) as client:
                await client.list(PODS)

    with pytest.raises(ServiceError, match=r"cannot be trusted: .*certificate.*Check this machine's clock"):
        asyncio.run(work())


def _inline(authority: trustme.CA) -> str:
    return b64encode(authority.cert_pem.bytes()).decode()
