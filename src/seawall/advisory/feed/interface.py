"""The plug point for advisory feeds.

A feed reads its service's own layout, wherever that lies: fetched by URL, or in a directory or archive that
somebody carried in. It yields records and knows nothing of the database. What it leaves out it yields too, as
:class:`Skipped`, so that nothing is lost silently.
"""

from collections.abc import Iterator
from typing import BinaryIO, ClassVar, Protocol

from seawall.model.advisory import FeedRecord
from seawall.model.record import Record


class FeedFile(Protocol):
    """A file of a feed, wherever it lies (directory, zip, tar, memory)."""

    @property
    def path(self) -> str:
        """Relative to the root that was imported or fetched, with forward slashes; an archive counts as a folder."""
        ...

    @property
    def modified(self) -> str:
        """ISO 8601 date, or empty."""
        ...

    @property
    def container(self) -> str:
        """The archive or folder that it lies in, by its last names: one unit, replaced as a whole."""
        ...

    def head(self) -> bytes:
        """Its first bytes (at most 64 KiB), decompressed; empty where they cannot be read."""
        ...

    def open(self) -> BinaryIO:
        """Its bytes, uncompressed as far as the container goes (a ``.gz`` stays one). The caller closes it."""
        ...


class Skipped(Record, frozen=True, kw_only=True):
    """Something in a feed that gives no record, and why.

    Attributes:
        where: the file, and the record inside it where that is known.
        reason: one of few fixed sentences, so that they can be counted.
        detail: what exactly, or empty.
        broken: the data is wrong (against: left out on purpose, such as a withdrawn record).
        container: the unit that it lies in, for a file or archive that cannot be read.
        incomplete: it is a whole archive, of which only a part was read.
    """

    where: str
    reason: str
    detail: str = ""
    broken: bool = False
    container: str = ""
    incomplete: bool = False


class Dated(Record, frozen=True, kw_only=True):
    """The date that a feed states of itself, ISO 8601."""

    date: str


FeedItem = FeedRecord | Skipped | Dated


class Download(Record, frozen=True, kw_only=True):
    """One file to fetch for a feed.

    Attributes:
        path: below the feed's address, percent-encoded where need be; empty for the address itself.
        target: where it is kept, relative, the service's own layout.
        pointer: the file at ``path`` is a text of one line that names the file to fetch, beside it.
        optional: its absence (404) is no failure.
    """

    path: str
    target: str
    pointer: bool = False
    optional: bool = False


class Feed(Protocol):
    """One kind of feed."""

    name: ClassVar[str]
    licence: ClassVar[str]
    whole: ClassVar[bool]
    """One read says everything: it replaces all that this feed said before. Else it replaces only the unit
    (:attr:`FeedFile.container`) that was read again."""

    everywhere: ClassVar[bool]
    """Its records concern every shard (exploited vulnerabilities, scores, support)."""

    def downloads(self, ecosystems: frozenset[str]) -> tuple[Download, ...]:
        """What to fetch for these shards (all that the feed offers by default when empty)."""
        ...

    def recognises(self, file: FeedFile) -> bool:
        """Whether this file is one of this feed's, by its path and, if need be, its first bytes."""
        ...

    def read(self, file: FeedFile) -> Iterator[FeedItem]:
        """The records of one file.

        Raises:
            InputError: the file is broken as a whole; single bad records are yielded as :class:`Skipped`.
        """
        ...
