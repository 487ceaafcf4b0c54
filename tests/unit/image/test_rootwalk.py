import os
from pathlib import Path
from typing import ClassVar

import pytest

from seawall.image import rootwalk
from seawall.image.facts import LayerFacts
from seawall.image.package.interface import FileFacts, Wanted
from seawall.image.rootwalk import RootWalk
from seawall.image.wanted import Matcher


class Analyzer:
    name: ClassVar[str] = "test"
    version: ClassVar[int] = 1
    wanted: ClassVar[Wanted] = Wanted(
        paths=frozenset({"var/lib/db"}),
        names=frozenset({"package.json"}),
        executables=True,
        magics=(b"\x7fELF",),
        markers=(b"<marker>",),
        limit=60 << 20,
    )

    def analyze(self, path: str, content: memoryview) -> FileFacts:
        return FileFacts(analyzer=self.name, path=path, owned={"content": str(bytes(content[:20]))})


def read(root: Path, aliases: dict[bytes, bytes] | None = None) -> LayerFacts:
    return RootWalk(str(root), Matcher([Analyzer()], aliases)).read()


def put(root: Path, name: str, content: bytes = b"x", mode: int = 0o644) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
    return path


def found(facts: LayerFacts) -> set[str]:
    return {one.path for one in facts.facts}


def test_wanted_files_only(tmp_path: Path) -> None:
    put(tmp_path, "var/lib/db")
    put(tmp_path, "a/package.json")
    put(tmp_path, "a/other.json")
    put(tmp_path, "bin/program", b"\x7fELF1", 0o755)
    put(tmp_path, "bin/tool.bin", b"\x7fELF1", 0o755)
    put(tmp_path, "lib/libx.so.1", b"\x7fELF1")
    put(tmp_path, "lib/x.ko", b"\x7fELF1")
    put(tmp_path, "bin/script", b"#!", 0o755)
    facts = read(tmp_path)
    assert found(facts) == {"var/lib/db", "a/package.json", "bin/program", "bin/tool.bin", "lib/libx.so.1"}
    assert facts.members == 8
    assert not facts.problems


def test_nothing_is_followed_out_of_the_root(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    put(outside, "package.json")
    root.mkdir()
    (root / "package.json").symlink_to(outside / "package.json")
    (root / "dir").symlink_to(outside)
    (root / "var").symlink_to("/data")
    (root / "loop").symlink_to("loop")
    facts = read(root)
    assert not facts.facts
    assert facts.symlinks == {"var": "data"}


def test_pipes_and_sockets_do_not_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "package.json")
    os.mkfifo(tmp_path / "program")
    assert not read(tmp_path).facts


def test_aliases(tmp_path: Path) -> None:
    put(tmp_path, "data/db", b"content")
    facts = read(tmp_path, {b"data/db": b"var/lib/db"})
    assert found(facts) == {"var/lib/db"}


def test_large_files(tmp_path: Path) -> None:
    with open(put(tmp_path, "package.json"), "r+b") as file:
        file.truncate(61 << 20)
    with open(put(tmp_path, "bin/x", b"\x7fELF", 0o755), "r+b") as file:
        file.truncate(40 << 20)
    facts = read(tmp_path)
    assert found(facts) == {"bin/x"}
    assert "more than the 60 MiB" in facts.problems[0].message


def test_unreadable_directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(25):
        put(tmp_path, f"d{number:02}/package.json")
    real = os.open

    def refuse(path: str | bytes, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if str(path).startswith("d"):
            raise PermissionError(13, "Permission denied")
        return real(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", refuse)
    facts = read(tmp_path)
    monkeypatch.undo()
    assert len(facts.problems) == 21
    assert "Permission denied" in facts.problems[0].message
    assert "5 more" in facts.problems[-1].message


def test_depth_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rootwalk, "_DEPTH", 3)
    put(tmp_path, "a/b/c/package.json")
    put(tmp_path, "a/b/c/d/package.json")
    facts = read(tmp_path)
    assert found(facts) == {"a/b/c/package.json"}
    assert "depth" in facts.problems[0].message


def test_the_kernel_s_own_filesystems_are_skipped() -> None:
    skipped = rootwalk._mounts("/")
    assert {b"proc", b"sys", b"dev"} <= skipped
    assert b"" not in skipped
    assert rootwalk._mounts("/proc/self/nowhere") == frozenset()
    assert rootwalk._unescaped("a\\040b\\134c") == "a b\\c"


def test_a_root_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        read(tmp_path / "nowhere")
