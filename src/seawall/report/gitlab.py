"""GitLab's security reports, schema 15.2.1: container scanning for images, SAST for manifests.

GitLab keeps its own list of dismissed findings, so accepted ones are left out. A report for images has no place
for findings that are about no package; these name their policy as the package.
"""

import re
from collections.abc import Iterator
from typing import ClassVar, Final, TextIO

from seawall.model.finding import Finding, VulnerabilityMatch
from seawall.model.report import Report
from seawall.model.severity import Severity
from seawall.report.encode import write_object
from seawall.report.interface import Style
from seawall.report.text import links, moment, paragraph, plain, seen

Json = dict[str, object]
_NEVER: Final = "1970-01-01T00:00:00Z"
_VERSION: Final = "15.2.1"
_IMAGE: Final = re.compile(r"[^:]+(:\d+[^:]*)?:[^:]+")
_SEVERITIES: Final = {
    Severity.CRITICAL: "Critical",
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
    Severity.NEGLIGIBLE: "Info",
    Severity.UNKNOWN: "Unknown",
}
_ADDRESSES: Final = {
    "cve": "https://www.cve.org/CVERecord?id={}",
    "ghsa": "https://github.com/advisories/{}",
}


class GitlabReporter:
    """One security report."""

    name: ClassVar[str] = "gitlab"

    def write(self, report: Report, out: TextIO, style: Style) -> None:
        """Write the report; findings are streamed."""
        write_object(out, _document(report))
        out.write("\n")


def _document(report: Report) -> Iterator[tuple[str, object]]:
    images = report.subject.kind in {"image", "filesystem", "sbom"}
    open_ = (finding for finding in report.findings if finding.accepted is None)
    yield "version", _VERSION
    said = _said(report)
    yield (
        "vulnerabilities",
        (_vulnerability(finding, report, said.get(finding.policy, ""), images=images) for finding in open_),
    )
    tool = {"id": report.tool.name, "name": "Seawall", "version": report.tool.version, "vendor": {"name": "Seawall"}}
    ended = (moment(report.tool.created) or _NEVER)[:19]
    messages = [
        {"level": "warn", "value": plain(f"{row.area} {row.state}: {row.message}")}
        for row in report.coverage
        if row.gap
    ]
    yield (
        "scan",
        {
            "analyzer": tool,
            "scanner": tool,
            "type": "container_scanning" if images else "sast",
            "start_time": ended,
            "end_time": ended,
            "status": "success",
            "messages": messages,
        },
    )


def _vulnerability(finding: Finding, report: Report, said: str, *, images: bool) -> Json:
    match = finding.vulnerability
    vulnerability: Json = {
        "id": finding.fingerprint,
        "name": plain(finding.title)[:255] or finding.policy,
        "description": _description(finding, said),
        "severity": _SEVERITIES[finding.severity],
        "identifiers": _identifiers(finding, match),
        "location": _package(finding, report) if images else _file(finding),
    }
    if finding.remediation:
        vulnerability["solution"] = paragraph(finding.remediation)[:7000]
    if match and (addresses := [{"url": address} for address in links(match.references)]):
        vulnerability["links"] = addresses
    return vulnerability


def _description(finding: Finding, said: str) -> str:
    return "\n".join((plain(finding.title), *([said] if said else []), *seen(finding.evidence)))[:100_000]


def _said(report: Report) -> dict[str, str]:
    """What each policy says was found, and why it matters."""
    return {
        one.name: "\n".join(paragraph(text) for text in (one.description, one.rationale) if text)
        for one in report.policies
    }


def _identifiers(finding: Finding, match: VulnerabilityMatch | None) -> list[Json]:
    if match is None:
        return [{"type": "seawall_policy", "name": finding.policy, "value": finding.policy}]
    return [_identifier(name) for name in (match.id, *match.aliases)][:20]


def _identifier(name: str) -> Json:
    kind = name.partition("-")[0].lower()
    identifier: Json = {"type": plain(kind) or "other", "name": plain(name), "value": plain(name)}
    if kind in _ADDRESSES and re.fullmatch(r"[A-Za-z0-9-]+", name):
        identifier["url"] = _ADDRESSES[kind].format(name)
    return identifier


def _package(finding: Finding, report: Report) -> Json:
    match, subject = finding.vulnerability, report.subject
    name = plain(subject.name)
    dependency: Json = {"package": {"name": plain(match.package if match else finding.policy)}}
    dependency["version"] = plain(match.installed) if match else "-"
    return {
        "dependency": dependency,
        "operating_system": plain(subject.distribution) or "unknown",
        "image": name if _IMAGE.fullmatch(name) else f"{name.replace(':', '-') or subject.kind}:latest",
    }


def _file(finding: Finding) -> Json:
    place = finding.location
    location: Json = {"file": plain(place.file or place.path).removeprefix("./")}
    if place.line is not None:
        location["start_line"] = place.line
    return location
