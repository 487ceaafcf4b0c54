"""Requests that are repeated where that may help: broken connections, 429, and servers' own failures."""

from collections.abc import Mapping

import msgspec
from urllib3.response import BaseHTTPResponse

from seawall.errors import InputError, SeawallError, ServiceError
from seawall.image.plain import plain
from seawall.image.registry import retry
from seawall.image.registry.transport import BrokenTransferError, Transport, UnreachableError, discard, read_small
from seawall.log import get
from seawall.model.record import Record

_log = get(__name__)
_MAX_ERROR = 64 << 10


class Answer(Record, frozen=True, kw_only=True):
    """A whole answer.

    Attributes:
        headers: names in lower case.
        url: where it came from, after redirects.
    """

    status: int
    headers: dict[str, str]
    content: bytes
    url: str


class _Problem(msgspec.Struct, frozen=True, kw_only=True):
    code: str | int = ""
    message: str | None = ""


class _Problems(msgspec.Struct, frozen=True, kw_only=True):
    errors: list[_Problem] = []
    error_description: str = ""
    details: str = ""
    error: str = ""


class Session:
    """A transport together with the patience of one image."""

    def __init__(self, transport: Transport, patience: retry.Patience) -> None:
        self.transport = transport
        self.patience = patience

    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], *, limit: int, what: str, body: bytes | None = None
    ) -> Answer:
        """A small answer, whole; every status but the retried ones is an answer.

        Raises:
            LimitError: a successful answer is larger than ``limit`` bytes.
            ServiceError: no answer after all tries.
        """
        for attempt in range(retry.TRIES):
            try:
                response, final = self.transport.request(method, url, headers, body=body)
                wait = response.headers.get("Retry-After")
                content = self._content(response, limit, what)
                problem = failure(response.status, content, what)
            except BrokenTransferError as error:
                problem, wait = error, None
            else:
                if response.status not in retry.RETRIED:
                    named = {name.lower(): value for name, value in response.headers.items()}
                    return Answer(status=response.status, headers=named, content=content, url=final)
            self.pause(attempt, wait, problem)
        raise AssertionError("the last pause raises")  # pragma: no cover

    def stream(self, url: str, headers: Mapping[str, str], what: str) -> tuple[BaseHTTPResponse, str]:
        """An answer whose body is still to be read, and its address after redirects.

        Raises:
            ServiceError: no answer after all tries.
        """
        for attempt in range(retry.TRIES):
            wait = None
            try:
                response, final = self.transport.request("GET", url, headers)
            except BrokenTransferError as error:
                problem: SeawallError = error
            else:
                if response.status not in retry.RETRIED:
                    return response, final
                wait = response.headers.get("Retry-After")
                problem = failure(response.status, self.words(response), what)
            self.pause(attempt, wait, problem)
        raise AssertionError("the last pause raises")  # pragma: no cover

    def pause(self, attempt: int, wait: str | None, problem: SeawallError) -> None:
        """Wait before the next attempt.

        Raises:
            ServiceError: ``problem``, where this was the last attempt or no time is left.
        """
        tries = 2 if isinstance(problem, UnreachableError) else retry.TRIES
        if attempt + 1 >= tries or not isinstance(problem, ServiceError):
            raise problem
        _log.info("%s; trying again", problem)
        self.patience.wait(attempt, wait, problem)

    def words(self, response: BaseHTTPResponse) -> bytes:
        """The body of a failure, or nothing where it cannot be read."""
        try:
            return read_small(response, _MAX_ERROR, self.transport.timeout, "an error message")
        except SeawallError:
            return b""

    def _content(self, response: BaseHTTPResponse, limit: int, what: str) -> bytes:
        if response.status == 200:
            return read_small(response, limit, self.transport.timeout, what)
        if response.status < 400:
            discard(response)
            return b""
        return self.words(response)


def failure(status: int, content: bytes, what: str) -> SeawallError:
    """The error for an answer that is none of those asked for; its words are the registry's."""
    said = said_by(content)
    cause = f"{said} (HTTP {status})" if said else f"HTTP {status}"
    if status == 404:
        return InputError(f"{what} does not exist in the registry", cause=cause, hint="Is the name right?")
    if status in {401, 403}:
        hint = "Log in with `docker login` or `skopeo login`, or ask for the right to pull."
        return ServiceError(f"the registry refuses {what}", cause=cause, hint=hint)
    if status == 429:
        hint = "Log in, use a mirror, or try again later."
        return ServiceError(f"the registry limits how often one may ask for {what}", cause=cause, hint=hint)
    return ServiceError(f"the registry did not give {what}", cause=cause)


def said_by(content: bytes) -> str:
    """What an error's body says (OCI distribution specification, section *Error codes*), or nothing."""
    try:
        known = msgspec.json.decode(content, type=_Problems)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return ""
    parts = [str(part.message or part.code) for part in known.errors[:3]]
    return plain("; ".join(part for part in parts if part) or known.error_description or known.details or known.error)
