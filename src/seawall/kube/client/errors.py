"""What the API server can answer instead of what was asked for, as errors that callers tell apart.

Source: Kubernetes API conventions, "Response Status Kind"; RFC 9110, section 10.2.3 (Retry-After).
"""

from collections.abc import Mapping

import msgspec

from seawall.errors import ServiceError

_LONGEST = 500


class UnreachableError(ServiceError):
    """No answer, a broken one, or the wish to be left alone for a while; asking again may help.

    Attributes:
        headers: of the answer, if there was one: it may say when to come back.
    """

    headers: Mapping[str, str] = {}


class UnauthorizedError(ServiceError):
    """401: the API server does not know who asks."""


class ForbiddenError(ServiceError):
    """403: who asks may not do this."""


class NotFoundError(ServiceError):
    """404: no such object, or no such kind in this cluster."""


class ConflictError(ServiceError):
    """409: someone else changed, owns or holds it."""


class ExpiredError(ServiceError):
    """410: the list or watch would go on from a version that the API server has forgotten; list again."""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """``metav1.Status``, as far as it is told."""

    message: str = ""
    reason: str = ""
    code: int = 0


_decode_status = msgspec.json.Decoder(Status).decode
_KINDS: dict[int, tuple[type[ServiceError], str]] = {
    401: (UnauthorizedError, "The credentials are wrong or have expired: log in to the cluster again."),
    403: (ForbiddenError, "Ask for the right to it, or use another context; `seawall` needs only get, list and watch."),
    404: (NotFoundError, ""),
    409: (ConflictError, ""),
    410: (ExpiredError, "List again."),
}


def read_status(body: bytes) -> Status:
    """The Status in a body; of a proxy's page, its beginning as the message."""
    try:
        return _decode_status(body)
    except msgspec.DecodeError:
        return Status(message=" ".join(body[:_LONGEST].decode(errors="replace").split()))


def error_of(code: int, body: bytes, what: str) -> ServiceError:
    """The error for an answer.

    Args:
        code: HTTP status, or the code of an ERROR event.
        body: the answer's.
        what: what was asked, for the sentence: ``cluster prod: list pods``.
    """
    status = read_status(body)
    kind, hint = _KINDS.get(code, (ServiceError, ""))
    said = status.message[:_LONGEST] or f"HTTP status {code}"
    return kind(f"{what} failed", cause=said, hint=hint)
