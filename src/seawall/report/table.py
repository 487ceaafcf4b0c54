"""The report for a terminal: what is wrong, what to do, and what is not known.

Up to :data:`DETAILED` findings are shown one by one; beyond, packages (or policies) are summed up, the worst
first, until ``--verbose`` asks for everything. The coverage verdict always ends it.
"""

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar, Final, TextIO

from seawall.model.coverage import CoverageState
from seawall.model.finding import Finding
from seawall.model.report import Fix, Report
from seawall.model.severity import Severity
from seawall.report.group import LayerGroup, PackageGroup, by_file, by_layer, by_policy, severities
from seawall.report.interface import Style
from seawall.report.text import columns, count, fit, fit_end, pad, plain, size

DETAILED = 60
"""Beyond so many findings, one line stands for a package or policy."""
_MAX_GROUPS = 40
_MAX_FIXES = 10
_MAX_ROWS = 8
_SEVERITY_WIDTH = max(len(severity) for severity in Severity)

_COLOURS = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.NEGLIGIBLE: "2",
    Severity.UNKNOWN: "35",
}
ANSI: Final = re.compile(r"\x1b\[[0-9;]*m")
_BOLD, _DIM, _GOOD, _BAD, _WARN = "1", "2", "32", "1;31", "33"


class TableReporter:
    """Plain text, with ANSI colours where the terminal wants them."""

    name: ClassVar[str] = "table"

    def write(self, report: Report, out: TextIO, style: Style) -> None:
        """Write the report, section by section."""
        paint = _Paint(style)
        detailed = style.verbose or report.summary.findings <= DETAILED
        for section in (
            _header(report, paint),
            _findings(report, paint, detailed=detailed),
            _fixes(report, paint),
            _summary(report, paint),
            _accepted(report, paint),
            _gate(report, paint),
            _coverage(report, paint),
            _next_steps(report, paint, detailed=detailed),
        ):
            empty = True
            for line in section:
                out.write(line.rstrip() + "\n")
                empty = False
            if not empty:
                out.write("\n")


class _Paint:
    """Colours and widths."""

    def __init__(self, style: Style) -> None:
        self.colour = style.colour
        self.verbose = style.verbose
        self.width = max(40, style.width)

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text

    def severity(self, severity: Severity, width: int = 0) -> str:
        return self(severity.ljust(width), _COLOURS[severity])

    def flow(self, parts: Iterable[tuple[str, str]], indent: int, start: str = "") -> Iterator[str]:
        """Pairs of text and colour, separated by commas, broken to the width; ``start`` begins the first line."""
        line, used = start or " " * indent, columns(ANSI.sub("", start)) or indent
        for number, (text, code) in enumerate(parts):
            if number and used + 2 + columns(text) > self.width:
                yield f"{line},"
                line, used = " " * indent, indent
            elif number:
                line, used = f"{line}, ", used + 2
            line, used = line + self(text, code), used + columns(text)
        yield line

    def wrap(self, text: str, indent: int, first: int | None = None) -> Iterator[str]:
        """``text`` broken at blanks to the width, after ``indent`` blanks (``first`` on the first line)."""
        start = indent if first is None else first
        line, used = " " * start, 0
        for word in plain(text).split():
            if used and columns(line) + 1 + columns(word) > self.width:
                yield line
                line, used = " " * indent, 0
            line += (" " if used else "") + word
            used += 1
        yield line


def _header(report: Report, paint: _Paint) -> Iterator[str]:
    subject = report.subject
    yield paint(fit(plain(subject.name), paint.width), _BOLD)
    facts = [subject.kind, subject.distribution, subject.digest[:19]]
    if report.layers:
        facts.append(count(len(report.layers), "layer"))
    if report.packages:
        facts.append(count(len(report.packages), "package"))
    if report.tool.database:
        facts.append(f"advisories of {report.tool.database[:10]}")
    yield paint(fit(" · ".join(plain(fact) for fact in facts if fact), paint.width), _DIM)


# --- findings -----------------------------------------------------------------------------------------------------


def _findings(report: Report, paint: _Paint, *, detailed: bool) -> Iterator[str]:
    if not report.summary.findings:
        known = report.coverage and not report.summary.gaps
        yield paint("No findings.", _GOOD) if known else paint("No findings, but not all is known: see below.", _WARN)
        return
    in_image = [finding for finding in _open(report) if not finding.location.file]
    separate = False
    for group in by_layer(in_image, report.layers, report.packages):
        if separate:
            yield ""
        separate = True
        yield from _layer(group, paint, detailed=detailed)
    if len(in_image) < report.summary.findings:
        if separate:
            yield ""
        in_files = (finding for finding in _open(report) if finding.location.file)
        yield from _files(in_files, paint) if detailed else _policies(in_files, paint)


def _open(report: Report) -> Iterator[Finding]:
    return (finding for finding in report.findings if finding.accepted is None)


