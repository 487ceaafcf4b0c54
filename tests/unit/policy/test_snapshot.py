"""The library's snapshot: never another answer than the files', whatever happens to it or to them."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.errors import SeawallError
from seawall.policy import load, snapshot
from seawall.policy.load import LIBRARY, Library

LONG_AGO = 1_700_000_000
KEPT = "__pycache__/library.msgpack"


@pytest.fixture
def brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small library that was written long ago."""
    folder = tmp_path / "library"
    for category in ("profiles", "volumes"):
        shutil.copytree(Path(LIBRARY, category), folder / category)
    for path in folder.rglob("*"):
        os.utime(path, (LONG_AGO, LONG_AGO))
    monkeypatch.setattr(load, "LIBRARY", str(folder))
    load.library.cache_clear()
    yield folder
    load.library.cache_clear()


def _again() -> Library:
    load.library.cache_clear()
    return load.library(examples=False)


def _policy(folder: Path) -> Path:
    return min((folder / "volumes").glob("*.yaml"))


def test_the_snapshot_says_what_the_files_say(brought: Path) -> None:
    read = _again()
    assert (brought.parent / KEPT).is_file()
    assert read == _again()
    whole = {name: msgspec.structs.replace(one, examples=()) for name, one in load.library().policies.items()}
    assert read.policies == whole


def test_it_is_read_instead_of_the_files(brought: Path) -> None:
    read = _again()
    path = _policy(brought)
    path.write_bytes(b"#" * path.stat().st_size)
    os.utime(path, (LONG_AGO, LONG_AGO))
    assert _again() == read


def test_an_edit_counts_at_once(brought: Path) -> None:
    name = _policy(brought).stem
    _again()
    for text in ("title: one", "title: two", "title: tri"):  # of one size, in less than a second
        path = _policy(brought)
        lines = path.read_text("utf-8").splitlines()
        at = next(at for at, line in enumerate(lines) if line.startswith("  title:"))
        path.write_text("\n".join([*lines[:at], f"  {text}", *lines[at + 1 :]]), "utf-8")
        assert _again().policies[name].spec.title == text.removeprefix("title: ")
        assert _again().policies[name].spec.title == text.removeprefix("title: ")


def test_files_that_come_and_go_count_at_once(brought: Path) -> None:
    before, path = _again(), _policy(brought)
    text = path.read_bytes()
    path.unlink()
    assert set(before.policies) - set(_again().policies) == {path.stem}
    path.write_bytes(text)
    os.utime(path, (LONG_AGO + 5, LONG_AGO + 5))
    assert _again() == before
    path.rename(brought / "profiles" / path.name)
    assert _again() == before


def test_a_library_that_was_just_written_is_not_kept(brought: Path) -> None:
    os.utime(_policy(brought))
    _again()
    assert not (brought.parent / KEPT).exists()


def test_where_nothing_can_be_written_all_is_read(brought: Path) -> None:
    (brought.parent / "__pycache__").write_text("no folder", "utf-8")
    assert _again() == _again()


def test_what_cannot_be_finished_is_taken_away(brought: Path) -> None:
    (brought.parent / KEPT).mkdir(parents=True)
    assert _again() == _again()
    assert [path.name for path in (brought.parent / KEPT).parent.iterdir()] == ["library.msgpack"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_a_damaged_snapshot_is_ignored_and_made_anew(brought: Path, data: st.DataObject) -> None:
    path = brought.parent / KEPT
    path.unlink(missing_ok=True)
    read = _again()
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    damage = data.draw(st.sampled_from(["cut", "flip", "empty", "noise"]))
    path.write_bytes(
        {
            "cut": whole[:at],
            "flip": whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :],
            "empty": b"",
            "noise": data.draw(st.binary(max_size=64)),
        }[damage]
    )
    assert _again() == read
    assert path.read_bytes() == whole


def test_a_snapshot_of_other_records_is_ignored(brought: Path) -> None:
    read = _again()
    stamp = snapshot.stamp(str(brought))
    snapshot.keep(str(brought), stamp, [{"kind": "Policy", "more": 1}], [])
    assert snapshot.load(str(brought), stamp) is None
    assert _again() == read


def test_a_broken_library_is_told_each_time(brought: Path) -> None:
    _policy(brought).write_text("kind: Policy\nspec: {when: [", "utf-8")
    for _ in range(2):
        with pytest.raises(SeawallError, match="no valid YAML"):
            _again()
