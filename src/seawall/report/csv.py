"""Comma-separated values (RFC 4180) for spreadsheets: one row a finding.

A cell that a spreadsheet would take for a formula gets an apostrophe in front, which is how spreadsheets mark text.
"""

import csv
from typing import ClassVar, Final, TextIO

from seawall.model.finding import Finding
from seawall.model.report import Report
from seawall.report.fixes import type_of
from seawall.report.interface import Style
from seawall.report.text import plain

COLUMNS: Final = (
    *("severity", "policy", "vulnerability", "aliases", "package_type", "package", "installed", "fixed", "status"),
    *("cvss", "epss", "kev", "layer", "path", "file", "line", "kind", "namespace", "name", "title", "remediation"),
    *("accepted", "accepted_until", "fingerprint"),
)


class CsvReporter:
    """A header and one row a finding, accepted ones included."""

    name: ClassVar[str] = "csv"

    def write(self, report: Report, out: TextIO, style: Style) -> None:
        """Write the rows in the report's order."""
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows(_row(finding) for finding in report.findings)


def _row(finding: Finding) -> list[str]:
    match, place, subject, accepted = finding.vulnerability, finding.location, finding.subject, finding.accepted
    about: list[object] = [""] * 10
    if match:
        about = [match.id, " ".join(match.aliases), type_of(match.purl), match.package, match.installed, match.fixed]
        about += [match.status, match.cvss, match.epss, str(match.kev).lower()]
    cells = [
        *(finding.severity, finding.policy, *about),
        *(place.layer, place.path, place.file, place.line, subject.kind, subject.namespace, subject.name),
        *(finding.title, finding.remediation),
        *((accepted.reason, accepted.expires) if accepted else ("", "")),
        finding.fingerprint,
    ]
    return ["" if cell is None else _cell(str(cell)) for cell in cells]


def _cell(text: str) -> str:
    text = plain(text)
    return f"'{text}" if text.lstrip()[:1] in {"=", "+", "-", "@", "|", "%"} else text
