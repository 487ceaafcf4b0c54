"""Requests to one API server, and trying again.

What only reads is asked again when the answer is late, cut, 429 or 5xx; what changes something is asked once, but for
429 and 503, which say that nothing was done. Credentials that are refused are fetched anew once. A server that has
never answered is not there; one that has comes back.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

import aiohttp
import msgspec

from seawall.errors import LimitError, ServiceError
from seawall.kube.client.backoff import Backoff
from seawall.kube.client.config import Connection
from seawall.kube.client.errors import UnreachableError, error_of
from seawall.kube.client.session import Sessions
from seawall.model.record import Record

T = TypeVar("T")
_ATTEMPTS = 8
_LARGEST = 1 << 30
_LARGEST_STATUS = 1 << 20
_CONNECT_SECONDS = 10.0
_TOTAL_SECONDS = 600.0
_UNAUTHORIZED = 401
_AGAIN = frozenset({429, 500, 502, 503, 504})
_NOTHING_DONE = frozenset({429, 503})
_UNTRUSTED = "Check certificate-authority and tls-server-name in the kubeconfig."
_UNTIMELY = "Check this machine's clock; if it is right, the API server's certificate must be renewed."
_UNTIMELY_CODES = frozenset({9, 10})
"""Of OpenSSL: not valid yet, expired (X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED)."""
_BROKEN = (aiohttp.ClientError, OSError, msgspec.DecodeError)


class Request(Record, frozen=True, kw_only=True):
    """What to ask.

    Attributes:
        path: from the root of the API.
        what: for sentences: ``list pods``.
        method: of HTTP.
        params: the query.
        headers: more of them.
        body: what is sent.
        harmless: whether asking twice does no harm, whatever became of the first; of GET that is so.
    """

    path: str
    what: str
    method: str = "GET"
    params: Mapping[str, str] = {}
    headers: Mapping[str, str] = {}
    body: bytes | None = None
    harmless: bool = False


class Transport:
    """One cluster's API server. Tasks may share it; whoever made it closes it."""

    def __init__(self, connection: Connection, *, timeout: float = 30.0) -> None:
        """Prepare; nothing is sent yet.

        Args:
            connection: the cluster and who asks.
            timeout: longest silence in an answer, in seconds.

        Raises:
            UsageError: the user logs in, or the proxy speaks, in a way that is not known.
        """
        self._connection = connection
        self._timeout = timeout
        self._sessions = Sessions(connection)
        self._reached = False

    async def close(self) -> None:
        """Close all connections."""
        await self._sessions.close()

    async def send(self, request: Request, decode: Callable[[bytes], T]) -> T:
        """Ask, and make something of the answer.

        Args:
            request: what to ask.
            decode: reads the body; one that it cannot read counts as cut, for proxies answer for servers that are away.

        Raises:
            UnreachableError: no answer, after several attempts.
            ServiceError: the API server refused (see :mod:`.errors`), or answers something else.
            LimitError: the answer is too large.
        """
        harmless = request.harmless or request.method == "GET"
        backoff = Backoff()
        bounds = self._bounds(_TOTAL_SECONDS, self._timeout)
        while True:
            try:
                async with self._ask(request, bounds) as response:
                    body = await _read(response, _LARGEST, request.what)
                return decode(body)
            except _RefusedError as refused:
                if refused.code not in (_AGAIN if harmless else _NOTHING_DONE) or backoff.attempts >= _ATTEMPTS:
                    raise refused.error from None
                wait = backoff.next(refused.headers)
            except _BROKEN as error:
                if not harmless or not self._reached or backoff.attempts >= _ATTEMPTS:
                    raise self._failure(error, request.what) from error
                wait = backoff.next()
            await asyncio.sleep(wait)

    @asynccontextmanager
    async def stream(self, request: Request, *, silence: float) -> AsyncIterator[AsyncIterator[bytes]]:
        """An answer as it comes in, asked for once.

        Args:
            request: what to ask.
            silence: seconds without a byte after which it counts as broken; 0 for any.

        Raises:
            UnreachableError: it broke off, or was refused in a way that another attempt may mend.
            ServiceError: the API server refused.
        """
        try:
            async with self._ask(request, self._bounds(None, silence or None)) as response:
                yield response.content.iter_any()
        except _RefusedError as refused:
            raise refused.transient() if refused.code in _AGAIN else refused.error from None
        except _BROKEN as error:
            raise self._failure(error, request.what) from error

    @staticmethod
    def _bounds(total: float | None, silence: float | None) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(total=total, sock_connect=_CONNECT_SECONDS, sock_read=silence)

    @asynccontextmanager
    async def _ask(self, request: Request, bounds: aiohttp.ClientTimeout) -> AsyncIterator[aiohttp.ClientResponse]:
        """The answer; a refused proof is renewed once, any other refusal raised."""
        for renewed in (False, True):
            response = await self._sessions.request(
                request.method,
                request.path,
                params=request.params,
                headers=request.headers,
                body=request.body,
                timeout=bounds,
            )
            async with _cutting(response):
                self._reached = True
                if response.status == _UNAUTHORIZED and not renewed:
                    self._sessions.credential.forget()
                    continue
                if response.status >= 300:
                    body = await _read(response, _LARGEST_STATUS, request.what)
                    error = error_of(response.status, body, f"cluster {self._connection.name}: {request.what}")
                    raise _RefusedError(response.status, dict(response.headers), error)
                yield response
                return

    def _failure(self, error: Exception, what: str) -> ServiceError:
        """A sentence for what broke."""
        where = f"cluster {self._connection.name} at {self._connection.cluster.server}"
        if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
            cause = getattr(error, "certificate_error", error)
            hint = _UNTIMELY if getattr(cause, "verify_code", 0) in _UNTIMELY_CODES else _UNTRUSTED
            return ServiceError(f"{where} cannot be trusted", cause=str(cause), hint=hint)
        if isinstance(error, aiohttp.ClientConnectorError):
            return UnreachableError(
                f"{where} cannot be reached",
                cause=str(error.os_error.strerror or error.os_error),
                hint="Check the address in the kubeconfig, and that the cluster runs.",
            )
        if isinstance(error, msgspec.ValidationError):
            what = f"cluster {self._connection.name}: {what} failed"
            return ServiceError(what, cause=f"the answer is not what it should be: {error}")
        cause = str(error) or ("no answer in time" if isinstance(error, TimeoutError) else "the connection was cut")
        return UnreachableError(f"cluster {self._connection.name}: {what} failed", cause=cause, hint="Try again.")


class _RefusedError(Exception):
    """An answer other than the one that was asked for."""

    def __init__(self, code: int, headers: dict[str, str], error: ServiceError) -> None:
        super().__init__(code)
        self.code, self.headers, self.error = code, headers, error

    def transient(self) -> UnreachableError:
        """For those who may come back later."""
        error = UnreachableError(self.error.what, cause=self.error.cause, hint=self.error.hint)
        error.headers = self.headers
        return error


@asynccontextmanager
async def _cutting(response: aiohttp.ClientResponse) -> AsyncIterator[None]:
    """Give the connection back; cut it at once when the answer was not read to its end.

    aiohttp would say good-bye in TLS and forget the connection: it stays open when the event loop ends before the
    server replies.
    """
    async with response:
        try:
            yield
        finally:
            connection = response.connection
            if connection is not None and isinstance(connection.transport, asyncio.WriteTransport):
                connection.transport.abort()


async def _read(response: aiohttp.ClientResponse, largest: int, what: str) -> bytes:
    """The whole body, at most ``largest`` bytes."""
    parts, size = [], 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > largest:
            raise LimitError(f"the answer to {what} is larger than {largest >> 20} MiB")
        parts.append(part)
    return b"".join(parts)
