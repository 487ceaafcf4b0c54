from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.advisory.matching import CVE, CVSS, DAY, database, only, package, row, run, states, told

from seawall.advisory.match import match
from seawall.model import (
    CoverageState,
    Distribution,
    FeedInfo,
    Image,
    Severity,
    Status,
    Subject,
    SupportPeriod,
    VersionRange,
)


def test_dpkg_by_source_name_and_source_version(tmp_path: Path) -> None:
    packages = (
        package("deb", "libssl3", "3.0.11-1+b1", source=("openssl", "3.0.11-1")),
        package("deb", "openssl", "3.0.15-1", source=("openssl", "3.0.15-1")),
        package("deb", "gcc", "4:10.2.1-1", source=("gcc-defaults", "1.190")),
    )
    records = (row("debian-12", "openssl", "3.0.15-1"), row("debian-12", "gcc-defaults", "1.195", id="CVE-2025-2"))
    assert told(run(tmp_path, packages, *records)) == [
        ("libssl3", CVE, "3.0.15-1", Status.FIXED),
        ("gcc", "CVE-2025-2", "1.195", Status.FIXED),
    ]


def test_a_source_version_that_lost_its_epoch(tmp_path: Path) -> None:
    packages = (package("deb", "bind9", "1:9.18.4-1", source=("bind9", "9.18.4-1")),)
    assert told(run(tmp_path / "1", packages, row("debian-12", "bind9", "1:9.18.4-1"))) == []
    assert told(run(tmp_path / "2", packages, row("debian-12", "bind9", "1:9.18.5-1"))) != []
    assert told(run(tmp_path / "3", packages, row("debian-12", "bind9", "9.18.4-1"))) == []


@pytest.mark.parametrize(
    "status", [Status.WILL_NOT_FIX, Status.DEFERRED, Status.END_OF_LIFE, Status.UNDER_INVESTIGATION, Status.AFFECTED]
)
def test_without_a_fix_the_vendor_s_word_is_told(tmp_path: Path, status: Status) -> None:
    result = run(tmp_path, (package("deb", "curl", "7.88.1-10"),), row("debian-12", "curl", status=status))
    assert told(result) == [("curl", CVE, "", status)]


def test_not_affected_is_no_match(tmp_path: Path) -> None:
    never = row("alpine-3.19", "curl", ranges=(VersionRange(introduced="0", fixed="0"),))
    denied = row("alpine-3.19", "curl", status=Status.NOT_AFFECTED, id="CVE-2025-2")
    alpine = Distribution(id="alpine", version="3.19.1")
    assert told(run(tmp_path, (package("apk", "curl", "8.5.0-r0"),), never, denied, distribution=alpine)) == []


def test_the_lowest_fix_above_the_installed_version(tmp_path: Path) -> None:
    ranges = tuple(VersionRange(introduced=low, fixed=high) for low, high in (("1.0", "1.5"), ("2.0", "2.5")))
    ghsa = row("pypi", "flask", id="GHSA-a", aliases=(CVE,), ranges=ranges)
    pysec = row("pypi", "flask", "3.0", id="PYSEC-1", aliases=(CVE,))
    one = only(run(tmp_path, (package("pypi", "Flask", "2.1"),), ghsa, pysec))
    assert one.vulnerability.id == CVE
    assert one.vulnerability.aliases == ("GHSA-a", "PYSEC-1")
    assert one.vulnerability.fixed == "2.5"


def test_a_prerelease_below_the_fix_is_affected(tmp_path: Path) -> None:
    packages = tuple(package("npm", "left-pad", version) for version in ("2.0.0-beta.1", "2.0.0", "1.0.0-rc.1"))
    record = row("npm", "left-pad", ranges=(VersionRange(introduced="1.0.0", fixed="2.0.0"),))
    assert [one.package.version for one in run(tmp_path, packages, record).matches] == ["2.0.0-beta.1"]


def test_rpm_by_binary_name_and_epoch(tmp_path: Path) -> None:
    rhel = Distribution(id="rhel", version="9.4")
    packages = (
        package("rpm", "vim-minimal", "2:8.2.2637-20.el9", source=("vim", "2:8.2.2637-20.el9")),
        package("rpm", "vim", "8.2.2637-20.el9", source=("vim", "8.2.2637-20.el9")),
    )
    record = row("rhel-9", "vim-minimal", "2:8.2.2637-21.el9")
    assert [one.package.name for one in run(tmp_path, packages, record, distribution=rhel).matches] == ["vim-minimal"]


