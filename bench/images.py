"""Images to measure with, made once from this machine's own files and kept outside of the repository.

Six layers of about 1 GB in all (system, libraries, Python, Java, Node, Go and a deletion), the same as a root
filesystem, and one layer of three million small files. ``SEAWALL_BENCH_DIR`` says where (default
``~/.cache/seawall-bench``). Packages come from what this machine has, so figures compare within one machine only.
"""

import hashlib
import json
import os
import shutil
import stat
import sys
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

DIRECTORY = Path(os.environ.get("SEAWALL_BENCH_DIR") or "~/.cache/seawall-bench").expanduser()
MB = 1 << 20
LAYERS = (
    ("ADD rootfs.tar /", 330, "etc/os-release usr/lib/os-release var/lib/dpkg usr/sbin usr/bin usr/share"),
    ("RUN apt-get install", 260, "usr/lib/x86_64-linux-gnu usr/lib/aarch64-linux-gnu usr/libexec"),
    ("RUN pip install", 110, "usr/lib/python3 usr/lib/python3.11 VENV"),
    ("COPY jars", 210, "usr/share/java usr/share/maven-repo usr/lib/jvm"),
    ("COPY node_modules", 100, "usr/lib/node_modules usr/share/nodejs usr/include"),
    ("COPY bin", 120, "usr/local/go/bin usr/local/bin usr/local/go/pkg/tool"),
)
"""Instruction, megabytes at most, and where the files come from."""
DELETED = "usr/bin/.wh.dpkg"


class Blob(NamedTuple):
    """A layer on disk."""

    path: Path
    digest: str
    diff_id: str
    raw: int


class _Writer:
    """Compresses (gzip, level 6, as docker does) and hashes what a tar writes."""

    def __init__(self, file: BinaryIO, level: int) -> None:
        self._file, self._level = file, level
        self._gzip = zlib.compressobj(level, zlib.DEFLATED, 31)
        self.outer, self.inner, self.raw = hashlib.sha256(), hashlib.sha256(), 0

    def write(self, data: bytes) -> int:
        self.inner.update(data)
        self.raw += len(data)
        self._put(self._gzip.compress(data))
        return len(data)

    def tell(self) -> int:
        return self.raw

    def finish(self) -> None:
        self._put(self._gzip.flush())

    def _put(self, data: bytes) -> None:
        self.outer.update(data)
        self._file.write(data)


def one_gigabyte() -> Path:
    """The OCI layout of the six layers; beside it, as ``root``, the same files as a root filesystem."""
    home = DIRECTORY / "1gb"
    if not (home / "index.json").exists():
        _note("makes the 1 GB image (once, a minute or two)")
        shutil.rmtree(home, ignore_errors=True)
        blobs = [_layer(home, number, *spec) for number, spec in enumerate(LAYERS)]
        _layout(home, blobs, [instruction for instruction, _, _ in LAYERS])
    return home


def many_files(count: int = 3_000_000) -> Path:
    """The OCI layout of one layer of small files."""
    home = DIRECTORY / f"{count}-files"
    if not (home / "index.json").exists():
        _note(f"makes the image of {count} files (once, a minute)")
        shutil.rmtree(home, ignore_errors=True)
        (home / "blobs/sha256").mkdir(parents=True)
        with open(home / "layer", "wb") as file:
            writer = _Writer(file, 1)
            for start in range(0, count, 1000):
                writer.write(b"".join(_small(index) for index in range(start, start + 1000)))
            writer.write(bytes(1024))
            writer.finish()
        _layout(home, [_blob(home, home / "layer", writer)], ["COPY data"])
    return home


def archive(home: Path) -> Path:
    """The same image as ``docker save`` writes it."""
    path = home.with_suffix(".tar")
    if not path.exists():
        with tarfile.open(path.with_suffix(".tmp"), "w") as tar:
            for name in ("blobs", "index.json", "oci-layout", "manifest.json"):
                tar.add(home / name, name)
        path.with_suffix(".tmp").rename(path)
    return path


def _note(text: str) -> None:
    print(f"bench {text}: {DIRECTORY}", file=sys.stderr)


