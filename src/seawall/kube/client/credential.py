"""What proves who asks: a fixed token or certificate, a token file that is renewed, a program that gives one.

Source: the kubeconfig reference; ``client.authentication.k8s.io/v1`` (credential plugins).
"""

import asyncio
import base64
import json
import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec

from seawall.errors import ServiceError, UsageError
from seawall.kube.client.config import Connection
from seawall.kube.client.kubeconfig import Exec, User
from seawall.model.record import Record

_READ_AGAIN = 60.0
_PLUGIN_SECONDS = 120.0
_BEFORE = 10.0
_LARGEST = 1 << 20
_GROUP = "client.authentication.k8s.io"


class Proof(Record, frozen=True, kw_only=True):
    """What goes with a request.

    Attributes:
        authorization: the header's value, or empty.
        certificate: client certificate and key as PEM, or nothing.
    """

    authorization: str = ""
    certificate: bytes = b""


class Credential(Protocol):
    """A source of proofs."""

    async def proof(self) -> Proof:
        """The one that holds now."""

    def forget(self) -> None:
        """The last one was refused: get another the next time."""


class Fixed:
    """What stands in the kubeconfig; certificate files are read anew when they were refused."""

    def __init__(self, user: User) -> None:
        self._user = user

    async def proof(self) -> Proof:
        """See :class:`Credential`."""
        return Proof(authorization=_header(self._user), certificate=self._user.certificate())

    def forget(self) -> None:
        """Nothing is kept."""


class TokenFile:
    """A token in a file that someone renews, such as a pod's; read again every minute."""

    def __init__(self, path: Path, user: User) -> None:
        self._path, self._user = path, user
        self._token, self._read = "", -_READ_AGAIN

    async def proof(self) -> Proof:
        """See :class:`Credential`."""
        if time.monotonic() - self._read >= _READ_AGAIN:
            try:
                self._token = self._path.read_text().strip()
                self._read = time.monotonic()
            except (OSError, UnicodeError) as error:
                if not self._token:
                    raise UsageError(f"the token file {self._path} cannot be read", cause=str(error)) from error
        return Proof(authorization=f"Bearer {self._token}", certificate=self._user.certificate())

    def forget(self) -> None:
        """Read the file at the next request."""
        self._read = -_READ_AGAIN


class _PluginStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    token: str = ""
    client_certificate_data: str = ""
    client_key_data: str = ""
    expiration_timestamp: datetime | None = None


class _PluginAnswer(msgspec.Struct, frozen=True, kw_only=True):
    status: _PluginStatus