def test_rpm_rows_about_a_source_package(tmp_path: Path) -> None:
    rhel = Distribution(id="rhel", version="9")
    packages = (
        package("rpm", "libcurl", "7.76-1.el9", source=("curl", "7.76-1.el9")),
        package("rpm", "curl-minimal", "7.76-1.el9", source=("curl", "7.76-1.el9")),
        package("rpm", "curl", "7.76-1.el9", source=("other", "7.76-1.el9")),
    )
    source = row("rhel-9", "curl", architectures=("src",), status=Status.WILL_NOT_FIX)
    binary = row("rhel-9", "curl-minimal", status=Status.NOT_AFFECTED)
    assert told(run(tmp_path, packages, source, binary, distribution=rhel)) == [
        ("libcurl", CVE, "", Status.WILL_NOT_FIX)
    ]


def test_rpm_modules_and_architectures(tmp_path: Path) -> None:
    rhel = Distribution(id="rhel", version="8")
    packages = (
        package("rpm", "nodejs", "1:18.1-1.module+el8", modularity="nodejs:18:8090020:abc", architecture="x86_64"),
        package("rpm", "nodejs", "1:16.1-1.module+el8", modularity="nodejs:16", architecture="x86_64"),
        package("rpm", "nodejs", "1:10.1-1.el8", architecture="aarch64"),
    )
    records = (
        row("rhel-8", "nodejs", "1:18.2-1.module+el8", modularity="nodejs:18"),
        row("rhel-8", "nodejs", "1:10.2-1.el8", id="CVE-2025-2", architectures=("x86_64",)),
    )
    assert told(run(tmp_path, packages, *records, distribution=rhel)) == [
        ("nodejs", CVE, "1:18.2-1.module+el8", Status.FIXED)
    ]


def test_a_rebuilt_distribution_has_its_origin_s_unfixed_rows(tmp_path: Path) -> None:
    alma = Distribution(id="almalinux", version="8.6")
    packages = (package("rpm", "curl", "7.61.1-22.el8", source=("curl", "7.61.1-22.el8")),)
    records = (
        row("almalinux-8", "curl", "7.61.1-21.el8", id="ALSA-1", covers=("CVE-2025-1",)),
        row("almalinux-8", "curl", "7.61.1-25.el8", id="ALSA-2", covers=("CVE-2025-2",)),
        row("rhel-8", "curl", id="CVE-2025-1"),
        row("rhel-8", "curl", id="CVE-2025-3", status=Status.WILL_NOT_FIX),
        row("rhel-8", "curl", "7.61.1-99.el8", id="CVE-2025-4"),
    )
    result = run(tmp_path, packages, *records, distribution=alma)
    assert told(result) == [
        ("curl", "CVE-2025-2", "7.61.1-25.el8", Status.FIXED),
        ("curl", "CVE-2025-3", "", Status.WILL_NOT_FIX),
    ]
    assert result.matches[0].vulnerability.aliases == ("ALSA-2",)


def test_a_language_package_of_the_distribution(tmp_path: Path) -> None:
    deb = package("deb", "python3-flask", "2.2.2-3", source=("flask", "2.2.2-3"))
    owned = package("pypi", "flask", "2.2.2", owner=deb.purl)
    free = package("pypi", "flask", "2.2.2", paths=("/opt/flask",))
    records = (
        row("debian-12", "flask", "2.2.2-3", id="CVE-2025-1"),
        row("debian-12", "flask", "2.2.2-9", id="CVE-2025-2"),
        *(row("pypi", "flask", "3.0", id=f"GHSA-{n}", aliases=(f"CVE-2025-{n}",), feed="osv") for n in (1, 2, 3)),
    )
    result = run(tmp_path, (deb, owned), *records)
    found = [(one.package.type, one.vulnerability.id, one.vendor) for one in result.matches]
    assert found == [("deb", "CVE-2025-2", ""), ("pypi", "CVE-2025-3", "silent")]
    assert ("distribution-owned", CoverageState.INFO) in states(result)
    assert len(run(tmp_path / "free", (deb, free), *records).matches) == 4


def test_go_devel_is_a_gap_and_no_match(tmp_path: Path) -> None:
    packages = (package("golang", "example.org/a", "(devel)"), package("golang", "stdlib", "go1.21.3"))
    records = (row("golang", "example.org/a", "1.0.0"), row("golang", "stdlib", "1.21.4", id="CVE-2025-2"))
    result = run(tmp_path, packages, *records, distribution=None)
    assert told(result) == [("stdlib", "CVE-2025-2", "1.21.4", Status.FIXED)]
    assert ("versions", CoverageState.PARTIAL) in states(result)


