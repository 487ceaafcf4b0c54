import ssl
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import trustme

from seawall.advisory.fetch import Fetcher, NotFoundAtServiceError
from seawall.errors import InputError, LimitError, ServiceError, UsageError

BODY = bytes(range(256)) * 2000
Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers from a list, one after the other; the last one stays."""

    answers: list[Answer]
    asked: list[dict[str, str]]

    def do_GET(self) -> None:
        self.asked.append({name.lower(): value for name, value in self.headers.items()})
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        answer(self)

    def log_message(self, *_args: object) -> None:
        """Quiet."""

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


class Service:
    """A server on loopback, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answers: list[Answer] = []
        handler = type("Bound", (Handler,), {"answers": self.answers, "asked": self.asked})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/all.zip"
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.close()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def fetcher(waits: list[float]) -> Fetcher:
    return Fetcher(timeout=5, sleep=waits.append)


def whole(handler: Handler) -> None:
    if handler.headers.get("If-None-Match") == '"v1"':
        handler.answer(304)
    elif (asked := handler.headers.get("Range")) and handler.headers.get("If-Range") == '"v1"':
        start = int(asked.removeprefix("bytes=").rstrip("-"))
        handler.answer(206, BODY[start:], ETag='"v1"', Content_Range=f"bytes {start}-{len(BODY) - 1}/{len(BODY)}")
    else:
        handler.answer(200, BODY, ETag='"v1"', Last_Modified=formatdate(0, usegmt=True))


def broken_off(handler: Handler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(BODY)))
    handler.send_header("ETag", '"v1"')
    handler.end_headers()
    handler.wfile.write(BODY[:300_000])
    handler.close_connection = True


def status(code: int, **headers: str) -> Answer:
    return lambda handler: handler.answer(code, b"", **headers)


def test_only_what_changed_is_fetched(service: Service, fetcher: Fetcher, tmp_path: Path) -> None:
    service.answers[:] = [whole]
    target = tmp_path / "osv" / "all.zip"
    assert fetcher.fetch(service.url, target, 1 << 20)
    assert target.read_bytes() == BODY
    assert not fetcher.fetch(service.url, target, 1 << 20)
    assert service.asked[1]["if-none-match"] == '"v1"'
    assert not fetcher.fetch(service.url, target, 1 << 20), "the note survives"


def test_broken_download_is_resumed(service: Service, fetcher: Fetcher, tmp_path: Path, waits: list[float]) -> None:
    service.answers[:] = [broken_off, whole]
    assert fetcher.fetch(service.url, tmp_path / "all.zip", 1 << 20)
    assert (tmp_path / "all.zip").read_bytes() == BODY
    assert int(service.asked[1]["range"].removeprefix("bytes=").rstrip("-")) > 0
    assert len(waits) == 1


def test_resumed_file_that_changed_is_fetched_anew(service: Service, fetcher: Fetcher, tmp_path: Path) -> None:
    service.answers[:] = [broken_off, lambda handler: handler.answer(200, b"new", ETag='"v2"')]
    assert fetcher.fetch(service.url, tmp_path / "all.zip", 1 << 20)
    assert (tmp_path / "all.zip").read_bytes() == b"new"


@pytest.mark.parametrize(
    "lie", [status(416), lambda handler: handler.answer(206, b"xx", Content_Range="bytes 0-1/2", ETag='"v1"')]
)
def test_wrong_parts_are_not_believed(lie: Answer, service: Service, fetcher: Fetcher, tmp_path: Path) -> None:
    service.answers[:] = [broken_off, lie, whole]
    assert fetcher.fetch(service.url, tmp_path / "all.zip", 1 << 20)
    assert (tmp_path / "all.zip").read_bytes() == BODY


def test_retry_after_is_obeyed(service: Service, fetcher: Fetcher, tmp_path: Path, waits: list[float]) -> None:
    soon = formatdate(time.time() + 50, usegmt=True)
    service.answers[:] = [
        status(429, Retry_After="7"),
        status(503, Retry_After=soon),
        status(503, Retry_After="99999"),
        status(500, Retry_After="whenever"),
        whole,
    ]
    assert fetcher.fetch(service.url, tmp_path / "all.zip", 1 << 20)
    assert waits[0] == 7
    assert 40 < waits[1] <= 51
    assert waits[2:] == [120, 8]