def _layer(group: LayerGroup, paint: _Paint, *, detailed: bool) -> Iterator[str]:
    if group.index is not None:
        layer = group.layer
        facts = [size(layer.size)] if layer and layer.size else []
        facts += ["base image"] if layer and layer.from_base else []
        head = f"Layer {group.index}"
        tail = f"  ({', '.join(facts)})" if facts else ""
        room = paint.width - len(head) - len(tail) - 2
        instruction = fit(plain(layer.instruction if layer else ""), room)
        yield paint(head, _BOLD) + (f"  {instruction}" if instruction else "") + paint(tail, _DIM)
    shown = group.packages if detailed else group.packages[: _MAX_GROUPS // 2]
    for package in shown:
        yield from _package(package, paint) if detailed else _package_line(package, paint)
    if rest := group.packages[len(shown) :]:
        yield paint(f"  … and {count(len(rest), 'more package')}", _DIM)


def _package_title(group: PackageGroup) -> str:
    names = plain(", ".join(group.names))
    return f"{names} {plain(group.installed)}".rstrip()


def _package(group: PackageGroup, paint: _Paint) -> Iterator[str]:
    note = f"  removed again by layer {group.deleted_in}, still shipped" if group.deleted_in is not None else ""
    title = fit(_package_title(group), paint.width - len(note) - 2)
    yield f"  {paint(title, _BOLD)}{paint(note, _WARN)}"
    for finding in group.findings:
        yield _finding_line(finding, paint)


def _finding_line(finding: Finding, paint: _Paint) -> str:
    match = finding.vulnerability
    head = paint.severity(finding.severity, _SEVERITY_WIDTH)
    if match is None:
        text = fit(f"{finding.policy}  {plain(finding.title)}", paint.width - _SEVERITY_WIDTH - 6)
        return f"    {head}  {text}"
    state = f"fixed in {plain(match.fixed)}" if match.fixed else match.status.replace("-", " ")
    exploited = [paint("exploited", _BAD)] if match.kev else []
    likely = [f"EPSS {match.epss:.0%}"] if match.epss is not None and match.epss >= 0.1 else []
    likely = likely if paint.width >= 80 else []
    flags = sum(len(text) + 2 for text in likely) + 11 * match.kev
    room = paint.width - _SEVERITY_WIDTH - 6 - 21
    state_width = max(8, min(26, room - flags))
    title = plain(finding.title) if room - flags - state_width >= 14 else ""
    row = f"{pad(plain(match.id), 19)}  {pad(state, state_width)}"
    return "  ".join([f"    {head}", row, *exploited, *likely, fit(title, room - flags - state_width - 2)]).rstrip()


def _package_line(group: PackageGroup, paint: _Paint) -> Iterator[str]:
    counts = [(f"{number:,} {severity}", _COLOURS[severity]) for severity, number in severities(group.findings)]
    width = min(44, paint.width // 2)
    yield from paint.flow(counts, width + 4, f"  {pad(_package_title(group), width)}  ")


def _files(findings: Iterable[Finding], paint: _Paint) -> Iterator[str]:
    separate = False
    for name, group in by_file(findings):
        if separate:
            yield ""
        separate = True
        yield paint(fit_end(plain(name), paint.width), _BOLD)
        for finding in group:
            yield from _in_file(finding, paint)


def _in_file(finding: Finding, paint: _Paint) -> Iterator[str]:
    place, subject = finding.location, finding.subject
    line = str(place.line) if place.line is not None else "-"
    named = f"{subject.namespace}/{subject.name}" if subject.namespace else subject.name
    head = f"{line:>6}  {paint.severity(finding.severity, _SEVERITY_WIDTH)}  "
    room = paint.width - 10 - _SEVERITY_WIDTH
    about = plain(f"{subject.kind} {named}")
    tail = about if columns(finding.policy) + columns(about) + 2 <= room else fit(about, room - len(finding.policy) - 2)
    yield f"{head}{paint(finding.policy, _BOLD)}  {tail}"
    yield from paint.wrap(finding.title, 10 + _SEVERITY_WIDTH)
    if finding.remediation:
        for text in paint.wrap(f"→ {finding.remediation}", 12 + _SEVERITY_WIDTH, 10 + _SEVERITY_WIDTH):
            yield paint(text, _DIM)


def _policies(findings: Iterable[Finding], paint: _Paint) -> Iterator[str]:
    """One line a policy: how many, where the first is."""
    groups = by_policy(findings)
    for first, number in groups[:_MAX_GROUPS]:
        line = f":{first.location.line}" if first.location.line is not None else ""
        width = max(20, min(48, paint.width - 52))
        place = fit_end(f"{plain(first.location.file)}{line}", paint.width - _SEVERITY_WIDTH - width - 14)
        head = paint.severity(first.severity, _SEVERITY_WIDTH)
        yield f"  {head}  {pad(first.policy, width)}  {number:>6,}  {place}"
    if rest := groups[_MAX_GROUPS:]:
        yield paint(f"  … and {count(len(rest), 'more policy', 'more policies')}", _DIM)


# --- what to do, and the verdicts -----------------------------------------------------------------------------------


def _fixes(report: Report, paint: _Paint) -> Iterator[str]:
    if not report.fixes:
        return
    yield paint("Fix first", _BOLD)
    shown = report.fixes if paint.verbose else report.fixes[:_MAX_FIXES]
    for fix in shown:
        yield f"  {paint.severity(fix.severity, _SEVERITY_WIDTH)}  {_fix_line(fix, paint.width - _SEVERITY_WIDTH - 4)}"
    if rest := report.fixes[len(shown) :]:
        cleared = sum(fix.clears for fix in rest)
        yield paint(f"  … and {count(len(rest), 'more upgrade')} that clear {cleared:,}", _DIM)


def _fix_line(fix: Fix, width: int) -> str:
    tail = plain(f" {fix.installed} → {fix.fixed}, clears {fix.clears:,}") + (" (exploited)" if fix.kev else "")
    return fit(f"upgrade {fit(plain(', '.join(fix.packages)), max(12, width - columns(tail) - 8))}{tail}", width)


def _summary(report: Report, paint: _Paint) -> Iterator[str]:
    summary = report.summary
    if not summary.findings:
        return
    numbers = [
        (f"{summary.by_severity[severity]:,} {severity}", _COLOURS[severity])
        for severity in reversed(Severity)
        if summary.by_severity.get(severity)
    ]
    yield from paint.flow(numbers, 2, f"{paint(count(summary.findings, 'finding'), _BOLD)}: ")
    extras = [f"{summary.fixable:,} with a fix"] if summary.fixable else []
    extras += [paint(f"{summary.kev:,} known to be exploited", _BAD)] if summary.kev else []
    if extras:
        yield "  " + ", ".join(extras)


def _accepted(report: Report, paint: _Paint) -> Iterator[str]:
    if report.summary.accepted:
        yield f"{count(report.summary.accepted, 'finding')} covered by accepted risks"
    for row in report.accepted_risks:
        if row.state == "expired":
            again = f"{count(row.matched, 'finding')} count again" if row.matched else "nothing matches it"
            ended = f"accepted risk ended on {row.expires}: {row.rule}, {again}"
            yield from (paint(text, _WARN) for text in paint.wrap(ended, 2, 0))
        elif row.state == "unused":
            yield from (paint(text, _DIM) for text in paint.wrap(f"accepted risk matches nothing: {row.rule}", 2, 0))


def _gate(report: Report, paint: _Paint) -> Iterator[str]:
    gate = report.gate
    if not gate.asked:
        return
    asked = paint(f"({', '.join(gate.asked)})", _DIM)
    yield f"Gate {paint('passed', _GOOD) if gate.passed else paint('failed', _BAD)} {asked}"
    for reason in gate.reasons:
        yield from paint.wrap(reason, 4, 2)
    for note in gate.notes:
        yield from (paint(text, _DIM) for text in paint.wrap(note, 4, 2))


def _coverage(report: Report, paint: _Paint) -> Iterator[str]:
    rows = report.coverage
    gaps = report.summary.gaps
    if gaps:
        yield paint(f"Coverage: {count(gaps, 'gap')}; there may be more to find than these", _WARN)
    else:
        yield f"Coverage: {paint('complete', _GOOD) if rows else paint('nothing is recorded', _WARN)}"
    shown = {True: 0, False: 0}
    for row in sorted(rows, key=lambda row: not row.gap):
        if not (row.gap or row.state is CoverageState.INFO or paint.verbose):
            continue
        shown[row.gap] += 1
        if paint.verbose or shown[row.gap] <= _MAX_ROWS:
            mark = paint("!", _WARN) if row.gap else "·"
            lines = paint.wrap(f"{row.area} {row.state}: {row.message}", 4)
            yield f"  {mark} {next(lines).lstrip()}"
            yield from lines
    for gap, name in ((True, "more gap"), (False, "more note")):
        if not paint.verbose and shown[gap] > _MAX_ROWS:
            yield paint(f"  … and {count(shown[gap] - _MAX_ROWS, name)}; --verbose shows all", _DIM)


def _next_steps(report: Report, paint: _Paint, *, detailed: bool) -> Iterator[str]:
    steps = []
    if not detailed:
        steps.append(f"--verbose shows all {report.summary.findings:,} findings one by one")
    if report.summary.findings:
        steps.append("--output html --output-file report.html makes a page to search and share")
    if report.summary.findings and not report.gate.asked:
        steps.append("--fail-on high makes this command fail in a pipeline")
    if steps:
        yield paint("Next", _BOLD)
    for step in steps:
        yield from paint.wrap(step, 4, 2)
