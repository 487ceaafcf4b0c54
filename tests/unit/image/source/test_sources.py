"""One image through every source that reads files: equal answers; and what goes wrong is one sentence."""

import gzip
import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard

from seawall.errors import InputError, SeawallError, UsageError
from seawall.image.load import load
from seawall.image.source import detect
from seawall.image.source.interface import ScanOptions
from seawall.image.source.split import split
from seawall.model.coverage import CoverageState
from seawall.model.image import Image

Make = Callable[..., Any]
OS_RELEASE = b'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n'
HISTORY = [
    {"created_by": "ADD rootfs /", "created": "2026-01-01T00:00:00Z"},
    {"created_by": '/bin/sh -c #(nop)  CMD ["bash"]', "empty_layer": True},
    {"created_by": "RUN /bin/sh -c apt-get install -y curl # buildkit"},
    {"created_by": "COPY app /app # buildkit"},
    {"created_by": 'CMD ["node"]', "empty_layer": True},
]


def status(**packages: str) -> bytes:
    return "".join(
        f"Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n\n"
        for name, version in packages.items()
    ).encode()


def node(name: str, version: str) -> bytes:
    return json.dumps({"name": name, "version": version}).encode()


@pytest.fixture
def layers(make_layer: Make) -> list[Any]:
    return [
        make_layer(
            ("usr/lib/os-release", OS_RELEASE),
            ("etc/os-release", "-> ../usr/lib/os-release"),
            ("var/lib/dpkg/status", status(bash="5.2", openssl="3.0.11")),
            compress=gzip.compress,
        ),
        make_layer(
            ("var/lib/dpkg/status", status(bash="5.2", openssl="3.0.15", curl="7.88")),
            ("usr/lib/node_modules/left-pad/package.json", node("left-pad", "1.0.0")),
            compress=zstandard.compress,
        ),
        make_layer(
            ("app/node_modules/leaf/package.json", node("leaf", "2.0.0")),
            ("usr/lib/node_modules/.wh.left-pad", b""),
        ),
    ]


def sha256(content: bytes) -> str:
    import hashlib  # noqa: PLC0415 - only here

    return hashlib.sha256(content).hexdigest()


def config_of(layers: list[Any], architecture: str = "amd64") -> bytes:
    return json.dumps(
        {
            "architecture": architecture,
            "os": "linux",
            "history": HISTORY,
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
        }
    ).encode()


def layout_files(layers: list[Any], *, name: str = "1", size: int = 0, architecture: str = "amd64") -> dict[str, bytes]:
    """The files of an OCI layout."""
    config = config_of(layers, architecture)
    kind = "application/vnd.oci.image"
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": f"{kind}.manifest.v1+json",
            "config": {
                "mediaType": f"{kind}.config.v1+json",
                "digest": f"sha256:{sha256(config)}",
                "size": len(config),
            },
            "layers": [
                {"mediaType": f"{kind}.layer.v1.tar+gzip", "digest": layer.digest, "size": layer.size + size}
                for layer in layers
            ],
        }
    ).encode()
    entry = {
        "mediaType": f"{kind}.manifest.v1+json",
        "digest": f"sha256:{sha256(manifest)}",
        "size": len(manifest),
        "platform": {"os": "linux", "architecture": architecture},
        "annotations": {"org.opencontainers.image.ref.name": name},
    }
    blobs = [config, manifest, *(layer.content for layer in layers)]
    return {
        "oci-layout": b'{"imageLayoutVersion": "1.0.0"}',
        "index.json": json.dumps({"schemaVersion": 2, "manifests": [entry]}).encode(),
        **{f"blobs/sha256/{sha256(blob)}": blob for blob in blobs},
    }


def docker_files(layers: list[Any], *tags: str) -> dict[str, bytes]:
    """The files of a docker archive of plain tars, as docker before 25 writes it."""
    config = config_of(layers)
    plain = [open_layer(layer) for layer in layers]
    names = [f"{sha256(content)}/layer.tar" for content in plain]
    entry = {"Config": f"{sha256(config)}.json", "RepoTags": list(tags) or None, "Layers": names}
    return {
        **dict(zip(names, plain, strict=True)),
        f"{sha256(config)}.json": config,
        "manifest.json": json.dumps([entry]).encode(),
    }


