"""The report as one page: a single file without any outside resource, that works without scripts too.

All text passes :func:`~seawall.report.text.plain` and Jinja's escaping on its way out; the page's own content
security policy allows exactly the one style sheet and the one script that are in it, by their digests.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import ClassVar, Final, TextIO

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from seawall.model.finding import Finding
from seawall.model.image import Package
from seawall.model.report import Report
from seawall.model.severity import Severity
from seawall.report.fixes import type_of
from seawall.report.group import PackageGroup, by_file, by_layer, severities
from seawall.report.interface import Style
from seawall.report.text import count, links, plain, size
from seawall.report.view import Bar, Row, Section, SectionGroup

_OPEN: Final = 60
"""Up to so many findings all groups stand open; beyond, those that hold something critical or exploited."""
_MAX_OPEN: Final = 12
_MAX_ROWS: Final = 20_000
"""No browser is at ease with more; the worst are kept, and the page says how many are not on it."""
_CHUNK: Final = 200  # template pieces a write


class HtmlReporter:
    """One self-contained page."""

    name: ClassVar[str] = "html"

    def write(self, report: Report, out: TextIO, style: Style) -> None:
        """Write the page; it is streamed, since a large image has thousands of findings."""
        stream = _environment().get_template("report.html").stream(_context(report))
        stream.enable_buffering(_CHUNK)
        out.writelines(stream)


def _resource(name: str) -> str:
    return files("seawall.report").joinpath("templates", name).read_text("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_resource),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": lambda value: f"{value:,}", "size": size, "count": count}
    return environment


def _shown(value: object) -> object:
    """Every value that the template prints comes through here, before it is escaped."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _context(report: Report) -> dict[str, object]:
    css, script = _resource("report.css"), _resource("report.js")
    open_ = list(islice((finding for finding in report.findings if finding.accepted is None), _MAX_ROWS))
    return {
        "report": report,
        "left_out": report.summary.findings - len(open_),
        "css": Markup(css),  # noqa: S704 - our own file, whose digest the page's policy names
        "script": Markup(script),  # noqa: S704 - likewise
        "css_digest": _digest(css),
        "script_digest": _digest(script),
        "severities": [
            (severity.value, report.summary.by_severity.get(severity, 0)) for severity in reversed(Severity)
        ],
        "bars": list(_bars(report)),
        "sections": list(_sections(report, open_)),
        "vulnerabilities": any(finding.vulnerability for finding in open_),
        "gaps": [row for row in report.coverage if row.gap],
        "accepted": list(islice((finding for finding in report.findings if finding.accepted), _MAX_ROWS)),
        "packages": _packages(report, open_),
    }


def _bars(report: Report) -> Iterator[Bar]:
    """The severities as parts of one bar, 1,000 units wide."""
    total, start = max(1, report.summary.findings), 0.0
    for severity in reversed(Severity):
        width = 1000 * report.summary.by_severity.get(severity, 0) / total
        if width:
            yield Bar(severity=severity.value, start=round(start, 1), width=round(width, 1))
        start += width


def _sections(report: Report, findings: list[Finding]) -> Iterator[Section]:
    """Findings by layer, then those in files."""
    budget = len(findings) if len(findings) <= _OPEN else _MAX_OPEN
    in_image = [finding for finding in findings if not finding.location.file]
    for layer in by_layer(in_image, report.layers, report.packages):
        groups = []
        for package in layer.packages:
            groups.append(_package_group(package, report, open_=_opens(package.findings, findings, budget)))
            budget -= groups[-1].open
        known = layer.layer
        yield Section(
            title="Not in a layer"
            if layer.index is None and report.layers
            else f"Layer {layer.index}"
            if known
            else "",
            code=known.instruction if known else "",
            notes=tuple(_layer_notes(known.size, known.from_base)) if known else (),
            groups=tuple(groups),
            findings=sum(len(group.rows) for group in groups),
        )
    in_files = [finding for finding in findings if finding.location.file]
    groups = []
    for name, group in by_file(in_files):
        groups.append(_file_group(name, group, open_=_opens(tuple(group), findings, budget)))
        budget -= groups[-1].open
    if groups:
        yield Section(title="Files", groups=tuple(groups), findings=len(in_files))


def _opens(group: tuple[Finding, ...], findings: list[Finding], budget: int) -> bool:
    if len(findings) <= _OPEN:
        return True
    exploited = any(finding.vulnerability and finding.vulnerability.kev for finding in group)
    return budget > 0 and (exploited or any(finding.severity is Severity.CRITICAL for finding in group))


def _layer_notes(octets: int, from_base: bool | None) -> Iterator[str]:
    if octets:
        yield size(octets)
    if from_base is not None:
        yield "base image" if from_base else "own"


def _package_group(package: PackageGroup, report: Report, *, open_: bool) -> SectionGroup:
    fix = next(
        (
            f
            for f in report.fixes
            if f.installed == package.installed and package.names and package.names[0] in f.packages
        ),
        None,
    )
    notes = [] if package.deleted_in is None else [f"removed again by layer {package.deleted_in}, still shipped"]
    first = package.findings[0].vulnerability
    return SectionGroup(
        title=", ".join(package.names) or report.subject.name,
        version=package.installed,
        type=type_of(first.purl) if first else "",
        fixed=fix.fixed if fix else "",
        notes=tuple(notes),
        counts=tuple((severity.value, number) for severity, number in severities(package.findings)),
        rows=tuple(_row(finding) for finding in package.findings),
        open=open_,
    )


def _file_group(name: str, findings: list[Finding], *, open_: bool) -> SectionGroup:
    counts = tuple((severity.value, number) for severity, number in severities(findings))
    return SectionGroup(title=name, counts=counts, rows=tuple(_row(finding) for finding in findings), open=open_)


def _row(finding: Finding) -> Row:
    match, place, subject = finding.vulnerability, finding.location, finding.subject
    if match is None:
        named = "/".join(part for part in (subject.kind, subject.namespace, subject.name) if part)
        return Row(
            severity=finding.severity.value,
            name=finding.policy,
            title=finding.title,
            remediation=finding.remediation,
            line="" if place.line is None else str(place.line),
            about=named,
            path=place.path,
            value=finding.evidence[0].value if finding.evidence else "",
        )
    return Row(
        severity=finding.severity.value,
        name=match.id,
        link=next(links(match.references), ""),
        title=finding.title,
        aliases=match.aliases,
        fixed=match.fixed,
        status=match.status.replace("-", " "),
        kev=match.kev,
        epss=match.epss,
        cvss=match.cvss,
        source=match.severity_source,
        vulnerability=True,
    )


def _packages(report: Report, findings: list[Finding]) -> list[tuple[Package, int]]:
    """Packages, each with the number of its findings."""
    counts = Counter((f.vulnerability.purl, f.location.layer) for f in findings if f.vulnerability)
    return [(package, counts[package.purl, package.layer]) for package in report.packages]
