import bz2
import contextlib
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.advisory import files
from seawall.advisory.compression import decompressed, kind
from seawall.advisory.feed.interface import Skipped
from seawall.advisory.files import feed_files, in_memory
from seawall.errors import InputError, LimitError, SeawallError

TREE = {"osv/PyPI/A-1.json": b'{"id": "A-1"}', "kev/kev.json": b"{}" * 5000, "empty": b""}
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.compress,
}


def _zip(tree: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("folder")
        for name, data in tree.items():
            archive.writestr(name, data)
    return out.getvalue()


def _tar(tree: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in tree.items():
            member = tarfile.TarInfo(f"./{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return out.getvalue()


def _read(root: Path) -> tuple[dict[str, bytes], list[Skipped]]:
    found: dict[str, bytes] = {}
    skipped: list[Skipped] = []
    for file in feed_files(root):
        if isinstance(file, Skipped):
            skipped.append(file)
            continue
        with file.open() as first, file.open() as second:
            found[file.path] = first.read()
            assert second.read() == found[file.path], "may be opened again"
    return found, skipped


def test_directory(tmp_path: Path) -> None:
    for name, data in TREE.items():
        path = tmp_path / "feeds" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    os.mkfifo(tmp_path / "feeds" / "pipe")
    (tmp_path / "feeds" / "dangling").symlink_to("nowhere")
    found, skipped = _read(tmp_path / "feeds")
    assert found == TREE
    assert {item.where: item.reason for item in skipped} == {
        "pipe": "not a regular file",
        "dangling": "file cannot be read",
    }
    containers = {file.path: file.container for file in feed_files(tmp_path / "feeds") if not isinstance(file, Skipped)}
    assert containers["osv/PyPI/A-1.json"] == "osv/PyPI"
    assert containers["empty"].endswith("/feeds")


@pytest.mark.parametrize("packer", PACKERS)
def test_tar(packer: str, tmp_path: Path) -> None:
    path = tmp_path / "all.tar"
    path.write_bytes(PACKERS[packer](_tar(TREE)))
    found, skipped = _read(path)
    assert found == {f"all.tar/{name}": data for name, data in TREE.items()}
    assert skipped == []


def test_zip_and_single_file(tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_bytes(_zip(TREE))
    assert _read(tmp_path / "all.zip")[0] == {f"all.zip/{name}": data for name, data in TREE.items()}
    (tmp_path / "one.json.gz").write_bytes(gzip.compress(b"x"))
    assert _read(tmp_path / "one.json.gz")[0] == {"one.json.gz": gzip.compress(b"x")}
    (file,) = (file for file in feed_files(tmp_path / "one.json.gz") if not isinstance(file, Skipped))
    assert file.head() == b"x"
    assert file.container == f"{tmp_path.name}/one.json.gz"


def test_archive_in_archive_one_level(tmp_path: Path) -> None:
    inner = _zip({"A-1.json": b"{}"})
    (tmp_path / "feeds.tar").write_bytes(_tar({"osv/PyPI/all.zip": inner, "deep.tar": _tar({"deeper.zip": inner})}))
    found, skipped = _read(tmp_path / "feeds.tar")
    assert found == {"feeds.tar/osv/PyPI/all.zip/A-1.json": b"{}"}
    assert [(item.where, item.broken) for item in skipped] == [("feeds.tar/deep.tar/deeper.zip", True)]
    (file,) = (file for file in feed_files(tmp_path / "feeds.tar") if not isinstance(file, Skipped))
    assert file.container == "PyPI/all.zip"


def test_large_member_is_kept_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_IN_MEMORY", 1000)
    (tmp_path / "all.zip").write_bytes(_zip(TREE))
    (tmp_path / "all.tar").write_bytes(_tar(TREE))
    for name in ("all.zip", "all.tar"):
        assert _read(tmp_path / name)[0] == {f"{name}/{path}": data for path, data in TREE.items()}
    monkeypatch.setattr(files, "MAX_FILE", 2000)
    skipped = _read(tmp_path / "all.zip")[1]
    assert [item.where for item in skipped] == ["all.zip/kev/kev.json"]


def test_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_MEMBERS", 2)
    for name, pack in (("a.zip", _zip), ("a.tar", _tar)):
        (tmp_path / name).write_bytes(pack(TREE))
        assert "more than 2 members" in _read(tmp_path / name)[1][0].detail
    monkeypatch.undo()
    monkeypatch.setattr(files, "_RATIO_FLOOR", 0)
    monkeypatch.setattr(files, "_MAX_RATIO", 10)
    (tmp_path / "b.zip").write_bytes(_zip({"bomb": bytes(100_000)}))
    assert "compressed more than" in _read(tmp_path / "b.zip")[1][0].detail


def test_damaged_tar_is_said(tmp_path: Path) -> None:
    data = bytearray(_tar(TREE))
    data[1024 + 148] ^= 0xFF  # the checksum of the second header
    (tmp_path / "x.tar").write_bytes(data)
    found, skipped = _read(tmp_path / "x.tar")
    assert len(found) == 1
    assert skipped[0].broken
    (tmp_path / "x.tar").write_bytes(_tar(TREE)[: 2 * 1024])
    assert _read(tmp_path / "x.tar")[1][0].broken


def test_missing_root_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        list(feed_files(tmp_path / "nothing"))


def test_unreadable_member_is_said(tmp_path: Path) -> None:
    data = bytearray(_zip({"a": b"hello world" * 10}))
    data[40] ^= 0xFF
    (tmp_path / "a.zip").write_bytes(data)
    found, skipped = _read(tmp_path / "a.zip")
    assert found == {}
    assert [item.where for item in skipped] == ["a.zip/a"]


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(("zip", *PACKERS)))
def test_damaged_archives_never_crash(tmp_path_factory: pytest.TempPathFactory, random: Random, packer: str) -> None:
    data = bytearray(_zip(TREE) if packer == "zip" else PACKERS[packer](_tar(TREE)))
    for _ in range(random.randrange(1, 8)):
        data[random.randrange(len(data))] = random.randrange(256)
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(data[: random.randrange(1, len(data) + 1)])
    for file in feed_files(path):
        if not isinstance(file, Skipped):
            file.head()
            with contextlib.suppress(SeawallError):
                file.open().close()


@given(st.binary(max_size=5000), st.sampled_from(list(PACKERS)), st.integers(1, 7000))
def test_decompressed_gives_what_was_packed(data: bytes, packer: str, step: int) -> None:
    packed = PACKERS[packer](data)
    if packer:
        assert kind(packed) == packer
    elif kind(data):
        return
    stream = decompressed(io.BytesIO(packed), "x", 10_000)
    assert b"".join(iter(lambda: stream.read(step), b"")) == data
    assert decompressed(io.BytesIO(packed), "x", 10_000).read() == data


@pytest.mark.parametrize("packer", [packer for packer in PACKERS if packer])
def test_truncated_streams_are_errors(packer: str) -> None:
    packed = PACKERS[packer](os.urandom(50_000))
    with pytest.raises(InputError, match="x cannot be decompressed"):
        decompressed(io.BytesIO(packed[: len(packed) // 2]), "x", 1 << 20).read()


@pytest.mark.parametrize("packer", PACKERS)
def test_limit(packer: str) -> None:
    with pytest.raises(LimitError, match="larger than"):
        decompressed(io.BytesIO(PACKERS[packer](bytes(5000))), "x", 4999).read()


def test_concatenated_streams_are_one() -> None:
    for packer in ("gz", "bz2", "xz", "zst"):
        packed = PACKERS[packer](b"one") + PACKERS[packer](b"two")
        assert decompressed(io.BytesIO(packed), "x", 100).read() == b"onetwo"


def test_in_memory() -> None:
    file = in_memory("a/b.json", b"x", "2026-01-01")
    assert (file.container, file.modified, file.head()) == ("a", "2026-01-01", b"x")
