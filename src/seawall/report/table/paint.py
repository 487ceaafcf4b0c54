"""Colours and widths of a terminal."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from seawall.model.severity import Severity
from seawall.report.interface import Style
from seawall.report.text import columns, plain

SEVERITY_WIDTH: Final = max(len(severity) for severity in Severity)

COLOURS = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.NEGLIGIBLE: "2",
    Severity.UNKNOWN: "35",
}
ANSI: Final = re.compile(r"\x1b\[[0-9;]*m")
BOLD, DIM, GOOD, BAD, WARN = "1", "2", "32", "1;31", "33"


class Paint:
    """Prints text in colours, lists and paragraphs within a width.

    Args:
        style: what the terminal can, and how much is wanted.
    """

    def __init__(self, style: Style) -> None:
        self.colour = style.colour
        self.verbose = style.verbose
        self.width = max(40, style.width)

    def __call__(self, text: str, code: str) -> str:
        """``text`` in a colour (an SGR code), where colours are wanted."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text

    def severity(self, severity: Severity, width: int = 0) -> str:
        """The severity's name in its colour, filled to ``width``."""
        return self(severity.ljust(width), COLOURS[severity])

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
        taken = indent if first is None else first
        words = list[str]()
        line = " " * taken
        for word in plain(text).split():
            size = columns(word)
            if words and taken + len(words) + size > self.width:
                yield line + " ".join(words)
                line, taken, words = " " * indent, indent, []
            words.append(word)
            taken += size
        yield line + " ".join(words)
