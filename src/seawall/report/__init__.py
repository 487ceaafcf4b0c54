"""Reports: one file a format, all behind :class:`~seawall.report.interface.Reporter`.

A format's module is imported only when it is chosen.
"""

from importlib import import_module
from typing import TextIO, cast

from seawall.errors import UsageError
from seawall.model.report import Report
from seawall.report.interface import Reporter, Style

FORMATS: dict[str, str] = {
    "table": "seawall.report.table:TableReporter",
    "json": "seawall.report.json:JsonReporter",
    "sarif": "seawall.report.sarif:SarifReporter",
    "cyclonedx": "seawall.report.cyclonedx:CycloneDxReporter",
    "spdx": "seawall.report.spdx:SpdxReporter",
    "html": "seawall.report.html:HtmlReporter",
    "markdown": "seawall.report.markdown:MarkdownReporter",
    "junit": "seawall.report.junit:JunitReporter",
    "gitlab": "seawall.report.gitlab:GitlabReporter",
    "github": "seawall.report.github:GithubReporter",
    "csv": "seawall.report.csv:CsvReporter",
}
"""The word after ``--output`` → module and class."""


def reporter(name: str) -> Reporter:
    """The reporter of a format.

    Raises:
        UsageError: there is no such format.
    """
    place = FORMATS.get(name)
    if place is None:
        raise UsageError(f"there is no output format {name!r}", hint=f"Choose one of {', '.join(FORMATS)}.")
    module, _, kind = place.partition(":")
    return cast("Reporter", getattr(import_module(module), kind)())


def write(report: Report, name: str, out: TextIO, style: Style | None = None) -> None:
    """Write ``report`` in the format ``name``.

    Raises:
        UsageError: there is no such format.
    """
    reporter(name).write(report, out, style or Style())
