"""The whole client against a registry on real sockets that asks for logins, fails, throttles, cuts and lies."""

import json
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
import trustme

from seawall.errors import InputError, LimitError, SeawallError, ServiceError, UsageError
from seawall.image.registry import blob, credentials
from seawall.image.registry.pull import open_image
from seawall.image.registry.retry import Patience
from seawall.image.registry.session import Session
from seawall.image.registry.transport import Transport, is_loopback
from seawall.image.source.interface import OpenedImage, ScanOptions

if TYPE_CHECKING:
    from tests.unit.image.conftest import Handler, Stand

    Act = Callable[[Handler], bool]

LAYER = bytes(range(256)) * 4096
"""1 MiB."""


class Client:
    """Opens images without really sleeping."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def session(self, **options: object) -> Session:
        transport = Transport(**{"timeout": 5.0, **options})  # type: ignore[arg-type] # a test's shorthand
        return Session(transport, Patience(sleep=self.slept.append))

    def open(self, target: str, asking: Session | None = None, **options: object) -> OpenedImage:
        return open_image(target, ScanOptions(**options), asking or self.session())  # type: ignore[arg-type] # as above

    def layer(self, target: str) -> bytes:
        with self.open(target).layers[0].open() as stream:
            return stream.read()


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def do(**fields: str) -> None:
        monkeypatch.setattr(credentials, "find", lambda *_: credentials.Credentials(origin="a test", **fields))

    return do


def answering(status: int, body: bytes = b"", **headers: str) -> "Act":
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.answer(status, body, named)


# --- plain pulling ----------------------------------------------------------------------------------------------


def test_an_image_is_opened_and_its_layers_stream_again_and_again(stand: "Stand", client: Client) -> None:
    made = stand.image("1", layers=(LAYER, b"second"))
    opened = client.open(f"{stand.host}/team/app:1")
    assert opened.digest == made["digest"]
    assert opened.name == f"{stand.host}/team/app:1"
    assert [layer.size for layer in opened.layers] == [len(LAYER), 6]
    for _ in range(2):
        with opened.layers[0].open() as stream:
            assert stream.read(3) == LAYER[:3]
            assert stream.read() == LAYER[3:]
            assert stream.read() == b""
    assert client.slept == []


def test_layers_stream_from_several_threads_at_once(stand: "Stand", client: Client) -> None:
    layers = tuple(bytes([number]) * 200_000 for number in range(8))
    stand.image("1", layers=layers)
    opened = client.open(f"{stand.host}/team/app:1")

    def read(number: int) -> bytes:
        with opened.layers[number % 8].open() as stream:
            return stream.read()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(16))) == list(layers) * 2


def test_a_digest_pins_the_manifest(stand: "Stand", client: Client) -> None:
    old = stand.image("1", layers=(b"old",))
    stand.image("1", layers=(b"new",))
    opened = client.open(f"{stand.host}/team/app:1@{old['digest']}")
    assert opened.digest == old["digest"]


def test_without_a_digest_header_the_digest_is_computed(stand: "Stand", client: Client) -> None:
    stand.digest_header = False
    made = stand.image("1")
    assert client.open(f"{stand.host}/team/app:1").digest == made["digest"]


def test_the_right_types_are_asked_for(stand: "Stand", client: Client) -> None:
    stand.image("1")
    client.open(f"{stand.host}/team/app:1")
    accept = stand.asked("/manifests/")[0]["accept"]
    assert "application/vnd.oci.image.index.v1+json" in accept
    assert "application/vnd.docker.distribution.manifest.v2+json" in accept


def test_the_platform_is_chosen_through_nested_indexes(stand: "Stand", client: Client) -> None:
    images = {name: stand.image(layers=(name.encode(),), architecture=name) for name in ("amd64", "arm64")}
    inner = [{**images[name], "platform": {"os": "linux", "architecture": name}} for name in images]
    index = "application/vnd.oci.image.index.v1+json"
    nested = stand.manifest({"mediaType": index, "manifests": inner}, kind=index)
    stand.manifest({"mediaType": index, "manifests": [nested]}, "1", kind=index)
    for name, made in images.items():
        assert client.open(f"{stand.host}/team/app:1", platform=f"linux/{name}").digest == made["digest"]
    with pytest.raises(InputError, match="there is linux/amd64, linux/arm64"):
        client.open(f"{stand.host}/team/app:1", platform="linux/s390x")


def test_a_single_image_must_be_of_the_platform_asked_for(stand: "Stand", client: Client) -> None:
    stand.image("1", architecture="riscv64")
    client.open(f"{stand.host}/team/app:1")
    with pytest.raises(InputError, match="one image, for linux/riscv64"):
        client.open(f"{stand.host}/team/app:1", platform="linux/amd64")


def test_indexes_that_nest_forever_end(stand: "Stand", client: Client) -> None:
    kind = "application/vnd.oci.image.index.v1+json"
    made = stand.image()
    for _ in range(6):
        made = stand.manifest({"mediaType": kind, "manifests": [made]}, "1", kind=kind)
    with pytest.raises(InputError, match="nests more than"):
        client.open(f"{stand.host}/team/app:1")


# --- lies -------------------------------------------------------------------------------------------------------


def test_an_absent_image(stand: "Stand", client: Client) -> None:
    with pytest.raises(InputError, match="does not exist") as caught:
        client.open(f"{stand.host}/team/app:1")
    assert "\x1b" not in caught.value.sentence()


def test_a_manifest_that_is_not_its_digest(stand: "Stand", client: Client) -> None:
    made = stand.image("1")
    other = stand.image(layers=(b"other",))
    stand.manifests[str(made["digest"])] = stand.manifests[str(other["digest"])]
    with pytest.raises(InputError, match="not what its digest says"):
        client.open(f"{stand.host}/team/app@{made['digest']}")


def test_a_manifest_that_is_not_the_digest_of_its_header(stand: "Stand", client: Client) -> None:
    content = stand.manifests[str(stand.image("1")["digest"])][0]
    stand.fault("/manifests/1", answering(200, content, Docker_Content_Digest="sha256:" + "0" * 64))
    with pytest.raises(InputError, match="not what its digest says"):
        client.open(f"{stand.host}/team/app:1")


@pytest.mark.parametrize("size", [-1, 1])
def test_a_configuration_that_lies(stand: "Stand", client: Client, size: int) -> None:
    stand.image("1")
    digest = json.loads(stand.manifests["1"][0])["config"]["digest"]
    config = stand.blobs[digest]
    stand.blobs[digest] = config[:-1] if size < 0 else config.replace(b"linux", b"linus")
    with pytest.raises(InputError, match=r"wrong length|not what its digest says"):
        client.open(f"{stand.host}/team/app:1")


def test_an_enormous_manifest_is_not_read(stand: "Stand", client: Client) -> None:
    stand.fault("/manifests/", answering(200, b" " * (5 << 20)))
    with pytest.raises(LimitError, match="larger than 4096 KiB"):
        client.open(f"{stand.host}/team/app:1")


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("change", [-1, 1])
def test_a_layer_that_is_longer_or_shorter_than_said(
    stand: "Stand", client: Client, change: int, chunked: bool
) -> None:
    stand.image("1", layers=(LAYER,))
    content = LAYER[:change] if change < 0 else LAYER + b"x"

    def act(handler: "Handler") -> bool:
        if not chunked:
            return handler.answer(200, content)
        framed = f"{len(content):x}\r\n".encode() + content + b"\r\n0\r\n\r\n"
        return handler.answer(200, framed, {"Content-Length": "", "Transfer-Encoding": "chunked"})

    stand.fault("/blobs/", act, times=9)
    stand.faults.insert(0, stand.faults.pop())
    stand.faults[0].pattern = str(json.loads(stand.manifests["1"][0])["layers"][0]["digest"])
    with pytest.raises(InputError, match="wrong length"):
        client.layer(f"{stand.host}/team/app:1")


# --- failures that pass -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_a_server_says_of_itself_is_tried_again(stand: "Stand", client: Client, status: int) -> None:
    stand.image("1")
    stand.fault("/manifests/", answering(status), times=2)
    client.open(f"{stand.host}/team/app:1")
    assert len(client.slept) == 2


def test_retry_after_is_obeyed(stand: "Stand", client: Client) -> None:
    stand.image("1", layers=(LAYER,))
    stand.fault("/manifests/", answering(429, Retry_After="7"))
    stand.fault("/blobs/", answering(503, Retry_After="11"), times=2)
    assert client.layer(f"{stand.host}/team/app:1") == LAYER
    assert client.slept == [7, 11, 11]


def test_a_wait_beyond_patience_is_a_sentence(stand: "Stand", client: Client) -> None:
    stand.fault("/manifests/", answering(429, b'{"errors":[{"message":"slow down"}]}', Retry_After="3600"))
    with pytest.raises(ServiceError, match=r"slow down \(HTTP 429\); it asks to wait 3600 s"):
        client.open(f"{stand.host}/team/app:1")
    assert client.slept == []


def test_a_server_that_stays_broken_ends(stand: "Stand", client: Client) -> None:
    stand.fault("/manifests/", answering(500), times=99)
    with pytest.raises(ServiceError, match="HTTP 500"):
        client.open(f"{stand.host}/team/app:1")
    assert len(stand.asked("/manifests/")) == 6


def test_a_manifest_that_breaks_off_is_asked_for_again(stand: "Stand", client: Client) -> None:
    stand.image("1")
    stand.fault("/manifests/", lambda handler: handler.answer(200, stand.manifests["1"][0], cut=10))
    client.open(f"{stand.host}/team/app:1")
    assert len(client.slept) == 1


def cut_blobs(stand: "Stand", at: int, times: int) -> None:
    """Each answer for the layer ends after ``at`` bytes."""
    stand.image("1", layers=(LAYER,))
    digest = json.loads(stand.manifests["1"][0])["layers"][0]["digest"]

    def act(handler: "Handler") -> bool:
        start = int(handler.headers.get("Range", "bytes=0-")[6:-1]) if stand.ranges else 0
        part = {"Content-Range": f"bytes {start}-{len(LAYER) - 1}/{len(LAYER)}"} if start else {}
        return handler.answer(206 if start else 200, LAYER[start:], part, cut=at)

    stand.fault(digest, act, times)


def test_a_download_goes_on_where_it_broke(stand: "Stand", client: Client) -> None:
    cut_blobs(stand, 300_000, times=3)
    assert client.layer(f"{stand.host}/team/app:1") == LAYER
    digest = json.loads(stand.manifests["1"][0])["layers"][0]["digest"]
    asked = [headers.get("range", "") for headers in stand.asked(digest)]
    assert asked == ["", "bytes=300000-", "bytes=600000-", "bytes=900000-"]


def test_a_server_without_ranges_is_read_from_the_start(stand: "Stand", client: Client) -> None:
    stand.ranges = False
    cut_blobs(stand, 300_000, times=1)
    assert client.layer(f"{stand.host}/team/app:1") == LAYER


def test_a_download_that_never_gets_on_ends(stand: "Stand", client: Client) -> None:
    cut_blobs(stand, 0, times=99)
    with pytest.raises(ServiceError, match="broke"):
        client.layer(f"{stand.host}/team/app:1")
    assert len(client.slept) < 20


@pytest.mark.parametrize(
    "said", ["bytes 5-1048575/1048576", "bytes 300000-1048575/9", "", "bytes x", "bytes 300000-4/*"]
)
def test_a_lie_about_the_range_is_found_out(stand: "Stand", client: Client, said: str) -> None:
    cut_blobs(stand, 300_000, times=1)
    digest = stand.faults[0].pattern
    stand.fault(digest, answering(206, LAYER[300_000:], Content_Range=said))
    with pytest.raises(InputError, match="another part"):
        client.layer(f"{stand.host}/team/app:1")


def test_a_dripping_answer_is_bounded(stand: "Stand", client: Client) -> None:
    stand.image("1")
    event = Event()

    def drip(handler: "Handler") -> bool:
        for _ in range(400):
            handler.wfile.write(b"X")
            handler.wfile.flush()
            event.wait(0.02)
        handler.close_connection = True
        return True

    stand.fault("/manifests/", drip, times=1)
    client.open(f"{stand.host}/team/app:1", client.session(timeout=0.1))
    assert len(client.slept) == 1
    event.set()


@pytest.mark.parametrize("framed", [False, True])
def test_a_dripping_layer_is_bounded(
    stand: "Stand", client: Client, monkeypatch: pytest.MonkeyPatch, framed: bool
) -> None:
    monkeypatch.setattr(blob, "_WINDOW", 0.1)
    stand.image("1", layers=(LAYER,))
    digest = json.loads(stand.manifests["1"][0])["layers"][0]["digest"]
    end = Event()

    def drip(handler: "Handler") -> bool:
        headers = (
            {"Content-Length": "", "Transfer-Encoding": "chunked"} if framed else {"Content-Length": str(len(LAYER))}
        )
        handler.answer(200, b"", headers)
        while not end.wait(0.02):
            handler.wfile.write(b"0" if framed else b"x")  # never the end of a chunk's size
        return True

    stand.ranges = False
    stand.fault(digest, drip, times=99)
    with pytest.raises(ServiceError, match=r"too slow|broke"):
        client.layer(f"{stand.host}/team/app:1")
    assert len(client.slept) < 10
    end.set()


# --- logins -----------------------------------------------------------------------------------------------------


def test_a_token_is_fetched_once_for_all_requests(stand: "Stand", client: Client) -> None:
    stand.login = "bearer"
    stand.image("1", layers=(LAYER,))
    assert client.layer(f"{stand.host}/team/app:1") == LAYER
    asked = [path for _, path, _ in stand.requests if path.startswith("/token")]
    assert len(asked) == 1
    assert parse_qs(urlsplit(asked[0]).query) == {"service": ["here"], "scope": ["repository:team/app:pull"]}


def test_a_password_is_sent_to_the_token_server_only(
    stand: "Stand", client: Client, login: Callable[..., None]
) -> None:
    stand.login, stand.users = "bearer", {"user": "secret"}
    stand.image("1")
    login(username="user", password="secret")
    client.open(f"{stand.host}/team/app:1")
    assert stand.asked("/token")[0]["authorization"].startswith("Basic ")
    assert all(not headers.get("authorization", "").startswith("Basic") for headers in stand.asked("/v2/"))


def test_an_identity_token_is_posted(stand: "Stand", client: Client, login: Callable[..., None]) -> None:
    stand.login, stand.users, stand.identity_tokens = "bearer", {"user": "x"}, {"refresh"}
    stand.image("1")
    login(identity_token="refresh")
    client.open(f"{stand.host}/team/app:1")
    assert [command for command, path, _ in stand.requests if path.startswith("/token")] == ["POST"]


def test_a_token_that_expires_is_renewed_between_layers(stand: "Stand", client: Client) -> None:
    stand.login = "bearer"
    stand.image("1", layers=(LAYER, b"second"))
    opened = client.open(f"{stand.host}/team/app:1")
    stand.tokens = {"another"}
    with opened.layers[0].open() as stream:
        assert stream.read() == LAYER
    assert len(stand.asked("/token")) == 2


def test_basic(stand: "Stand", client: Client, login: Callable[..., None]) -> None:
    stand.login, stand.users = "basic", {"user": "secret"}
    stand.image("1")
    login(username="user", password="secret")
    client.open(f"{stand.host}/team/app:1")


@pytest.mark.parametrize("kind", ["basic", "bearer"])
def test_without_credentials_the_next_step_is_to_log_in(stand: "Stand", client: Client, kind: str) -> None:
    stand.login, stand.users = kind, {"user": "secret"}
    with pytest.raises(ServiceError, match=f"docker login {stand.host}"):
        client.open(f"{stand.host}/team/app:1")


@pytest.mark.parametrize("kind", ["basic", "bearer"])
def test_wrong_credentials_say_where_they_came_from(
    stand: "Stand", client: Client, login: Callable[..., None], kind: str
) -> None:
    stand.login, stand.users = kind, {"user": "secret"}
    login(username="user", password="wrong")
    with pytest.raises(ServiceError, match="refuses the credentials from a test"):
        client.open(f"{stand.host}/team/app:1")


def test_a_broken_helper_is_told_when_the_registry_refuses(
    stand: "Stand", client: Client, login: Callable[..., None]
) -> None:
    stand.login, stand.users = "basic", {"user": "secret"}
    login(problem="docker-credential-cloud is configured but not installed")
    with pytest.raises(ServiceError, match="docker-credential-cloud is configured"):
        client.open(f"{stand.host}/team/app:1")


@pytest.mark.parametrize(
    "realm", ["http://auth.example/token", "ftp://x/", "", "https://u:p@auth.example/", "http://["]
)
def test_a_token_server_that_is_not_safe_gets_nothing(
    stand: "Stand", client: Client, login: Callable[..., None], realm: str
) -> None:
    stand.login, stand.realm = "bearer", realm or "x"
    login(username="user", password="secret")
    with pytest.raises(ServiceError, match="not safe to ask"):
        client.open(f"{stand.host}/team/app:1")


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"token": "a\\nb"}', b"[" * 100_000])
def test_a_token_server_that_gives_none(stand: "Stand", client: Client, body: bytes) -> None:
    stand.login = "bearer"
    stand.fault("/token", answering(200, body))
    with pytest.raises(ServiceError, match="token server"):
        client.open(f"{stand.host}/team/app:1")


# --- redirects --------------------------------------------------------------------------------------------------


def test_redirects_are_followed_without_credentials(
    stands: "Callable[..., Stand]", client: Client, login: Callable[..., None]
) -> None:
    registry, store = stands(), stands()
    registry.login, registry.users = "basic", {"user": "secret"}
    login(username="user", password="secret")
    registry.image("1", layers=(LAYER,))
    store.blobs = registry.blobs

    def act(handler: "Handler") -> bool:
        return handler.let_in() and handler.answer(307, b"", {"Location": f"http://{store.host}{handler.path}"})

    registry.fault("/blobs/", act, times=9)
    assert client.layer(f"{registry.host}/team/app:1") == LAYER
    assert store.requests
    assert all("authorization" not in headers for _, _, headers in store.requests)


def test_a_login_asked_for_by_a_redirects_target_gets_nothing(
    stands: "Callable[..., Stand]", client: Client, login: Callable[..., None]
) -> None:
    registry, thief = stands(), stands()
    login(username="user", password="secret")
    registry.image("1")
    thief.login = "basic"
    registry.fault("/manifests/", lambda handler: handler.answer(302, b"", {"Location": f"http://{thief.host}/x"}))
    with pytest.raises(ServiceError, match="refuses"):
        client.open(f"{registry.host}/team/app:1")
    assert all("authorization" not in headers for _, _, headers in thief.requests)


@pytest.mark.parametrize("location", ["http://elsewhere.example/x", "file:///etc/passwd", "http://[", "//:x/"])
def test_an_unsafe_redirect_is_refused(stand: "Stand", client: Client, location: str) -> None:
    stand.fault("/manifests/", answering(302, Location=location))
    with pytest.raises(ServiceError, match="redirects to"):
        client.open(f"{stand.host}/team/app:1")


def test_a_redirect_loop_ends(stand: "Stand", client: Client) -> None:
    stand.fault("/manifests/", answering(302, Location="/v2/team/app/manifests/1"), times=99)
    with pytest.raises(ServiceError, match="more than 10 times"):
        client.open(f"{stand.host}/team/app:1")


# --- TLS, proxies and mirrors ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls(stands: "Callable[..., Stand]", authority: trustme.CA) -> "Stand":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return stands(context)


def test_an_own_authority(tls: "Stand", client: Client, authority: trustme.CA, tmp_path: Path) -> None:
    tls.image("1", layers=(LAYER,))
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(bundle)
    opened = client.open(f"{tls.host}/team/app:1", client.session(ca_file=str(bundle)))
    with opened.layers[0].open() as stream:
        assert stream.read() == LAYER


def test_an_unknown_authority_is_not_trusted_even_on_loopback(tls: "Stand", client: Client) -> None:
    with pytest.raises(ServiceError, match=r"not trusted.*--ca-file"):
        client.open(f"{tls.host}/team/app:1")


def test_insecure_takes_any_certificate(tls: "Stand", client: Client) -> None:
    tls.image("1")
    client.open(f"{tls.host}/team/app:1", client.session(insecure=True))


def test_a_bundle_that_is_none(client: Client, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    for name in ("ca.pem", "absent.pem"):
        with pytest.raises(UsageError, match="cannot be read"):
            client.session(ca_file=str(tmp_path / name))


def test_a_proxy_is_used_but_never_for_loopback(
    stands: "Callable[..., Stand]", client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, local = stands(), stands()
    for name in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(name, proxy.host)
    monkeypatch.setenv("no_proxy", "")
    proxy.image("1")
    local.image("1")
    client.open(f"{local.host}/team/app:1")
    assert not proxy.requests
    client.open("registry.invalid/team/app:1", client.session(insecure=True))
    assert proxy.asked("^http://registry.invalid/v2/team/app/manifests/1$")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("localhost:5000", True),
        ("127.0.0.1:5000", True),
        ("127.8.8.8", True),
        ("[::1]:5000", True),
        ("127.evil.example.com", False),
        ("127.0.0.1.example", False),
        ("localhost.example", False),
        ("10.0.0.1", False),
        ("[", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_plain_http_beyond_loopback_is_never_tried_by_itself(client: Client) -> None:
    with pytest.raises(ServiceError):
        client.open("registry.invalid:80/team/app:1")
    with pytest.raises(UsageError, match="--insecure"):
        client.open("r.invalid/a", mirrors={"r.invalid": "http://mirror.invalid"})


def test_nobody_there(client: Client) -> None:
    with pytest.raises(ServiceError, match="cannot be reached"):
        client.open("127.0.0.1:1/team/app:1")
    assert len(client.slept) <= 1


def test_a_mirror_is_asked_first(stands: "Callable[..., Stand]", client: Client) -> None:
    origin, mirror = stands(), stands()
    made = mirror.image("1")
    opened = client.open(f"{origin.host}/team/app:1", mirrors={origin.host: f"{mirror.host}/copies"})
    assert opened.digest == made["digest"]
    assert not origin.requests
    assert mirror.asked("/v2/copies/team/app/manifests/1")


@pytest.mark.parametrize("trouble", ["absent", "broken", "lying"])
def test_a_mirror_that_does_not_help_is_passed_over(
    stands: "Callable[..., Stand]", client: Client, trouble: str
) -> None:
    origin, mirror = stands(), stands()
    made = origin.image("1", layers=(LAYER,))
    if trouble == "broken":
        mirror.fault("", answering(500), times=99)
    if trouble == "lying":
        mirror.fault("/manifests/", answering(200, b"{}", Docker_Content_Digest="sha256:" + "0" * 64), times=9)
    opened = client.open(f"{origin.host}/team/app:1", mirrors={origin.host: mirror.host})
    assert opened.digest == made["digest"]


def test_layers_that_a_mirror_lacks_come_from_the_registry(stands: "Callable[..., Stand]", client: Client) -> None:
    origin, mirror = stands(), stands()
    origin.image("1", layers=(LAYER,))
    mirror.manifests = origin.manifests
    mirror.blobs = {digest: content for digest, content in origin.blobs.items() if content != LAYER}
    opened = client.open(f"{origin.host}/team/app:1", mirrors={origin.host: mirror.host})
    with opened.layers[0].open() as stream:
        assert stream.read() == LAYER


@pytest.mark.parametrize("mirror", ["ftp://x", "http://mirror.example", "/x"])
def test_a_bad_mirror_is_a_usage_error(client: Client, mirror: str) -> None:
    with pytest.raises(UsageError):
        client.open("registry.example/app", mirrors={"registry.example": mirror})


def test_every_error_is_one_of_ours(stand: "Stand", client: Client) -> None:
    garbage: list[Act] = [
        answering(999),
        answering(200, b"\xff" * 50),
        lambda handler: bool(handler.wfile.write(b"\x00" * 70000)),
        lambda handler: bool(handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 300)),
        lambda handler: bool(handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")),
        lambda handler: handler.answer(200, b"", {"Content-Length": "-5"}),
    ]
    for act in garbage:
        stand.faults.clear()
        stand.fault("/manifests/", act, times=99)
        with pytest.raises(SeawallError):
            client.open(f"{stand.host}/team/app:1", client.session(timeout=0.2))
