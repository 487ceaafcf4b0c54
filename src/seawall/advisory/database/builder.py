"""Build a generation of the database from all feeds' newest records, and swap it in.

Two passes over the records: the first joins identifiers to vulnerabilities, the second writes rows and details.
Two builders at once do not disturb each other; the one that ends last wins.
"""

import hashlib
import os
import time
from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec

from seawall.advisory.database.aliases import AliasGroups
from seawall.advisory.database.convert import rows_of
from seawall.advisory.database.details import merge_details, partial_details
from seawall.advisory.database.layout import CARD, DETAILS, SCHEMA_VERSION, new_generation
from seawall.advisory.database.pack import pack
from seawall.advisory.database.rows import Card, Details, ShardInfo, database_key
from seawall.advisory.database.shard import write_shard
from seawall.advisory.database.spool import Spool
from seawall.advisory.database.store import RecordStore
from seawall.errors import InputError
from seawall.model import Advisory, ExploitScore, FeedInfo, FeedRecord, KnownExploited, SupportPeriod

DETAIL_PREFIX: Final = b"="
ALIAS_PREFIX: Final = b"~"
_ENCODER: Final = msgspec.msgpack.Encoder()
_DETAILS: Final = msgspec.msgpack.Decoder(Details)
_DETAILS_HEAP: Final = "\x00details"


