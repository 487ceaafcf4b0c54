from email.parser import Parser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.image.package.dpkg import DpkgAnalyzer
from seawall.image.package.interface import FileFacts
from seawall.model.coverage import CoverageState
from seawall.model.identifiers import Purl
from seawall.model.image import Package, SourcePackage

STATUS = "var/lib/dpkg/status"
BASH = """Package: bash
Essential: yes
Status: install ok installed
Maintainer: Matthias Klose <doko@debian.org>
Architecture: amd64
Source: bash (5.2.15-2)
Version: 1:5.2.15-2+b8
Description: GNU Bourne Again SHell
 Bash is an sh-compatible command language interpreter.
 .
 Version: 9 is not a field here

"""


def analyze(path: str, text: str | bytes) -> FileFacts:
    return DpkgAnalyzer().analyze(path, memoryview(text.encode() if isinstance(text, str) else text))


def entry(name: str, **fields: str) -> str:
    return f"Package: {name}\n" + "".join(f"{key}: {value}\n" for key, value in fields.items()) + "\n"


def test_a_package() -> None:
    assert analyze(STATUS, BASH) == FileFacts(
        analyzer="dpkg",
        path=STATUS,
        database=True,
        packages=(
            Package(
                type="deb",
                name="bash",
                version="1:5.2.15-2+b8",
                purl=Purl("pkg:deb/bash@1:5.2.15-2%2Bb8?arch=amd64"),
                source=SourcePackage(name="bash", version="5.2.15-2"),
                architecture="amd64",
                vendor="Matthias Klose <doko@debian.org>",
                paths=("/var/lib/dpkg/status",),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("stated", "source"),
    [
        ({}, ("libc6", "2.36-9")),
        ({"Source": "glibc"}, ("glibc", "2.36-9")),
        ({"source": "glibc (2.35-1)"}, ("glibc", "2.35-1")),
    ],
)
def test_the_source_package(stated: dict[str, str], source: tuple[str, str]) -> None:
    package = analyze(STATUS, entry("libc6", Version="2.36-9", **stated)).packages[0]
    assert package.source == SourcePackage(name=source[0], version=source[1])


@pytest.mark.parametrize(
    ("status", "there"),
    [
        ("install ok installed", True),
        ("hold ok installed", True),
        ("deinstall ok installed", True),
        ("install ok unpacked", True),
        ("install reinstreq half-installed", True),
        ("install ok half-configured", True),
        ("install ok triggers-awaited", True),
        ("install ok triggers-pending", True),
        ("deinstall ok config-files", False),
        ("purge ok not-installed", False),
    ],
)
def test_only_what_is_there_counts(status: str, there: bool) -> None:
    facts = analyze(STATUS, entry("a", Status=status, Version="1"))
    assert bool(facts.packages) is there
    assert not facts.problems


def test_entries_of_distroless_images_have_no_status() -> None:
    facts = analyze("var/lib/dpkg/status.d/libssl3", "Package: libssl3\nVersion: 3.0.15-1\nSource: openssl")
    assert facts.database
    assert facts.packages[0].paths == ("/var/lib/dpkg/status.d/libssl3",)
    assert facts.packages[0].source == SourcePackage(name="openssl", version="3.0.15-1")
    assert not facts.problems


def test_opkg() -> None:
    facts = analyze("usr/lib/opkg/status", entry("busybox", Status="install user installed", Version="1.36.1-1"))
    assert [(package.type, package.purl) for package in facts.packages] == [("opkg", "pkg:opkg/busybox@1.36.1-1")]


def test_owners_of_files() -> None:
    listing = "/.\n/usr\n/usr/bin\n/usr/bin/python3.11\n/usr/share/doc/python3.11/README\n"
    facts = analyze("var/lib/dpkg/info/python3.11-minimal:amd64.list", listing)
    assert facts.owned == {"usr/bin/python3.11": "python3.11-minimal"}
    assert not facts.database
    sums = "d41d8cd98f00b204e9800998ecf8427e  usr/bin/python3.11\nd41d8cd98f00b204e9800998ecf8427e  etc/x\n"
    assert analyze("var/lib/dpkg/status.d/python3.11.md5sums", sums).owned == {"usr/bin/python3.11": "python3.11"}


@pytest.mark.parametrize("path", ["var/lib/dpkg/info/a.postinst", "var/lib/dpkg/status.d/a.preinst"])
def test_scripts_say_nothing(path: str) -> None:
    assert analyze(path, "#!/bin/sh\n") == FileFacts(analyzer="dpkg", path=path)


def test_an_interrupted_dpkg_is_told() -> None:
    assert not analyze("var/lib/dpkg/updates/tmp.i", "").problems
    assert analyze("var/lib/dpkg/updates/0001", BASH).problems[0].state is CoverageState.PARTIAL


def test_an_empty_database_has_no_packages() -> None:
    facts = analyze(STATUS, "")
    assert facts.database
    assert not facts.packages
    assert not facts.problems


def test_what_is_broken_is_told_and_the_rest_is_read() -> None:
    facts = analyze(
        STATUS,
        BASH
        + entry("no-version", Status="install ok installed")
        + entry("bad name", Version="1")
        + entry("odd", Status="install ok odd", Version="1", Source="(")
        + "Package: twice\nVersion: 1\nVersion: 2\n\n"
        + "Package: blanks\nVersion: 1\n \n\t\nPackage: blanks-too\nVersion: 1\n\n"
        + "Package: cut\nVersion: 1.",
    )
    names = [package.name for package in facts.packages]
    assert names == ["bash", "odd", "twice", "blanks", "blanks-too", "cut"]
    assert {problem.state for problem in facts.problems} == {CoverageState.PARTIAL}
    assert [problem.message for problem in facts.problems] == [
        "The package database ends in the middle of a line",
        "An entry without a valid package name and version was left out: no-version and 1 more",
        "A package in an unknown state is counted as installed: odd",
        "A package whose source package cannot be read is judged by its own name: odd",
        "An entry repeats a field; its last value was taken: twice",
    ]
    assert [problem.state for problem in analyze(STATUS, "garbage\n").problems] == [CoverageState.UNREADABLE]


def test_line_ends_of_windows() -> None:
    assert analyze(STATUS, BASH.replace("\n", "\r\n")).packages == analyze(STATUS, BASH).packages


WORD = st.from_regex(r"[a-z0-9][a-z0-9+.-]{0,8}", fullmatch=True)
ENTRY = st.fixed_dictionaries(
    {"Package": WORD, "Version": WORD},
    optional={
        "Architecture": WORD,
        "Source": WORD,
        "Status": st.sampled_from(["install ok installed", "deinstall ok config-files"]),
        "Description": WORD.map(lambda word: f"{word}\n Version: {word}"),
    },
)


@settings(max_examples=100, deadline=None)
@given(st.lists(ENTRY, max_size=6))
def test_it_agrees_with_a_plain_parser(entries: list[dict[str, str]]) -> None:
    stanzas = ["".join(f"{key}: {value}\n" for key, value in entry.items()) for entry in entries]
    facts = analyze(STATUS, "\n".join(stanzas) + "\n")
    plain = [Parser().parsestr(stanza) for stanza in stanzas]
    there = [one for one in plain if not one.get("Status", "").endswith("config-files")]
    assert [(p.name, p.version, p.architecture) for p in facts.packages] == [
        (one["Package"], one["Version"], one.get("Architecture", "")) for one in there
    ]
    assert [p.source and p.source.name for p in facts.packages] == [one.get("Source", one["Package"]) for one in there]
    assert not facts.problems


PIECES = [b"Package: a", b"Version: 1", b"Source: ", b"Status: ", b"\n", b"\n\n", b"\r\n", b" ", b"\xff", b"\0", b"("]


@settings(deadline=None)
@given(st.sampled_from([STATUS, "var/lib/dpkg/info/a.list"]), st.lists(st.sampled_from(PIECES)).map(b"".join))
def test_bytes_never_raise(path: str, content: bytes) -> None:
    analyze(path, content)
