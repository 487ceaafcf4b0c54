import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.image.package.rpm import RpmAnalyzer
from seawall.model.coverage import CoverageState
from seawall.model.image import SourcePackage

MANIFEST = "var/lib/rpmmanifest/container-manifest-2"
LINES = (
    b"openssl-libs\t1.1.1k-21.cm2\t1653816591\t1653753130\tMicrosoft Corporation\t(none)\t580\tx86_64\t0\t"
    b"openssl-1.1.1k-21.cm2.src.rpm\n"
    b"ca-certificates\t2.0.0-1.cm2\t1653816591\t1653753130\tMicrosoft Corporation\t1\t580\tnoarch\t1\t"
    b"ca-certificates-2.0.0-1.cm2.src.rpm\n"
)


def test_the_manifest_of_distroless_images() -> None:
    facts = RpmAnalyzer().analyze(MANIFEST, memoryview(LINES))
    assert [(package.name, package.version, package.purl) for package in facts.packages] == [
        ("openssl-libs", "1.1.1k-21.cm2", "pkg:rpm/openssl-libs@1.1.1k-21.cm2?arch=x86_64"),
        ("ca-certificates", "1:2.0.0-1.cm2", "pkg:rpm/ca-certificates@2.0.0-1.cm2?arch=noarch&epoch=1"),
    ]
    assert facts.packages[0].source == SourcePackage(name="openssl", version="1.1.1k-21.cm2")
    assert facts.packages[0].vendor == "Microsoft Corporation"
    assert facts.database
    assert not facts.problems


def test_a_broken_line_is_told() -> None:
    facts = RpmAnalyzer().analyze(MANIFEST, memoryview(LINES + b"half a li\n\n"))
    assert len(facts.packages) == 2
    assert [problem.state for problem in facts.problems] == [CoverageState.PARTIAL]
    assert "'half a li'" in facts.problems[0].message


def test_changes_that_wait_in_a_log_are_told() -> None:
    path = "usr/lib/sysimage/rpm/rpmdb.sqlite-wal"
    assert path in RpmAnalyzer.wanted.paths
    assert not RpmAnalyzer().analyze(path, memoryview(b"")).problems
    problems = RpmAnalyzer().analyze(path, memoryview(b"7\x7f\x06\x82")).problems
    assert [problem.state for problem in problems] == [CoverageState.PARTIAL]


@pytest.mark.parametrize("file", ["rpmdb.sqlite", "Packages.db", "Packages"])
def test_what_is_no_database_is_unreadable(file: str) -> None:
    for content in (b"", b"x" * 5000):
        facts = RpmAnalyzer().analyze(f"var/lib/rpm/{file}", memoryview(content))
        assert [problem.state for problem in facts.problems] == [CoverageState.UNREADABLE]
        assert facts.problems[0].message.startswith("The rpm database cannot be read: ")


@settings(deadline=None)
@given(st.sampled_from(sorted(RpmAnalyzer.wanted.paths)), st.binary(max_size=600))
def test_bytes_never_raise(path: str, content: bytes) -> None:
    magic = {"rpmdb.sqlite": b"SQLite format 3\0\x02\0", "Packages.db": b"RpmP\0\0\0\0"}.get(
        path.rpartition("/")[2], b""
    )
    RpmAnalyzer().analyze(path, memoryview(magic + content))
