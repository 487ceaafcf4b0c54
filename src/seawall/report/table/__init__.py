"""The report for a terminal: what is wrong, what to do, and what is not known.

Up to :data:`DETAILED` findings are shown one by one; beyond, packages (or policies) are summed up, the worst
first, until ``--verbose`` asks for everything. The coverage verdict always ends it.
"""

from collections.abc import Iterator
from typing import ClassVar, TextIO

from seawall.model.report import Report
from seawall.report.interface import Style
from seawall.report.table.coverage import coverage
from seawall.report.table.findings import findings
from seawall.report.table.paint import BOLD, DIM, Paint
from seawall.report.table.verdicts import accepted, fixes, gate, next_steps, summary
from seawall.report.text import count, fit, plain

DETAILED = 60
"""Beyond so many findings, one line stands for a package or policy."""


class TableReporter:
    """Plain text, with ANSI colours where the terminal wants them."""

    name: ClassVar[str] = "table"

    def write(self, report: Report, out: TextIO, style: Style) -> None:
        """Write the report, section by section."""
        paint = Paint(style)
        detailed = style.verbose or report.summary.findings <= DETAILED
        for section in (
            _header(report, paint),
            findings(report, paint, detailed=detailed),
            fixes(report, paint),
            summary(report, paint),
            accepted(report, paint),
            gate(report, paint),
            coverage(report, paint),
            next_steps(report, paint, detailed=detailed),
        ):
            empty = True
            for line in section:
                out.write(line.rstrip() + "\n")
                empty = False
            if not empty:
                out.write("\n")


def _header(report: Report, paint: Paint) -> Iterator[str]:
    subject = report.subject
    yield paint(fit(plain(subject.name), paint.width), BOLD)
    facts = [subject.kind, subject.distribution, subject.digest[:19]]
    if report.layers:
        facts.append(count(len(report.layers), "layer"))
    if report.packages:
        facts.append(count(len(report.packages), "package"))
    if report.tool.database:
        facts.append(f"advisories of {report.tool.database[:10]}")
    yield paint(fit(" · ".join(plain(fact) for fact in facts if fact), paint.width), DIM)