class Plugin:
    """A program that prints credentials; asked again when they expire or are refused."""

    def __init__(self, plugin: Exec, connection: Connection) -> None:
        if plugin.api_version not in {f"{_GROUP}/v1", f"{_GROUP}/v1beta1"}:
            raise UsageError(f"the credential plugin {plugin.command} speaks {plugin.api_version}, which is not known")
        self._plugin, self._connection = plugin, connection
        self._proof: Proof | None = None
        self._until: float | None = None
        self._lock = asyncio.Lock()

    async def proof(self) -> Proof:
        """See :class:`Credential`.

        Raises:
            ServiceError: the program is not there, fails, or prints something else.
        """
        async with self._lock:
            if self._proof is None or (self._until is not None and time.monotonic() >= self._until):
                status = self._read(await self._run())
                pem = f"{status.client_certificate_data.rstrip()}\n{status.client_key_data}".strip().encode()
                self._proof = Proof(authorization=f"Bearer {status.token}" if status.token else "", certificate=pem)
                self._until = _monotonic_end(status.expiration_timestamp)
            return self._proof

    def forget(self) -> None:
        """Ask the program at the next request."""
        self._proof = None

    def _environment(self, *, interactive: bool) -> dict[str, str]:
        spec: dict[str, object] = {"interactive": interactive}
        cluster = self._connection.cluster
        if self._plugin.provide_cluster_info:
            spec["cluster"] = {
                "server": cluster.server,
                "tls-server-name": cluster.tls_server_name,
                "insecure-skip-tls-verify": cluster.insecure_skip_tls_verify,
                "certificate-authority-data": base64.b64encode(cluster.authority()).decode(),
                "proxy-url": cluster.proxy_url,
            }
        asked = {"apiVersion": self._plugin.api_version, "kind": "ExecCredential", "spec": spec}
        own = {each.name: each.value for each in self._plugin.env or ()}
        return {**os.environ, **own, "KUBERNETES_EXEC_INFO": json.dumps(asked)}

    async def _run(self) -> bytes:
        """What the program prints. Its complaints go to ours; it may ask the person who sits there."""
        plugin = self._plugin
        interactive = plugin.interactive_mode != "Never" and sys.stdin is not None and sys.stdin.isatty()
        if plugin.interactive_mode == "Always" and not interactive:
            raise self._failed("it must ask a person, and no terminal is here")
        environment = self._environment(interactive=interactive)
        return await asyncio.to_thread(self._wait, environment, None if interactive else subprocess.DEVNULL)

    def _wait(self, environment: dict[str, str], stdin: int | None) -> bytes:
        """Start the program and read what it printed: from memory, for what it started in turn may hold a pipe open."""
        words = [self._plugin.command, *(self._plugin.args or ())]
        with os.fdopen(os.memfd_create("credential", os.MFD_CLOEXEC), "rb") as output:
            try:
                done = subprocess.run(
                    words, env=environment, stdin=stdin, stdout=output, timeout=_PLUGIN_SECONDS, check=False
                )
            except OSError as error:
                raise self._failed(str(error), hint=self._plugin.install_hint.strip()) from error
            except subprocess.TimeoutExpired:
                raise self._failed(f"it did not end within {_PLUGIN_SECONDS:.0f} seconds") from None
            if done.returncode:
                raise self._failed(f"it ended with {done.returncode}", hint="Its own words are above.")
            output.seek(0)
            return output.read(_LARGEST)

    def _read(self, output: bytes) -> _PluginStatus:
        try:
            status = msgspec.json.decode(output, type=_PluginAnswer).status
        except msgspec.DecodeError as error:
            raise self._failed(f"what it printed is no ExecCredential: {error}") from error
        if not status.token and not (status.client_certificate_data and status.client_key_data):
            raise self._failed("it gave neither a token nor a certificate with its key")
        return status

    def _failed(self, cause: str, hint: str = "") -> ServiceError:
        what = f"the credential plugin {self._plugin.command!r} of context {self._connection.name!r} failed"
        return ServiceError(what, cause=cause, hint=hint)


def _monotonic_end(expires: datetime | None) -> float | None:
    """When to get another one, by the clock that does not jump; null: when this one is refused.

    What was given a moment ago has not expired: where the clock says so, it is the clock that is wrong.
    """
    left = expires.timestamp() - time.time() if expires is not None else 0.0
    return time.monotonic() + left - min(_BEFORE, left / 2) if left > 0 else None


def _header(user: User) -> str:
    if user.token:
        return f"Bearer {user.token}"
    if user.username:
        return "Basic " + base64.b64encode(f"{user.username}:{user.password}".encode()).decode()
    return ""


def credential_of(connection: Connection) -> Credential:
    """The source of proofs that a connection's user names.

    Raises:
        UsageError: it names a way that is not known.
    """
    user = connection.user
    if user.exec is not None:
        return Plugin(user.exec, connection)
    if user.token_file:
        return TokenFile(Path(user.token_file), user)
    if user.auth_provider is not None and not _header(user) and not user.certificate():
        raise UsageError(
            f"the user of context {connection.name!r} logs in with an auth-provider, which Kubernetes gave up",
            hint="Use a credential plugin (exec) or a token instead.",
        )
    return Fixed(user)