def open_layer(layer: Any) -> bytes:  # noqa: ANN401 - a fixture's own class
    content: bytes = layer.content
    if content.startswith(b"\x1f\x8b"):
        return gzip.decompress(content)
    if content.startswith(b"\x28\xb5"):
        return zstandard.ZstdDecompressor().decompressobj().decompress(content)
    return content


def write(path: Path, files: dict[str, bytes], make_tar: Make | None = None) -> str:
    """A directory, or a tar where there is a way to make one."""
    if make_tar is not None:
        path.write_bytes(make_tar(*files.items()))
        return str(path)
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return str(path)


def targets(tmp_path: Path, layers: list[Any], make_tar: Make) -> dict[str, str]:
    both = {**layout_files(layers), **docker_files(layers, "demo/app:1")}
    new = layout_files(layers)
    config = config_of(layers)
    names = [f"blobs/sha256/{layer.digest[7:]}" for layer in layers]
    entry = {"Config": f"blobs/sha256/{sha256(config)}", "RepoTags": ["demo/app:1"], "Layers": names}
    new["manifest.json"] = json.dumps([entry]).encode()
    write(tmp_path / "plain.tar", docker_files(layers, "demo/app:1"), make_tar)
    (tmp_path / "save.tar.gz").write_bytes(gzip.compress((tmp_path / "plain.tar").read_bytes()))
    return {
        "layout directory": write(tmp_path / "layout", layout_files(layers)),
        "layout directory by tag": str(tmp_path / "layout:1"),
        "layout tar": write(tmp_path / "layout.tar", layout_files(layers), make_tar),
        "docker archive": str(tmp_path / "plain.tar"),
        "docker archive by name": str(tmp_path / "plain.tar") + ":demo/app:1",
        "docker archive by tag": "archive:" + str(tmp_path / "plain.tar") + ":1",
        "compressed docker archive": str(tmp_path / "save.tar.gz"),
        "docker 25 archive": write(tmp_path / "new.tar", new, make_tar),
        "archive of both": write(tmp_path / "both.tar", both, make_tar),
    }


def told(image: Image) -> list[tuple[str, str, int | None, int | None, bool | None]]:
    return [(one.name, one.version, one.layer, one.deleted_in, one.from_base) for one in image.packages]


def test_every_source_says_the_same(tmp_path: Path, layers: list[Any], make_tar: Make) -> None:
    options = ScanOptions(platform="linux/amd64", cache=tmp_path / "cache")
    found = {kind: load(target, options) for kind, target in targets(tmp_path, layers, make_tar).items()}
    for image in found.values():
        assert told(image) == [
            ("bash", "5.2", 0, None, True),
            ("curl", "7.88", 1, None, False),
            ("openssl", "3.0.11", 0, 1, True),
            ("openssl", "3.0.15", 1, None, False),
            ("leaf", "2.0.0", 2, None, False),
            ("left-pad", "1.0.0", 1, 2, False),
        ]
        assert image.subject.kind == "image"
        assert image.subject.distribution == "debian-12"
        assert [one.instruction for one in image.layers] == [
            "ADD rootfs /",
            "RUN apt-get install -y curl",
            "COPY app /app",
        ]
        assert [one.size for one in image.layers] == [len(open_layer(layer)) for layer in layers]
        assert {one.state for one in image.coverage} == {CoverageState.OK}
    assert len({one.subject.digest for kind, one in found.items() if "docker archive" not in kind}) == 1
    assert image.packages[0].purl == "pkg:deb/debian/bash@5.2?arch=amd64&distro=debian-12"


def test_the_cache_gives_the_same(tmp_path: Path, layers: list[Any]) -> None:
    target = write(tmp_path / "layout", layout_files(layers))
    options = ScanOptions(cache=tmp_path / "cache", workers=1, platform="linux/amd64")
    first = load(target, options)
    for layer in layers:
        path = tmp_path / "layout" / "blobs/sha256" / layer.digest[7:]
        path.write_bytes(bytes(len(layer.content)))  # would be found out, were it read
    assert load(target, options) == first


