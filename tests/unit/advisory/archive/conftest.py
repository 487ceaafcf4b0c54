"""A package archive on loopback, made of real packages."""

import gzip
import hashlib
import io
import lzma
import tarfile
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

Deb = Callable[..., bytes]


def _tar(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(f"./{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def _deb(files: dict[str, bytes], pack: Callable[[bytes], bytes] = lzma.compress, suffix: str = "xz") -> bytes:
    parts = {"debian-binary": b"2.0\n", "control.tar.xz": lzma.compress(_tar({"control": b""}))}
    parts[f"data.tar.{suffix}".rstrip(".")] = pack(_tar(files))
    out = b"!<arch>\n"
    for name, data in parts.items():
        out += f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode() + data + b"\n" * (len(data) % 2)
    return out


@pytest.fixture(scope="session")
def deb() -> Deb:
    """Make a package of files."""
    return _deb


class Quiet(SimpleHTTPRequestHandler):
    """Serves a directory without telling."""

    def log_message(self, *_args: object) -> None:
        """Quiet."""


class Mirror:
    """An archive: put packages in, :meth:`publish`, and ask ``uri``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.stanzas: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
        self.server.daemon_threads = True
        self.uri = f"http://127.0.0.1:{self.server.server_address[1]}/debian"
        self.thread = Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def add(self, name: str, version: str, content: bytes, source: str = "") -> Path:
        """Put a package in."""
        path = self.root / "debian" / "pool" / f"{name}_{version.partition(':')[2] or version}_amd64.deb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        origin = f"Source: {source}\n" if source else ""
        self.stanzas.append(
            f"Package: {name}\n{origin}Version: {version}\nArchitecture: amd64\n"
            f"Filename: pool/{path.name}\nSize: {len(content)}\nSHA256: {digest}\nDescription: x\n y\n"
        )
        return path

    def publish(
        self, suite: str = "bookworm-security", origin: str = "Debian", codename: str = "bookworm-security"
    ) -> None:
        """Write the suite's index."""
        index = gzip.compress("\n".join(self.stanzas).encode())
        folder = self.root / "debian" / "dists" / suite
        (folder / "main" / "binary-amd64").mkdir(parents=True, exist_ok=True)
        (folder / "main" / "binary-amd64" / "Packages.gz").write_bytes(index)
        (folder / "Release").write_text(
            f"Origin: {origin}\nSuite: x\nCodename: {codename}\nDate: Sat, 21 Nov 2026 00:53:02 UTC\nSHA256:\n"
            f" {hashlib.sha256(index).hexdigest()} {len(index)} main/binary-amd64/Packages.gz\n"
        )

    def close(self) -> None:
        """Stop."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    """An empty archive."""
    mirror = Mirror(tmp_path / "mirror")
    yield mirror
    mirror.close()
