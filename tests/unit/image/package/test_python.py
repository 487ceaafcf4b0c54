import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from seawall.image.package.interface import FileFacts
from seawall.image.package.python import PythonAnalyzer
from seawall.model.coverage import CoverageState
from seawall.model.image import Package

SITE = "usr/lib/python3.11/site-packages"
METADATA = b"""Metadata-Version: 2.1
Name: Jinja2.Thing_x
Version: 3.1.6
License: BSD
Classifier: License :: OSI Approved :: BSD License
Requires-Dist: MarkupSafe>=2.0

Name: not-the-header
Version: 9
"""


def read(path: str, content: bytes) -> FileFacts:
    return PythonAnalyzer().analyze(path, memoryview(content))


def only(facts: FileFacts) -> Package:
    assert facts.problems == ()
    assert len(facts.packages) == 1
    return facts.packages[0]


def test_reads_name_version_and_licence_from_the_header_alone() -> None:
    package = only(read(f"{SITE}/Jinja2-3.1.6.dist-info/METADATA", METADATA))
    assert (package.type, package.name, package.version) == ("pypi", "jinja2-thing-x", "3.1.6")
    assert package.purl == "pkg:pypi/jinja2-thing-x@3.1.6"
    assert package.licenses == ("BSD",)
    assert package.paths == (f"/{SITE}/Jinja2-3.1.6.dist-info/METADATA",)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("License-Expression: MIT OR Apache-2.0\nLicense: whatever", ("MIT OR Apache-2.0",)),
        ("License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License", ("MIT License",)),
        ("License: Copyright 2020\n  Redistribution\n  is allowed", ()),
        ("License: " + "x" * 500 + "\nClassifier: License :: Public Domain", ("Public Domain",)),
        (
            "Classifier: License :: OSI Approved :: MIT License\nClassifier: License :: OSI Approved :: BSD License",
            ("MIT License", "BSD License"),
        ),
        ("Classifier: Topic :: Security", ()),
    ],
)
def test_licences(lines: str, expected: tuple[str, ...]) -> None:
    package = only(read("a.dist-info/METADATA", f"Name: a\nVersion: 1\n{lines}\n".encode()))
    assert package.licenses == expected


def test_windows_line_ends() -> None:
    package = only(read("x.egg-info/PKG-INFO", METADATA.replace(b"\n", b"\r\n")))
    assert (package.name, package.version, package.licenses) == ("jinja2-thing-x", "3.1.6", ("BSD",))


def test_the_directory_says_what_the_header_does_not() -> None:
    package = only(read("lib/some_name-1.2.post1-py3.9.egg-info/PKG-INFO", b"Metadata-Version: 1.0\n"))
    assert (package.name, package.version) == ("some-name", "1.2.post1")


def test_interpreter_is_no_pypi_project() -> None:
    package = only(read("usr/lib/python2.7/lib-dynload/Python-2.7.18.egg-info", b"Name: Python\nVersion: 2.7.18\n"))
    assert package.purl == "pkg:generic/python@2.7.18"


def test_the_standard_librarys_test_data_is_not_installed() -> None:
    assert read("usr/lib/python3.11/test/data/example-21.12-py3.6.egg", b"junk") == FileFacts(
        analyzer="python", path="usr/lib/python3.11/test/data/example-21.12-py3.6.egg"
    )


@pytest.mark.parametrize("content", [b"", b"Name: a b\nVersion: 1\n", b"Name: a\nVersion: \x1b[31m\n", b"\xff" * 99])
def test_metadata_without_identity_is_a_problem(content: bytes) -> None:
    facts = read("x.dist-info/METADATA", content)
    assert facts.packages == ()
    assert [problem.state for problem in facts.problems] == [CoverageState.PARTIAL]


def test_zipped_egg() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as egg:
        egg.writestr("EGG-INFO/PKG-INFO", METADATA)
    assert only(read("lib/x.egg", buffer.getvalue())).name == "jinja2-thing-x"


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"junk"])
def test_broken_egg_is_a_problem(content: bytes) -> None:
    assert [problem.path for problem in read("lib/x.egg", content).problems] == ["lib/x.egg"]


@given(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,20}[A-Za-z0-9])?", fullmatch=True))
@settings(max_examples=100)
def test_names_are_normalised_as_packaging_does(name: str) -> None:
    package = only(read("x.dist-info/METADATA", f"Name: {name}\nVersion: 1.0\n".encode()))
    assert package.name == canonicalize_name(name) or name.lower() == "python"


@given(st.binary(max_size=300), st.integers(0, len(METADATA)), st.sampled_from(["a.egg", "a.dist-info/METADATA"]))
@settings(max_examples=100)
def test_never_raises(junk: bytes, position: int, path: str) -> None:
    facts = read(path, METADATA[:position] + junk + METADATA[position:])
    assert bool(facts.packages) != bool(facts.problems)


@pytest.mark.parametrize("filler", [b" ", b"\t ", b"a-1", b"\r"])
def test_long_lines_take_no_long_time(filler: bytes) -> None:
    name = "a-1" * 1000
    read(f"{name}.egg-info/PKG-INFO", b"Name: a" + filler * 100_000 + b"b\nVersion: 1\n")
