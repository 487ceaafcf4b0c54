import gzip
import os
import tarfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.errors import InputError, LimitError
from seawall.image import archive as archive_module
from seawall.image.archive import Archive, open_regular

FORMS: dict[str, Callable[[bytes], bytes]] = {"plain": bytes, "gzip": gzip.compress, "zstd": zstandard.compress}


@pytest.fixture(params=FORMS)
def path(request: pytest.FixtureRequest, tmp_path: Path, make_tar: Callable[..., bytes]) -> Path:
    found = tmp_path / "x.tar"
    members = [
        ("./d/", None),
        ("d/large", bytes(range(256)) * 9000),
        ("manifest.json", b"{}"),
        ("d/link", "-> ../manifest.json"),
        ("d/hard", "=> d/large"),
        ("loop", "-> loop"),
        ("n" * 200, b"long"),
    ]
    found.write_bytes(FORMS[request.param](make_tar(*members, form=tarfile.GNU_FORMAT)))
    return found


def test_members(path: Path) -> None:
    archive = Archive(str(path))
    assert set(archive.names()) == {"d/large", "manifest.json", "n" * 200}
    assert archive.read("manifest.json") == archive.read("d/link") == archive.read("./d/../manifest.json") == b"{}"
    assert archive.read("n" * 200) == b"long"
    assert archive.find("loop") is None
    place = archive.find("d/hard")
    assert place is not None
    for _ in range(2):
        with archive.open(place) as file:
            whole = b""
            while piece := file.read(100_000):
                whole += piece
        assert whole == bytes(range(256)) * 9000


def test_missing_and_large_members(path: Path) -> None:
    archive = Archive(str(path))
    with pytest.raises(InputError, match="has no index"):
        archive.read("index.json")
    with pytest.raises(LimitError):
        archive.read("d/large", 1000)


def test_what_is_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "x"
    for content in (b"", b"text" * 200, gzip.compress(b"text" * 200), bytes(2048)):
        path.write_bytes(content)
        with pytest.raises(InputError, match="no image archive"):
            Archive(str(path))
    os.unlink(path)
    with pytest.raises(InputError, match="cannot be opened"):
        open_regular(str(path))
    os.mkfifo(path)
    with pytest.raises(InputError, match="no regular file"):
        open_regular(str(path))
    with pytest.raises(InputError, match="no regular file"):
        open_regular(str(tmp_path))


def test_truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20_000] or b"\x1f\x8b")
    with pytest.raises(InputError, match=r"x\.tar"):
        Archive(str(path))


def test_too_many_members(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "_MEMBERS", 2)
    with pytest.raises(LimitError):
        Archive(str(path))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_is_one_error(
    tmp_path_factory: pytest.TempPathFactory, make_tar: Callable[..., bytes], data: st.DataObject
) -> None:
    content = bytearray(make_tar(("a", b"x" * 600), ("b", "-> a"), ("c", b"y")))
    for _ in range(3):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged.tar"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    with suppress(InputError):
        archive = Archive(str(path))
        for name in archive.names():
            archive.read(name)
