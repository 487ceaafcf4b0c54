"""Take units of feeds into the database's store, and gather what happened."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import msgspec

from seawall.advisory.database import DatabaseBuilder
from seawall.advisory.feed.interface import Feed
from seawall.advisory.feed.reading import Reading, Unit, unit_name
from seawall.advisory.fetch import forget
from seawall.errors import InputError, LimitError
from seawall.model.advisory import FeedInfo, FeedRecord
from seawall.model.record import Record
from seawall.workflow.feeds.jobs import Fetched

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, how far, of how much or 0)."""

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


class Intake:
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

    def take_fetched(self, feed: Feed, directory: Path, fetched: list[Fetched]) -> None:
        """Take in what was fetched for a feed: all of it if something changed; else only the day is noted."""
        own = {info.name: info for info in self._builder.store.infos() if info.name.partition(":")[0] == feed.name}
        there = {unit_name(feed, one.job.container) for one in fetched if not one.error and one.job.target.exists()}
        if any(one.changed for one in fetched) or any(name not in own or own[name].error for name in there):
            self._read_fetched(feed, directory, {one.job.container: one.job.url for one in fetched})
            for one in fetched:
                if unit_name(feed, one.job.container) in there - self.infos.keys():
                    self._fail(feed, one.job.container, f"{one.job.url} is not what this feed writes")
        else:
            for name in there:
                self.infos[name] = self._builder.store.note(msgspec.structs.replace(own[name], fetched=self._now))
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
        self._failed(FeedInfo(name=unit_name(feed, container), licence=feed.licence, fetched=self._now), feed, reason)

    def _failed(self, info: FeedInfo, feed: Feed, reason: str) -> None:
        """Old records stay, with the reason. What never was there leaves no trace, unless every scan needs it."""
        if feed.everywhere or info.name in {known.name for known in self._builder.store.infos()}:
            self.infos[info.name] = self._builder.fail(info, reason)
        else:
            self.infos[info.name] = msgspec.structs.replace(info, error=reason)

    def _put(self, unit: Unit, source: str) -> None:
        before = self.infos.get(unit.name)
        records = unit.records()
        if before is not None:
            self._returns += 1
            if self._returns > _MAX_RETURNS:
                raise LimitError("files of different feeds lie mixed", hint="Import them from one folder a feed.")
            records = chain(self._builder.store.records(unit.name), records)
        info = FeedInfo(name=unit.name, licence=unit.feed.licence, fetched=self._now, source=source)
        try:
            self.infos[unit.name] = self._builder.store.write(
                info, self._counted(unit.name, records), complete=lambda info: _joined(before, unit.complete(info))
            )
        except InputError as error:
            self._failed(info, unit.feed, error.sentence())
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
