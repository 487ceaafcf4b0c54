"""Workflow commands of GitHub Actions: annotations beside the lines of a pull request.

A page shows ten errors and ten warnings a step, so an image's findings are summed up by package, and the worst
come first.
"""

from collections.abc import Iterator
from typing import ClassVar, TextIO

from seawall.model.finding import Finding
from seawall.model.report import Report
from seawall.report.group import PackageGroup, by_layer, severities
from seawall.report.interface import Style
from seawall.report.rating import level
from seawall.report.text import count, plain


class GithubReporter:
    """One command a line."""

    name: ClassVar[str] = "github"

    def write(self, report: Report, out: TextIO, style: Style) -> None:
        """Write findings, gaps in the coverage and the gate's answer."""
        elsewhere = []
        for finding in report.findings:
            if finding.accepted is None and finding.location.file:
                out.write(_in_file(finding))
            elif finding.accepted is None:
                elsewhere.append(finding)
        groups = [group for layer in by_layer(elsewhere, report.layers, report.packages) for group in layer.packages]
        groups.sort(key=lambda group: -group.findings[0].severity.rank)
        out.writelines(_package(group, report) for group in groups)
        out.writelines(_verdicts(report))


def command(kind: str, message: str, **properties: str) -> str:
    """One workflow command; nothing in its texts can end it or begin another."""
    filled = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{kind}{' ' + filled if filled else ''}::{_data(message)}\n"


def _data(text: str) -> str:
    return "%0A".join(plain(line).replace("%", "%25") for line in text.splitlines())


def _property(text: str) -> str:
    return plain(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")


def _kind(finding: Finding) -> str:
    return level(finding.severity).replace("note", "notice")


def _in_file(finding: Finding) -> str:
    place = finding.location
    message = finding.title if not finding.remediation else f"{finding.title}\n{finding.remediation}"
    title = f"{finding.severity}: {finding.policy}"
    line = str(place.line) if place.line is not None else ""
    return command(_kind(finding), message, file=place.file.removeprefix("./"), line=line, title=title)


def _package(group: PackageGroup, report: Report) -> str:
    first = group.findings[0]
    if not group.names:
        return "".join(command(_kind(one), one.title, title=f"{one.severity}: {one.policy}") for one in group.findings)
    counts = ", ".join(f"{number:,} {severity}" for severity, number in severities(group.findings))
    ids = [finding.vulnerability.id for finding in group.findings if finding.vulnerability]
    more = f" and {len(ids) - 5:,} more" if len(ids) > 5 else ""
    message = f"{report.subject.name}: {counts} ({', '.join(ids[:5])}{more})"
    return command(_kind(first), message, title=f"{', '.join(group.names)} {group.installed}")


def _verdicts(report: Report) -> Iterator[str]:
    for row in report.coverage:
        if row.gap:
            yield command("warning", row.message, title=f"Not covered: {row.area} {row.state}")
    for reason in report.gate.reasons:
        yield command("error", reason, title="Gate failed")
    for note in report.gate.notes:
        yield command("notice", note, title="Gate")
    total = f"{count(report.summary.findings, 'finding')}, {report.summary.accepted:,} accepted"
    yield command("notice", f"{report.subject.name}: {total}", title="Seawall")
