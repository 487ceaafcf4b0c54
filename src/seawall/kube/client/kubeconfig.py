"""One kubeconfig file as records, its paths made absolute."""

import base64
import binascii
from pathlib import Path

import msgspec

from seawall.errors import UsageError
from seawall.model.record import Record

_LARGEST = 16 << 20


class _Part(Record, frozen=True, kw_only=True, rename="kebab"):
    """A part of the file; fields that it does not know are passed over, as kubectl does."""


class ExecVariable(_Part, frozen=True, kw_only=True):
    """A variable of a credential plugin's environment."""

    name: str
    value: str = ""


class Exec(_Part, frozen=True, kw_only=True, rename="camel"):
    """A program that gives credentials (``client.authentication.k8s.io``)."""

    api_version: str = "client.authentication.k8s.io/v1"
    command: str
    args: tuple[str, ...] | None = None
    env: tuple[ExecVariable, ...] | None = None
    install_hint: str = ""
    interactive_mode: str = "IfAvailable"
    provide_cluster_info: bool = False


class User(_Part, frozen=True, kw_only=True):
    """Who asks, and how that is proved; inline data goes before files."""

    client_certificate: str = ""
    client_certificate_data: str = ""
    client_key: str = ""
    client_key_data: str = ""
    token: str = ""
    token_file: str = msgspec.field(default="", name="tokenFile")
    username: str = ""
    password: str = ""
    exec: Exec | None = None
    auth_provider: object = None
    impersonate: str = msgspec.field(default="", name="as")
    impersonate_uid: str = msgspec.field(default="", name="as-uid")
    impersonate_groups: tuple[str, ...] = msgspec.field(default=(), name="as-groups")
    impersonate_extra: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict, name="as-user-extra")

    def certificate(self) -> bytes:
        """The client certificate and its key as PEM, or nothing."""
        chain = content(self.client_certificate_data, self.client_certificate, "client certificate")
        key = content(self.client_key_data, self.client_key, "client key")
        return chain.rstrip() + b"\n" + key if chain else b""


class Cluster(_Part, frozen=True, kw_only=True):
    """Where a cluster is, and whom to trust."""

    server: str = ""
    certificate_authority: str = ""
    certificate_authority_data: str = ""
    insecure_skip_tls_verify: bool = False
    tls_server_name: str = ""
    proxy_url: str = ""

    def authority(self) -> bytes:
        """The authority's certificates as PEM; nothing means the system's."""
        return content(self.certificate_authority_data, self.certificate_authority, "certificate authority")


class Context(_Part, frozen=True, kw_only=True):
    """A cluster and a user, under one name."""

    cluster: str = ""
    user: str = ""
    namespace: str = ""


class NamedContext(_Part, frozen=True, kw_only=True):
    """An entry of ``contexts``."""

    name: str
    context: Context = Context()


class NamedCluster(_Part, frozen=True, kw_only=True):
    """An entry of ``clusters``."""

    name: str
    cluster: Cluster = Cluster()


class NamedUser(_Part, frozen=True, kw_only=True):
    """An entry of ``users``."""

    name: str
    user: User = User()


class File(_Part, frozen=True, kw_only=True):
    """A kubeconfig; kubectl writes empty lists as null."""

    contexts: tuple[NamedContext, ...] | None = None
    clusters: tuple[NamedCluster, ...] | None = None
    users: tuple[NamedUser, ...] | None = None
    current_context: str = ""


def content(data: str, path: str, what: str) -> bytes:
    """Inline base64 data, or else a file's content.

    Raises:
        UsageError: it is no base64, or the file cannot be read.
    """
    try:
        if data:
            return base64.b64decode(data, validate=True)
        return Path(path).read_bytes() if path else b""
    except (binascii.Error, OSError) as error:
        where = f" {path}" if path and not data else ""
        raise UsageError(f"the kubeconfig's {what}{where} cannot be read", cause=str(error)) from error


def read_file(path: Path) -> File:
    """Read a kubeconfig.

    Raises:
        UsageError: it cannot be read, or something in it is of the wrong type.
    """
    path = path.expanduser().absolute()
    try:
        with path.open("rb") as stream:
            text = stream.read(_LARGEST + 1)
        if len(text) > _LARGEST:
            raise UsageError(f"kubeconfig {path} is larger than {_LARGEST >> 20} MiB")
        file = msgspec.yaml.decode(text, type=File | None, strict=False) or File()
    except (OSError, msgspec.DecodeError, UnicodeError, RecursionError) as error:
        cause = " ".join(str(error).split())
        raise UsageError(f"kubeconfig {path} cannot be read", cause=cause) from error
    return _absolute(file, path.parent)


def _absolute(file: File, folder: Path) -> File:
    """The same, with paths that hold from anywhere."""

    def place(path: str) -> str:
        return str(folder / path) if path else ""

    def of_user(user: User) -> User:
        program = user.exec
        if program is not None and "/" in program.command:
            program = msgspec.structs.replace(program, command=place(program.command))
        return msgspec.structs.replace(
            user,
            client_certificate=place(user.client_certificate),
            client_key=place(user.client_key),
            token_file=place(user.token_file),
            exec=program,
        )

    replace = msgspec.structs.replace
    clusters = [
        replace(each, cluster=replace(each.cluster, certificate_authority=place(each.cluster.certificate_authority)))
        for each in file.clusters or ()
    ]
    users = [replace(each, user=of_user(each.user)) for each in file.users or ()]
    return replace(file, clusters=tuple(clusters), users=tuple(users))