def test_progress_reaches_its_end(tmp_path: Path, layers: list[Any]) -> None:
    seen: list[tuple[str, int, int]] = []
    target = write(tmp_path / "layout", layout_files(layers))
    load(target, ScanOptions(platform="linux/amd64", progress=lambda *args: seen.append(args)))
    assert seen[-1][1] == seen[-1][2] == sum(layer.size for layer in layers)


def test_root_filesystem_says_the_same(tmp_path: Path, make_layer: Make, layers: list[Any]) -> None:
    for layer in layers[:2]:
        with tarfile.open(fileobj=io.BytesIO(open_layer(layer))) as archive:
            archive.extractall(tmp_path / "root", filter="data")
    image = load(str(tmp_path / "root"), ScanOptions())
    assert image.subject.kind == "filesystem"
    assert [(one.name, one.version, one.layer) for one in image.packages] == [
        ("bash", "5.2", None),
        ("curl", "7.88", None),
        ("openssl", "3.0.15", None),
        ("left-pad", "1.0.0", None),
    ]
    assert not image.layers


def test_databases_behind_links(tmp_path: Path, make_layer: Make) -> None:
    layers = [
        make_layer(("etc/os-release", OS_RELEASE), ("data/dpkg/status", status(bash="5.2"))),
        make_layer(("var/lib/dpkg", "-> ../../data/dpkg"), ("data/dpkg/status", status(bash="5.3"))),
    ]
    image = load(write(tmp_path / "layout", layout_files(layers)), ScanOptions(platform="linux/amd64"))
    assert told(image) == [("bash", "5.2", 0, 1, None), ("bash", "5.3", 1, None, None)]


def test_a_database_that_moves_behind_a_link(tmp_path: Path, make_layer: Make) -> None:
    layers = [
        make_layer(("etc/os-release", OS_RELEASE), ("var/lib/dpkg/status", status(bash="5.2"))),
        make_layer(("var/lib/dpkg", "-> /data/dpkg"), ("data/dpkg/status", status(bash="5.2", curl="7"))),
    ]
    image = load(write(tmp_path / "layout", layout_files(layers)), ScanOptions(platform="linux/amd64"))
    assert told(image) == [("bash", "5.2", 0, None, None), ("curl", "7", 1, None, None)]
    assert not [one for one in image.coverage if one.gap]


def test_an_empty_image_says_so(tmp_path: Path, make_layer: Make) -> None:
    image = load(write(tmp_path / "layout", layout_files([make_layer(("a", b"b"))])), ScanOptions())
    assert [(one.area, one.state) for one in image.coverage] == [("distribution", CoverageState.UNKNOWN)]
    assert image.coverage[0].gap


def test_a_distribution_without_database_is_a_gap(tmp_path: Path, make_layer: Make) -> None:
    image = load(write(tmp_path / "layout", layout_files([make_layer(("etc/os-release", OS_RELEASE))])), ScanOptions())
    assert ("package-database", CoverageState.MISSING) in {(one.area, one.state) for one in image.coverage}


def test_a_deleted_database_is_a_gap(tmp_path: Path, make_layer: Make, layers: list[Any]) -> None:
    layers[2] = make_layer(("var/lib/.wh.dpkg", b""))
    image = load(write(tmp_path / "layout", layout_files(layers)), ScanOptions(platform="linux/amd64"))
    assert "curl" in {one.name for one in image.packages if one.deleted_in is None}
    assert "was deleted in layer 2" in " ".join(one.message for one in image.coverage if one.gap)


def changed(files: dict[str, bytes], name: str, content: bytes | None) -> dict[str, bytes]:
    """With another content, or without the file."""
    found = next(one for one in files if name in one)
    rest = {key: value for key, value in files.items() if key != found}
    return rest if content is None else {**rest, found: content}


