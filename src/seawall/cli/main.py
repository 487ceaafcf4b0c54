"""The entry point: a lazy group of commands, and the one way out.

A sub-command's module is imported only when it is chosen, so that ``--help`` and ``--version`` stay fast.

Exit codes: 0 clean, 1 the gate failed, 2 wrong usage, 3 an input could not be read, 4 incomplete (with
``--strict``), 5 a service could not be reached, 70 a defect of Seawall's own, 130 interrupted.
"""

import importlib
import os
import sys
from contextlib import suppress
from typing import NoReturn

import click

from seawall import __version__
from seawall.cli.stdout import leave_stdout
from seawall.errors import SeawallError

COMMANDS: dict[str, tuple[str, str]] = {
    "scan": ("seawall.cli.scan", "Scan an image, archive, layout, root filesystem or SBOM."),
    "check": ("seawall.cli.check", "Check Kubernetes manifests."),
    "cluster": ("seawall.cli.cluster", "A live cluster: inventory, describe, export, watch, audit."),
    "policy": ("seawall.cli.policy", "List, show, test, explain, import and write policies."),
    "db": ("seawall.cli.db", "The advisory database: update, import, status, search."),
    "completion": ("seawall.cli.completion", "Print the shell's completion script."),
}
"""Command → (module, one line of help). The module has a click command of the command's name, with ``_cmd``."""

EXIT_DEFECT = 70
EXIT_INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group that imports a command's module only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order of a container's life."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command = getattr(module, f"{cmd_name}_cmd")
        if not isinstance(command, click.Command):
            raise TypeError(f"{cmd_name}_cmd is no command")
        return command

    def invoke(self, ctx: click.Context) -> object:
        """The command's own result; click would make 1 of a reader that went away, which is the gate's code."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            leave_stdout()
            return 0

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in ``--help``, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="seawall")
def cli() -> None:
    """Kubernetes security over the whole life of a container.

    Start with `seawall scan IMAGE` or `seawall check DIRECTORY`.

    Exit codes: 0 clean, 1 gate failed, 2 wrong usage, 3 input could not be read, 4 incomplete (with --strict),
    5 service unreachable.
    """


def _fail(message: str, code: int) -> NoReturn:
    """Say why on standard error, if that can be written, and leave."""
    with suppress(OSError):
        click.echo(f"seawall: {message}", err=True)
    sys.exit(code)


def main() -> NoReturn:
    """Run a command; every way out of the program is here."""
    try:
        code = cli.main(standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except SeawallError as error:
        _fail(error.sentence(), error.exit_code)
    except click.ClickException as error:
        with suppress(OSError):
            error.show()
        sys.exit(error.exit_code if isinstance(error, click.UsageError) else 2)
    except (KeyboardInterrupt, click.Abort):
        _fail("interrupted.", EXIT_INTERRUPTED)
    except BrokenPipeError:
        leave_stdout()
        sys.exit(0)
    except OSError as error:
        where = f" {error.filename}" if error.filename else ""
        _fail(f"the system refused{where}: {error.strerror or error}.", 3)
    except MemoryError:
        _fail("there is not enough memory for all of this at once; allow more, or give it less.", 3)
    except Exception as error:
        if os.environ.get("SEAWALL_DEBUG"):
            raise
        name = type(error).__name__
        _fail(
            f"a defect of Seawall's own ({name}: {error}). SEAWALL_DEBUG=1 shows where; please report it.", EXIT_DEFECT
        )


def run() -> NoReturn:
    """The program: :func:`main`, and then the process ends at once.

    Python would first free each object of ten thousand manifests, which takes longer than to read a hundred of them.
    """
    code: object = EXIT_DEFECT
    _open_closed()
    try:
        main()
    except SystemExit as end:
        code = end.code
    code = _flushed(code if isinstance(code, int) else 0)
    os._exit(code)


def _open_closed() -> None:
    """Started with a closed standard output or error (``>&-``), Python has none: what is said there is for nobody."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 -- open as long as the process


def _flushed(code: int) -> int:
    """The exit code, when all that was said is written; 3 where that cannot be."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return code
    except OSError as error:
        with suppress(OSError):
            click.echo(f"seawall: the system refused to write the output: {error.strerror or error}.", err=True)
        code = 3
    with suppress(OSError):
        sys.stderr.flush()
    return code


if __name__ == "__main__":
    run()
