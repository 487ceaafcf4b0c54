"""Credentials as container tools keep them: docker's ``config.json`` and podman's ``auth.json``.

Sources: docker's configuration reference (``auths``, ``credHelpers``, ``credsStore``), and
``containers-auth.json(5)`` (its paths, and keys that name a repository). Nothing here ever ends a scan: a public
image needs no credentials, so what went wrong is kept as :attr:`Credentials.problem` and told when the registry
refuses.
"""

import base64
import binascii
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from seawall.image.registry import helper
from seawall.image.registry.reference import DEFAULT_HOST
from seawall.log import get
from seawall.model.record import Record

_log = get(__name__)
_MAX_FILE = 4 << 20
_DOCKER_KEY = "https://index.docker.io/v1/"
_DOCKER_NAMES = ("docker.io", "index.docker.io", "registry-1.docker.io")


class Credentials(Record, frozen=True, kw_only=True):
    """What is known for one registry; all empty means anonymous.

    Attributes:
        username, password: for basic authentication and for asking for tokens.
        identity_token: an OAuth2 refresh token, instead of a password.
        registry_token: a bearer token that is sent as it is.
        origin: the file or helper that said so.
        problem: why nothing could be found out, or empty.
    """

    username: str = ""
    password: str = ""
    identity_token: str = ""
    registry_token: str = ""
    origin: str = ""
    problem: str = ""

    @property
    def anonymous(self) -> bool:
        """Whether there is nothing to send."""
        return not (self.username or self.password or self.identity_token or self.registry_token)


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    auth: str = ""
    username: str = ""
    password: str = ""
    identitytoken: str = ""
    registrytoken: str = ""


class _File(msgspec.Struct, frozen=True, kw_only=True, rename={"cred_helpers": "credHelpers", "store": "credsStore"}):
    auths: dict[str, _Entry | None] = {}
    cred_helpers: dict[str, str] = {}
    store: str = ""


def find(host: str, repository: str, environ: Mapping[str, str] | None = None) -> Credentials:
    """What the first file that knows the registry (or the repository in it) says."""
    problem = ""
    for path in _files(os.environ if environ is None else environ):
        try:
            known = _read(path)
        except (OSError, ValueError, RecursionError) as error:
            problem = problem or f"{path} cannot be read ({error})"
            continue
        if known is None:
            continue
        found = _look_up(known, host, repository, str(path))
        if not found.anonymous:
            _log.debug("credentials for %s from %s", host, found.origin)
            return found
        problem = problem or found.problem
    return Credentials(problem=problem)


def _files(environ: Mapping[str, str]) -> Iterator[Path]:
    """What was named by a variable first, then podman's places, then docker's."""
    home = Path(environ.get("HOME") or "~").expanduser()
    if named := environ.get("REGISTRY_AUTH_FILE"):
        yield Path(named)
    if folder := environ.get("DOCKER_CONFIG"):
        yield Path(folder) / "config.json"
    if runtime := environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime) / "containers" / "auth.json"
    yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "containers" / "auth.json"
    yield home / ".docker" / "config.json"


def _read(path: Path) -> _File | None:
    try:
        with path.open("rb") as stream:
            content = stream.read(_MAX_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if len(content) > _MAX_FILE:
        raise ValueError(f"larger than {_MAX_FILE >> 20} MiB")
    return msgspec.json.decode(content, type=_File) if content.strip() else None


def _look_up(known: _File, host: str, repository: str, origin: str) -> Credentials:
    names = _DOCKER_NAMES if host == DEFAULT_HOST else (host,)
    asked = _DOCKER_KEY if host == DEFAULT_HOST else host
    program = next((known.cred_helpers[name] for name in (asked, *names) if name in known.cred_helpers), known.store)
    problem = ""
    if program:
        answer = helper.ask(program, asked)
        if answer.secret:
            return _from_helper(answer, f"docker-credential-{program}")
        problem = answer.problem
    entries = {_normal(key): entry for key, entry in known.auths.items() if entry is not None}
    for key in _keys(names, repository):
        if key in entries:
            return _from_entry(entries[key], origin, problem)
    return Credentials(problem=problem)


def _from_helper(answer: helper.Answer, origin: str) -> Credentials:
    if answer.username == "<token>":
        return Credentials(identity_token=answer.secret, origin=origin)
    return Credentials(username=answer.username, password=answer.secret, origin=origin)


def _from_entry(entry: _Entry, origin: str, problem: str) -> Credentials:
    username, password = entry.username, entry.password
    if entry.auth:
        try:
            decoded = base64.b64decode(entry.auth, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return Credentials(problem=f"an auth entry of {origin} is not base64 of user:password")
        username, _, password = decoded.partition(":")
    return Credentials(
        username=username,
        password=password.rstrip("\x00"),
        identity_token=entry.identitytoken,
        registry_token=entry.registrytoken,
        origin=origin,
        problem=problem,
    )


def _keys(names: tuple[str, ...], repository: str) -> Iterator[str]:
    """The most specific first: ``host/team/app``, ``host/team``, ``host``."""
    parts = repository.split("/")
    for length in range(len(parts), 0, -1):
        for name in names:
            yield f"{name}/{'/'.join(parts[:length])}"
    yield from names


def _normal(key: str) -> str:
    """A key without scheme, trailing slash and the version path that docker writes (``https://HOST/v1/``)."""
    key = key.removeprefix("https://").removeprefix("http://").rstrip("/")
    return key.removesuffix("/v1").removesuffix("/v2")