def test_severity_the_vendor_s_then_cvss_then_the_feed_s(tmp_path: Path) -> None:
    packages = (
        package("deb", "a", "1-1"),
        package("deb", "b", "1-1"),
        package("deb", "c", "1-1"),
        package("deb", "d", "1-1"),
    )
    records = (
        row("debian-12", "a", severity=Severity.LOW, vectors=(CVSS,), overall=Severity.HIGH, id="CVE-2025-1"),
        row("debian-12", "b", vectors=(CVSS,), overall=Severity.LOW, id="CVE-2025-2"),
        row("debian-12", "c", overall=Severity.MEDIUM, id="CVE-2025-3"),
        row("debian-12", "d", id="CVE-2025-4"),
    )
    result = run(tmp_path, packages, *records)
    assert [(one.severity, one.vulnerability.severity_source, one.vulnerability.cvss) for one in result.matches] == [
        (Severity.LOW, "vendor", 9.8),
        (Severity.CRITICAL, "feed", 9.8),
        (Severity.MEDIUM, "feed", None),
        (Severity.UNKNOWN, "", None),
    ]


def test_one_match_a_layer_and_the_places_joined(tmp_path: Path) -> None:
    packages = tuple(
        package("npm", "left-pad", "1.0.0", layer=layer, paths=(path,))
        for layer, path in ((1, "/a"), (1, "/b"), (2, "/a"))
    )
    result = run(tmp_path, packages, row("npm", "left-pad"))
    assert [(one.package.layer, one.package.paths) for one in result.matches] == [(1, ("/a", "/b")), (2, ("/a",))]


def test_kernel_headers_are_kept_and_counted(tmp_path: Path) -> None:
    packages = (package("deb", "linux-libc-dev", "6.1.1-1", source=("linux", "6.1.1-1")),)
    result = run(tmp_path, packages, row("debian-12", "linux", "6.1.2-1"))
    assert len(result.matches) == 1
    assert ("kernel-headers", CoverageState.INFO) in states(result)


def test_nothing_is_silently_clean(tmp_path: Path) -> None:
    packages = (
        package("deb", "curl", "1-1", vendor="Docker <support@docker.com>"),
        package("gem", "rails", "1.0"),
        package("oci", "x", "1"),
    )
    result = run(
        tmp_path, packages, row("npm", "left-pad"), SupportPeriod(product="debian", release="12", ends="2025-06-10")
    )
    assert {one for one in states(result) if one[1] is not CoverageState.OK} == {
        ("advisories", CoverageState.MISSING),
        ("advisories", CoverageState.UNSUPPORTED),
        ("distribution", CoverageState.UNSUPPORTED),
        ("third-party-packages", CoverageState.PARTIAL),
    }
    messages = " ".join(one.message for one in result.coverage)
    assert "debian-12" in messages
    assert "gem" in messages
    unknown = run(tmp_path / "unknown", packages, row("npm", "left-pad"), distribution=None)
    assert ("advisories", CoverageState.UNKNOWN) in states(unknown)


UBUNTU = Distribution(id="ubuntu", version="18.04")


def test_what_only_the_paid_channel_fixes_is_found_and_has_no_fix(tmp_path: Path) -> None:
    rows = (
        row("ubuntu-18.04-esm", "curl", fixed="2.0-1~esm1", status=Status.FIXED),
        row("ubuntu-18.04", "zlib", fixed="1.1-1", id="CVE-2026-2", status=Status.FIXED),
        row("ubuntu-18.04-esm", "zlib", fixed="1.9-1~esm1", id="CVE-2026-2", status=Status.FIXED),
    )
    packages = (package("deb", "curl", "1.0-1"), package("deb", "zlib", "1.1-1"))
    (found,) = run(tmp_path, packages, *rows, distribution=UBUNTU).matches
    assert (found.package.name, found.vulnerability.fixed, found.vulnerability.status) == ("curl", "", "will-not-fix")
    bought = (package("deb", "curl", "1.0-1~esm1"), package("deb", "zlib", "1.0-1~esm1"))
    result = run(tmp_path / "bought", bought, *rows, distribution=UBUNTU)
    assert {(one.package.name, one.vulnerability.fixed) for one in result.matches} == {
        ("curl", "2.0-1~esm1"),
        ("zlib", "1.1-1"),
    }


