"""Real images of real packages, and real registries to keep them in.

The images are made once a machine and kept in ``~/.cache/seawall-e2e``: debootstrap from the package mirror that
this machine's apt uses, then layers that apt and a developer would write, packed by umoci. ``tools/ensure-e2e``
installs all that is needed.
"""

import gc
import hashlib
import os
import shutil
import socket
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

USER, PASSWORD = "scanner", "correct horse"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "seawall-e2e"
_INSTALL = "apt-get update -q && apt-get install -y -q --no-install-recommends openssl python3-six"
_PURGE = "apt-get purge -y -q openssl && rm -rf /var/cache/apt/* /var/lib/apt/lists/*"
_FILES = {
    "usr/local/lib/python3.11/dist-packages/demo-1.0.dist-info/METADATA": "Name: Demo\nVersion: 1.0\nLicense: MIT\n\n",
    "srv/app/node_modules/@scope/pad/package.json": '{"name": "@scope/pad", "version": "1.3.0", "license": "ISC"}',
}


@pytest.fixture(autouse=True)
def _nothing_left_open() -> Iterator[None]:
    """Collects after each test, so that what it left open is told of it and not of the whole run."""
    yield
    gc.collect()


def run(*command: str | Path, **options: object) -> str:
    """A program's standard output; a failure shows all that it said."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload] # passed through
    assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return str(done.stdout)


def _source() -> tuple[str, str]:
    """The (address, suite) that apt on this machine gets Debian from."""
    listed = run("apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages")
    plain = [line.split(" ") for line in listed.splitlines() if line.strip()]
    address, suite = next((uri, name) for uri, name in plain if "-" not in name and "/" not in name)
    return address, suite


@dataclass(frozen=True)
class Built:
    """An image, as an OCI layout, and its root filesystem."""

    layout: Path
    tag: str
    rootfs: Path


def _build(folder: Path, address: str, suite: str) -> None:
    layout, bundle, base = folder / "layout", folder / "bundle", folder / "base"
    image = f"{layout}:demo"
    run("debootstrap", "--variant=minbase", suite, base, address)
    run("umoci", "init", "--layout", layout)
    run("umoci", "new", "--image", image)
    run("umoci", "unpack", "--image", image, bundle)
    rootfs = bundle / "rootfs"
    run("cp", "-a", f"{base}/.", rootfs)
    _repack(image, bundle, "ADD rootfs.tar /")
    for script in (_INSTALL, _PURGE):
        run("chroot", rootfs, "sh", "-c", script, env={"DEBIAN_FRONTEND": "noninteractive", "PATH": os.environ["PATH"]})
        _repack(image, bundle, f"RUN {script}")
    for name, content in _FILES.items():
        (rootfs / name).parent.mkdir(parents=True, exist_ok=True)
        (rootfs / name).write_text(content)
    _repack(image, bundle, "COPY app /")
    run("umoci", "config", "--image", image, "--config.cmd", "/bin/bash")
    shutil.rmtree(base)


def _repack(image: str, bundle: Path, instruction: str) -> None:
    run("umoci", "repack", "--refresh-bundle", "--history.created_by", instruction, "--image", image, bundle)


@pytest.fixture(scope="session")
def built() -> Built:
    if os.geteuid() != 0:
        pytest.skip("images of Debian packages are built as root (debootstrap, chroot)")
    address, suite = _source()
    recipe = repr((address, suite, _INSTALL, _PURGE, sorted(_FILES.items()), 2)).encode()
    folder = _CACHE / f"{suite}-{hashlib.sha256(recipe).hexdigest()[:12]}"
    if not folder.exists():
        half = _CACHE / f"half-{os.getpid()}"
        half.mkdir(parents=True)
        try:
            _build(half, address, suite)
            half.rename(folder)
        finally:
            shutil.rmtree(half, ignore_errors=True)
    return Built(layout=folder / "layout", tag="demo", rootfs=folder / "bundle" / "rootfs")


@dataclass(frozen=True)
class Registry:
    """A running registry.

    Attributes:
        host: with its port.
        certificates: folder with its authority as ``ca.crt``, or null for plain HTTP.
    """

    host: str
    certificates: Path | None = None

    def push(self, source: str, name: str) -> None:
        """Store an image, as skopeo names it."""
        if self.certificates is None:
            options: list[str | Path] = ["--dest-tls-verify=false"]
        else:
            options = ["--dest-cert-dir", self.certificates, "--dest-creds", f"{USER}:{PASSWORD}"]
        run("skopeo", "--insecure-policy", "copy", "--quiet", *options, source, f"docker://{self.host}/{name}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _serve(folder: Path, certificates: Path | None, more: str = "") -> Iterator[Registry]:
    host = f"127.0.0.1:{_free_port()}"
    config = folder / "config.yml"
    config.write_text(
        f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {folder}/data}}}}\n"
        f"http:\n  addr: {host}\n{more}"
    )
    program = shutil.which("docker-registry", path=f"{os.environ['PATH']}:/usr/sbin:/usr/bin")
    assert program, "docker-registry is not installed: run tools/ensure-e2e"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "serve", config], stdout=log, stderr=log)
        try:
            _wait(host, certificates, process)
            yield Registry(host=host, certificates=certificates)
        finally:
            process.terminate()
            process.wait(10)


def _wait(host: str, certificates: Path | None, process: subprocess.Popen[bytes]) -> None:
    address = f"{'https' if certificates else 'http'}://{host}/"
    context = ssl.create_default_context(cafile=str(certificates / "ca.crt")) if certificates else None
    for _ in range(200):
        assert process.poll() is None, "the registry ended at once"
        try:
            urllib.request.urlopen(address, timeout=5, context=context).close()
            return
        except OSError:
            time.sleep(0.05)
    pytest.fail("the registry does not answer")


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Anonymous, plain HTTP."""
    with _serve(tmp_path_factory.mktemp("registry"), None) as running:
        yield running


@pytest.fixture(scope="session")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """TLS with an authority of its own, and a password."""
    folder = tmp_path_factory.mktemp("secured")
    certificates = folder / "certificates"
    certificates.mkdir()
    authority = trustme.CA()
    authority.cert_pem.write_to_path(certificates / "ca.crt")
    server = authority.issue_cert("127.0.0.1")
    server.private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    (folder / "htpasswd").write_text(run("htpasswd", "-Bbn", USER, PASSWORD))
    more = (
        f"  tls: {{certificate: {folder}/server.pem, key: {folder}/server.pem}}\n"
        f"auth: {{htpasswd: {{realm: here, path: {folder}/htpasswd}}}}\n"
    )
    with _serve(folder, certificates, more) as running:
        yield running


@pytest.fixture
def no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Hides the credentials of whoever runs the tests; the function it gives writes a docker configuration."""
    folder = tmp_path / "docker"
    folder.mkdir()
    for name in ("REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DOCKER_CONFIG", str(folder))

    def write(text: str) -> None:
        (folder / "config.json").write_text(text)

    return write
