import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from seawall.errors import InputError
from seawall.image.source.interface import ScanOptions
from seawall.image.source.registry import RegistrySource

if TYPE_CHECKING:
    from tests.unit.image.conftest import Stand

STATUS = b"Package: openssl\nStatus: install ok installed\nVersion: 3.0.11-1\nArchitecture: amd64\n\n"
OCI = "application/vnd.oci.image"


def layer(**files: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name.replace("__", "/"))
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return out.getvalue()


def push(stand: "Stand", *tars: bytes) -> None:
    rootfs = {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(tar).hexdigest() for tar in tars]}
    config: dict[str, object] = {"mediaType": f"{OCI}.config.v1+json"}
    config |= stand.blob(json.dumps({"architecture": "amd64", "os": "linux", "rootfs": rootfs}).encode())
    blobs = [stand.blob(gzip.compress(tar)) | {"mediaType": f"{OCI}.layer.v1.tar+gzip"} for tar in tars]
    stand.manifest({"config": config, "layers": blobs}, "1")


def test_an_image_is_read_through(stand: "Stand") -> None:
    push(stand, layer(etc__hostname=b"x"), layer(var__lib__dpkg__status=STATUS, etc__os_release=b""))
    image = RegistrySource().load(f"{stand.host}/team/app:1", ScanOptions())
    assert [(package.name, package.version, package.layer) for package in image.packages] == [
        ("openssl", "3.0.11-1", 1)
    ]
    assert image.subject.name == f"{stand.host}/team/app:1"
    assert image.subject.digest.startswith("sha256:")


def test_a_layer_that_is_not_its_digest_is_found_out(stand: "Stand") -> None:
    push(stand, layer(var__lib__dpkg__status=STATUS))
    digest = json.loads(stand.manifests["1"][0])["layers"][0]["digest"]
    content = bytearray(stand.blobs[digest])
    content[4] ^= 1  # gzip's time stamp: it still inflates
    stand.blobs[digest] = bytes(content)
    with pytest.raises(InputError, match="digest"):
        RegistrySource().load(f"{stand.host}/team/app:1", ScanOptions())


def test_references_are_accepted_and_files_are_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = RegistrySource()
    monkeypatch.chdir(tmp_path)
    assert source.accepts("debian")
    assert source.accepts("localhost:5000/team/app:1.0")
    assert not source.accepts("./debian")
    assert not source.accepts("Debian")
    (tmp_path / "debian").mkdir()
    assert not source.accepts("debian")