def test_the_paid_channel_has_the_last_word_on_what_was_bought(tmp_path: Path) -> None:
    rows = (row("ubuntu-18.04", "curl"), row("ubuntu-18.04-esm", "curl", fixed="1.0-1~esm1", status=Status.FIXED))
    bought = (package("deb", "curl", "1.0-1~esm2"),)
    assert run(tmp_path, bought, *rows, distribution=UBUNTU).matches == ()
    free = (package("deb", "curl", "1.0-1~a"),)
    assert len(run(tmp_path / "free", free, *rows, distribution=UBUNTU).matches) == 1
    only = run(tmp_path / "only", free, rows[1], distribution=UBUNTU)
    assert [one.vulnerability.status for one in only.matches] == ["will-not-fix"]
    assert ("advisories", CoverageState.MISSING) not in states(only)


def test_packages_of_another_kind_are_not_judged_by_the_distribution(tmp_path: Path) -> None:
    packages = (package("apk", "curl", "1.0-r0"), package("deb", "curl", "1.0-1"))
    result = run(tmp_path, packages, row("debian-12", "curl", fixed="2.0-1"))
    assert [one.package.type for one in result.matches] == ["deb"]
    (note,) = [one for one in result.coverage if one.state is CoverageState.PARTIAL and one.area == "advisories"]
    assert note.message.startswith("1 apk packages are of another distribution than debian-12")


def test_the_end_of_support_is_known_without_a_feed(tmp_path: Path) -> None:
    old = Distribution(id="debian", version="10")
    packages = (package("deb", "curl", "1-1"),)
    assert ("distribution", CoverageState.UNSUPPORTED) in states(run(tmp_path, packages, distribution=old))
    told = SupportPeriod(product="debian", release="10", ends="2030-01-01")
    assert ("distribution", CoverageState.UNSUPPORTED) not in states(
        run(tmp_path / "told", packages, told, distribution=old)
    )


def test_broken_records_of_a_feed_are_said(tmp_path: Path) -> None:
    feeds = (FeedInfo(name="torn", licence="", date="2025-12-31", broken=2),)
    with database(tmp_path, row("npm", "left-pad"), feeds=feeds) as opened:
        image = Image(subject=Subject(kind="image", name="x"), packages=(package("npm", "left-pad", "1.0.0"),))
        assert ("feed", CoverageState.INFO) in states(match(image, opened, on=DAY, max_age_days=7))


def test_old_and_broken_feeds_are_gaps(tmp_path: Path) -> None:
    feeds = (
        FeedInfo(name="old", licence="", date="2025-11-01"),
        FeedInfo(name="fetched", licence="", date="2025-11-01", fetched="2025-12-31", source="https://example.org"),
        FeedInfo(name="torn", licence="", error="no answer"),
    )
    with database(tmp_path, row("npm", "left-pad"), feeds=feeds) as opened:
        image = Image(subject=Subject(kind="image", name="x"), packages=(package("npm", "left-pad", "1.0.0"),))
        rows = [one.message for one in match(image, opened, on=DAY, max_age_days=7).coverage if one.area == "feed"]
        assert [next(name for name in ("old (2", "torn", "fetched") if name in text) for text in rows] == [
            "torn",
            "old (2",
        ]
        assert [one.area for one in match(image, opened, on=DAY).coverage].count("feed") == 1


NUMBERS = st.integers(0, 12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=4), st.lists(NUMBERS, max_size=3), NUMBERS)
def test_ranges_as_osv_evaluates_them(
    tmp_path_factory: pytest.TempPathFactory, ranges: list[tuple[int, int]], listed: list[int], version: int
) -> None:
    intervals = tuple(VersionRange(introduced=f"{low}.0.0", fixed=f"{high}.0.0") for low, high in ranges)
    record = row("cargo", "serde", ranges=intervals, versions=tuple(f"{number}.0.0" for number in listed))
    expected = version in listed or any(low <= version < high for low, high in ranges)
    if all(low == high for low, high in ranges) and not listed:
        expected = False
    result = run(tmp_path_factory.mktemp("db"), (package("cargo", "serde", f"{version}.0.0"),), record)
    assert bool(result.matches) == expected
    if result.matches:
        above = [high for _, high in ranges if high > version]
        assert only(result).vulnerability.fixed == (f"{min(above)}.0.0" if above else "")
