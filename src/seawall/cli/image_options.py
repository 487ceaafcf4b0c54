"""How an image is reached and read, and by which advisories it is judged: the same options wherever one is scanned."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seawall import settings
from seawall.model.record import Record

if TYPE_CHECKING:
    from seawall.image.source.interface import Progress
    from seawall.workflow.scan import ScanRequest

Command = Callable[..., object]


class ImageOptions(Record, frozen=True, kw_only=True):
    """What was said; a command with :func:`image_options` gets it as ``reading``.

    Attributes:
        platform: ``os/architecture[/variant]``, or empty.
        database: the advisory database's directory; null: that of the settings.
        archive: whether the distribution's package archive is asked where no feed speaks of it.
        no_cache: whether every layer is read again.
        insecure: whether plain HTTP and unchecked certificates are allowed.
        ca_file: a PEM bundle; null: that of the settings.
    """

    platform: str = ""
    database: Path | None = None
    archive: bool = False
    no_cache: bool = False
    insecure: bool = False
    ca_file: Path | None = None

    def request(self, target: str, on: date, progress: "Progress | None" = None) -> "ScanRequest":
        """The scan of a target, with the settings for what was not said."""
        from seawall.image.source.interface import ScanOptions  # noqa: PLC0415 -- engines load when a command runs
        from seawall.workflow.archive import ArchiveRequest  # noqa: PLC0415
        from seawall.workflow.scan import ScanRequest  # noqa: PLC0415

        config = settings.load()
        database = self.database or config.cache / "db"
        archive = ArchiveRequest(
            database=database,
            cache=config.cache / "archive",
            timeout=config.timeout_seconds,
            ca_file=config.registry_ca_file,
        )
        return ScanRequest(
            target=target,
            options=ScanOptions(
                platform=self.platform,
                cache=None if self.no_cache else config.cache / "layers",
                workers=config.workers,
                insecure=self.insecure,
                ca_file=str(self.ca_file) if self.ca_file else config.registry_ca_file,
                mirrors=config.registry_mirrors,
                timeout=config.timeout_seconds,
                progress=progress,
            ),
            database=database,
            archive=archive if self.archive else None,
            on=on,
            max_feed_age_days=config.max_feed_age_days,
        )


def image_options(function: Command) -> Command:
    """``--platform``, ``--db``, ``--archive``, ``--no-cache``, ``--insecure``, ``--ca-file``: as ``reading``."""

    @wraps(function)
    def command(**given: object) -> object:
        own = {name: given.pop(name) for name in ImageOptions.__struct_fields__}
        return function(**given, reading=ImageOptions(**own))  # type: ignore[arg-type] # click has checked them

    made: Command = command
    for option in reversed(
        (
            click.option(
                "--platform",
                default="",
                metavar="OS/ARCH",
                help="Of a multi-platform image; default: this machine's.",
            ),
            click.option(
                "--db", "database", type=click.Path(path_type=Path), help="The advisory database's directory."
            ),
            click.option(
                "--archive",
                is_flag=True,
                help="Where no feed speaks of the distribution, ask its package archive (by apt's settings).",
            ),
            click.option("--no-cache", is_flag=True, help="Read every layer again."),
            click.option("--insecure", is_flag=True, help="Allow plain HTTP and unchecked certificates."),
            click.option(
                "--ca-file",
                type=click.Path(path_type=Path),
                help="A PEM bundle that registries are checked against.",
            ),
        )
    ):
        made = option(made)
    return made
