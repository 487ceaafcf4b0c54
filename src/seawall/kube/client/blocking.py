"""The client for callers that wait: the command line."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from seawall.kube.client.client import Client
from seawall.kube.client.config import Connection

T = TypeVar("T")


def with_client(connection: Connection, work: Callable[[Client], Awaitable[T]], *, timeout: float = 30.0) -> T:
    """Run ``work`` with a client of the cluster, and wait for it.

    Args:
        connection: the cluster, and who asks (:func:`seawall.kube.client.config.load`).
        work: what to do.
        timeout: longest silence in an answer, in seconds.

    Raises:
        SeawallError: whatever ``work`` raises; the connections are closed before.
    """

    async def whole() -> T:
        async with Client(connection, timeout=timeout) as client:
            return await work(client)

    return asyncio.run(whole())
