"""Advisories out of the distribution's own package archive, for when no feed about the distribution is at hand.

Since only what is installed and outdated is read, this depends on the image. What was read stays in the database
(that a version fixes a vulnerability is true for every image), and the same packages are not asked for twice a day.
"""

import fcntl
import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from seawall.advisory.archive.read import FEED, LICENCE, ArchiveReader
from seawall.advisory.archive.sources import AptSource, apt_sources
from seawall.advisory.database import Database, DatabaseBuilder
from seawall.advisory.feed.interface import Dated, FeedItem, Skipped
from seawall.advisory.fetch import Fetcher, Progress
from seawall.errors import InputError, SeawallError
from seawall.model.advisory import Advisory, FeedInfo, FeedRecord
from seawall.model.coverage import Coverage, CoverageState
from seawall.model.image import Image
from seawall.model.record import Record

_FRESH_SECONDS = 24 * 3600


class ArchiveRequest(Record, frozen=True, kw_only=True):
    """What to ask, and where to keep it.

    Attributes:
        database: the advisory database's directory.
        cache: where indexes and changelogs are kept.
        root: the root filesystem whose apt configuration tells the mirrors: the image's own, or this machine's.
        timeout: seconds to wait for an answer.
        ca_file: a PEM bundle beside the system's.
    """

    database: Path
    cache: Path
    root: Path = Path("/")
    timeout: float = 30.0
    ca_file: str = ""


def supply(image: Image, request: ArchiveRequest, *, progress: Progress | None = None) -> tuple[Coverage, ...]:
    """Make sure that the database speaks of the image's distribution, by its archive if by nothing else.

    Returns:
        What the result must say of it: nothing where a feed is at hand or the distribution has no such archive; else
        that only fixed vulnerabilities are known, or why the archive could not be asked.

    Raises:
        InputError: the database cannot be written.
    """
    distribution = image.distribution
    packages = [package for package in image.packages if package.type == "deb"]
    if distribution is None or not packages or _has_feed(request.database, distribution.key):
        return ()
    try:
        sources = apt_sources(request.root)
        if not sources:
            return ()
        request.cache.mkdir(parents=True, exist_ok=True)
        with (request.cache / ".lock").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two scans that both add rows would lose one's
            _Supply(image, sources, request, progress).run()
    except SeawallError as error:
        message = f"The package archive of {distribution.key} could not be asked: {error.sentence()}"
        return (Coverage(area="advisories", state=CoverageState.UNREADABLE, message=message),)
    except OSError as error:
        raise InputError(f"{request.cache} cannot be written", cause=error.strerror or str(error)) from error
    message = (
        f"{distribution.title or distribution.key} is judged by its package archive only: what a waiting version fixes "
        "is found, what has no fix yet is not known. `seawall db update` brings the vendor's own word."
    )
    return (Coverage(area="advisories", state=CoverageState.PARTIAL, message=message),)


def _has_feed(database: Path, shard: str) -> bool:
    if not Database.exists(database):
        return False
    with Database.open(database) as reader:
        return any(shard in info.ecosystems and not info.name.startswith(FEED) for info in reader.feeds())


class _Supply:
    """One run."""

    def __init__(
        self, image: Image, sources: tuple[AptSource, ...], request: ArchiveRequest, progress: Progress | None
    ) -> None:
        if image.distribution is None:
            raise InputError("the image has no distribution")
        self._distribution = image.distribution
        self._packages = [package for package in image.packages if package.type == "deb"]
        self._sources = sources
        self._builder = DatabaseBuilder(request.database)
        self._reader = ArchiveReader(
            Fetcher(timeout=request.timeout, ca_file=request.ca_file, progress=progress), request.cache
        )
        self._done = request.cache / "read" / self._digest()
        self._skipped: dict[str, int] = {}
        self._broken = 0
        self._date = ""

    def run(self) -> None:
        """Read the archive and build the database, unless these packages were asked for within a day."""
        name = f"{FEED}:{self._distribution.key}"
        known = any(info.name == name and not info.error for info in self._builder.store.infos())
        if known and self._done.exists() and time.time() - self._done.stat().st_mtime < _FRESH_SECONDS:
            return
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        info = FeedInfo(name=name, licence=LICENCE, fetched=now, source=self._sources[0].uri)
        items = list(self._reader.read(self._distribution, self._sources, self._packages))
        self._builder.put(info, self._merged(name, items, known=known), complete=self._complete)
        self._builder.build()
        self._done.parent.mkdir(parents=True, exist_ok=True)
        self._done.touch()

    def _merged(self, name: str, items: list[FeedItem], *, known: bool) -> Iterator[FeedRecord]:
        """What is new, then what was read for other images."""
        told: set[tuple[str, str]] = set()
        for item in items:
            if isinstance(item, Skipped):
                self._skipped[item.reason] = self._skipped.get(item.reason, 0) + 1
                self._broken += item.broken
            elif isinstance(item, Dated):
                self._date = max(self._date, item.date)
            elif isinstance(item, Advisory):
                told.add((item.id, item.affected[0].package))
                yield item
        for record in self._builder.store.records(name) if known else ():
            if isinstance(record, Advisory) and (record.id, record.affected[0].package) not in told:
                yield record

    def _complete(self, info: FeedInfo) -> FeedInfo:
        """The shard belongs to this feed even where nothing is outdated: it was looked at."""
        return msgspec.structs.replace(
            info,
            date=self._date,
            skipped=self._skipped,
            broken=self._broken,
            ecosystems=tuple(sorted({*info.ecosystems, self._distribution.key})),
        )

    def _digest(self) -> str:
        lines = sorted(f"{package.name} {package.version}" for package in self._packages)
        return hashlib.sha256("\n".join([self._distribution.key, *lines]).encode()).hexdigest()[:32]
