"""Talking to people: colours and progress only on a terminal, results on standard output, the rest on the other."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

import click

from seawall.report.interface import Style

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from seawall.image.source.interface import Progress


class Console:
    """What a command prints through.

    Args:
        quiet: nothing but results and errors.
        no_color: no escape sequences, whatever the terminal.
        verbose: print all, not only what matters first.
    """

    def __init__(self, *, quiet: bool = False, no_color: bool = False, verbose: bool = False) -> None:
        self.quiet = quiet
        self.verbose = verbose
        plain = no_color or bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        self.colour = not plain and (sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR")))
        self.interactive = sys.stderr.isatty() and not quiet and os.environ.get("TERM") != "dumb"

    @property
    def style(self) -> Style:
        """How reports for people are printed here."""
        return Style(colour=self.colour, width=max(40, _width()), verbose=self.verbose)

    def note(self, text: str) -> None:
        """Say something that is no result."""
        if not self.quiet:
            click.echo(text, err=True)

    def warn(self, text: str) -> None:
        """Say something that a person should act on, even when quiet."""
        click.echo(f"warning: {text}", err=True)

    @contextmanager
    def progress(self, *, counted: bool = False) -> "Iterator[Progress | None]":
        """Bars on a terminal while the block runs; elsewhere nothing (yields None).

        Args:
            counted: what is told are pieces (``3/40``), not bytes (``1.2/4.0 MB``).
        """
        if not self.interactive:
            yield None
            return
        from rich import progress as rich  # noqa: PLC0415
        from rich.console import Console as RichConsole  # noqa: PLC0415 -- slow to import, only for terminals

        done = rich.MofNCompleteColumn() if counted else rich.DownloadColumn()
        columns = (rich.TextColumn("{task.description}"), rich.BarColumn(), done, rich.TimeElapsedColumn())
        with rich.Progress(*columns, console=RichConsole(stderr=True), transient=True) as bars:
            yield _Tasks(bars).update


class _Tasks:
    """Maps what a worker is reading to a bar."""

    def __init__(self, bars: "Bars") -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}
        self._lock = Lock()

    def update(self, what: str, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` (0: not known) bytes, or pieces, of ``what`` are done."""
        with self._lock:
            task = self._tasks.get(what)
            if task is None:
                task = self._tasks[what] = self._bars.add_task(what, total=total or None)
        self._bars.update(task, completed=done, visible=not total or done < total)


def _width() -> int:
    """Columns of the terminal, 100 where there is none; as shutil says it, which would load every compressor."""
    told = os.environ.get("COLUMNS", "")[:4]
    try:
        return int(told) if told.isdecimal() and int(told) else os.get_terminal_size(1).columns or 100
    except OSError:
        return 100
