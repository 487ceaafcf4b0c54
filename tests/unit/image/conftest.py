"""A registry in this process, on real sockets, that can be told to misbehave; and layers as bytes."""

import base64
import hashlib
import io
import json
import re
import ssl
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from seawall.model.identifiers import Digest

OCI = "application/vnd.oci.image"
MANIFEST = f"{OCI}.manifest.v1+json"
INDEX = f"{OCI}.index.v1+json"


def sha256(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


@dataclass
class Fault:
    """What to do instead, for the next ``times`` requests whose path matches; the act says whether it answered."""

    pattern: str
    act: Callable[["Handler"], bool]
    times: int = 1


@dataclass
class Stand:
    """What the registry holds, how it behaves, and what it was asked."""

    host: str = ""
    scheme: str = "http"
    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    login: str = ""
    """``basic``, ``bearer`` or nothing."""
    users: dict[str, str] = field(default_factory=dict)
    identity_tokens: set[str] = field(default_factory=set)
    tokens: set[str] = field(default_factory=set)
    realm: str = ""
    ranges: bool = True
    digest_header: bool = True
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def blob(self, content: bytes) -> dict[str, object]:
        self.blobs[sha256(content)] = content
        return {"digest": sha256(content), "size": len(content)}

    def manifest(self, document: object, *tags: str, kind: str = MANIFEST) -> dict[str, object]:
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        for tag in (*tags, sha256(content)):
            self.manifests[tag] = (content, kind)
        return {"digest": sha256(content), "size": len(content), "mediaType": kind}

    def image(self, *tags: str, layers: tuple[bytes, ...] = (b"layer" * 1000,), **platform: str) -> dict[str, object]:
        config = {
            "architecture": "amd64",
            "os": "linux",
            **platform,
            "rootfs": {"type": "layers", "diff_ids": [sha256(b"x" + layer) for layer in layers]},
        }
        return self.manifest(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": {"mediaType": f"{OCI}.config.v1+json", **self.blob(json.dumps(config).encode())},
                "layers": [{"mediaType": f"{OCI}.layer.v1.tar+gzip", **self.blob(layer)} for layer in layers],
            },
            *tags,
        )

    def fault(self, pattern: str, act: Callable[["Handler"], bool], times: int = 1) -> None:
        self.faults.append(Fault(pattern, act, times))

    def asked(self, pattern: str) -> list[dict[str, str]]:
        """The headers of all requests whose path matches."""
        return [headers for _, path, headers in self.requests if re.search(pattern, path)]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    stand: Stand
    path_only: str

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        pass

    def do_GET(self) -> None:
        self.handle_any(b"")

    def do_POST(self) -> None:
        self.handle_any(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

    def handle_any(self, body: bytes) -> None:
        stand = self.stand
        self.path_only = urlsplit(self.path).path
        headers = {name.lower(): value for name, value in self.headers.items()}
        with stand.lock:
            stand.requests.append((self.command, self.path, headers))
            fault = next((one for one in stand.faults if one.times > 0 and re.search(one.pattern, self.path)), None)
            if fault is not None:
                fault.times -= 1
        try:
            if (fault is not None and fault.act(self)) or not (self.path_only == "/token" or self.let_in()):
                return
            self.route(body)
        except OSError:
            self.close_connection = True

    def answer(
        self, status: int, content: bytes = b"", headers: dict[str, str] | None = None, *, cut: int | None = None
    ) -> bool:
        self.send_response(status)
        given = {"Content-Length": str(len(content)), **(headers or {})}
        for name, value in given.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content if cut is None else content[:cut])
        if cut is not None or not given["Content-Length"]:
            self.close_connection = True
        return True

    def let_in(self) -> bool:
        stand, sent = self.stand, self.headers.get("Authorization", "")
        if not stand.login:
            return True
        if stand.login == "basic":
            if sent.startswith("Basic ") and self.knows(sent):
                return True
            challenge = 'Basic realm="here"'
        else:
            if sent.removeprefix("Bearer ") in stand.tokens:
                return True
            realm = stand.realm or f"{stand.scheme}://{stand.host}/token"
            challenge = f'Bearer realm="{realm}",service="here",scope="repository:team/app:pull"'
        body = b'{"errors":[{"code":"UNAUTHORIZED","message":"who are you"}]}'
        self.answer(401, body, {"WWW-Authenticate": challenge})
        return False

    def knows(self, sent: str) -> bool:
        user, _, password = base64.b64decode(sent.removeprefix("Basic ")).decode().partition(":")
        return self.stand.users.get(user) == password

    def route(self, body: bytes) -> None:
        stand = self.stand
        name = self.path_only.rpartition("/")[2]
        if self.path_only == "/token":
            self.give_token(body)
        elif self.path_only == "/v2/":
            self.answer(200, b"{}")
        elif "/manifests/" in self.path and name in stand.manifests:
            content, kind = stand.manifests[name]
            header = {"Docker-Content-Digest": sha256(content)} if stand.digest_header else {}
            self.answer(200, content, {"Content-Type": kind, **header})
        elif "/blobs/" in self.path and name in stand.blobs:
            self.give_blob(stand.blobs[name])
        else:
            self.answer(404, b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"not \\u001b[31mhere"}]}')

    def give_blob(self, content: bytes) -> None:
        match = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if match and self.stand.ranges:
            start = int(match[1])
            part = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
            self.answer(206, content[start:], part)
        else:
            self.answer(200, content)

    def give_token(self, body: bytes) -> None:
        sent = self.headers.get("Authorization", "")
        form = parse_qs(body.decode())
        if self.command == "POST":
            welcome = form.get("refresh_token", [""])[0] in self.stand.identity_tokens
        else:
            welcome = self.knows(sent) if sent else not self.stand.users
        if not welcome:
            self.answer(401, b'{"details":"wrong password"}')
            return
        token = f"token-{len(self.stand.tokens)}"
        self.stand.tokens.add(token)
        key = "access_token" if self.command == "POST" else "token"
        self.answer(200, json.dumps({key: token, "expires_in": 300}).encode())


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that cut connections are what is tested."""


def serve(stand: Stand, context: ssl.SSLContext | None = None) -> Server:
    server = Server(("127.0.0.1", 0), type("Bound", (Handler,), {"stand": stand}))
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        stand.scheme = "https"
    stand.host = f"127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server


@pytest.fixture
def stands(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Stand]]:
    """Starts registries, and forgets the credentials of whoever runs the tests."""
    home = tmp_path_factory.mktemp("home")
    for name in ("REGISTRY_AUTH_FILE", "DOCKER_CONFIG", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    servers = []

    def start(context: ssl.SSLContext | None = None) -> Stand:
        stand = Stand()
        servers.append(serve(stand, context))
        return stand

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def stand(stands: Callable[..., Stand]) -> Stand:
    return stands()


@dataclass
class LayerFile:
    """A layer as bytes, with the digests that it has or claims."""

    content: bytes
    digest: Digest
    diff_id: Digest

    @property
    def size(self) -> int:
        return len(self.content)

    def open(self) -> io.BytesIO:
        return io.BytesIO(self.content)


def tar_of(*members: tuple[str, bytes | str | None] | tarfile.TarInfo, form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar: (name, content), (name, None) for a directory, (name, "-> target") for a link, "=> " for a hard link."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for one in members:
            if isinstance(one, tarfile.TarInfo):
                archive.addfile(one, io.BytesIO(b"x" * one.size))
                continue
            name, content = one
            info = tarfile.TarInfo(name)
            info.mode = 0o755
            if content is None:
                info.type = tarfile.DIRTYPE
            elif isinstance(content, str):
                info.type = tarfile.SYMTYPE if content.startswith("-> ") else tarfile.LNKTYPE
                info.linkname = content[3:]
            else:
                info.size = len(content)
            archive.addfile(info, io.BytesIO(content) if isinstance(content, bytes) else None)
    return buffer.getvalue()


def layer_of(*members: tuple[str, bytes | str | None], compress: Callable[[bytes], bytes] = bytes) -> LayerFile:
    """A layer that tells the truth about itself."""
    plain = tar_of(*members)
    content = compress(plain)
    return LayerFile(content, Digest(sha256(content)), Digest(sha256(plain)))


@pytest.fixture
def make_tar() -> Callable[..., bytes]:
    return tar_of


@pytest.fixture
def make_layer() -> Callable[..., LayerFile]:
    return layer_of
