"""The JSON contract ``seawall.dev/report/v1``: the report's record, streamed, in the order it has."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, TextIO

from seawall.model.report import Report
from seawall.report.encode import encoded, write_object
from seawall.report.interface import Style


class JsonReporter:
    """One object; its lists have one element a line."""

    name: ClassVar[str] = "json"

    def write(self, report: Report, out: TextIO, style: Style) -> None:
        """Write the report's fields as the published schema names them."""
        write_object(out, _fields(report))
        out.write("\n")


def _fields(report: Report) -> Iterator[tuple[str, object]]:
    for name in report.__struct_fields__:
        value = getattr(report, name)
        yield name, encoded(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
