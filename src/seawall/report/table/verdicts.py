"""What to do, and what the report's verdicts are: fixes, numbers, accepted risks, gate, next steps."""

from collections.abc import Iterator

from seawall.model.report import Fix, Report
from seawall.model.severity import Severity
from seawall.report.table.paint import BAD, BOLD, COLOURS, DIM, GOOD, SEVERITY_WIDTH, WARN, Paint
from seawall.report.text import columns, count, fit, plain

_MAX_FIXES = 10


def fixes(report: Report, paint: Paint) -> Iterator[str]:
    """The upgrades that clear most, ten unless verbose."""
    if not report.fixes:
        return
    yield paint("Fix first", BOLD)
    shown = report.fixes if paint.verbose else report.fixes[:_MAX_FIXES]
    for fix in shown:
        yield f"  {paint.severity(fix.severity, SEVERITY_WIDTH)}  {_fix_line(fix, paint.width - SEVERITY_WIDTH - 4)}"
    if rest := report.fixes[len(shown) :]:
        cleared = sum(fix.clears for fix in rest)
        yield paint(f"  … and {count(len(rest), 'more upgrade')} that clear {cleared:,}", DIM)


def _fix_line(fix: Fix, width: int) -> str:
    tail = plain(f" {fix.installed} → {fix.fixed}, clears {fix.clears:,}") + (" (exploited)" if fix.kev else "")
    return fit(f"upgrade {fit(plain(', '.join(fix.packages)), max(12, width - columns(tail) - 8))}{tail}", width)


def summary(report: Report, paint: Paint) -> Iterator[str]:
    """How many findings, by severity."""
    summary = report.summary
    if not summary.findings:
        return
    numbers = [
        (f"{summary.by_severity[severity]:,} {severity}", COLOURS[severity])
        for severity in reversed(Severity)
        if summary.by_severity.get(severity)
    ]
    yield from paint.flow(numbers, 2, f"{paint(count(summary.findings, 'finding'), BOLD)}: ")
    extras = [f"{summary.fixable:,} with a fix"] if summary.fixable else []
    extras += [paint(f"{summary.kev:,} known to be exploited", BAD)] if summary.kev else []
    if extras:
        yield "  " + ", ".join(extras)


def accepted(report: Report, paint: Paint) -> Iterator[str]:
    """How many findings are accepted, and the rules that need attention."""
    if report.summary.accepted:
        yield f"{count(report.summary.accepted, 'finding')} covered by accepted risks"
    for row in report.accepted_risks:
        if row.state == "expired":
            again = f"{count(row.matched, 'finding')} count again" if row.matched else "nothing matches it"
            ended = f"accepted risk ended on {row.expires}: {row.rule}, {again}"
            yield from (paint(text, WARN) for text in paint.wrap(ended, 2, 0))
        elif row.state == "unused":
            yield from (paint(text, DIM) for text in paint.wrap(f"accepted risk matches nothing: {row.rule}", 2, 0))


def gate(report: Report, paint: Paint) -> Iterator[str]:
    """The gate's answer, why, and what it left out; nothing where there was no gate."""
    gate = report.gate
    if not gate.asked:
        return
    asked = paint(f"({', '.join(gate.asked)})", DIM)
    yield f"Gate {paint('passed', GOOD) if gate.passed else paint('failed', BAD)} {asked}"
    for reason in gate.reasons:
        yield from paint.wrap(reason, 4, 2)
    for note in gate.notes:
        yield from (paint(text, DIM) for text in paint.wrap(note, 4, 2))


def next_steps(report: Report, paint: Paint, *, detailed: bool) -> Iterator[str]:
    """What one may want to do now."""
    steps = []
    if not detailed:
        steps.append(f"--verbose shows all {report.summary.findings:,} findings one by one")
    if report.summary.findings:
        steps.append("--output html --output-file report.html makes a page to search and share")
    if report.summary.findings and not report.gate.asked:
        steps.append(f"--fail-on {_worth_failing(report)} makes this command fail in a pipeline")
    if steps:
        yield paint("Next", BOLD)
    for step in steps:
        yield from paint.wrap(step, 4, 2)


def _worth_failing(report: Report) -> Severity:
    """High; where nothing found is so bad, the worst that is."""
    found = [severity for severity in Severity if report.summary.by_severity.get(severity.value)]
    return min(Severity.HIGH, max(found, key=lambda one: one.rank, default=Severity.HIGH), key=lambda one: one.rank)
