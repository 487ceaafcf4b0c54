"""Container images without an engine: one layer, in the OCI image layout, as a tar that containerd imports."""

import hashlib
import io
import json
import platform
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

BUSYBOX = Path("/bin/busybox")
_USERS = b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n"
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def _add(tar: tarfile.TarFile, name: str, data: bytes, mode: int = 0o644) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), mode
    tar.addfile(member, io.BytesIO(data))


def _layer(files: Mapping[str, Path], links: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        parents = {str(parent) for name in [*files, *links] for parent in PurePosixPath(name).parents}
        for folder in sorted({*parents, "etc", "tmp"} - {"."}):
            member = tarfile.TarInfo(folder)
            member.type, member.mode = tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755
            tar.addfile(member)
        _add(tar, "etc/passwd", _USERS)
        for name, source in files.items():
            _add(tar, name, source.read_bytes(), 0o755)
        for name, target in links.items():
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            tar.addfile(member)
    return buffer.getvalue()


def write_image(target: Path, name: str, files: Mapping[str, Path], command: Sequence[str], user: str = "") -> None:
    """Write an image.

    Args:
        target: the tar.
        name: ``localhost/pause:1``.
        files: path in the image → file here; a busybox brings the links to its applets.
        command: what it runs.
        user: as whom.
    """
    links = {}
    if BUSYBOX in files.values():
        applets = subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True, check=True).stdout.split()
        links = {f"bin/{applet}": "busybox" for applet in applets if applet != "busybox"}
    blobs: dict[str, bytes] = {}

    def blob(content: bytes | dict[str, object], kind: str) -> dict[str, object]:
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        digest = hashlib.sha256(data).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = data
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)}

    layer = blob(_layer(files, links), "layer.v1.tar")
    machine = {"architecture": _ARCHITECTURES[platform.machine()], "os": "linux"}
    config = blob(
        {
            **machine,
            "created": "1970-01-01T00:00:00Z",
            "config": {"Env": ["PATH=/bin"], "Cmd": list(command), "User": user, "WorkingDir": "/"},
            "rootfs": {"type": "layers", "diff_ids": [layer["digest"]]},
        },
        "config.v1+json",
    )
    manifest = blob({"schemaVersion": 2, "config": config, "layers": [layer]}, "manifest.v1+json")
    named = {**manifest, "platform": machine, "annotations": {"io.containerd.image.name": name}}
    with tarfile.open(target, "w", format=tarfile.USTAR_FORMAT) as tar:
        _add(tar, "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        _add(tar, "index.json", json.dumps({"schemaVersion": 2, "manifests": [named]}).encode())
        for path, data in blobs.items():
            _add(tar, path, data)
