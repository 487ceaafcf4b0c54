"""CycloneDX 1.6 JSON (ECMA-424): the packages as components, the findings as vulnerabilities.

Our own reader rebuilds the same image from it; the properties that it needs are named in
:mod:`seawall.report.bom`.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import ClassVar, Final, TextIO

from seawall.model.finding import Acceptance, Finding, VulnerabilityMatch
from seawall.model.image import Package
from seawall.model.report import Report
from seawall.model.severity import Severity
from seawall.report.bom import KNOWN_LICENSES, distribution, identifier, properties, subject_properties
from seawall.report.encode import write_object
from seawall.report.interface import Style
from seawall.report.text import links, moment, plain

Json = dict[str, object]
_MAX_VERSION: Final = 1024  # the schema's bound
_KINDS: Final = {"image": "container", "filesystem": "file"}
_SEVERITIES: Final = {Severity.NEGLIGIBLE: "info"}
_METHODS: Final = (("CVSS:4.", "CVSSv4"), ("CVSS:3.1", "CVSSv31"), ("CVSS:3.0", "CVSSv3"), ("AV:", "CVSSv2"))


class CycloneDxReporter:
    """One bill of materials."""

    name: ClassVar[str] = "cyclonedx"

    def write(self, report: Report, out: TextIO, style: Style) -> None:
        """Write the document; equal content has an equal serial number."""
        write_object(out, _document(report))
        out.write("\n")


def _document(report: Report) -> Iterator[tuple[str, object]]:
    references, components = _components(report)
    vulnerabilities = list(_vulnerabilities(report, references))
    subject = _subject(report)
    yield "$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json"
    yield "bomFormat", "CycloneDX"
    yield "specVersion", "1.6"
    yield "serialNumber", f"urn:uuid:{identifier([subject, *components, *vulnerabilities])}"
    yield "version", 1
    tool = {"type": "application", "name": report.tool.name, "version": report.tool.version}
    metadata: Json = {"tools": {"components": [tool]}, "component": subject}
    if created := moment(report.tool.created):
        metadata["timestamp"] = created
    yield "metadata", metadata
    yield "components", iter(components)
    yield "dependencies", [{"ref": "subject", "dependsOn": [str(component["bom-ref"]) for component in components]}]
    yield "vulnerabilities", iter(vulnerabilities)


def _pairs(pairs: Iterator[tuple[str, str]]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in pairs]


def _subject(report: Report) -> Json:
    subject = report.subject
    component: Json = {
        "bom-ref": "subject",
        "type": _KINDS.get(subject.kind, "application"),
        "name": subject.name,
        "properties": _pairs(subject_properties(report)),
    }
    if subject.digest:
        component["version"] = subject.digest[:_MAX_VERSION]
    return component


def _components(report: Report) -> tuple[dict[tuple[str, int | None], list[str]], list[Json]]:
    """Package's purl and layer → references; and all components."""
    components: list[Json] = []
    name, version = distribution(report)
    if name:
        system: Json = {"bom-ref": "operating-system", "type": "operating-system", "name": name}
        components.append(system | ({"version": version} if version else {}))
    references: dict[tuple[str, int | None], list[str]] = defaultdict(list)
    seen: dict[str, int] = defaultdict(int)
    for package in report.packages:
        seen[package.purl] += 1
        times = seen[package.purl]
        reference = package.purl if times == 1 else f"{package.purl}#{times}"
        references[package.purl, package.layer].append(reference)
        components.append(_component(package, reference))
    return references, components


def _component(package: Package, reference: str) -> Json:
    group, name = _group(package)
    component: Json = {"bom-ref": reference, "type": "library"}
    if group:
        component["group"] = group
    component |= {"name": name, "version": package.version[:_MAX_VERSION], "purl": package.purl}
    if package.licenses:
        component["licenses"] = [_license(text) for text in package.licenses if text]
    component["properties"] = _pairs(properties(package))
    return component


def _group(package: Package) -> tuple[str, str]:
    """The scope of npm and the group of Maven stand in a field of their own."""
    separator = {"npm": "/", "maven": ":"}.get(package.type)
    group, _, name = package.name.rpartition(separator) if separator else ("", "", package.name)
    return group, name


def _license(text: str) -> Json:
    return {"license": {"id": text} if text in KNOWN_LICENSES else {"name": text}}


def _vulnerabilities(report: Report, references: dict[tuple[str, int | None], list[str]]) -> Iterator[Json]:
    """One a vulnerability; apart where it is accepted for some packages and not for others."""
    groups: dict[tuple[str, Acceptance | None], list[Finding]] = defaultdict(list)
    for finding in report.findings:
        if finding.vulnerability:
            groups[finding.vulnerability.id, finding.accepted].append(finding)
    for (_, accepted), group in groups.items():
        yield _vulnerability(group, accepted, references)


def _vulnerability(
    group: list[Finding], accepted: Acceptance | None, references: dict[tuple[str, int | None], list[str]]
) -> Json:
    first = group[0].vulnerability
    assert first is not None  # noqa: S101 - grouped by it
    matches = [(finding, finding.vulnerability) for finding in group if finding.vulnerability]
    advisories = dict.fromkeys(address for _, match in matches for address in links(match.references))
    ratings = {
        (finding.severity, match.severity_source): _rating(finding.severity, match) for finding, match in matches
    }
    vulnerability: Json = {
        "id": first.id,
        "source": {"name": first.feed or "seawall"},
        "references": [{"id": alias, "source": {"name": alias.partition("-")[0]}} for alias in first.aliases],
        "ratings": list(ratings.values()),
        "description": plain(group[0].title),
        "recommendation": plain(group[0].remediation),
        "advisories": [{"url": address} for address in advisories],
        "affects": _affects(matches, references),
        "properties": _facts(first),
    }
    if published := moment(first.published):
        vulnerability["published"] = published
    if accepted:
        detail = (
            f"{accepted.reason} (accepted{' by ' + accepted.owner if accepted.owner else ''}, until {accepted.expires})"
        )
        vulnerability["analysis"] = {"state": "exploitable", "response": ["will_not_fix"], "detail": plain(detail)}
    return {key: value for key, value in vulnerability.items() if value not in ("", [])}


def _rating(severity: Severity, match: VulnerabilityMatch) -> Json:
    rating: Json = {"severity": _SEVERITIES.get(severity, severity.value)}
    if match.severity_source:
        rating["source"] = {"name": match.severity_source}
    if match.cvss is not None:
        rating["score"] = match.cvss
    if match.cvss_vector:
        rating["method"] = next((name for head, name in _METHODS if match.cvss_vector.startswith(head)), "other")
        rating["vector"] = match.cvss_vector
    return rating


def _affects(
    matches: list[tuple[Finding, VulnerabilityMatch]], references: dict[tuple[str, int | None], list[str]]
) -> list[Json]:
    affected: dict[str, Json] = {}
    for finding, match in matches:
        for reference in references.get((match.purl, finding.location.layer), ["subject"]):
            versions = [{"version": match.installed[:_MAX_VERSION] or "unknown", "status": "affected"}]
            if match.fixed:
                versions.append({"version": match.fixed[:_MAX_VERSION], "status": "unaffected"})
            affected[reference] = {"ref": reference, "versions": versions}
    return list(affected.values())


def _facts(match: VulnerabilityMatch) -> list[Json]:
    facts = [("seawall:status", match.status.value), ("seawall:known-exploited", str(match.kev).lower())]
    if match.epss is not None:
        facts.append(("seawall:epss", f"{match.epss:g}"))
    return _pairs(iter(facts))
