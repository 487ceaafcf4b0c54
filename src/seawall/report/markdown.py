"""Markdown for a comment on a pull request: the verdict first, then what to do, then the details folded away.

A comment holds at most 65,536 characters; what does not fit is counted.
"""

from collections.abc import Iterator
from typing import ClassVar, Final, TextIO

from seawall.model.finding import Finding
from seawall.model.report import Report
from seawall.model.severity import Severity
from seawall.report.interface import Style
from seawall.report.text import count, fit, paragraph, plain

_BUDGET: Final = 60_000
_MAX_FIXES: Final = 15
_MAX_CELL: Final = 160
# As numeric entities these are text to every Markdown dialect (CommonMark, section 2.5); the zero-width space
# keeps an at sign from calling somebody, and a number sign from linking.
_ESCAPES: Final = str.maketrans(
    {char: f"&#{ord(char)};" for char in "\\`*_{}[]()<>!|~&:^$"} | {"@": "&#64;&#8203;", "#": "&#35;&#8203;"}
)


class MarkdownReporter:
    """GitHub's and GitLab's dialect."""

    name: ClassVar[str] = "markdown"

    def write(self, report: Report, out: TextIO, style: Style) -> None:
        """Write the comment."""
        for part in (_verdict(report), _fixes(report), _findings(report), _accepted(report), _coverage(report)):
            lines = list(part)
            if lines:
                out.write("\n".join(lines) + "\n\n")


def text(value: str) -> str:
    """A value as prose that no Markdown dialect acts on."""
    return fit(plain(value), _MAX_CELL).translate(_ESCAPES)


def prose(value: str) -> str:
    """Like :func:`text`, but whole; line ends stay."""
    return paragraph(value).translate(_ESCAPES)


def code(value: str) -> str:
    """A value in code type; nobody is called and nothing linked from it."""
    shown = fit(plain(value), _MAX_CELL)
    return f"<code>{shown.translate(_ESCAPES).replace('&#8203;', '')}</code>" if shown else ""


def _verdict(report: Report) -> Iterator[str]:
    summary, gate = report.summary, report.gate
    verdict = "findings" if summary.findings else "no findings"
    if gate.asked:
        verdict = "gate passed" if gate.passed else "gate failed"
    yield f"### Seawall: {verdict}"
    yield ""
    yield f"{code(report.subject.name)} · {count(summary.findings, 'finding')}"
    if summary.findings:
        filled = [severity for severity in reversed(Severity) if summary.by_severity.get(severity)]
        yield ""
        yield "| " + " | ".join(severity.value for severity in filled) + " |"
        yield "|" + " ---: |" * len(filled)
        yield "| " + " | ".join(f"{summary.by_severity[severity]:,}" for severity in filled) + " |"
    if gate.reasons or gate.notes:
        yield ""
        yield from (f"- {text(sentence)}" for sentence in (*gate.reasons, *gate.notes))


def _fixes(report: Report) -> Iterator[str]:
    if not report.fixes:
        return
    yield "**Fix first**"
    yield ""
    for fix in report.fixes[:_MAX_FIXES]:
        exploited = ", exploited" if fix.kev else ""
        names = code(", ".join(fix.packages))
        change = f"{code(fix.installed)} → {code(fix.fixed)}"
        yield f"- upgrade {names} {change}, clears {fix.clears:,} ({fix.severity}{exploited})"
    if rest := report.fixes[_MAX_FIXES:]:
        yield f"- … and {count(len(rest), 'more upgrade')}"


def _findings(report: Report) -> Iterator[str]:
    total = report.summary.findings
    if not total:
        return
    yield f"<details><summary>{count(total, 'finding')}</summary>"
    yield ""
    yield "| severity | what | where | fix |"
    yield "| --- | --- | --- | --- |"
    used = 0
    for number, finding in enumerate(finding for finding in report.findings if finding.accepted is None):
        row = _row(finding)
        used += len(row) + 1
        if used > _BUDGET:
            yield ""
            yield f"… and {count(total - number, 'more finding')}"
            break
        yield row
    yield ""
    yield "</details>"


def _row(finding: Finding) -> str:
    match, place = finding.vulnerability, finding.location
    if match:
        what = f"{code(match.id)}{' **exploited**' if match.kev else ''}"
        where = f"{code(f'{match.package} {match.installed}')}" + (
            f" layer {place.layer}" if place.layer is not None else ""
        )
        fix = code(match.fixed) or match.status.replace("-", " ")
    else:
        what = f"{code(finding.policy)} {text(finding.title)}"
        line = f":{place.line}" if place.line is not None else ""
        where, fix = code(f"{place.file or place.path}{line}"), text(finding.remediation)
    return f"| {finding.severity} | {what} | {where} | {fix} |"


def _accepted(report: Report) -> Iterator[str]:
    if report.summary.accepted:
        yield f"- {count(report.summary.accepted, 'finding')} covered by accepted risks"
    for row in report.accepted_risks:
        if row.state == "expired":
            yield f"- accepted risk ended on {row.expires}: {text(row.rule)}"


def _coverage(report: Report) -> Iterator[str]:
    gaps = [row for row in report.coverage if row.gap]
    if not gaps:
        yield "Coverage: complete." if report.coverage else "Coverage: nothing is recorded."
        return
    yield f"**Coverage: {count(len(gaps), 'gap')}; there may be more to find than these**"
    yield ""
    yield from (f"- {row.area} {row.state}: {text(row.message)}" for row in gaps[:50])
    if rest := gaps[50:]:
        yield f"- … and {count(len(rest), 'more gap')}"
