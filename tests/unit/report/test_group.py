from itertools import groupby

from msgspec.structs import replace

from seawall.model import Acceptance, Finding, Report, Severity
from seawall.report.build import summarise
from seawall.report.group import by_file, by_layer, by_policy, policy_runs, severities


def test_layers_from_the_lowest_each_with_its_packages_worst_first(sample: Report) -> None:
    groups = list(by_layer(sample.findings, sample.layers, sample.packages))
    assert [group.index for group in groups] == [0, 1, 2]
    assert [package.names for package in groups[0].packages] == [("wget",), ("libc6",)]
    assert groups[0].packages[0].deleted_in == 1
    assert groups[1].packages[0].names == ("libssl3", "openssl")


def test_no_finding_is_lost(large: Report) -> None:
    groups = [package for layer in by_layer(large.findings, large.layers, large.packages) for package in layer.packages]
    assert sum(len(group.findings) * len(group.names) for group in groups) == len(large.findings)


def test_files_by_name_then_line(manifests: Report) -> None:
    files = [(name, [finding.location.line for finding in group]) for name, group in by_file(manifests.findings)]
    assert files == [("deploy/agent.yaml", [12]), ("deploy/web.yaml", [24, 31])]


def test_severities_worst_first(manifests: Report) -> None:
    assert list(severities(manifests.findings)) == [(Severity.CRITICAL, 2), (Severity.MEDIUM, 1)]


def test_policies_worst_first_with_their_first_finding(manifests: Report) -> None:
    rows = [(first.policy, first.location.file, number) for first, number in by_policy(manifests.findings)]
    assert rows == [("privileged-container", "deploy/agent.yaml", 2), ("no-resource-limits", "deploy/web.yaml", 1)]


class InRuns(tuple[Finding, ...]):
    """Findings that say how they stand."""

    __slots__ = ()

    @property
    def runs(self) -> list[tuple[Finding, ...]]:
        """Those of each policy."""
        return [tuple(run) for _, run in groupby(self, key=lambda finding: finding.policy)]


def test_findings_that_stand_policy_by_policy_are_summed_up_without_making_them(manifests: Report) -> None:
    report = replace(manifests, findings=InRuns(manifests.findings))
    assert policy_runs(report, 9) == by_policy(manifests.findings)
    assert policy_runs(report, 1) == by_policy(manifests.findings)[:1]


def test_accepted_findings_are_not_summed_up(manifests: Report) -> None:
    first, second, *others = manifests.findings
    assert first.policy == second.policy
    accepted = replace(first, accepted=Acceptance(reason="r", owner="o", expires="2027-01-01", rule="f:1"))
    findings = InRuns((accepted, second, *others))
    report = replace(manifests, findings=findings, summary=summarise(findings, (), ()))
    runs = policy_runs(report, 9)
    assert runs is not None
    assert runs[0] == (second, 1)
    assert sum(number for _, number in runs) == len(findings) - 1


def test_findings_that_do_not_say_so_are_gone_through(manifests: Report, sample: Report) -> None:
    assert policy_runs(manifests, 9) is None
    assert policy_runs(sample, 9) is None
