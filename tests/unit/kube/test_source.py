import io
import os
import sys
from pathlib import Path

import pytest

from seawall.errors import InputError
from seawall.kube.source import find_files, read_source
from seawall.model.coverage import CoverageState
from seawall.model.kube import Problem


def test_directories_are_walked_in_order_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b/x.yaml", "a/y.yml", "a/z.txt", ".git/c.yaml", "a/.hidden.yaml", "c.JSON"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("a: b")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "a" / "self.yaml").symlink_to("self.yaml")
    (tmp_path / "linked.yaml").symlink_to(tmp_path / "b" / "x.yaml")
    (tmp_path / "a" / "gone.yaml").symlink_to("nowhere")
    os.mkfifo(tmp_path / "b" / "pipe.yaml")
    every = list(find_files([str(tmp_path)]))
    found = [os.path.relpath(one, tmp_path) for one in every if isinstance(one, str)]
    assert found == ["c.JSON", "linked.yaml", "a/y.yml", "b/x.yaml"]
    told = [os.path.relpath(one.file, tmp_path) for one in every if isinstance(one, Problem)]
    assert told == ["a/gone.yaml", "a/self.yaml", "b/pipe.yaml"]


def test_named_files_need_no_ending_and_must_exist(tmp_path: Path) -> None:
    (tmp_path / "manifest").write_text("a: b")
    assert list(find_files([str(tmp_path / "manifest"), "-"])) == [str(tmp_path / "manifest"), "-"]
    with pytest.raises(InputError, match="no such file"):
        list(find_files([str(tmp_path / "gone")]))


def test_of_paths_that_overlap_a_file_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: b")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    one, other = str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml")
    assert list(find_files([one, str(tmp_path), one])) == [one]
    assert list(find_files([str(tmp_path)])) == [one, other]
    assert list(find_files([os.devnull, os.devnull])) == [os.devnull, os.devnull]


def test_an_empty_directory_is_said(tmp_path: Path) -> None:
    (problem,) = find_files([str(tmp_path)])
    assert isinstance(problem, Problem)
    assert problem.state is CoverageState.MISSING


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"a: b\r\nc: d\r\n", b"a: b\nc: d\n"),
        (b"\xef\xbb\xbfa: b\n", b"a: b\n"),
        ("\ufeffa: é\r\n".encode("utf-16-le"), "a: é\n".encode()),
        ("\ufeffa: é\n".encode("utf-16-be"), "a: é\n".encode()),
    ],
)
def test_marks_and_line_ends(tmp_path: Path, data: bytes, text: bytes) -> None:
    (tmp_path / "a.yaml").write_bytes(data)
    assert read_source(str(tmp_path / "a.yaml")) == text


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\x7fELF\x00\x00")
    (tmp_path / "b.yaml").write_bytes(b"x" * 100)
    for name, limit in (("a.yaml", 99), ("b.yaml", 99), ("gone", 99), ("", 99)):
        problem = read_source(str(tmp_path / name), limit)
        assert isinstance(problem, Problem)
        assert problem.state is CoverageState.UNREADABLE


def test_standard_input_and_pipes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a: b\n")))
    assert read_source("-") == b"a: b\n"
    reading, writing = os.pipe()
    os.write(writing, b"x" * 5000)
    os.close(writing)
    assert read_source(f"/dev/fd/{reading}") == b"x" * 5000
    os.close(reading)


def test_a_closed_standard_input_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    found = read_source("-")
    assert isinstance(found, Problem)
    assert found.message == "standard input is closed"
