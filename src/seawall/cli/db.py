"""``seawall db``: the advisory database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seawall import settings
from seawall.cli.console import Console
from seawall.errors import IncompleteError, ServiceError, UsageError

if TYPE_CHECKING:
    from seawall.workflow.advisories import Outcome, Progress

_database = click.option(
    "--db", "database", type=click.Path(path_type=Path), help="The database's directory; default: in the cache."
)
_feeds = click.option("--feed", "feeds", multiple=True, metavar="NAME", help="Only this feed; may be given again.")
_output = click.option("-o", "--output", type=click.Choice(["table", "json"]), default="table", help="Default: table.")
_quiet = click.option("-q", "--quiet", is_flag=True, help="No progress, no notes: only the result and errors.")


@click.group("db")
def db_cmd() -> None:
    """The advisory database: where it comes from, what it holds.

    \b
      seawall db update                      fetch what changed from the public services
      seawall db import /media/feeds         take in an air-gapped copy
      seawall db search CVE-2024-3094
    """  # noqa: D301 -- click's mark for a paragraph that is not to be wrapped


@db_cmd.command("update", short_help="Fetch what changed from the public services or a mirror.")
@_feeds
@click.option("--ecosystem", "ecosystems", multiple=True, metavar="NAME", help="Only this (PyPI, debian-12); again.")
@click.option("--from", "base", default="", metavar="URL|DIR", help="A mirror, or a directory: one folder a feed.")
@_database
@_output
@_quiet
def update_cmd(
    *, feeds: tuple[str, ...], ecosystems: tuple[str, ...], base: str, database: Path | None, output: str, quiet: bool
) -> None:
    """Fetch what changed, and build the database anew; a feed that fails keeps its old records.

    Exit codes: 0 all is new, 4 some feeds failed, 5 none could be fetched.
    """
    from seawall.workflow.advisories import UpdateRequest, import_paths, update  # noqa: PLC0415 -- loaded when needed

    config = settings.load()
    target = database or config.cache / "db"
    with _progress(Console(quiet=quiet)) as progress:
        if base and not base.startswith(("http://", "https://")):
            if ecosystems:
                raise UsageError("--ecosystem goes with an address", hint="From a directory everything is taken in.")
            outcome = import_paths((Path(base),), target, feeds=feeds, progress=progress)
        else:
            request = UpdateRequest(
                database=target,
                downloads=config.cache / "feeds",
                feeds=feeds,
                ecosystems=frozenset(ecosystems),
                base=base,
                addresses=config.feed_addresses,
                timeout=config.timeout_seconds,
                ca_file=config.registry_ca_file,
            )
            outcome = update(request, progress=progress)
    _tell(outcome, output, quiet=quiet)
    if outcome.failed and len(outcome.failed) == len(outcome.feeds):
        raise ServiceError("no feed could be fetched", cause=outcome.failed[0].error, hint="The old records stay.")
    _require_whole(outcome)


@db_cmd.command("import", short_help="Take feeds in from directories, archives or files.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH…", type=click.Path(path_type=Path))
@_feeds
@_database
@_output
@_quiet
def import_cmd(
    *, paths: tuple[Path, ...], feeds: tuple[str, ...], database: Path | None, output: str, quiet: bool
) -> None:
    """Take feeds in from directories, archives or files, in their services' own layout.

    A feed, or the archive or folder of it that is imported again, is replaced; all else stays.
    Exit codes: 0 all was read, 3 nothing was, 4 something was not.
    """
    from seawall.workflow.advisories import import_paths  # noqa: PLC0415 -- loaded when needed

    with _progress(Console(quiet=quiet)) as progress:
        outcome = import_paths(paths, database or settings.load().cache / "db", feeds=feeds, progress=progress)
    _tell(outcome, output, quiet=quiet)
    _require_whole(outcome)


@db_cmd.command("status", short_help="Where the rows come from, and how old they are.")
@_database
@_output
def status_cmd(*, database: Path | None, output: str) -> None:
    """Show where the rows come from, how old they are, and what was skipped."""
    from seawall.cli.db_tables import feeds_table, shards_line  # noqa: PLC0415 -- loaded when needed
    from seawall.cli.tables import as_json  # noqa: PLC0415
    from seawall.workflow.feeds.ask import status  # noqa: PLC0415

    found = status(database or settings.load().cache / "db")
    if output == "json":
        click.echo(as_json(found))
        return
    click.echo(f"Advisory database of {found.created} in {found.directory}\n")
    click.echo(feeds_table(found.feeds))
    click.echo(shards_line(found.shards))


@db_cmd.command("search", short_help="What is known of a vulnerability or a package.")
@click.argument("query")
@click.option("--ecosystem", default="", metavar="NAME", help="Only this (PyPI, debian-12).")
@_database
@_output
def search_cmd(*, query: str, ecosystem: str, database: Path | None, output: str) -> None:
    """Find what is known of a vulnerability (CVE-…, GHSA-…, DSA-…) or of a package, by its exact name."""
    from seawall.cli.db_tables import hits_table  # noqa: PLC0415 -- loaded when needed
    from seawall.cli.tables import as_json  # noqa: PLC0415
    from seawall.workflow.feeds.ask import search  # noqa: PLC0415

    hits = search(database or settings.load().cache / "db", query, ecosystem=ecosystem)
    if output == "json":
        click.echo(as_json(hits))
    elif hits:
        click.echo(hits_table(hits))
    else:
        click.echo(f"Nothing is known of {query!r}. A package is searched by its exact name.")


def _tell(outcome: "Outcome", output: str, *, quiet: bool) -> None:
    """The result on standard output; what was passed over on the other."""
    from seawall.cli.db_tables import feeds_table, passed_over  # noqa: PLC0415 -- loaded when needed
    from seawall.cli.tables import as_json  # noqa: PLC0415

    if output == "json":
        click.echo(as_json(outcome))
        return
    if not quiet:
        click.echo(feeds_table(outcome.feeds))
        click.echo(f"{outcome.records:,} records in the database of {outcome.created}.")
        for line in passed_over(outcome):
            click.echo(line, err=True)


def _require_whole(outcome: "Outcome") -> None:
    if outcome.failed or outcome.unreadable:
        count = len(outcome.failed) + len(outcome.unreadable)
        cause = outcome.failed[0].error if outcome.failed else outcome.unreadable[0]
        raise IncompleteError(
            f"{count} of the feeds' files could not be read", cause=cause, hint="The old records stay."
        )


@contextmanager
def _progress(console: Console) -> "Iterator[Progress | None]":
    """One line on a terminal that says what is being done; elsewhere nothing."""
    if not console.interactive:
        yield None
        return
    from rich.console import Console as RichConsole  # noqa: PLC0415 -- slow to import, only for terminals

    with RichConsole(stderr=True).status("…") as spinner:
        yield _line(spinner.update)


def _line(show: Callable[[str], None]) -> "Progress":
    """Numbers behind what is being done; of what is fetched, in bytes."""

    def progress(what: str, done: int, of: int) -> None:
        if what.startswith("fetching"):
            show(f"{what}  {done / 1e6:.1f}" + (f" of {of / 1e6:.1f} MB" if of else " MB"))
        else:
            show(f"{what}  {done:,}" + (f" of {of:,}" if of else ""))

    return progress
