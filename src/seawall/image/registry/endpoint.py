"""One place that a repository can be pulled from: the registry itself, or a mirror of it."""

from collections.abc import Mapping
from threading import Lock
from urllib.parse import urlsplit

from urllib3.response import BaseHTTPResponse

from seawall.errors import UsageError
from seawall.image.registry import credentials, session
from seawall.image.registry.auth import Authenticator
from seawall.image.registry.reference import DEFAULT_HOST, Reference
from seawall.image.registry.session import Answer, Session
from seawall.image.registry.transport import BrokenTransferError, PlainHttpError, discard

_DOCKER_HUB = "registry-1.docker.io"
_LOGINS = 3
_PROBE = 5.0


class Endpoint:
    """A repository at a host, with its scheme found out and its login kept; threads share it.

    Args:
        host: ``host[:port]`` as credentials are kept for it.
        repository: the path at this host (a mirror may have a prefix).
        asking: how to ask.
        scheme: ``http`` or ``https`` where it was said, else empty.

    Raises:
        UsageError: plain HTTP was asked for where it is not allowed.
    """

    def __init__(self, host: str, repository: str, asking: Session, scheme: str = "") -> None:
        self.host = host
        self._address = _DOCKER_HUB if host == DEFAULT_HOST else host
        self._repository = repository
        self._session = asking
        self._auth = Authenticator(host, repository, asking, lambda: credentials.find(host, repository))
        self._scheme = scheme
        self._lock = Lock()
        if scheme == "http" and not asking.transport.may_send_plainly(host):
            raise UsageError(f"{host} would be asked over plain HTTP", hint="--insecure allows that.")

    def fetch(self, kind: str, name: str, headers: Mapping[str, str], *, limit: int) -> Answer:
        """A manifest or a small blob, whole.

        Args:
            kind: ``manifests`` or ``blobs``.
            name: a tag or digest.
            headers: ``Accept``, say.
            limit: bytes.

        Raises:
            InputError: it does not exist, or is too large.
            ServiceError: the registry cannot be reached, or refuses.
        """
        what = f"{self.host}/{self._repository}{'@' if ':' in name else ':'}{name}"
        url = self._url(kind, name)
        for _ in range(_LOGINS):
            sent = self._auth.header
            answer = self._session.exchange("GET", url, self._with_login(headers, sent), limit=limit, what=what)
            if answer.status == 200:
                return answer
            if answer.status != 401 or not self._is_here(answer.url):
                raise session.failure(answer.status, answer.content, what)
            self._auth.renew(answer.headers.get("www-authenticate", ""), sent)
        raise self._auth.refused(session.said_by(answer.content))

    def stream(self, digest: str, offset: int) -> BaseHTTPResponse:
        """The answer for a blob from a byte on; the caller looks whether the range was obeyed (206) or not (200).

        Raises:
            InputError: it does not exist.
            ServiceError: the registry cannot be reached, or refuses.
        """
        what = f"{self.host}/{self._repository} {digest}"
        url = self._url("blobs", digest)
        wanted = {"Accept": "*/*"} | ({"Range": f"bytes={offset}-"} if offset else {})
        said = b""
        for _ in range(_LOGINS):
            sent = self._auth.header
            response, final = self._session.stream(url, self._with_login(wanted, sent), what)
            if response.status in {200, 206, 416}:
                return response
            said = self._session.words(response)
            if response.status != 401 or not self._is_here(final):
                raise session.failure(response.status, said, what)
            self._auth.renew(response.headers.get("WWW-Authenticate", ""), sent)
        raise self._auth.refused(session.said_by(said))

    def _with_login(self, headers: Mapping[str, str], login: str) -> dict[str, str]:
        return {**headers, "Authorization": login} if login else dict(headers)

    def _is_here(self, url: str) -> bool:
        """A challenge only counts where it is the registry's own: not from where it redirected to."""
        return urlsplit(url).netloc == self._address

    def _url(self, kind: str, name: str) -> str:
        return f"{self._base()}/v2/{self._repository}/{kind}/{name}"

    def _base(self) -> str:
        with self._lock:
            if not self._scheme:
                self._scheme = self._find_scheme()
        return f"{self._scheme}://{self._address}"

    def _find_scheme(self) -> str:
        """HTTPS; where plain HTTP is allowed, whatever answers, HTTPS first."""
        transport = self._session.transport
        if not transport.may_send_plainly(self._address):
            return "https"
        probe = min(_PROBE, transport.timeout)
        try:
            self._probe("https", probe)
        except (PlainHttpError, BrokenTransferError):
            self._probe("http", transport.timeout)
            return "http"
        return "https"

    def _probe(self, scheme: str, timeout: float) -> None:
        response, _ = self._session.transport.request("GET", f"{scheme}://{self._address}/v2/", {}, timeout=timeout)
        discard(response)


def endpoints(reference: Reference, mirrors: Mapping[str, str], asking: Session) -> tuple[Endpoint, ...]:
    """The mirror first, where there is one, then the registry itself.

    Args:
        reference: what is pulled.
        mirrors: host → ``[http[s]://]host[:port][/prefix]``.
        asking: how to ask.

    Raises:
        UsageError: a mirror's address is none.
    """
    origin = Endpoint(reference.host, reference.repository, asking)
    mirror = mirrors.get(reference.host, "")
    if not mirror:
        return (origin,)
    scheme, sign, rest = mirror.rpartition("://")
    host, _, prefix = rest.rstrip("/").partition("/")
    if not host or (sign and scheme not in {"http", "https"}):
        raise UsageError(f"the mirror {mirror!r} of {reference.host} is no address", hint="It is HOST[:PORT][/PREFIX].")
    repository = f"{prefix}/{reference.repository}" if prefix else reference.repository
    return (Endpoint(host, repository, asking, scheme), origin)
