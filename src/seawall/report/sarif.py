"""SARIF 2.1.0 (OASIS standard, errata 01), in the shape that GitHub code scanning and editors read.

A rule is a vulnerability or a policy; findings that were accepted are suppressed results, gaps in the coverage
are notifications of the run.
"""

from collections.abc import Iterator
from typing import ClassVar, Final, TextIO
from urllib.parse import quote

from seawall.model.coverage import CoverageState
from seawall.model.finding import Finding
from seawall.model.report import Report
from seawall.report.encode import encoded, write_object
from seawall.report.group import samples
from seawall.report.interface import Style
from seawall.report.rating import level
from seawall.report.sarif_rule import descriptor, rule_id
from seawall.report.text import moment, octets, plain

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
Json = dict[str, object]


class SarifReporter:
    """One log with one run."""

    name: ClassVar[str] = "sarif"

    def write(self, report: Report, out: TextIO, style: Style) -> None:
        """Write the log; results are streamed."""
        out.write(f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": [')
        write_object(out, _run(report))
        out.write("]}\n")


def _run(report: Report) -> Iterator[tuple[str, object]]:
    rules = _rules(report)
    driver: Json = {"name": report.tool.name, "semanticVersion": report.tool.version, "rules": list(rules.values())}
    yield "tool", {"driver": driver}
    yield "automationDetails", {"id": f"{report.tool.name}/{report.subject.kind}/{plain(report.subject.name)}/"}
    yield "invocations", [_invocation(report)]
    yield "columnKind", "unicodeCodePoints"
    numbers = {name: number for number, name in enumerate(rules)}
    yield "results", encoded(report.findings, lambda finding: _result(finding, numbers, report))


def _rules(report: Report) -> dict[str, Json]:
    """Rule identifier → reporting descriptor, from the worst finding of each."""
    worst: dict[str, Finding] = {}
    for finding in samples(report.findings):
        name = rule_id(finding)
        if name not in worst or finding.severity.rank > worst[name].severity.rank:
            worst[name] = finding
    said = {policy.name: policy for policy in report.policies}
    return {name: descriptor(finding, said.get(finding.policy)) for name, finding in sorted(worst.items())}


def _result(finding: Finding, numbers: dict[str, int], report: Report) -> Json:
    name = rule_id(finding)
    message = ". ".join(plain(text).rstrip(".") for text in (finding.title, finding.remediation) if text)
    properties: Json = {"policy": finding.policy, "severity": finding.severity}
    if finding.location.layer is not None:
        properties["layer"] = finding.location.layer
    if match := finding.vulnerability:
        properties |= {"purl": match.purl, "installed": match.installed, "fixed": match.fixed, "status": match.status}
    return {
        "ruleId": name,
        "ruleIndex": numbers[name],
        "level": level(finding.severity),
        "message": {"text": (message or name) + "."},
        "locations": [_location(finding, report)],
        "partialFingerprints": {"seawall/v1": finding.fingerprint, "primaryLocationLineHash": finding.fingerprint},
        "suppressions": _suppressions(finding),
        "properties": properties,
    }


def _location(finding: Finding, report: Report) -> Json:
    place, match = finding.location, finding.vulnerability
    if place.file:
        uri = _uri(place.file)
        logical = [{"fullyQualifiedName": plain(place.path), "kind": "member"}] if place.path else []
    else:
        uri = _uri(place.path.lstrip("/") or report.subject.name)
        owner = f"{report.subject.name}:{place.path}" if place.path else report.subject.name
        logical = [{"name": plain(match.package if match else finding.subject.name), "kind": "package"}]
        logical[0]["fullyQualifiedName"] = plain(owner)
    physical = {"artifactLocation": {"uri": uri}, "region": {"startLine": max(1, place.line or 1)}}
    return {"physicalLocation": physical, **({"logicalLocations": logical} if logical else {})}


def _uri(path: str) -> str:
    """A relative reference, or a file address for an absolute path (RFC 3986, section 4.2)."""
    text = quote(octets(path.removeprefix("./")), safe="/-._~")
    return f"file://{text}" if text.startswith("/") else text or "."


def _suppressions(finding: Finding) -> list[Json]:
    if (accepted := finding.accepted) is None:
        return []
    until = f" (until {accepted.expires})" if accepted.expires else ""
    justification = plain(f"{accepted.reason}{until}")
    properties = {"owner": accepted.owner, "expires": accepted.expires, "rule": accepted.rule}
    return [{"kind": "external", "status": "accepted", "justification": justification, "properties": properties}]


def _invocation(report: Report) -> Json:
    gaps = [
        {
            "level": "warning" if row.state is not CoverageState.UNREADABLE else "error",
            "descriptor": {"id": f"coverage/{row.area}"},
            "message": {"text": plain(f"{row.area} {row.state}: {row.message}")},
        }
        for row in report.coverage
        if row.gap
    ]
    invocation: Json = {"executionSuccessful": True, "toolExecutionNotifications": gaps}
    if ended := moment(report.tool.created):
        invocation["endTimeUtc"] = ended
    return invocation