class DatabaseBuilder:
    """Takes feeds' records in, and builds the database that readers open.

    ``builder.put(info, records)`` for each feed that was read, ``builder.fail(info, reason)`` for each that could
    not be, then ``builder.build()``.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.store = RecordStore(root)

    def put(
        self, info: FeedInfo, records: Iterable[FeedRecord], *, complete: Callable[[FeedInfo], FeedInfo] | None = None
    ) -> FeedInfo:
        """Replace one feed's records; when reading them fails, the old ones stay and the error is noted.

        ``complete`` adds to the information what is only known once all records were read.

        Returns:
            The feed's information, with its records counted, or with its error.
        """
        try:
            return self.store.write(info, records, complete=complete)
        except InputError as error:
            return self.store.fail(info, error.sentence())

    def fail(self, info: FeedInfo, reason: str) -> FeedInfo:
        """Note that a feed could not be read; its old records stay."""
        return self.store.fail(info, reason)

    def build(self, *, created: str = "", progress: Callable[[str, int, int], None] | None = None) -> Card:
        """Build a generation from everything in the store and make it current.

        Args:
            created: the database's date, ISO 8601; now when empty.
            progress: called with what is being done, how far, of how much.

        Returns:
            The new generation's card.

        Raises:
            InputError: the disk refuses. The old generation stays current.
        """
        created = created or time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        try:
            with new_generation(self._root) as directory:
                return _Build(self.store, directory, progress or _quiet).run(created)
        except OSError as error:
            raise InputError(f"the advisory database in {self._root} cannot be built", cause=str(error)) from error


def _quiet(_what: str, _done: int, _of: int) -> None:
    """No progress wanted."""


class _Build:
    """One run; what it gathers on the way."""

    def __init__(self, store: RecordStore, directory: Path, progress: Callable[[str, int, int], None]) -> None:
        self._store = store
        self._directory = directory
        self._progress = progress
        self._infos = list(store.infos())
        self._groups = AliasGroups()
        self._feed = ""
        self._tellers: set[str] = set()
        self._scores: dict[str, ExploitScore] = {}
        self._known: dict[str, KnownExploited] = {}
        self._periods: dict[tuple[str, str], SupportPeriod] = {}

    def run(self, created: str) -> Card:
        for record in self._records("identifiers", frozenset(info.name for info in self._infos)):
            self._gather(record)
        self._groups.settle()
        spool = Spool(self._directory)
        for record in self._records("rows", self._tellers):
            if isinstance(record, Advisory):
                self._spool(record, spool)
        details = self._write_details(spool)
        # a release of which a feed speaks has a shard even where nothing is wrong with it: no rows are an answer
        heaps = {*spool.heaps(), *(name for info in self._infos for name in info.ecosystems)} - {_DETAILS_HEAP}
        shards = {heap: self._write_shard(spool, heap) for heap in sorted(heaps)}
        card = Card(
            schema=SCHEMA_VERSION,
            created=created,
            details=details,
            shards=shards,
            feeds=tuple(self._infos),
            periods=tuple(self._periods[key] for key in sorted(self._periods)),
        )
        _write_card(self._directory / CARD, card)
        return card

    def _records(self, what: str, feeds: Container[str]) -> Iterator[FeedRecord]:
        """All records of some feeds; one whose file is damaged says so in its error and is left out from there on."""
        for at, info in enumerate(self._infos):
            if info.name not in feeds:
                continue
            self._progress(what, at, len(self._infos))
            self._feed = info.name
            try:
                yield from self._store.records(info.name)
            except InputError as error:
                self._infos[at] = msgspec.structs.replace(info, error=info.error or error.sentence())
        self._progress(what, len(self._infos), len(self._infos))

    def _gather(self, record: FeedRecord) -> None:
        match record:
            case Advisory():
                self._tellers.add(self._feed)
                self._groups.add(record.id, record.aliases, record.covers)
            case ExploitScore():
                self._scores[record.id] = record
            case KnownExploited():
                self._known[record.id] = record
            case SupportPeriod():
                self._periods[record.product, record.release] = record

    def _spool(self, advisory: Advisory, spool: Spool) -> None:
        for shard, name, row in rows_of(advisory, self._groups):
            spool.add(shard, database_key(name), _ENCODER.encode(row))
        for target in self._groups.targets(advisory.id, advisory.aliases, advisory.covers):
            part = partial_details(advisory, target)
            spool.add(_DETAILS_HEAP, database_key(target), _ENCODER.encode(part))

    def _write_shard(self, spool: Spool, heap: str) -> ShardInfo:
        counts = [0, 0]

        def pairs() -> Iterator[tuple[bytes, bytes]]:
            for key, rows in spool.grouped(heap):
                value, count = pack(heap, rows)
                counts[0] += 1
                counts[1] += count
                yield key, value

        name = quote(heap, safe="+-_.@ ")
        file = f"shard-{name if len(name) < 200 else hashlib.sha256(name.encode()).hexdigest()}.mdb"
        write_shard(self._directory / file, pairs())
        return ShardInfo(file=file, size=(self._directory / file).stat().st_size, packages=counts[0], rows=counts[1])

    def _write_details(self, spool: Spool) -> ShardInfo:
        counts = [0, 0]
        aliases: dict[bytes, bytes] = {}

        def pairs() -> Iterator[tuple[bytes, bytes]]:
            for key, whole in self._details(spool):
                counts[0] += 1
                yield DETAIL_PREFIX + key, _ENCODER.encode(whole)
                for alias in (*whole.aliases, *whole.notices):
                    # a notice about several vulnerabilities leads to all of them
                    at = ALIAS_PREFIX + database_key(alias)
                    aliases[at] = aliases[at] + b"\n" + whole.id.encode() if at in aliases else whole.id.encode()
            yield from sorted(aliases.items())

        path = self._directory / DETAILS
        write_shard(path, pairs())
        return ShardInfo(file=DETAILS, size=path.stat().st_size, packages=counts[0], rows=len(aliases))

    def _details(self, spool: Spool) -> Iterator[tuple[bytes, Details]]:
        """Each vulnerability's details in key order, those that only the exploited list knows included."""
        lonely = {database_key(name): record for name, record in self._known.items()}
        found = spool.grouped(_DETAILS_HEAP) if _DETAILS_HEAP in spool.heaps() else iter(())
        everything = dict(found)
        for key in sorted(everything.keys() | lonely.keys()):
            parts = [_DETAILS.decode(part) for part in everything.get(key, ())]
            shown = parts[0].id if parts else str(lonely[key].id)
            yield (
                key,
                merge_details(
                    parts,
                    aliases=self._groups.others(shown),
                    notices=self._groups.notices(shown),
                    score=self._scores.get(shown),
                    known=self._known.get(shown),
                ),
            )


def _write_card(path: Path, card: Card) -> None:
    with path.open("wb") as file:
        file.write(_ENCODER.encode(card))
        file.flush()
        os.fsync(file.fileno())
