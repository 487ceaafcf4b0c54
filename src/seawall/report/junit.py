"""JUnit XML, as build servers read it: each finding is a failed test, each accepted one a skipped test.

What was looked at and is fine stands as passed tests (coverage, gate), so that a report is never empty.
"""

from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import ClassVar, TextIO

from seawall.model.finding import Finding
from seawall.model.report import Report
from seawall.report.interface import Style
from seawall.report.text import paragraph, plain, seen


class JunitReporter:
    """One suite a policy, one for the coverage, one for the gate."""

    name: ClassVar[str] = "junit"

    def write(self, report: Report, out: TextIO, style: Style) -> None:
        """Write the suites; text that XML 1.0 cannot hold is shown as its escape."""
        out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name={_quoted(report.subject.name)}>\n')
        policies = sorted(report.findings, key=lambda finding: finding.policy)
        for policy, group in groupby(policies, key=lambda finding: finding.policy):
            _suite(out, policy, [_case(finding) for finding in group])
        _suite(out, "coverage", list(_coverage(report)))
        _suite(out, "gate", list(_gate(report)))
        out.write("</testsuites>\n")


def _quoted(text: str) -> str:
    return f'"{escape(plain(text))}"'


def _suite(out: TextIO, name: str, cases: list[str]) -> None:
    if not cases:
        return
    failures = sum(1 for case in cases if "<failure" in case)
    skipped = sum(1 for case in cases if "<skipped" in case)
    numbers = f'tests="{len(cases)}" failures="{failures}" errors="0" skipped="{skipped}"'
    out.write(f"  <testsuite name={_quoted(name)} {numbers}>\n")
    out.writelines(f"    {case}\n" for case in cases)
    out.write("  </testsuite>\n")


def _test(place: str, name: str, inner: str = "", attributes: str = "") -> str:
    return f"<testcase classname={_quoted(place)} name={_quoted(name)}{attributes}>{inner}</testcase>"


def _case(finding: Finding) -> str:
    place, match, subject = finding.location, finding.vulnerability, finding.subject
    where = place.file or (f"{match.package} {match.installed}" if match else place.path) or subject.name
    named = "/".join(part for part in (subject.kind, subject.namespace, subject.name) if part)
    name = f"{match.id} in {match.package}" if match else f"{finding.policy}: {named}"
    attributes = f" file={_quoted(place.file)}" if place.file else ""
    attributes += f' line="{place.line}"' if place.file and place.line is not None else ""
    if accepted := finding.accepted:
        until = f", until {accepted.expires}" if accepted.expires else ""
        return _test(where, name, f"<skipped message={_quoted(f'accepted: {accepted.reason}{until}')}/>", attributes)
    head = f"message={_quoted(f'{finding.severity}: {finding.title}')} type={_quoted(finding.severity)}"
    return _test(where, name, f"<failure {head}>{escape(paragraph(_details(finding)))}</failure>", attributes)


def _details(finding: Finding) -> str:
    line = f":{finding.location.line}" if finding.location.line is not None else ""
    rows = [finding.title, f"at {finding.location.file}{line}" if finding.location.file else "", finding.remediation]
    return "\n".join([*(plain(row) for row in rows if row), *seen(finding.evidence)])


def _coverage(report: Report) -> Iterator[str]:
    for row in report.coverage:
        yield _test(
            "coverage", row.area, f"<skipped message={_quoted(f'{row.state}: {row.message}')}/>" if row.gap else ""
        )


def _gate(report: Report) -> Iterator[str]:
    if report.gate.asked:
        text = "; ".join(report.gate.reasons)
        failure = "" if report.gate.passed else f'<failure message={_quoted(text)} type="gate"/>'
        yield _test("gate", ", ".join(report.gate.asked), failure)
