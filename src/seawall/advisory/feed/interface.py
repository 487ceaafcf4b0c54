"""The plug point for advisory feeds.

A feed reads its service's own layout, wherever that lies: fetched by URL, or in a directory or archive that
somebody carried in. It yields records and knows nothing of the database.
"""

from collections.abc import Iterator
from typing import BinaryIO, ClassVar, Protocol

from seawall.model.advisory import FeedRecord
from seawall.model.record import Record


class FeedFile(Protocol):
    """A file of a feed, wherever it lies (directory, zip, tar, memory)."""

    @property
    def path(self) -> str:
        """Relative to the root that was imported or fetched, with forward slashes."""
        ...

    @property
    def modified(self) -> str:
        """ISO 8601 date, or empty."""
        ...

    def open(self) -> BinaryIO:
        """Its bytes, uncompressed as far as the container goes (a ``.gz`` stays one)."""
        ...


class Download(Record, frozen=True, kw_only=True):
    """One file to fetch for a feed: from ``url`` to ``path`` (relative, the service's own layout)."""

    url: str
    path: str
    optional: bool = False


class Feed(Protocol):
    """One kind of feed."""

    name: ClassVar[str]
    licence: ClassVar[str]

    def downloads(self, ecosystems: frozenset[str]) -> tuple[Download, ...]:
        """What to fetch for these shards (all that the feed offers when empty)."""
        ...

    def recognises(self, file: FeedFile) -> bool:
        """Whether this file is one of this feed's, by its path and, if need be, its first bytes."""
        ...

    def read(self, file: FeedFile) -> Iterator[FeedRecord]:
        """The records of one file.

        Raises:
            InputError: the file is broken as a whole; single bad records are skipped and counted by the caller
                through :class:`BadRecord`.
        """
        ...
