"""HTTP for registries: TLS with one's own authorities, proxies, redirects and time bounds, over urllib3.

One request, one answer: repeating is :mod:`.endpoint`'s. Credentials are only ever sent to the address that they
were given for; a redirect elsewhere drops them, and one from HTTPS to HTTP is refused.
"""

import ipaddress
import re
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock, Timer
from urllib.parse import SplitResult, urljoin, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import BaseHTTPResponse

import seawall
from seawall.errors import LimitError, ServiceError, UsageError
from seawall.image.plain import plain

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 10
_PIECE = 1 << 16
_OBJECT = re.compile(r"^\w+\(host=[^)]*\): ")
"""urllib3 begins some messages with its connection's representation."""


class BrokenTransferError(ServiceError):
    """The connection failed or was cut; asking again may help."""


class UnreachableError(BrokenTransferError):
    """No connection at all: a wrong name, a closed port. Rarely better a moment later."""


class PlainHttpError(ServiceError):
    """The server does not speak TLS where TLS was tried."""


def is_loopback(host: str) -> bool:
    """Whether a ``host[:port]`` is this machine by its name or address."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class _Bounded(HTTPConnection):
    """A connection whose answer's head must be complete in time, however slowly it drips.

    A socket's time-out only bounds the silence between two packets.
    """

    def getresponse(self) -> urllib3.response.HTTPResponse:  # type: ignore[override] # as urllib3 does
        timeout = self.timeout if isinstance(self.timeout, (int, float)) else 30.0
        with cut_after(2 * timeout, self._cut):
            return super().getresponse()

    def _cut(self) -> None:
        if self.sock is not None:
            self.sock.shutdown(2)


class _BoundedTls(_Bounded, HTTPSConnection):
    pass


@contextmanager
def cut_after(seconds: float, cut: Callable[[], None]) -> Iterator[None]:
    """Call ``cut`` from another thread if the block takes longer."""

    def act() -> None:
        try:
            cut()
        except (OSError, RuntimeError, ValueError):
            return  # the connection is gone already

    timer = Timer(seconds, act)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


class Transport:
    """Connection pools that threads share.

    Args:
        ca_file: a PEM bundle beside the system's store, or empty.
        insecure: certificates are not checked, and plain HTTP is allowed beyond loopback.
        timeout: seconds without a byte.

    Raises:
        UsageError: the bundle cannot be read.
    """

    def __init__(self, *, ca_file: str = "", insecure: bool = False, timeout: float = 30.0) -> None:
        self.insecure = insecure
        self.timeout = timeout
        self._context = _tls(ca_file, insecure=insecure)
        self._proxies = getproxies()
        self._pools: dict[str, urllib3.PoolManager] = {}
        self._lock = Lock()

    def close(self) -> None:
        """Close all idle connections."""
        with self._lock:
            for pool in self._pools.values():
                pool.clear()

    def may_send_plainly(self, host: str) -> bool:
        """Whether plain HTTP may be used with a ``host[:port]``."""
        return self.insecure or is_loopback(host)

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        *,
        body: bytes | None = None,
        timeout: float | None = None,
    ) -> tuple[BaseHTTPResponse, str]:
        """Ask, following redirects: the answer, its body not read yet whatever its status, and its last address.

        Raises:
            BrokenTransferError: no answer.
            PlainHttpError: the server does not speak TLS.
            ServiceError: an untrusted certificate, or a redirect that must not be followed.
        """
        sent = {"User-Agent": f"seawall/{seawall.__version__}", "Accept-Encoding": "identity", **headers}
        for _ in range(_MAX_REDIRECTS):
            response = self._once(method, url, sent, body, timeout or self.timeout)
            location = response.headers.get("Location", "")
            if response.status not in _REDIRECTS or not location:
                return response, url
            discard(response)
            target = self._redirected(url, location)
            if _origin(urlsplit(target)) != _origin(urlsplit(url)):
                sent = {key: value for key, value in sent.items() if key.lower() != "authorization"}
            if body is not None:
                raise ServiceError(f"{_site(url)} redirects a request for a token to {_site(target)}")
            url = target
        raise ServiceError(f"{_site(url)} redirects more than {_MAX_REDIRECTS} times")

    def _redirected(self, url: str, location: str) -> str:
        try:
            target = urljoin(url, location)
            parts = urlsplit(target)
            parts.port  # noqa: B018 - reading it checks it
        except ValueError:
            raise ServiceError(f"{_site(url)} redirects to {plain(location)!r}, which is no address") from None
        downgrade = parts.scheme == "http" and not self.may_send_plainly(parts.netloc)
        if parts.scheme not in {"http", "https"} or not parts.hostname or downgrade:
            raise ServiceError(
                f"{_site(url)} redirects to {plain(location)!r}, which is refused",
                cause="plain HTTP is not safe" if downgrade else "it is no HTTP address",
                hint="--insecure allows plain HTTP." if downgrade else "",
            )
        return target

    def _once(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, timeout: float
    ) -> BaseHTTPResponse:
        try:
            return self._pool(url).request(
                method,
                url,
                headers=headers,
                body=body,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
                timeout=urllib3.Timeout(connect=min(timeout, 15.0), read=timeout),
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _explained(url, error) from error

    def _pool(self, url: str) -> urllib3.PoolManager:
        parts = urlsplit(url)
        host = parts.hostname or ""
        proxy = self._proxies.get(parts.scheme) or self._proxies.get("all") or ""
        if not proxy or is_loopback(parts.netloc) or proxy_bypass(host):
            proxy = ""
        elif "://" not in proxy:
            proxy = f"http://{proxy}"
        with self._lock:
            if proxy not in self._pools:
                self._pools[proxy] = self._make_pool(proxy)
            return self._pools[proxy]

    def _make_pool(self, proxy: str) -> urllib3.PoolManager:
        if not proxy:
            pool = urllib3.PoolManager(num_pools=16, maxsize=16, ssl_context=self._context)
        else:
            login = urlsplit(proxy)
            secret = f"{login.username}:{login.password or ''}" if login.username else None
            headers = urllib3.make_headers(proxy_basic_auth=secret) if secret else None
            try:
                pool = urllib3.ProxyManager(
                    proxy, num_pools=16, maxsize=16, ssl_context=self._context, proxy_headers=headers
                )
            except (urllib3.exceptions.HTTPError, ValueError) as error:
                raise UsageError("the proxy's address cannot be used", cause=plain(str(error))) from error
        pool.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}
        return pool


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Bounded


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _BoundedTls


def read_small(response: BaseHTTPResponse, limit: int, timeout: float, what: str) -> bytes:
    """The whole body of an answer that must be small, complete within four time-outs.

    Raises:
        LimitError: it is larger than ``limit`` bytes.
        BrokenTransferError: it ends early, or drips.
    """
    content = bytearray()
    try:
        with cut_after(4 * timeout, response.shutdown):
            while piece := response.read1(_PIECE):
                content += piece
                if len(content) > limit:
                    response.close()
                    raise LimitError(f"{what} is larger than {limit >> 10} KiB")
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        response.close()
        raise BrokenTransferError(f"{what} broke off", cause=plain(str(error))) from error
    response.release_conn()
    expected = response.headers.get("Content-Length", "")
    if expected.isdigit() and int(expected[:18]) != len(content):
        raise BrokenTransferError(f"{what} broke off", cause=f"{len(content)} of {expected} bytes arrived")
    return bytes(content)


def discard(response: BaseHTTPResponse) -> None:
    """Done with an answer; its connection is used again where little is left to read."""
    length = response.headers.get("Content-Length", "")
    try:
        if length.isdigit() and int(length[:9]) <= _PIECE:
            response.drain_conn()
        else:
            response.close()
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        response.close()


def _tls(ca_file: str, *, insecure: bool) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ValueError) as error:
            raise UsageError(
                f"certificate bundle {ca_file} cannot be read", cause=str(error), hint="It must be a file of PEM text."
            ) from error
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)  # the user asked for it
    return context


def _explained(url: str, error: Exception) -> ServiceError:
    """The error of a library as one of ours."""
    site = _site(url)
    reason = getattr(error, "reason", None) or error
    words = plain(_OBJECT.sub("", str(reason)))
    if isinstance(reason, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in words:
        cause = getattr(reason, "verify_message", "") or words
        hint = "Name its authority's PEM file with --ca-file, or use --insecure."
        return ServiceError(f"the certificate of {site} is not trusted", cause=plain(cause), hint=hint)
    if isinstance(error, urllib3.exceptions.SSLError) or isinstance(reason, ssl.SSLError):
        if any(sign in words for sign in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "record layer", "UNKNOWN_PROTOCOL")):
            hint = "It may speak plain HTTP only: --insecure allows that."
            return PlainHttpError(f"{site} does not speak TLS", cause=words, hint=hint)
        return BrokenTransferError(f"no secure connection to {site}", cause=words)
    if isinstance(error, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.LocationValueError)):
        return UnreachableError(f"{site} cannot be reached", cause=words)
    if isinstance(error, urllib3.exceptions.ConnectTimeoutError):
        return UnreachableError(
            f"{site} does not take connections", hint="SEAWALL_TIMEOUT_SECONDS sets the longest wait."
        )
    if isinstance(error, urllib3.exceptions.TimeoutError) or isinstance(reason, TimeoutError):
        return BrokenTransferError(
            f"{site} did not answer in time", hint="SEAWALL_TIMEOUT_SECONDS sets the longest wait."
        )
    return BrokenTransferError(f"the connection to {site} broke", cause=words)


def _site(url: str) -> str:
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2]


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)
