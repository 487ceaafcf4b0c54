import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.advisory.feed.redhat import RedHat
from seawall.advisory.files import in_memory
from seawall.errors import InputError, LimitError
from seawall.model.advisory import Advisory, Affected, VersionRange
from seawall.model.finding import Status
from seawall.model.severity import Severity


def _product(identifier: str, **helper: str) -> dict[str, Any]:
    leaf = {"name": identifier, "product_id": identifier, "product_identification_helper": helper}
    return {"category": "product_version", "name": identifier, "product": leaf}


def _pair(product: str, component: str) -> dict[str, Any]:
    return {
        "category": "default_component_of",
        "full_product_name": {"name": "x", "product_id": f"{product}:{component}"},
        "product_reference": component,
        "relates_to_product_reference": product,
    }


CURL = "curl-0:7.76.1-26.el9.{arch}"
PERL = "perl-FCGI-1:0.78-11.module+el8.x86_64::perl-FCGI:0.78"
VEX: dict[str, Any] = {
    "document": {
        "category": "csaf_vex",
        "csaf_version": "2.0",
        "title": "curl: overflow",
        "tracking": {"id": "CVE-2023-38545", "current_release_date": "2026-01-02T03:04:05+00:00"},
    },
    "product_tree": {
        "branches": [
            {
                "category": "vendor",
                "name": "Red Hat",
                "branches": [
                    _product("RHEL9", cpe="cpe:/a:redhat:enterprise_linux:9::appstream"),
                    _product("RHEL8", cpe="cpe:/o:redhat:enterprise_linux:8"),
                    _product("EUS", cpe="cpe:/a:redhat:rhel_eus:9.2::appstream"),
                    _product(CURL.format(arch="x86_64"), purl="pkg:rpm/redhat/curl@7.76.1-26.el9?arch=x86_64"),
                    _product(CURL.format(arch="aarch64"), purl="pkg:rpm/redhat/curl@7.76.1-26.el9?arch=aarch64"),
                    _product(CURL.format(arch="src"), purl="pkg:rpm/redhat/curl@7.76.1-26.el9?arch=src"),
                    _product("curl-debuginfo-0:7-1.el9.x86_64", purl="pkg:rpm/redhat/curl-debuginfo@7-1.el9"),
                    _product(PERL, purl="pkg:rpm/redhat/perl-FCGI@0.78-11.module%2Bel8?arch=x86_64&epoch=1"
                                        "&rpmmod=perl-FCGI:0.78:8060020250604201935:513b2a65"),
                    _product("libcurl", purl="pkg:rpm/redhat/libcurl"),
                    _product("wget", purl="pkg:rpm/redhat/wget?arch=src"),
                    _product("pip", purl="pkg:pypi/pip@24.2"),
                    _product("odd", purl="pkg:rpm/redhat/odd?rpmmod=nostream"),
                ],
            }
        ],
        "relationships": [
            *(_pair("RHEL9", CURL.format(arch=arch)) for arch in ("x86_64", "aarch64", "src")),
            _pair("RHEL9", "curl-debuginfo-0:7-1.el9.x86_64"),
            _pair("EUS", CURL.format(arch="x86_64")),
            _pair("RHEL8", PERL),
            *(_pair("RHEL8", name) for name in ("libcurl", "wget", "pip", "odd", "old-source")),
        ],
    },
    "vulnerabilities": [
        {
            "cve": "CVE-2023-38545",
            "title": "curl: heap overflow",
            "release_date": "2023-10-11T00:00:00+00:00",
            "product_status": {
                "fixed": [
                    *(f"RHEL9:{CURL.format(arch=arch)}" for arch in ("x86_64", "aarch64", "src")),
                    "RHEL9:curl-debuginfo-0:7-1.el9.x86_64",
                    f"EUS:{CURL.format(arch='x86_64')}",
                    f"RHEL8:{PERL}",
                ],
                "known_affected": ["RHEL8:libcurl", "RHEL8:wget", "RHEL8:pip", "RHEL8:odd"],
                "known_not_affected": ["RHEL8:old-source"],
            },
            "remediations": [
                {
                    "category": "vendor_fix",
                    "date": "2023-11-07T10:27:03+00:00",
                    "details": "Update.",
                    "url": "https://access.example/errata/RHSA-2023:6745",
                    "product_ids": [f"RHEL9:{CURL.format(arch=arch)}" for arch in ("x86_64", "aarch64")],
                },
                {"category": "none_available", "details": "Fix deferred", "product_ids": ["RHEL8:libcurl"]},
                {"category": "no_fix_planned", "details": "Will not fix", "product_ids": ["RHEL8:wget"]},
            ],
            "threats": [{"category": "impact", "details": "Important", "product_ids": ["RHEL8:libcurl"]}],
            "scores": [{"cvss_v3": {"baseScore": 9.8, "vectorString": "CVSS:3.1/AV:N"}, "products": ["RHEL8:wget"]}],
        }
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def rows(read: Callable[..., Any]) -> dict[str, Affected]:
    (record,) = read(RedHat(), "vex/cve.json", json.dumps(VEX).encode()).records
    return {row.package: row for row in record.affected}


def test_document_becomes_advisory(read: Callable[..., Any]) -> None:
    result = read(RedHat(), "vex/cve.json", json.dumps(VEX).encode())
    (record,) = result.records
    assert isinstance(record, Advisory)
    assert (record.id, record.title) == ("CVE-2023-38545", "curl: heap overflow")
    assert record.cvss_vectors == ("CVSS:3.1/AV:N",)
    assert "https://access.example/errata/RHSA-2023:6745" in record.references
    assert {item.reason.split()[0] for item in result.skipped} == {"product", "package", "component", "component's"}


def test_fix_counts_for_its_architectures(rows: dict[str, Affected]) -> None:
    curl = rows["curl"]
    assert (curl.ecosystem, curl.status) == ("rhel-9", Status.FIXED)
    assert curl.ranges == (VersionRange(fixed="7.76.1-26.el9"),)
    assert curl.architectures == ("aarch64", "x86_64")
    assert curl.fix_date == "2023-11-07T10:27:03+00:00"


def test_module_and_epoch(rows: dict[str, Affected]) -> None:
    perl = rows["perl-FCGI"]
    assert perl.ranges == (VersionRange(fixed="1:0.78-11.module+el8"),)
    assert perl.modularity == "perl-FCGI:0.78"


def test_statuses_follow_the_remediation(rows: dict[str, Affected]) -> None:
    assert rows["libcurl"].status is Status.DEFERRED
    assert rows["libcurl"].severity is Severity.HIGH
    assert rows["libcurl"].architectures == ()
    assert rows["wget"].status is Status.WILL_NOT_FIX
    assert rows["wget"].architectures == ("src",)
    assert rows["old-source"].status is Status.NOT_AFFECTED
    assert set(rows) == {"curl", "perl-FCGI", "libcurl", "wget", "old-source"}


def test_deep_tree_is_a_limit(read: Callable[..., Any]) -> None:
    branch: dict[str, Any] = {}
    for _ in range(50):
        branch = {"branches": [branch]}
    with pytest.raises(LimitError):
        read(RedHat(), "x.json", json.dumps({**VEX, "product_tree": {"branches": [branch]}}).encode())


def test_broken_parts(read: Callable[..., Any]) -> None:
    with pytest.raises(InputError):
        read(RedHat(), "x.json", b'{"document": 3}')
    odd = {**VEX, "vulnerabilities": [3, {"cve": ""}]}
    assert sum(item.broken for item in read(RedHat(), "x.json", json.dumps(odd).encode()).skipped) == 2


def test_recognises_csaf() -> None:
    assert RedHat().recognises(in_memory("a.json", json.dumps(VEX).encode()))
    assert not RedHat().recognises(in_memory("a.json", b'{"document": 1}'))
    assert not RedHat().downloads(frozenset({"npm"}))
    assert RedHat().downloads(frozenset({"rhel-9"}))[0].pointer


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_mutated_documents_never_crash(mess: Callable[..., None], random: Random) -> None:
    mess(RedHat(), "vex/cve.json", json.dumps(VEX).encode(), random)