@pytest.mark.parametrize("form", ["layout", "layout.tar", "docker.tar"])
def test_what_is_missing_or_damaged(tmp_path: Path, layers: list[Any], make_tar: Make, form: str) -> None:
    files = docker_files(layers) if form == "docker.tar" else layout_files(layers)
    config = sha256(config_of(layers))
    layer = sha256(open_layer(layers[0])) if form == "docker.tar" else layers[0].digest[7:]
    head = "manifest.json" if form == "docker.tar" else "index.json"
    for number, (name, content) in enumerate(
        [
            (layer, None),
            (layer, b"short"),
            (layer, bytes(len(open_layer(layers[0]) if form == "docker.tar" else layers[0].content))),
            (config, None),
            (config, b"{}"),
            (head, b"{"),
            (head, b"[]"),
            (head, b"[" * 200_000),
        ]
    ):
        path = tmp_path / f"{number}-{form}"
        target = write(path, changed(files, name, content), make_tar if form.endswith("tar") else None)
        with pytest.raises(InputError) as caught:
            load(f"{'archive' if form.endswith('tar') else 'layout'}:{target}", ScanOptions(platform="linux/amd64"))
        assert "\n" not in caught.value.sentence()


def test_wrong_digest_names_the_layer(tmp_path: Path, layers: list[Any]) -> None:
    target = write(tmp_path / "layout", layout_files(layers))
    path = tmp_path / "layout" / "blobs/sha256" / layers[2].digest[7:]
    damaged = bytearray(path.read_bytes())
    damaged[-1] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(InputError, match=layers[2].digest):
        load(target, ScanOptions(platform="linux/amd64"))


def test_several_images_need_a_name(tmp_path: Path, layers: list[Any], make_layer: Make, make_tar: Make) -> None:
    other = [make_layer(("etc/os-release", b"ID=other\n"))]
    one, two = docker_files(layers, "demo/app:1"), docker_files(other, "demo/other:1")
    both = {**one, **two}
    both["manifest.json"] = json.dumps(json.loads(one["manifest.json"]) + json.loads(two["manifest.json"])).encode()
    target = write(tmp_path / "both.tar", both, make_tar)
    for name in ("", ":nothing", ":1"):
        with pytest.raises(InputError, match="demo/app:1, demo/other:1"):
            load(f"archive:{target}{name}", ScanOptions())
    assert load(f"{target}:demo/other:1", ScanOptions()).subject.distribution == "other"
    assert load(f"{target}:other:1", ScanOptions()).subject.distribution == "other"


def index_of(*files: dict[str, bytes]) -> dict[str, bytes]:
    """Several layouts in one."""
    entries = [entry for one in files for entry in json.loads(one["index.json"])["manifests"]]
    whole = {name: content for one in files for name, content in one.items()}
    whole["index.json"] = json.dumps({"schemaVersion": 2, "manifests": entries}).encode()
    return whole


def test_layout_with_several_images(tmp_path: Path, layers: list[Any], make_layer: Make) -> None:
    other = layout_files([make_layer(("etc/os-release", b"ID=other\n"))], name="docker.io/demo/other:2")
    target = write(tmp_path / "layout", index_of(layout_files(layers), other))
    options = ScanOptions(platform="linux/amd64")
    with pytest.raises(InputError, match="2 images"):
        load(target, options)
    with pytest.raises(InputError, match="no image 'x'"):
        load(f"{target}:x", options)
    digest = json.loads(other["index.json"])["manifests"][0]["digest"]
    for reference in (":2", ":other:2", f"@{digest}", ":docker.io/demo/other:2"):
        assert load(target + reference, options).subject.distribution == "other"


