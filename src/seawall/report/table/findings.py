"""Findings for a terminal: by layer and package, or by file and line; or summed up."""

from collections.abc import Iterable, Iterator, Sequence

from seawall.model.finding import Finding
from seawall.model.report import Report
from seawall.report.group import LayerGroup, PackageGroup, by_file, by_layer, by_policy, policy_runs, severities
from seawall.report.table.paint import BAD, BOLD, COLOURS, DIM, GOOD, SEVERITY_WIDTH, WARN, Paint
from seawall.report.text import columns, count, fit, fit_end, pad, plain, size

_MAX_GROUPS = 40


def findings(report: Report, paint: Paint, *, detailed: bool) -> Iterator[str]:
    """The open findings; ``detailed`` shows them one by one, else packages and policies are summed up."""
    if not report.summary.findings:
        known = report.coverage and not report.summary.gaps
        yield paint("No findings.", GOOD) if known else paint("No findings, but not all is known: see below.", WARN)
        return
    runs = None if detailed else policy_runs(report, _MAX_GROUPS)
    if runs is not None:
        yield from _policies(runs, len(report.summary.by_policy), paint)
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
        if detailed:
            yield from _files(in_files, paint)
            return
        groups = by_policy(in_files)
        yield from _policies(groups[:_MAX_GROUPS], len(groups), paint)


def _open(report: Report) -> Iterator[Finding]:
    return (finding for finding in report.findings if finding.accepted is None)


def _layer(group: LayerGroup, paint: Paint, *, detailed: bool) -> Iterator[str]:
    if group.index is not None:
        layer = group.layer
        facts = [size(layer.size)] if layer and layer.size else []
        facts += ["base image"] if layer and layer.from_base else []
        head = f"Layer {group.index}"
        tail = f"  ({', '.join(facts)})" if facts else ""
        room = paint.width - len(head) - len(tail) - 2
        instruction = fit(plain(layer.instruction if layer else ""), room)
        yield paint(head, BOLD) + (f"  {instruction}" if instruction else "") + paint(tail, DIM)
    shown = group.packages if detailed else group.packages[: _MAX_GROUPS // 2]
    for package in shown:
        yield from _package(package, paint) if detailed else _package_line(package, paint)
    if rest := group.packages[len(shown) :]:
        yield paint(f"  … and {count(len(rest), 'more package')}", DIM)


def _package_title(group: PackageGroup) -> str:
    names = plain(", ".join(group.names))
    return f"{names} {plain(group.installed)}".rstrip()


def _package(group: PackageGroup, paint: Paint) -> Iterator[str]:
    note = f"  removed again by layer {group.deleted_in}, still shipped" if group.deleted_in is not None else ""
    title = fit(_package_title(group), paint.width - len(note) - 2)
    yield f"  {paint(title, BOLD)}{paint(note, WARN)}"
    for finding in group.findings:
        yield _finding_line(finding, paint)


def _finding_line(finding: Finding, paint: Paint) -> str:
    match = finding.vulnerability
    head = paint.severity(finding.severity, SEVERITY_WIDTH)
    if match is None:
        text = fit(f"{finding.policy}  {plain(finding.title)}", paint.width - SEVERITY_WIDTH - 6)
        return f"    {head}  {text}"
    state = f"fixed in {plain(match.fixed)}" if match.fixed else match.status.replace("-", " ")
    exploited = [paint("exploited", BAD)] if match.kev else []
    likely = [f"EPSS {match.epss:.0%}"] if match.epss is not None and match.epss >= 0.1 else []
    likely = likely if paint.width >= 80 else []
    flags = sum(len(text) + 2 for text in likely) + 11 * match.kev
    room = paint.width - SEVERITY_WIDTH - 6 - 21
    state_width = max(8, min(26, room - flags))
    title = plain(finding.title) if room - flags - state_width >= 14 else ""
    row = f"{pad(plain(match.id), 19)}  {pad(state, state_width)}"
    return "  ".join([f"    {head}", row, *exploited, *likely, fit(title, room - flags - state_width - 2)]).rstrip()


def _package_line(group: PackageGroup, paint: Paint) -> Iterator[str]:
    counts = [(f"{number:,} {severity}", COLOURS[severity]) for severity, number in severities(group.findings)]
    width = min(44, paint.width // 2)
    yield from paint.flow(counts, width + 4, f"  {pad(_package_title(group), width)}  ")


def _files(findings: Iterable[Finding], paint: Paint) -> Iterator[str]:
    separate = False
    for name, group in by_file(findings):
        if separate:
            yield ""
        separate = True
        yield paint(fit_end(plain(name), paint.width), BOLD)
        for finding in group:
            yield from _in_file(finding, paint)


def _in_file(finding: Finding, paint: Paint) -> Iterator[str]:
    place, subject = finding.location, finding.subject
    line = str(place.line) if place.line is not None else "-"
    named = f"{subject.namespace}/{subject.name}" if subject.namespace else subject.name
    head = f"{line:>6}  {paint.severity(finding.severity, SEVERITY_WIDTH)}  "
    room = paint.width - 10 - SEVERITY_WIDTH
    about = plain(f"{subject.kind} {named}")
    tail = about if columns(finding.policy) + columns(about) + 2 <= room else fit(about, room - len(finding.policy) - 2)
    yield f"{head}{paint(finding.policy, BOLD)}  {tail}"
    yield from paint.wrap(finding.title, 10 + SEVERITY_WIDTH)
    if finding.remediation:
        for text in paint.wrap(f"→ {finding.remediation}", 12 + SEVERITY_WIDTH, 10 + SEVERITY_WIDTH):
            yield paint(text, DIM)


def _policies(groups: Sequence[tuple[Finding, int]], all_: int, paint: Paint) -> Iterator[str]:
    """One line a policy: how many, where the first is; ``all_`` is how many groups there are."""
    for first, number in groups:
        line = f":{first.location.line}" if first.location.line is not None else ""
        width = max(20, min(48, paint.width - 52))
        place = fit_end(f"{plain(first.location.file)}{line}", paint.width - SEVERITY_WIDTH - width - 14)
        head = paint.severity(first.severity, SEVERITY_WIDTH)
        yield f"  {head}  {pad(first.policy, width)}  {number:>6,}  {place}"
    if rest := all_ - len(groups):
        yield paint(f"  … and {count(rest, 'more policy', 'more policies')}", DIM)
