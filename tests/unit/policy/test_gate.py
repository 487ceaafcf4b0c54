import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.errors import IncompleteError, UsageError
from seawall.model import (
    Acceptance,
    Coverage,
    CoverageState,
    Finding,
    Fingerprint,
    Location,
    Package,
    PolicyName,
    Purl,
    Severity,
    Stage,
    Status,
    Subject,
    VulnerabilityId,
    VulnerabilityMatch,
)
from seawall.policy.gate import GateOptions, evaluate, require_complete

PURL = Purl("pkg:deb/debian/curl@7.88.1")


def finding(
    severity: Severity = Severity.HIGH,
    *,
    accepted: bool = False,
    vulnerable: bool = True,
    fixed: str = "",
    status: Status = Status.AFFECTED,
    kev: bool = False,
    epss: float | None = None,
) -> Finding:
    match = VulnerabilityMatch(
        id=VulnerabilityId("CVE-2024-1"), package="curl", purl=PURL, installed="7.88.1", fixed=fixed, status=status,
        kev=kev, epss=epss,
    )  # fmt: skip
    return Finding(
        policy=PolicyName("vulnerability" if vulnerable else "privileged-container"),
        stage=Stage.BUILD,
        severity=severity,
        title="t",
        subject=Subject(kind="image", name="x"),
        location=Location(layer=1),
        fingerprint=Fingerprint("0" * 32),
        vulnerability=match if vulnerable else None,
        accepted=Acceptance(reason="r") if accepted else None,
    )


def test_no_question_passes_and_says_so() -> None:
    gate = evaluate([finding(Severity.CRITICAL, kev=True)], GateOptions(only_fixed=True))
    assert gate.passed
    assert gate.asked == ()


@pytest.mark.parametrize("threshold", list(Severity))
def test_threshold_counts_the_same_rank_and_worse(threshold: Severity) -> None:
    for severity in Severity:
        gate = evaluate([finding(severity)], GateOptions(fail_on=threshold))
        assert gate.passed is (severity.rank < threshold.rank)


def test_unrated_findings_count_only_when_asked() -> None:
    unrated = [finding(Severity.UNKNOWN)]
    assert evaluate(unrated, GateOptions(fail_on=Severity.NEGLIGIBLE)).passed
    assert not evaluate(unrated, GateOptions(fail_on=Severity.UNKNOWN)).passed


def test_accepted_and_not_affected_do_not_count() -> None:
    options = GateOptions(fail_on=Severity.UNKNOWN)
    assert evaluate([finding(accepted=True), finding(status=Status.NOT_AFFECTED)], options).passed


def test_only_fixed_leaves_misconfigurations_alone() -> None:
    options = GateOptions(fail_on=Severity.HIGH, only_fixed=True)
    assert evaluate([finding()], options).passed
    assert not evaluate([finding(fixed="7.88.2")], options).passed
    assert not evaluate([finding(vulnerable=False)], options).passed


def test_deleted_packages_count_only_when_asked() -> None:
    shipped = [Package(type="deb", name="curl", version="7.88.1", purl=PURL, layer=1, deleted_in=2)]
    elsewhere = [Package(type="deb", name="curl", version="7.88.1", purl=PURL, layer=0, deleted_in=2)]
    options = GateOptions(fail_on=Severity.HIGH)
    assert evaluate([finding()], options, shipped).passed
    assert not evaluate([finding()], options, elsewhere).passed
    assert not evaluate([finding()], GateOptions(fail_on=Severity.HIGH, include_deleted=True), shipped).passed


def test_exploited_and_likely() -> None:
    assert not evaluate([finding(Severity.LOW, kev=True)], GateOptions(fail_on_kev=True)).passed
    assert evaluate([finding(epss=0.49)], GateOptions(fail_on_epss=0.5)).passed
    assert not evaluate([finding(epss=0.5)], GateOptions(fail_on_epss=0.5)).passed
    assert evaluate([finding(epss=None), finding(vulnerable=False)], GateOptions(fail_on_epss=0.0)).passed


@pytest.mark.parametrize("limit", [-0.1, 1.1, float("nan")])
def test_a_wrong_probability_is_refused(limit: float) -> None:
    with pytest.raises(UsageError, match="0 to 1"):
        evaluate([], GateOptions(fail_on_epss=limit))


def test_what_was_asked_and_why_it_failed() -> None:
    options = GateOptions(fail_on=Severity.HIGH, fail_on_kev=True, fail_on_epss=0.5, only_fixed=True)
    gate = evaluate([finding(fixed="1", kev=True, epss=0.9)], options)
    assert gate.asked == ("fail-on high", "fail-on-kev", "fail-on-epss 0.5", "only-fixed")
    assert [reason.split(":")[0] for reason in gate.reasons] == [
        "1 finding of severity high or worse",
        "1 finding known to be exploited",
        "1 finding with an EPSS of 0.5 or more",
    ]


@given(st.lists(st.tuples(st.sampled_from(Severity), st.booleans(), st.booleans())), st.sampled_from(Severity))
def test_passes_exactly_when_no_finding_alone_fails(
    rows: list[tuple[Severity, bool, bool]], threshold: Severity
) -> None:
    findings = [finding(severity, accepted=accepted, fixed="1" if fixed else "") for severity, accepted, fixed in rows]
    options = GateOptions(fail_on=threshold, only_fixed=True)
    assert evaluate(findings, options).passed is all(evaluate([one], options).passed for one in findings)


def test_strict_names_a_gap() -> None:
    require_complete([Coverage(area="file", state=CoverageState.INFO, message="m")])
    gap = Coverage(area="feed", state=CoverageState.STALE, message="debian is 9 days old.")
    with pytest.raises(IncompleteError, match=r"feed stale: debian is 9 days old \(and 1 more\)"):
        require_complete([gap, gap])


def test_what_did_not_count_is_said() -> None:
    removed = Purl("pkg:deb/debian/wget@1")
    packages = [Package(type="deb", name="wget", version="1", purl=removed, layer=1, deleted_in=2)]
    gone = finding(fixed="2")
    assert gone.vulnerability is not None
    gone = msgspec.structs.replace(gone, vulnerability=msgspec.structs.replace(gone.vulnerability, purl=removed))
    found = [finding(Severity.UNKNOWN, fixed="1"), finding(), finding(), gone, finding(accepted=True)]
    notes = evaluate(found, GateOptions(fail_on=Severity.HIGH, only_fixed=True), packages).notes
    assert [note.split(" did not count")[0] for note in notes] == [
        "1 without a severity",
        "2 without a fix",
        "1 in packages that a later layer deletes",
    ]
    assert evaluate(found, GateOptions(fail_on=Severity.UNKNOWN), packages).notes == notes[2:]
    assert evaluate(found, GateOptions()).notes == ()