def test_nested_indexes_and_platforms(tmp_path: Path, layers: list[Any], make_layer: Make) -> None:
    arm = layout_files([make_layer(("etc/os-release", b"ID=arm\n"))], architecture="arm64")
    whole = index_of(layout_files(layers), arm)
    index = json.loads(whole["index.json"])
    for entry in index["manifests"]:
        del entry["annotations"]
    for _ in range(3):
        inner = json.dumps(index).encode()
        whole[f"blobs/sha256/{sha256(inner)}"] = inner
        kind = "application/vnd.oci.image.index.v1+json"
        index = {
            "schemaVersion": 2,
            "manifests": [{"mediaType": kind, "digest": f"sha256:{sha256(inner)}", "size": len(inner)}],
        }
    whole["index.json"] = json.dumps(index).encode()
    target = write(tmp_path / "layout", whole)
    assert load(target, ScanOptions(platform="linux/arm64")).subject.distribution == "arm"
    assert load(target, ScanOptions(platform="linux/amd64")).subject.distribution == "debian-12"
    with pytest.raises(InputError, match="linux/s390x"):
        load(target, ScanOptions(platform="linux/s390x"))


@pytest.mark.parametrize("form", ["layout", "archive"])
def test_a_single_image_must_be_for_the_platform_that_was_asked_for(
    form: str, tmp_path: Path, layers: list[Any], make_tar: Make
) -> None:
    files = layout_files(layers) if form == "layout" else docker_files(layers)
    target = f"{form}:{write(tmp_path / 'it', files, make_tar if form == 'archive' else None)}"
    assert load(target, ScanOptions(platform="linux/amd64")).subject.distribution == "debian-12"
    with pytest.raises(InputError, match="has no image for linux/s390x: it is one image, for linux/amd64"):
        load(target, ScanOptions(platform="linux/s390x"))


def test_digests_are_no_way_out(tmp_path: Path, layers: list[Any]) -> None:
    files = layout_files(layers)
    index = json.loads(files["index.json"])
    index["manifests"][0]["digest"] = "sha256:../../../../etc/passwd"
    files["index.json"] = json.dumps(index).encode()
    with pytest.raises(InputError, match="no digest"):
        load(write(tmp_path / "layout", files), ScanOptions())


def test_split(tmp_path: Path) -> None:
    path = tmp_path / "a:b"
    path.write_text("")
    assert split(str(path)) == (str(path), "")
    assert split(f"{path}:x:1") == (str(path), "x:1")
    assert split(f"{path}@sha256:1") == (str(path), "sha256:1")
    assert split("nowhere:1") == ("nowhere:1", "")


def test_detect(tmp_path: Path, layers: list[Any], make_tar: Make) -> None:
    made = targets(tmp_path, layers, make_tar)
    prefixes = {kind: detect(target)[0].prefix for kind, target in made.items()}
    assert prefixes == {kind: "layout" if "layout directory" in kind else "archive" for kind in made}
    assert detect(str(tmp_path))[0].prefix == "dir"
    assert detect("nginx:1.27")[0].prefix == "registry"
    assert detect("dir:x:y")[1] == "x:y"


@pytest.mark.parametrize(
    ("target", "error", "words"),
    [
        ("", UsageError, "not clear"),
        ("archive:", UsageError, "incomplete"),
        ("Team/App", UsageError, "no such file or directory, and as an image's name it is wrong: names are lower case"),
        ("app:a b", UsageError, "the tag 'a b' is not made of"),
        ("./nowhere/X Y", InputError, "there is no file or directory"),
        ("/nowhere", InputError, "there is no file or directory"),
        ("app.tar", InputError, "there is no file or directory 'app.tar'. Is the path right?"),
        ("note.txt", InputError, "note.txt cannot be scanned: it is not an image archive, a layout or an SBOM"),
        ("astray", InputError, "a link that leads nowhere"),
        ("/dev/null", InputError, "it is not a file or a directory"),
    ],
)
def test_what_cannot_be_a_target_is_told_why(
    target: str, error: type[SeawallError], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("note.txt").write_text("hello")
    Path("astray").symlink_to("nowhere")
    with pytest.raises(error) as caught:
        detect(target)
    assert words in caught.value.sentence()


def test_an_image_is_one_record(tmp_path: Path, layers: list[Any]) -> None:
    image = load(write(tmp_path / "layout", layout_files(layers)), ScanOptions(platform="linux/amd64"))
    assert msgspec.json.decode(msgspec.json.encode(image), type=Image) == image
    assert os.path.basename(image.subject.name) == "layout"
