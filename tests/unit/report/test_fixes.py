from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from seawall.model import Finding, Report, Severity
from seawall.report.fixes import plan


def test_one_upgrade_clears_all_that_can_be_fixed(sample: Report) -> None:
    openssl, libc = sample.fixes
    assert openssl.packages == ("libssl3", "openssl")
    assert (openssl.installed, openssl.fixed, openssl.clears) == ("3.0.11-1", "3.0.15-1", 3)
    assert (openssl.severity, openssl.layers) == (Severity.CRITICAL, (1,))
    assert (libc.packages, libc.clears, libc.kev) == (("libc6",), 1, True)


def test_accepted_and_unfixed_findings_need_no_upgrade(sample: Report) -> None:
    assert all("lodash" not in fix.packages and "wget" not in fix.packages for fix in sample.fixes)


@given(versions=st.lists(st.integers(1, 30), min_size=1, max_size=8))
def test_the_highest_fix_version_is_chosen(versions: list[int], make: Any) -> None:  # noqa: ANN401 - a module of helpers
    package = make.package("curl", "0.1")
    findings: list[Finding] = [
        make.vulnerable(package, f"CVE-2024-{number}", Severity.LOW, fixed=f"0.{version}")
        for number, version in enumerate(versions)
    ]
    (fix,) = plan(findings, make.natural)
    assert fix.fixed == f"0.{max(versions)}"
    assert fix.clears == len(versions)
