"""A SARIF rule (``reportingDescriptor``; SARIF 2.1.0, section 3.49): what GitHub shows beside every result of it.

GitHub shows ``help.markdown``, filters by tags, and sorts by ``security-severity``. It takes 1,024 characters of a
description and ten tags; longer ones are cut here, where it is seen.
"""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from seawall.model.finding import Finding, VulnerabilityMatch
from seawall.model.report import ReportedPolicy
from seawall.report.markdown import prose
from seawall.report.rating import level, score
from seawall.report.text import fit, links, paragraph, plain

Json = dict[str, object]

_TITLE: Final = 1024
_TAGS: Final = 10
_REFERENCES: Final = 20
_SAFE: Final = "%/:=&?~#+!$,;'@()*[]-._"  # RFC 3986, section 2.2
_NO_REMEDY: Final = "No remedy is known yet."
_TECHNIQUE: Final = re.compile(r"(T\d{4})(?:\.(\d{3}))?")
_CVE: Final = re.compile(r"CVE-\d{4}-\d{4,}")
_GHSA: Final = re.compile(r"GHSA(?:-[0-9a-z]{4}){3}")


def rule_id(finding: Finding) -> str:
    """The rule of a finding: its vulnerability, or its policy."""
    return finding.vulnerability.id if finding.vulnerability else finding.policy


def descriptor(finding: Finding, policy: ReportedPolicy | None) -> Json:
    """The rule of a finding.

    Args:
        finding: of a vulnerability the worst one, which gives its rule the severity.
        policy: what the finding's policy says of itself, where the report tells it.
    """
    name, title = rule_id(finding), plain(finding.title)
    parts = list(_parts(finding, policy))
    described = f"{title}. {plain(policy.description)}" if policy and policy.description else title
    rule: Json = {
        "id": name,
        "name": finding.policy,
        "shortDescription": {"text": fit(title, _TITLE) or name},
        "fullDescription": {"text": fit(described, _TITLE) or name},
        "help": {
            "text": "\n\n".join(f"{plain(head)}: {paragraph(text)}" for head, text in parts),
            "markdown": "\n\n".join(f"**{prose(plain(head))}**: {_marked(text)}" for head, text in parts),
        },
        "defaultConfiguration": {"level": level(finding.severity)},
        "properties": _properties(finding, policy),
    }
    if address := next(_addresses(finding, policy), ""):
        rule["helpUri"] = address
    return rule


def _parts(finding: Finding, policy: ReportedPolicy | None) -> Iterator[tuple[str, str]]:
    """Head and text of all that the rule's help says."""
    match = finding.vulnerability
    if match:
        yield from _known(match)
    if policy and policy.description:
        yield "What", policy.description
    if policy and policy.rationale:
        yield "Why it matters", policy.rationale
    yield "What to do", (policy.remediation if policy else "") or finding.remediation or _NO_REMEDY
    for framework, ids in policy.controls.items() if policy else ():
        yield framework, ", ".join(ids)
    if references := (*(policy.references if policy else ()), *(match.references if match else ())):
        yield "References", "\n".join(references[:_REFERENCES])


def _marked(text: str) -> str:
    """Text as Markdown that no reader acts on; a line that is an address is a link."""
    lines = (f"<{quote(line, safe=_SAFE)}>" if [*links((line,))] else prose(line) for line in text.splitlines())
    return "  \n".join(lines)


def _known(match: VulnerabilityMatch) -> Iterator[tuple[str, str]]:
    """What is known of a vulnerability, wherever it is found."""
    if match.aliases:
        yield "Also known as", ", ".join(match.aliases)
    if match.cvss is not None:
        yield "CVSS", f"{match.cvss:.1f} {match.cvss_vector}".strip()
    if match.epss is not None:
        yield "EPSS", f"{match.epss:.1%}"
    if match.kev:
        yield "Exploited", "yes, says CISA's catalogue"
    if match.published:
        yield "Published", match.published


def _properties(finding: Finding, policy: ReportedPolicy | None) -> Json:
    tags = ["security", finding.stage.value, *(policy.categories if policy else (finding.policy,))]
    for framework, ids in policy.controls.items() if policy else ():
        tags += [f"{framework}/{one}" for one in ids]
    properties: Json = {"tags": list(dict.fromkeys(map(plain, tags)))[:_TAGS], "precision": "very-high"}
    if (number := score(finding)) is not None:
        properties["security-severity"] = f"{number:.1f}"
    return properties


def _addresses(finding: Finding, policy: ReportedPolicy | None) -> Iterator[str]:
    """Pages about the rule, the best first."""
    match = finding.vulnerability
    if match:
        yield from links(match.references)
        yield from _pages(match.id)
    if policy:
        yield from links(policy.references)
        for reference in policy.references:
            yield from _pages(reference)
        for technique in policy.controls.get("mitre", ()):
            yield from _pages(technique)


def _pages(text: str) -> Iterator[str]:
    """The page of what a text names: a CVE, a GitHub advisory, the Pod Security Standards, a technique of ATT&CK."""
    if found := _CVE.search(text):
        yield f"https://www.cve.org/CVERecord?id={found[0]}"
    if found := _GHSA.search(text):
        yield f"https://github.com/advisories/{found[0]}"
    if text.startswith("Pod Security Standards"):
        yield "https://kubernetes.io/docs/concepts/security/pod-security-standards/"
    if found := _TECHNIQUE.fullmatch(text):
        yield f"https://attack.mitre.org/techniques/{quote('/'.join(filter(None, found.groups())))}/"