def test_service_that_stays_broken_is_an_error(service: Service, fetcher: Fetcher, tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_bytes(b"old")
    service.answers[:] = [status(503)]
    with pytest.raises(ServiceError, match="503"):
        fetcher.fetch(service.url, tmp_path / "all.zip", 1 << 20)
    assert (tmp_path / "all.zip").read_bytes() == b"old"
    service.close()
    with pytest.raises(ServiceError):
        fetcher.fetch(service.url, tmp_path / "all.zip", 1 << 20)


def test_unreachable_host_is_waited_for_once(tmp_path: Path) -> None:
    waits: list[float] = []
    fetcher = Fetcher(timeout=5, sleep=waits.append)
    for name in ("a", "b"):
        with pytest.raises(ServiceError, match="Connection refused"):
            fetcher.fetch(f"http://127.0.0.1:9/{name}", tmp_path / name, 1 << 20)
    assert waits == [1, 2]


def test_missing_and_refused(service: Service, fetcher: Fetcher, tmp_path: Path) -> None:
    service.answers[:] = [status(404), status(403)]
    with pytest.raises(NotFoundAtServiceError):
        fetcher.fetch(service.url, tmp_path / "all.zip", 1 << 20)
    with pytest.raises(ServiceError, match="403"):
        fetcher.fetch(service.url, tmp_path / "all.zip", 1 << 20)


def test_limit_by_word_and_by_deed(service: Service, fetcher: Fetcher, tmp_path: Path) -> None:
    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(BODY)
        handler.close_connection = True

    service.answers[:] = [whole, endless]
    for _ in range(2):
        with pytest.raises(LimitError):
            fetcher.fetch(service.url, tmp_path / "all.zip", 1000)
    assert not (tmp_path / "all.zip").exists()


def test_redirects_are_followed_a_few_times(service: Service, fetcher: Fetcher, tmp_path: Path) -> None:
    service.answers[:] = [status(302, Location="/elsewhere"), whole]
    assert fetcher.fetch(service.url, tmp_path / "all.zip", 1 << 20)
    service.answers[:] = [status(302, Location="/again")]
    with pytest.raises(ServiceError):
        fetcher.fetch(service.url, tmp_path / "b.zip", 1 << 20)


def test_proxy_of_the_environment(service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", service.url.removesuffix("/all.zip"))
    monkeypatch.setenv("no_proxy", "direct.example")
    service.answers[:] = [whole]
    assert Fetcher(timeout=5).fetch("http://feeds.example/all.zip", tmp_path / "all.zip", 1 << 20)
    assert service.asked[0]["host"] == "feeds.example"


def test_own_certificates(service: Service, tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    service.server.socket = context.wrap_socket(service.server.socket, server_side=True)
    service.answers[:] = [whole]
    url = service.url.replace("http://", "https://")
    with pytest.raises(ServiceError, match="certificate verify failed"):
        Fetcher(timeout=5, sleep=lambda _: None).fetch(url, tmp_path / "a", 1 << 20)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    assert Fetcher(timeout=5, ca_file=str(tmp_path / "ca.pem")).fetch(url, tmp_path / "a", 1 << 20)


def test_progress_is_told(service: Service, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    service.answers[:] = [whole]
    Fetcher(timeout=5, progress=lambda *step: told.append(step)).fetch(service.url, tmp_path / "all.zip", 1 << 20)
    assert told[-1] == ("all.zip", len(BODY), len(BODY))


def test_what_cannot_be(fetcher: Fetcher, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="https://"):
        fetcher.fetch("ftp://feeds.example/x", tmp_path / "x", 1)
    with pytest.raises(UsageError, match="certificates"):
        Fetcher(ca_file=str(tmp_path / "none.pem"))
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError):
        fetcher.fetch("http://127.0.0.1:1/x", tmp_path / "file" / "x", 1)
