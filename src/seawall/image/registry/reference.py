"""Image references: what a user writes after ``seawall scan``, taken apart.

Source of the grammar: ``reference.go`` and ``regexp.go`` of the distribution project's *reference* module; the
default domain and the ``library/`` prefix are those of ``normalize.go`` there.
"""

import re

from seawall.errors import UsageError
from seawall.model.record import Record

DEFAULT_HOST = "docker.io"
_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_HOST_PATTERN = re.compile(_HOST)
_PATH_PATTERN = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
_TAG_PATTERN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST_PATTERN = re.compile(_DIGEST)
_DIGEST_LENGTHS = {"sha256": 64, "sha512": 128}
_MAX_NAME = 255
_MAX_REFERENCE = 1024
_HINT = "A reference is [HOST[:PORT]/]NAME[:TAG][@DIGEST], like debian:12 or registry.example:5000/team/app:1.0."


class Reference(Record, frozen=True, kw_only=True):
    """A reference with all defaults filled in.

    Attributes:
        host: the registry with its port as written, ``docker.io`` where none is.
        repository: the path below it.
        tag: empty only where a digest is given without one.
        digest: ``sha256:…`` or ``sha512:…``, or empty.
    """

    host: str
    repository: str
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.host}/{self.repository}{tag}{digest}"

    @property
    def pinned(self) -> str:
        """What names the manifest to a registry: the digest if there is one, else the tag."""
        return self.digest or self.tag


def parse(text: str) -> Reference:
    """Read a reference and fill in ``docker.io``, ``library/`` and ``latest``.

    Raises:
        UsageError: it is none; the sentence says which part is wrong.
    """
    if len(text) > _MAX_REFERENCE:
        raise _bad(text, f"it is longer than {_MAX_REFERENCE} characters")
    rest, at, digest = text.partition("@")
    if at:
        _check_digest(text, digest)
    head, slash, last = rest.rpartition("/")
    name, colon, tag = last.partition(":")
    if colon and not _TAG_PATTERN.fullmatch(tag):
        raise _bad(text, f"the tag {_short(tag)} is not made of letters, digits, '_', '.' and '-'")
    host, repository = _split_host(head + slash + name)
    if not _HOST_PATTERN.fullmatch(host):
        raise _bad(text, f"{_short(host)} is no host name")
    if not repository:
        raise _bad(text, "the name is empty")
    if not _PATH_PATTERN.fullmatch(repository):
        why = "names are lower case" if repository != repository.lower() else f"{_short(repository)} is no name"
        raise _bad(text, why)
    if len(host) + 1 + len(repository) > _MAX_NAME:
        raise _bad(text, f"the name is longer than {_MAX_NAME} characters")
    return Reference(host=host, repository=repository, tag=tag or ("" if digest else "latest"), digest=digest)


def _split_host(name: str) -> tuple[str, str]:
    """A first component is a host if it has a dot, a colon or a capital, or is ``localhost``."""
    first, slash, rest = name.partition("/")
    is_host = slash and (first == "localhost" or "." in first or ":" in first or first != first.lower())
    host, repository = (first, rest) if is_host else (DEFAULT_HOST, name)
    if host == "index.docker.io":
        host = DEFAULT_HOST
    if host == DEFAULT_HOST and repository and "/" not in repository:
        repository = f"library/{repository}"
    return host, repository


def _check_digest(text: str, digest: str) -> None:
    if not _DIGEST_PATTERN.fullmatch(digest):
        raise _bad(text, f"{_short(digest)} is no digest")
    algorithm, _, value = digest.partition(":")
    length = _DIGEST_LENGTHS.get(algorithm)
    if length is None:
        raise _bad(text, f"digests are sha256 or sha512, not {_short(algorithm)}")
    if len(value) != length or value != value.lower():
        raise _bad(text, f"a {algorithm} digest has {length} lower-case hexadecimal digits")


def _short(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")


def _bad(text: str, why: str) -> UsageError:
    return UsageError(f"{_short(text)} is no image reference", cause=why, hint=_HINT)
