"""The plug point for report formats."""

from typing import ClassVar, Protocol, TextIO

from seawall.model.record import Record
from seawall.model.report import Report


class Style(Record, frozen=True, kw_only=True):
    """How to print for people.

    Attributes:
        colour: escape sequences are wanted (a terminal, and no ``--no-color`` or ``NO_COLOR``).
        width: columns.
        verbose: print everything, not only what matters first.
    """

    colour: bool = False
    width: int = 100
    verbose: bool = False


class Reporter(Protocol):
    """One format."""

    name: ClassVar[str]
    """The word after ``--output``."""

    def write(self, report: Report, out: TextIO, style: Style) -> None:
        """Write the whole report."""
        ...