def _small(index: int) -> bytes:
    name = b"srv/data/%05d/f%09d.dat" % (index // 1000, index)
    head = name.ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"00000000100\0" + b"14524270000\0" + b" " * 8
    head = (head + b"0").ljust(257, b"\0") + b"ustar\x0000"
    head = head.ljust(512, b"\0")
    return head[:148] + b"%06o\0 " % sum(head) + head[156:] + (b"%063d\n" % index).ljust(512, b"\0")


def _layer(home: Path, number: int, _instruction: str, megabytes: int, sources: str) -> Blob:
    (home / "blobs/sha256").mkdir(parents=True, exist_ok=True)
    path, left = home / f"layer{number}", megabytes * MB
    with open(path, "wb") as file:
        writer = _Writer(file, 6)
        with tarfile.open(fileobj=writer, mode="w", format=tarfile.PAX_FORMAT, bufsize=MB) as tar:  # type: ignore[call-overload]
            for source, name in _files(sources.split()):
                size = os.lstat(source).st_size
                if left > size and size < 64 * MB:
                    left -= size + 512
                    _add(tar, home / "root", source, name)
            if number == len(LAYERS) - 1:
                tar.addfile(tarfile.TarInfo(DELETED))
        writer.finish()
    return _blob(home, path, writer)


def _files(sources: list[str]) -> Iterator[tuple[str, str]]:
    """(path here, path in the image) of everything below the sources, in a fixed order."""
    for source in sources:
        top = sys.prefix if source == "VENV" else f"/{source}"
        inside = "usr/local" if source == "VENV" else source
        if os.path.isfile(top):
            yield top, inside
        for directory, below, names in os.walk(top):
            below.sort()
            for name in sorted(names):
                path = os.path.join(directory, name)
                yield path, os.path.join(inside, os.path.relpath(path, top))


def _add(tar: tarfile.TarFile, root: Path, source: str, name: str) -> None:
    """A file or symbolic link, into the layer and into the root filesystem."""
    facts, target = os.lstat(source), root / name
    member = tarfile.TarInfo(name)
    member.mode, member.mtime = stat.S_IMODE(facts.st_mode), 1_700_000_000
    target.parent.mkdir(parents=True, exist_ok=True)
    if stat.S_ISLNK(facts.st_mode):
        member.type, member.linkname = tarfile.SYMTYPE, os.readlink(source)
        tar.addfile(member)
        if not os.path.lexists(target):
            os.symlink(member.linkname, target)
    elif stat.S_ISREG(facts.st_mode):
        member.size = facts.st_size
        with open(source, "rb") as file:
            tar.addfile(member, file)
        if not os.path.lexists(target):
            shutil.copy(source, target, follow_symlinks=False)


def _blob(home: Path, path: Path, writer: _Writer) -> Blob:
    digest = writer.outer.hexdigest()
    target = home / "blobs/sha256" / digest
    path.rename(target)
    return Blob(target, f"sha256:{digest}", f"sha256:{writer.inner.hexdigest()}", writer.raw)


def _layout(home: Path, blobs: list[Blob], instructions: list[str]) -> None:
    history = [{"created": "2026-01-01T00:00:00Z", "created_by": line} for line in instructions]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Cmd": ["/bin/sh"]},
        "history": history,
        "rootfs": {"type": "layers", "diff_ids": [blob.diff_id for blob in blobs]},
    }
    described = [
        {
            "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
            "digest": blob.digest,
            "size": blob.path.stat().st_size,
        }
        for blob in blobs
    ]
    configuration = _store(home, config, "application/vnd.oci.image.config.v1+json")
    manifest = _store(
        home,
        {"schemaVersion": 2, "config": configuration, "layers": described},
        "application/vnd.oci.image.manifest.v1+json",
    )
    names = [f"blobs/sha256/{str(layer['digest'])[7:]}" for layer in described]
    saved = {"Config": f"blobs/sha256/{configuration['digest'][7:]}", "RepoTags": ["bench:1"], "Layers": names}
    (home / "manifest.json").write_text(json.dumps([saved]))
    (home / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (home / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [manifest]}))


def _store(home: Path, document: object, kind: str) -> dict[str, str]:
    data = json.dumps(document).encode()
    digest = hashlib.sha256(data).hexdigest()
    (home / "blobs/sha256" / digest).write_bytes(data)
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(data)}  # type: ignore[dict-item]
