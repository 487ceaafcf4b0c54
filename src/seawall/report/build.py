"""A report from its parts: put in order, counted, with the fixes worked out."""

from collections import Counter
from collections.abc import Sequence

from seawall.model.coverage import Coverage
from seawall.model.finding import Finding, Subject
from seawall.model.image import Layer, Package
from seawall.model.report import AcceptedRisk, Gate, Report, ReportedPolicy, Summary, Tool
from seawall.model.severity import Severity
from seawall.report.fixes import VersionKey, plan


def order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Worst first, then by policy, place and identifier: the same findings always stand in the same order."""
    return tuple(sorted(findings, key=_key))


def _key(finding: Finding) -> tuple[object, ...]:
    match, place = finding.vulnerability, finding.location
    return (
        -finding.severity.rank,
        finding.policy,
        finding.subject.namespace,
        finding.subject.kind,
        finding.subject.name,
        place.file,
        place.line or 0,
        -1 if place.layer is None else place.layer,
        match.package if match else "",
        match.id if match else "",
        place.path,
        finding.fingerprint,
    )


def summarise(findings: Sequence[Finding], packages: Sequence[Package], coverage: Sequence[Coverage]) -> Summary:
    """The numbers of a report; accepted findings are counted apart."""
    open_ = [finding for finding in findings if finding.accepted is None]
    severities = Counter(finding.severity for finding in open_)
    matches = [finding.vulnerability for finding in open_ if finding.vulnerability]
    return Summary(
        findings=len(open_),
        accepted=len(findings) - len(open_),
        by_severity={severity.value: severities[severity] for severity in reversed(Severity)},
        by_policy=dict(sorted(Counter(finding.policy for finding in open_).items())),
        fixable=sum(1 for match in matches if match.fixed),
        kev=sum(1 for match in matches if match.kev),
        packages=len(packages),
        gaps=sum(1 for row in coverage if row.gap),
    )


def assemble(
    *,
    tool: Tool,
    subject: Subject,
    findings: Sequence[Finding],
    version_key: VersionKey,
    packages: Sequence[Package] = (),
    layers: Sequence[Layer] = (),
    coverage: Sequence[Coverage] = (),
    policies: Sequence[ReportedPolicy] = (),
    accepted_risks: Sequence[AcceptedRisk] = (),
    gate: Gate | None = None,
) -> Report:
    """A whole report, its findings in :func:`order`, with summary and fixes.

    ``version_key`` takes purl's type and a version, and gives bytes in the order of that type's versions.
    """
    return Report(
        tool=tool,
        subject=subject,
        coverage=tuple(coverage),
        layers=tuple(layers),
        packages=tuple(packages),
        findings=order(findings),
        policies=tuple(policies),
        fixes=plan(findings, version_key),
        accepted_risks=tuple(accepted_risks),
        gate=gate or Gate(),
        summary=summarise(findings, packages, coverage),
    )
