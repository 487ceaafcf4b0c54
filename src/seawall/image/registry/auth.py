"""Who we are to a registry: answers its challenges, and keeps what it gave.

Sources: the distribution project's token authentication specification (``token.md``, ``oauth.md``), RFC 6749
section 6 (refresh tokens), RFC 7617 (basic). Nothing is looked up and no helper is run until a registry asks.
"""

import base64
from collections.abc import Callable
from threading import Lock
from urllib.parse import urlencode, urlsplit

import msgspec

from seawall.errors import ServiceError
from seawall.image.plain import plain
from seawall.image.registry import challenge
from seawall.image.registry.credentials import Credentials
from seawall.image.registry.session import Answer, Session, said_by

_MAX_TOKEN = 1 << 20
_CLIENT = "seawall"


class _Token(msgspec.Struct, frozen=True, kw_only=True):
    token: str = ""
    access_token: str = ""


class Authenticator:
    """Authorization for one repository of one registry; threads share it.

    Args:
        host: the registry, for sentences and hints.
        repository: what is pulled; asked for where a challenge names no scope.
        session: to ask token servers.
        find: looks the credentials up; called once, when first needed.
    """

    def __init__(self, host: str, repository: str, session: Session, find: Callable[[], Credentials]) -> None:
        self._host = host
        self._scope = f"repository:{repository}:pull"
        self._session = session
        self._find = find
        self._found: Credentials | None = None
        self._lock = Lock()
        self.header = ""
        """The ``Authorization`` header to send, or empty."""

    def renew(self, header: str, sent: str) -> None:
        """Answer a refusal.

        Args:
            header: its ``WWW-Authenticate``.
            sent: the ``Authorization`` that was refused; where another thread has a newer one, that is it.

        Raises:
            ServiceError: there is nothing (more) to answer with.
        """
        with self._lock:
            if self.header != sent:
                return
            known = {asked.scheme: asked.parameters for asked in challenge.parse(header)}
            if "bearer" in known:
                self.header = self._bearer(known["bearer"])
            elif "basic" in known and self._credentials.username:
                self.header = _basic(self._credentials)
            elif "basic" in known or not known:
                raise self._needs_login()
            else:
                raise ServiceError(f"{self._host} asks for an unknown kind of login", cause=plain(", ".join(known)))
            if self.header == sent:
                raise self.refused()

    def refused(self, said: str = "") -> ServiceError:
        """The error for credentials that the registry does not take."""
        if self._credentials.anonymous:
            return self._needs_login(said)
        hint = f"Log in again: `docker login {self._host}` or `skopeo login {self._host}`."
        return ServiceError(
            f"{self._host} refuses the credentials from {self._credentials.origin}", cause=said, hint=hint
        )

    @property
    def _credentials(self) -> Credentials:
        if self._found is None:
            self._found = self._find()
        return self._found

    def _needs_login(self, said: str = "") -> ServiceError:
        cause = "; ".join(filter(None, (said, self._credentials.problem)))
        hint = f"Log in first: `docker login {self._host}` or `skopeo login {self._host}`; is the name right?"
        return ServiceError(f"{self._host} wants to know who asks", cause=cause, hint=hint)

    def _bearer(self, asked: dict[str, str]) -> str:
        if self._credentials.registry_token:
            return f"Bearer {self._credentials.registry_token}"
        realm = self._checked(asked.get("realm", ""))
        wanted = {"service": asked.get("service", ""), "scope": asked.get("scope") or self._scope}
        wanted = {key: value for key, value in wanted.items() if value}
        answer = self._ask(realm, wanted)
        if answer.status in {400, 401, 403}:
            raise self.refused(said_by(answer.content))
        if answer.status != 200:
            raise ServiceError(
                f"the token server of {self._host} gave no token",
                cause=said_by(answer.content) or f"HTTP {answer.status}",
            )
        try:
            given = msgspec.json.decode(answer.content, type=_Token)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise ServiceError(f"the token server of {self._host} did not answer in JSON") from error
        token = given.token or given.access_token
        if not token or not token.isascii() or not token.isprintable():
            raise ServiceError(f"the token server of {self._host} gave no token", cause="the answer holds none")
        return f"Bearer {token}"

    def _ask(self, realm: str, wanted: dict[str, str]) -> Answer:
        """By POST with an identity token, else by GET, with the password where there is one."""
        known = self._credentials
        what = f"a token for {self._host}"
        if known.identity_token:
            form = {
                "grant_type": "refresh_token",
                "client_id": _CLIENT,
                "refresh_token": known.identity_token,
                **wanted,
            }
            headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
            body = urlencode(form).encode()
            return self._session.exchange("POST", realm, headers, limit=_MAX_TOKEN, what=what, body=body)
        headers = {"Accept": "application/json"}
        if known.username:
            headers["Authorization"] = _basic(known)
            wanted = {"account": known.username, "client_id": _CLIENT, **wanted}
        url = f"{realm}{'&' if '?' in realm else '?'}{urlencode(wanted)}"
        return self._session.exchange("GET", url, headers, limit=_MAX_TOKEN, what=what)

    def _checked(self, realm: str) -> str:
        """The token server's address: credentials go there, so it must be safe."""
        try:
            parts = urlsplit(realm)
            safe = parts.scheme == "https" or (
                parts.scheme == "http" and self._session.transport.may_send_plainly(parts.netloc)
            )
        except ValueError:
            safe = False
        if not safe or not parts.hostname or parts.username is not None:
            raise ServiceError(
                f"{self._host} names a token server that is not safe to ask",
                cause=plain(repr(realm)),
                hint="--insecure allows plain HTTP.",
            )
        return realm.partition("#")[0]


def _basic(known: Credentials) -> str:
    return "Basic " + base64.b64encode(f"{known.username}:{known.password}".encode()).decode()
