"""Read the current generation: memory-mapped, opened where needed, safe beside builders and other readers."""

import fcntl
import os
import threading
from bisect import bisect_right
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec

from seawall.advisory.database.builder import ALIAS_PREFIX, DETAIL_PREFIX
from seawall.advisory.database.layout import CARD, SCHEMA_VERSION, UPDATE_HINT, current, hold
from seawall.advisory.database.rows import DAMAGED, Card, Details, PackageRows, Row, ShardInfo, database_key
from seawall.advisory.database.shard import Shard
from seawall.advisory.names import normalise
from seawall.errors import InputError
from seawall.model import FeedInfo, Record, SupportPeriod

_PACKAGE: Final = msgspec.msgpack.Decoder(PackageRows)
_ROW: Final = msgspec.msgpack.Decoder(Row)
_DETAILS: Final = msgspec.msgpack.Decoder(Details)
_CARD: Final = msgspec.msgpack.Decoder(Card)
_MAX_HITS: Final = 1000
_TRIES: Final = 20


class _Version(msgspec.Struct):
    """The one field of a card that every version of the database has."""

    schema: int


_VERSION: Final = msgspec.msgpack.Decoder(_Version)


class SearchHit(Record, frozen=True, kw_only=True):
    """One row found by a search.

    Attributes:
        shard: distribution's release or ecosystem.
        package: the package's name there.
        row: what is said.
        details: the vulnerability's details.
    """

    shard: str
    package: str
    row: Row
    details: Details


