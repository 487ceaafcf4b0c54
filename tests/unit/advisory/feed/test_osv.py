import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.advisory.feed.ecosystems import is_distribution, shard
from seawall.advisory.feed.osv import Osv
from seawall.advisory.feed.osv_ranges import Event, Range, intervals
from seawall.advisory.files import in_memory
from seawall.errors import InputError
from seawall.model.advisory import Advisory, VersionRange
from seawall.model.finding import Status
from seawall.model.severity import Severity

GHSA: dict[str, Any] = {
    "schema_version": "1.7.3",
    "id": "GHSA-aaaa-bbbb-cccc",
    "modified": "2026-01-02T03:04:05.123456Z",
    "published": "2025-12-31T00:00:00Z",
    "aliases": ["CVE-2025-12345", "not an id\n"],
    "summary": "Path\ntraversal",
    "details": "Long text",
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "My_Package.Name"},
            "ranges": [
                {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2.3"}]},
                {"type": "GIT", "events": [{"introduced": "0"}, {"fixed": "deadbeef"}]},
            ],
            "versions": ["1.0", "1.1"],
        },
        {
            "package": {"ecosystem": "npm", "name": "@scope/thing"},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "2.0.0"}, {"last_affected": "2.4.0"}]}],
        },
    ],
    "references": [{"type": "WEB", "url": "https://example.org/a"}, {"type": "WEB", "url": "javascript:alert(1)"}],
    "database_specific": {"severity": "HIGH", "cwe_ids": ["CWE-22"]},
}
DEBIAN: dict[str, Any] = {
    "id": "DSA-6113-1",
    "modified": "2026-01-27T20:15:37Z",
    "summary": "openssl - security update",
    "upstream": ["CVE-2026-1", "CVE-2026-0002"],
    "related": ["DLA-1-1"],
    "affected": [
        {
            "package": {"ecosystem": "Debian:12", "name": "openssl"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.18-1~deb12u2"}]}],
            "versions": ["3.0.10-1"],
            "ecosystem_specific": {"urgency": "end-of-life"},
        }
    ],
}


@pytest.fixture(scope="module")
def advisory(read: Callable[..., Any]) -> Callable[[dict[str, Any]], Advisory]:
    def one(document: dict[str, Any]) -> Advisory:
        (record,) = read(Osv(), "osv/x.json", json.dumps(document).encode()).records
        assert isinstance(record, Advisory)
        return record

    return one


def test_document_becomes_advisory(advisory: Callable[[dict[str, Any]], Advisory]) -> None:
    found = advisory(GHSA)
    assert found.aliases == ("CVE-2025-12345",)
    assert found.title == "Path traversal"
    assert (found.severity, found.severity_source) == (Severity.HIGH, "ghsa")
    assert found.cvss_vectors == ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",)
    assert found.references == ("https://example.org/a",)
    python, node = found.affected
    assert (python.ecosystem, python.package) == ("pypi", "My_Package.Name")
    assert python.ranges == (VersionRange(fixed="1.2.3"),)
    assert python.versions == ("1.0", "1.1")
    assert python.status is Status.FIXED
    assert node.ranges == (VersionRange(introduced="2.0.0", last_affected="2.4.0"),)
    assert node.status is Status.AFFECTED


def test_notice_covers_what_it_names(advisory: Callable[[dict[str, Any]], Advisory]) -> None:
    found = advisory(DEBIAN)
    assert found.aliases == ()
    assert found.covers == ("CVE-2026-1", "CVE-2026-0002")
    (row,) = found.affected
    assert row.ecosystem == "debian-12"
    assert row.versions == (), "a distribution's list of versions says nothing beyond its range"
    assert row.status is Status.END_OF_LIFE


def test_vendor_record_is_alias_of_its_cve(advisory: Callable[[dict[str, Any]], Advisory]) -> None:
    record = {**DEBIAN, "id": "DEBIAN-CVE-2026-0003", "upstream": []}
    assert advisory(record).aliases == ("CVE-2026-0003",)
    record = {**DEBIAN, "id": "UBUNTU-CVE-2026-0003", "upstream": ["CVE-2026-0003"]}
    record["severity"] = [{"type": "Ubuntu", "score": "medium"}]
    found = advisory(record)
    assert found.aliases == ("CVE-2026-0003",)
    assert (found.severity, found.severity_source) == (Severity.MEDIUM, "ubuntu")


def test_malicious_package_is_critical_in_every_version(advisory: Callable[[dict[str, Any]], Advisory]) -> None:
    found = advisory({"id": "MAL-2025-1", "modified": "2025-01-01T00:00:00Z", "summary": "Malicious code in x",
                      "affected": [{"package": {"ecosystem": "npm", "name": "x"}}]})  # fmt: skip
    assert (found.severity, found.severity_source) == (Severity.CRITICAL, "openssf")
    assert found.affected[0].ranges == ()
    assert found.affected[0].versions == ()


def test_errata_rating_is_read_from_the_title(advisory: Callable[[dict[str, Any]], Advisory]) -> None:
    found = advisory({**DEBIAN, "id": "ALSA-2025:1", "summary": "Important: firefox security update",
                      "upstream": None, "related": ["CVE-2025-1111"]})  # fmt: skip
    assert (found.severity, found.severity_source) == (Severity.HIGH, "almalinux")
    assert found.covers == ("CVE-2025-1111",)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"withdrawn": "2026-01-01T00:00:00Z"}, "withdrawn"),
        ({"affected": []}, "names no package"),
        ({"affected": [{"ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}]}]}, "names no package"),
        ({"id": "bad id"}, "no believable identifier"),
        ({"id": "LSN-0099-1"}, "notice about a kernel live patch"),
        ({"id": "ALBA-2025:1"}, "notice about no vulnerability"),
        ({"affected": [{"package": {"ecosystem": "Red Hat:rhel_eus:9.2", "name": "x"}}]}, "not about a release"),
    ],
)
def test_what_is_left_out_is_said(change: dict[str, Any], reason: str, read: Callable[..., Any]) -> None:
    result = read(Osv(), "x.json", json.dumps({**GHSA, "aliases": [], **change}).encode())
    assert result.records == []
    assert [item.reason.startswith(reason) for item in result.skipped] == [True]


def test_broken_document_is_an_error(read: Callable[..., Any]) -> None:
    for data in (b"{", b'{"id": 1}', b"[]", b"\xff", b"[" * 100_000):
        with pytest.raises(InputError, match="not what this feed writes"):
            read(Osv(), "x.json", data)


@pytest.mark.parametrize(
    ("ecosystem", "expected"),
    [
        ("Debian:12", "debian-12"),
        ("Debian", ""),
        ("Alpine:v3.19", "alpine-3.19"),
        ("Alpine:edge", "alpine-edge"),
        ("Ubuntu:22.04:LTS", "ubuntu-22.04"),
        ("Ubuntu:25.10", "ubuntu-25.10"),
        ("Ubuntu:Pro:18.04:LTS", "ubuntu-18.04-esm"),
        ("Ubuntu:Pro:FIPS-updates:20.04:LTS", "ubuntu-20.04-fips-updates"),
        ("Ubuntu:Pro", ""),
        ("AlmaLinux:9", "almalinux-9"),
        ("Rocky Linux:8", "rocky-8"),
        ("Red Hat:enterprise_linux:9::baseos", "rhel-9"),
        ("Red Hat:enterprise_linux:10.1", "rhel-10"),
        ("Red Hat:rhel_eus:9.2::appstream", ""),
        ("Red Hat:openshift:4.16::el9", ""),
        ("SUSE:Linux Enterprise Server 15 SP5", "sles-15.5"),
        ("SUSE:Linux Enterprise Module for Basesystem 15 SP6", "sles-15.6"),
        ("SUSE:Linux Enterprise Server 12 SP5-LTSS", "sles-12.5"),
        ("openSUSE:Leap 15.6", "opensuse-leap-15.6"),
        ("openSUSE:Tumbleweed", "opensuse-tumbleweed"),
        ("Wolfi", "wolfi"),
        ("Go", "golang"),
        ("crates.io", "cargo"),
        ("Packagist:https://packages.example.org/8", "composer"),
        ("SwiftURL", "swift"),
        ("A New One:3", "a-new-one-3"),
    ],
)
def test_ecosystem_becomes_shard(ecosystem: str, expected: str) -> None:
    assert shard(ecosystem) == expected


def test_distributions_are_told_from_languages() -> None:
    assert is_distribution("debian-12")
    assert is_distribution("wolfi")
    assert not is_distribution("pypi")


@given(st.text(max_size=60))
def test_shard_is_a_safe_name(ecosystem: str) -> None:
    name = shard(ecosystem)
    assert len(name) <= 80
    assert not name.startswith(("-", "/"))
    assert "/" not in name


def test_events_are_paired_in_order_or_in_groups() -> None:
    def events(*pairs: tuple[str, str]) -> tuple[Range, ...]:
        return (Range(type="SEMVER", events=tuple(Event(**{kind: version}) for kind, version in pairs)),)

    grouped = events(("introduced", "0"), ("introduced", "2"), ("fixed", "1"), ("fixed", "3"))
    assert intervals(grouped) == (VersionRange(fixed="1"), VersionRange(introduced="2", fixed="3"))
    nested = events(("introduced", "1"), ("introduced", "2"), ("fixed", "3"))
    assert intervals(nested) == (VersionRange(introduced="1", fixed="3"),)
    open_end = events(("introduced", "1"), ("fixed", "2"), ("introduced", "4"))
    assert intervals(open_end) == (VersionRange(introduced="1", fixed="2"), VersionRange(introduced="4"))
    limited = events(("introduced", "0"), ("limit", "9"))
    assert intervals(limited) == (VersionRange(fixed="9"),)
    assert intervals(events(("introduced", "0"), ("limit", "*"))) == (VersionRange(),)


def _affected(version: int, turns: list[tuple[int, bool]]) -> bool:
    """OSV's own evaluation: walk the sorted events (OSV schema, "Evaluation")."""
    vulnerable = False
    for number, introduced in sorted(turns):
        if version >= number:
            vulnerable = introduced
    return vulnerable


@given(st.lists(st.integers(0, 40), min_size=1, max_size=8, unique=True), st.booleans())
def test_intervals_agree_with_the_plain_evaluation(numbers: list[int], grouped: bool) -> None:
    turns = [(number, index % 2 == 0) for index, number in enumerate(sorted(numbers))]
    ordered = sorted(turns, key=lambda turn: not turn[1]) if grouped and len(turns) % 2 == 0 else turns
    events = tuple(Event(introduced=str(n)) if begins else Event(fixed=str(n)) for n, begins in ordered)
    found = intervals((Range(type="SEMVER", events=events),))
    for version in range(42):
        inside = any(int(one.introduced) <= version < int(one.fixed or "99") for one in found)
        assert inside == _affected(version, turns)


def test_only_osv_is_recognised() -> None:
    assert Osv().recognises(in_memory("a/GHSA-1.json", json.dumps(GHSA).encode()))
    assert not Osv().recognises(in_memory("a/GHSA-1.yaml", json.dumps(GHSA).encode()))
    assert not Osv().recognises(in_memory("a/nvd.json", b'{"resultsPerPage": 1, "id": 3, "published": "x"}'))


def test_downloads_are_chosen_by_ecosystem_or_shard() -> None:
    assert [one.path for one in Osv().downloads(frozenset({"pypi"}))] == ["PyPI/all.zip"]
    assert [one.path for one in Osv().downloads(frozenset({"Rocky Linux"}))] == ["Rocky%20Linux/all.zip"]
    assert [one.path for one in Osv().downloads(frozenset({"rocky-9"}))] == ["Rocky%20Linux/all.zip"]
    assert [one.path for one in Osv().downloads(frozenset({"Debian"}))] == ["Debian/all.zip"]
    assert [one.path for one in Osv().downloads(frozenset({"sles-15.5"}))] == ["SUSE/all.zip"]
    assert [one.path for one in Osv().downloads(frozenset({"ubuntu-22.04", "npm"}))] == [
        "Ubuntu/all.zip",
        "npm/all.zip",
    ]
    assert len(Osv().downloads(frozenset())) > 10


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from((GHSA, DEBIAN)))
def test_mutated_documents_never_crash(mess: Callable[..., None], random: Random, document: dict[str, Any]) -> None:
    mess(Osv(), "osv/PyPI/x.json", json.dumps(document).encode(), random)
