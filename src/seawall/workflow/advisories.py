"""The advisory database: fetch feeds, take them in from files, build, tell what it holds, search.

Whatever fails leaves the old records of that feed in place, and is part of the answer.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from seawall.advisory.database import Database, DatabaseBuilder, SearchHit
from seawall.advisory.feed.ecosystems import shard
from seawall.advisory.feed.interface import Download, Feed
from seawall.advisory.feed.reading import Reading, Unit, unit_name
from seawall.advisory.feed.registry import ADDRESSES, chosen
from seawall.advisory.fetch import Fetcher, NotFoundAtServiceError, forget
from seawall.errors import InputError, LimitError, SeawallError, UsageError
from seawall.model.advisory import FeedInfo, FeedRecord
from seawall.model.record import Record

Progress = Callable[[str, int, int], None]

_LIMIT = 4 << 30
_POINTER_LIMIT = 1 << 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tar.xz", ".tar.zst", ".tar.bz2")
_MAX_RETURNS = 1000


class Outcome(Record, frozen=True, kw_only=True):
    """What an update or import did.

    Attributes:
        feeds: the units that were read or could not be, as they are kept now.
        unrecognised: container → how many of its files are of no known feed.
        unreadable: files and archives that could not be read and of which the feed is not known, with the reason.
        examples: unit → reason → some of what was skipped.
        records: all records in the database.
        created: the database's date.
    """

    feeds: tuple[FeedInfo, ...] = ()
    unrecognised: dict[str, int] = {}
    unreadable: tuple[str, ...] = ()
    examples: dict[str, dict[str, list[str]]] = {}
    records: int = 0
    created: str = ""

    @property
    def failed(self) -> tuple[FeedInfo, ...]:
        """The units whose newest attempt failed."""
        return tuple(info for info in self.feeds if info.error)


class UpdateRequest(Record, frozen=True, kw_only=True):
    """What to fetch, from where, to where.

    Attributes:
        database: the database's directory.
        downloads: where fetched files are kept, so that only what changed is fetched again.
        feeds: names; empty means all.
        ecosystems: shards or OSV's names; empty means all that the feeds offer by default.
        base: a mirror with one folder a feed, laid out as ``downloads`` is; empty means the public services.
        addresses: feed → a mirror of its service.
        timeout: seconds to wait for an answer.
        ca_file: a PEM bundle beside the system's.
        workers: how many files are fetched at once.
    """

    database: Path
    downloads: Path
    feeds: tuple[str, ...] = ()
    ecosystems: frozenset[str] = frozenset()
    base: str = ""
    addresses: dict[str, str] = {}
    timeout: float = 30.0
    ca_file: str = ""
    workers: int = 4


class Status(Record, frozen=True, kw_only=True):
    """What the database holds.

    Attributes:
        directory: where it lies.
        created: when it was built, ISO 8601.
        shards: shard → packages and rows in it.
        feeds: where the rows come from.
    """

    directory: str
    created: str
    shards: dict[str, tuple[int, int]]
    feeds: tuple[FeedInfo, ...]


class Known(Record, frozen=True, kw_only=True):
    """What one feed says about one vulnerability in one package.

    Attributes:
        id, aliases, title, published: the vulnerability.
        epss: the probability of exploitation within 30 days, or null.
        kev: the day it was added to the catalogue of known exploited vulnerabilities, or empty.
        ecosystem, package: where.
        status: what the vendor says.
        fixed: the versions that fix it, as the feed writes them.
        severity: the vendor's rating of this package.
        feed: who says so.
    """

    id: str
    aliases: tuple[str, ...]
    title: str
    published: str
    epss: float | None
    kev: str
    ecosystem: str
    package: str
    status: str
    fixed: tuple[str, ...]
    severity: str
    feed: str


def import_paths(
    paths: tuple[Path, ...], database: Path, *, feeds: tuple[str, ...] = (), progress: Progress | None = None
) -> Outcome:
    """Take feeds in from directories, archives or files, in their services' own layout.

    Raises:
        InputError: a path cannot be read, or nothing in any of them is of a known feed.
        UsageError: there is no such feed.
    """
    taking = _Taking(DatabaseBuilder(database), progress)
    known = chosen(feeds)
    for path in paths:
        taking.read(Reading(path, known), source=str(path.absolute()))
    if not taking.infos:
        unreadable = taking.unreadable[0] if taking.unreadable else ""
        raise InputError(
            f"there is no advisory feed in {', '.join(map(str, paths))}",
            cause=unreadable,
            hint=f"Known feeds: {', '.join(known)}, each in its service's own layout.",
        )
    return taking.finish()


def update(request: UpdateRequest, *, progress: Progress | None = None) -> Outcome:
    """Fetch what changed and take it in.

    Raises:
        UsageError: there is no such feed, it has no address, or it knows nothing of the ecosystems.
        InputError: the disk refuses.
    """
    taking = _Taking(DatabaseBuilder(request.database), progress)
    fetching = None if progress is None else lambda what, done, of: progress(f"fetching {what}", done, of)
    fetcher = Fetcher(timeout=request.timeout, ca_file=request.ca_file, progress=fetching)
    known = chosen(request.feeds)
    jobs = [_job(request, feed, one) for feed in known.values() for one in feed.downloads(request.ecosystems)]
    if not jobs:
        raise UsageError("none of the chosen feeds knows these ecosystems", hint="`seawall db status` shows names.")
    with ThreadPoolExecutor(max_workers=max(1, request.workers)) as pool:
        fetched = list(pool.map(lambda job: job.run(fetcher), jobs))
    for feed in known.values():
        mine = [one for one in fetched if one.job.feed is feed]
        if mine:
            taking.take_fetched(feed, request.downloads / feed.name, mine)
    return taking.finish()


def status(database: Path) -> Status:
    """What the database holds.

    Raises:
        InputError: there is none, or it is damaged.
    """
    with Database.open(database) as reader:
        shards = {name: (info.packages, info.rows) for name, info in sorted(reader.shards.items())}
        return Status(directory=str(database), created=reader.date, shards=shards, feeds=reader.feeds())


def search(database: Path, query: str, *, ecosystem: str = "") -> tuple[Known, ...]:
    """Rows about a vulnerability, by any of its identifiers, or about a package, by its name.

    Raises:
        InputError: there is no database, or it is damaged.
        UsageError: it has no such ecosystem.
    """
    with Database.open(database) as reader:
        wanted = {ecosystem, shard(ecosystem)} & reader.shards.keys()
        if ecosystem and not wanted:
            raise UsageError(
                f"the database has nothing about {ecosystem!r}", hint="`seawall db status` shows what it has."
            )
        hits = (hit for hit in reader.search(query.strip()) if not ecosystem or hit.shard in wanted)
        return tuple(dict.fromkeys(_known(hit) for hit in hits))


def _known(hit: SearchHit) -> Known:
    row, details = hit.row, hit.details
    return Known(
        id=row.id,
        aliases=details.aliases,
        title=details.title,
        published=details.published,
        epss=details.epss,
        kev=details.kev,
        ecosystem=hit.shard,
        package=hit.package,
        status=row.status,
        fixed=tuple(dict.fromkeys(interval.fix for interval in row.intervals if interval.fix)),
        severity=row.severity,
        feed=row.feed,
    )


class _Job(NamedTuple):
    """A file to fetch."""

    feed: Feed
    url: str
    target: Path
    download: Download

    def run(self, fetcher: Fetcher) -> "_Fetched":
        """Fetch it; what fails is part of the answer."""
        try:
            url = self._pointed(fetcher) if self.download.pointer else self.url
            return _Fetched(self, fetcher.fetch(url, self.target, _LIMIT), "")
        except NotFoundAtServiceError as error:
            return _Fetched(self, False, "" if self.download.optional else error.sentence())
        except SeawallError as error:
            return _Fetched(self, False, error.sentence())

    def _pointed(self, fetcher: Fetcher) -> str:
        pointer = self.target.with_name(f".{self.target.name}.pointer")
        fetcher.fetch(self.url, pointer, _POINTER_LIMIT)
        name = pointer.read_text("utf-8", "replace").strip()
        if not _NAME.fullmatch(name):
            raise InputError(f"{self.url} does not name a file", cause=name[:100])
        return f"{self.url.rpartition('/')[0]}/{name}"

    @property
    def container(self) -> str:
        """The unit that the file makes or is a part of, as the reader of files names it."""
        parts = self.target.parts
        return "/".join(parts[-2:] if self.target.name.endswith(_ARCHIVES) else parts[-3:-1])


class _Fetched(NamedTuple):
    """How it went."""

    job: _Job
    changed: bool
    error: str


def _job(request: UpdateRequest, feed: Feed, download: Download) -> _Job:
    target = request.downloads / feed.name / download.target
    if request.base:
        url = f"{request.base.rstrip('/')}/{quote(feed.name)}/{quote(download.target)}"
        return _Job(feed, url, target, msgspec.structs.replace(download, pointer=False))
    address = request.addresses.get(feed.name) or ADDRESSES.get(feed.name, "")
    if not address:
        raise UsageError(f"feed {feed.name} has no address", hint="Set it in the settings: feed_addresses.")
    return _Job(feed, f"{address.rstrip('/')}/{download.path}" if download.path else address, target, download)


class _Taking:
    """One run: units go into the store, and what happened is gathered."""

    def __init__(self, builder: DatabaseBuilder, progress: Progress | None) -> None:
        self.infos: dict[str, FeedInfo] = {}
        self.unreadable: list[str] = []
        self._builder = builder
        self._progress = progress or _quiet
        self._now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self._unrecognised: Counter[str] = Counter()
        self._examples: dict[str, dict[str, list[str]]] = {}
        self._returns = 0

    def read(self, reading: Reading, source: str) -> None:
        """Take in all units of a tree."""
        for unit in reading.units():
            self._put(unit, source)
        self._unrecognised.update(reading.unrecognised)
        self.unreadable += [f"{one.where}: {one.detail}" for one in reading.unreadable]

    def take_fetched(self, feed: Feed, directory: Path, fetched: list[_Fetched]) -> None:
        """Take in what was fetched for a feed: all of it if something changed; else only the day is noted."""
        own = [info for info in self._builder.store.infos() if info.name.partition(":")[0] == feed.name]
        if any(one.changed for one in fetched) or not own or any(info.error for info in own):
            self._read_fetched(feed, directory, {one.job.container: one.job.url for one in fetched})
        else:
            for info in own:
                fresh = info.source.startswith("http")
                noted = msgspec.structs.replace(info, fetched=self._now) if fresh else info
                self.infos[info.name] = self._builder.store.note(noted)
        for one in fetched:
            if one.error:
                self._fail(feed, one.job.container, one.error)
        broken = {info.name for info in self.infos.values() if info.error}
        for one in fetched:
            if unit_name(feed, one.job.container) in broken:
                forget(one.job.target)

    def finish(self) -> Outcome:
        """Build the database out of everything in the store."""
        card = self._builder.build(progress=lambda what, done, of: self._progress(f"building {what}", done, of))
        return Outcome(
            feeds=tuple(self.infos[name] for name in sorted(self.infos)),
            unrecognised=dict(self._unrecognised),
            unreadable=tuple(self.unreadable),
            examples=self._examples,
            records=sum(info.records for info in card.feeds),
            created=card.created,
        )

    def _read_fetched(self, feed: Feed, directory: Path, urls: dict[str, str]) -> None:
        if not directory.is_dir():
            return
        reading = Reading(directory, {feed.name: feed})
        for unit in reading.units():
            container = unit.name.partition(":")[2]
            self._put(unit, urls.get(container) or next(iter(urls.values())))
        for one in reading.unreadable:
            self._fail(feed, one.container, one.detail)

    def _fail(self, feed: Feed, container: str, reason: str) -> None:
        info = FeedInfo(name=unit_name(feed, container), licence=feed.licence, fetched=self._now)
        self.infos[info.name] = self._builder.fail(info, reason)

    def _put(self, unit: Unit, source: str) -> None:
        before = self.infos.get(unit.name)
        records = unit.records()
        if before is not None:
            self._returns += 1
            if self._returns > _MAX_RETURNS:
                raise LimitError("files of different feeds lie mixed", hint="Import them from one folder a feed.")
            records = chain(self._builder.store.records(unit.name), records)
        info = FeedInfo(name=unit.name, licence=unit.feed.licence, fetched=self._now, source=source)
        self.infos[unit.name] = self._builder.put(
            info, self._counted(unit.name, records), complete=lambda info: _joined(before, unit.complete(info))
        )
        for reason, examples in unit.examples.items():
            self._examples.setdefault(unit.name, {}).setdefault(reason, []).extend(examples)

    def _counted(self, name: str, records: Iterator[FeedRecord]) -> Iterator[FeedRecord]:
        for number, record in enumerate(records):
            if not number % 5000:
                self._progress(f"reading {name}", number, 0)
            yield record


def _quiet(_what: str, _done: int, _of: int) -> None:
    """No progress wanted."""


def _joined(before: FeedInfo | None, info: FeedInfo) -> FeedInfo:
    """Two parts of one unit."""
    if before is None:
        return info
    return msgspec.structs.replace(
        info,
        date=max(before.date, info.date),
        skipped=dict(Counter(before.skipped) + Counter(info.skipped)),
        broken=before.broken + info.broken,
    )