class Database:
    """A generation of the database, open for reading. Threads may share it."""

    def __init__(self, directory: Path, card: Card, lock: int | None) -> None:
        self._directory = directory
        self._card = card
        self._lock = lock
        self._opening = threading.Lock()
        self._shards: dict[str, Shard] = {}
        self._details: Shard | None = None
        self._periods: dict[tuple[str, str], SupportPeriod] | None = None

    @classmethod
    def open(cls, root: Path) -> Self:
        """Open the current generation below a database's directory.

        Raises:
            InputError: there is none, it is of another version, or it is damaged.
        """
        root = root.absolute()
        for _ in range(_TRIES):
            directory = current(root)
            lock = hold(directory, fcntl.LOCK_SH)
            try:
                card = _read_card(directory / CARD)
                if lock is not None or current(root) == directory:
                    return cls(directory, card, lock)
            except InputError:
                if current(root) == directory:
                    _release(lock)
                    raise
            _release(lock)  # a builder swapped and tidied up in between
        raise InputError(f"the advisory database in {root} is rebuilt all the time", hint="Try again.")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all files."""
        for shard in self._shards.values():
            shard.close()
        self._shards.clear()
        if self._details is not None:
            self._details.close()
            self._details = None
        _release(self._lock)
        self._lock = None

    @staticmethod
    def exists(root: Path) -> bool:
        """Whether there is a database below a directory; whether it can be read, only :meth:`open` tells."""
        return (root / "current").is_symlink()

    @property
    def date(self) -> str:
        """When it was built, ISO 8601."""
        return self._card.created

    @property
    def shards(self) -> dict[str, ShardInfo]:
        """All shards by name, with how much they hold."""
        return self._card.shards

    def feeds(self) -> tuple[FeedInfo, ...]:
        """Where its rows come from."""
        return self._card.feeds

    def lookup(self, shard: str, name: str) -> tuple[Row, ...]:
        """All rows about a package; empty where there are none, or no such shard.

        Raises:
            InputError: the file is damaged.
        """
        value = self._value(shard, name)
        return () if value is None else self._rows(value)

    def candidates(self, shard: str, name: str, key: bytes) -> tuple[Row, ...]:
        """The rows about a package that an installed version may be affected by; what is fixed in it is left out.

        Args:
            shard: the shard.
            name: the package's name.
            key: the installed version's byte key under the shard's scheme.

        Raises:
            InputError: the file is damaged.
        """
        value = self._value(shard, name)
        if value is None:
            return ()
        try:
            package = _PACKAGE.decode(value)
            start = bisect_right(package.fixed, key)
            return tuple([_ROW.decode(row) for row in (*package.simple[start:], *package.others)])
        except DAMAGED as error:
            raise self._damaged(str(error)) from error

    def details(self, identifier: str) -> Details | None:
        """A vulnerability's details by its shown identifier.

        Raises:
            InputError: the file is damaged.
        """
        value = self._details_shard().get(DETAIL_PREFIX + database_key(identifier))
        try:
            return None if value is None else _DETAILS.decode(value)
        except DAMAGED as error:
            raise self._damaged(str(error)) from error

    def resolve(self, identifier: str) -> tuple[str, ...]:
        """The shown identifiers of an identifier of any kind: itself, its CVE, or all that a notice covers."""
        if self._details_shard().get(DETAIL_PREFIX + database_key(identifier)) is not None:
            return (identifier,)
        value = self._details_shard().get(ALIAS_PREFIX + database_key(identifier))
        return tuple(value.decode("utf-8", "replace").split("\n")) if value else ()

    def support(self, product: str, release: str) -> SupportPeriod | None:
        """Until when a release gets fixes, or null where no feed says it."""
        if self._periods is None:
            self._periods = {(period.product, period.release): period for period in self._card.periods}
        return self._periods.get((product, release))

    def search(self, query: str, *, limit: int = _MAX_HITS) -> tuple[SearchHit, ...]:
        """Rows about a vulnerability (any of its identifiers, any case) or a package (its exact name).

        Raises:
            InputError: a file is damaged.
        """
        wanted = frozenset(self.resolve(query) or self.resolve(query.upper()) or self._ghsa(query))
        hits: list[SearchHit] = []
        for shard in sorted(self._card.shards):
            found = self._by_id(shard, wanted) if wanted else self._by_name(shard, query)
            for name, row in found:
                hits.append(SearchHit(shard=shard, package=name, row=row, details=self._known(row.id)))
                if len(hits) >= limit:
                    return tuple(hits)
        return tuple(hits)

    def _ghsa(self, query: str) -> tuple[str, ...]:
        """GitHub's identifiers have a big head and a small body."""
        head, dash, body = query.partition("-")
        return self.resolve(head.upper() + dash + body.lower())

    def _by_name(self, shard: str, name: str) -> list[tuple[str, Row]]:
        return [(name, row) for row in self.lookup(shard, name)]

    def _by_id(self, shard: str, wanted: frozenset[str]) -> list[tuple[str, Row]]:
        store = self._shards.get(shard) or self._open(shard)
        if store is None:
            return []
        needles = [identifier.encode() for identifier in wanted]
        return [
            (key.decode("utf-8", "replace"), row)
            for key, value in store.items()
            if any(needle in value for needle in needles)
            for row in self._rows(value)
            if row.id in wanted
        ]

    def _known(self, identifier: str) -> Details:
        return self.details(identifier) or Details(id=identifier)

    def _open(self, shard: str) -> Shard | None:
        info = self._card.shards.get(shard)
        if info is None:
            return None
        with self._opening:  # LMDB refuses to open a file twice in one process
            found = self._shards.get(shard)
            if found is None:
                found = self._shards[shard] = Shard(self._directory / info.file, info.size, UPDATE_HINT)
        return found

    def _details_shard(self) -> Shard:
        with self._opening:
            if self._details is None:
                info = self._card.details
                self._details = Shard(self._directory / info.file, info.size, UPDATE_HINT)
            return self._details

    def _value(self, shard: str, name: str) -> bytes | None:
        store = self._shards.get(shard) or self._open(shard)
        return None if store is None else store.get(database_key(normalise(shard, name)))

    def _rows(self, value: bytes) -> tuple[Row, ...]:
        try:
            package = _PACKAGE.decode(value)
            return tuple([_ROW.decode(row) for row in (*package.simple, *package.others)])
        except DAMAGED as error:
            raise self._damaged(str(error)) from error

    def _damaged(self, cause: str) -> InputError:
        return InputError(f"the advisory database {self._directory} is damaged", cause=cause, hint=UPDATE_HINT)


def _release(lock: int | None) -> None:
    if lock is not None:
        os.close(lock)


def _read_card(path: Path) -> Card:
    """Read a generation's card.

    Raises:
        InputError: it is of another version, or damaged.
    """
    try:
        data = path.read_bytes()
        version = _VERSION.decode(data).schema
        if version != SCHEMA_VERSION:
            raise InputError(
                f"the advisory database {path.parent} is of version {version}, this Seawall reads {SCHEMA_VERSION}",
                hint=UPDATE_HINT,
            )
        return _CARD.decode(data)
    except (OSError, *DAMAGED) as error:
        raise InputError(
            f"the advisory database {path.parent} is damaged", cause=str(error), hint=UPDATE_HINT
        ) from error
