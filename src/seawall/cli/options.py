"""Options that several commands share, and where reports go."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TextIO, TypeVar

import click

from seawall.cli.console import Console
from seawall.cli.stdout import leave_stdout
from seawall.errors import InputError, UsageError
from seawall.model.report import Report

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem

_F = TypeVar("_F", bound=Callable[..., object])

_FORMATS = ("table", "json", "sarif", "cyclonedx", "spdx", "html", "markdown", "junit", "gitlab", "github", "csv")


def _formats(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The formats that begin so, for the shell's completion."""
    return [name for name in _FORMATS if name.startswith(incomplete)]


def output_options(function: _F) -> _F:
    """``--output``, ``--output-file``, ``--quiet``, ``--verbose``, ``--no-color``."""
    for option in reversed(
        (
            click.option(
                "-o",
                "--output",
                "outputs",
                multiple=True,
                metavar="FORMAT[=FILE]",
                shell_complete=_formats,
                help=f"{', '.join(_FORMATS)}; may be given several times. Default: table.",
            ),
            click.option("--output-file", metavar="FILE", help="Write the report to FILE instead of standard output."),
            click.option("-q", "--quiet", is_flag=True, help="No progress, no notes: only the report and errors."),
            click.option("-v", "--verbose", is_flag=True, help="Print everything, not only what matters first."),
            click.option("--no-color", is_flag=True, help="No colours, even on a terminal (as NO_COLOR)."),
        )
    ):
        function = option(function)
    return function


def files(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The shell's own completion of paths, for what may be a path or something else."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415 -- when somebody presses tab

    return [CompletionItem(incomplete, type="file")]


class FilePath(click.Path["Path"]):
    """A path as :mod:`pathlib` has them, which is loaded when one is given."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> "Path":
        """The path; nothing need be there."""
        from pathlib import Path  # noqa: PLC0415 -- 3 ms

        return Path(str(value))


class IsoDate(click.ParamType[date]):
    """A day, ``2026-01-31``."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse it, or say what is wrong."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value)[:10])
        except ValueError:
            self.fail(f"{value!r} is no date; write it as 2026-01-31.", param, ctx)


def today() -> date:
    """The day on this machine's clock, in UTC."""
    return datetime.now(UTC).date()


def destinations(outputs: tuple[str, ...], output_file: str | None) -> tuple[tuple[str, str], ...]:
    """``--output`` and ``--output-file`` as (format, file or empty) pairs.

    Raises:
        UsageError: a format that does not exist, or two reports for one place.
    """
    pairs = [tuple((*text.split("=", 1), "")[:2]) for text in outputs or ("table",)]
    found = [(str(kind), str(path)) for kind, path in pairs]
    for text in outputs:
        if text.endswith("="):
            raise UsageError(f"--output {text} names no file", hint="Write --output FORMAT=FILE.")
    for kind, _ in found:
        if kind not in _FORMATS:
            raise UsageError(f"no output format {kind!r}", hint=f"There are: {', '.join(_FORMATS)}.")
    if output_file:
        if len(found) != 1 or found[0][1]:
            raise UsageError("--output-file goes with one --output", hint="Write --output FORMAT=FILE for each.")
        found = [(found[0][0], output_file)]
    places = [path for _, path in found]
    if len(set(places)) != len(places):
        raise UsageError("two reports would go to the same place", hint="Write --output FORMAT=FILE for each.")
    return tuple(found)


def write_reports(report: Report, places: tuple[tuple[str, str], ...], console: Console) -> None:
    """Write each report whole: a file is replaced only when the new one is complete.

    Raises:
        InputError: a file cannot be written.
    """
    from seawall.report import write  # noqa: PLC0415 -- formats are imported when there is something to write

    for kind, path in places:
        if not path or path == "-":
            try:
                write(report, kind, sys.stdout, console.style)
                sys.stdout.flush()
            except BrokenPipeError:  # the other reports and the gate are no less wanted
                leave_stdout()
            continue
        with _replacing(path) as file:
            write(report, kind, file, console.style)
        console.note(f"{kind} report: {path}")


@contextmanager
def _replacing(path: str) -> Iterator[TextIO]:
    """A file to write in the place of another: a neighbour until it is whole; a link or a device, directly.

    ``/dev/stdout`` is a link, also where it leads to a regular file: to replace it would take it from everybody.
    """
    try:
        if os.path.islink(path) or (os.path.exists(path) and not os.path.isfile(path)):
            with open(path, "w", encoding="utf-8") as file:
                yield file
            return
        import tempfile  # noqa: PLC0415 -- it loads shutil and random; most reports go to the terminal

        folder, name = os.path.split(path)
        handle, temporary = tempfile.mkstemp(dir=folder or ".", prefix=f".{name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                yield file
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(temporary, 0o666 & ~umask)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise InputError(f"{path} cannot be written", cause=error.strerror or str(error)) from error
