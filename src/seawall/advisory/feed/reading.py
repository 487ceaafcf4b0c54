"""Read a tree of feeds' files: which feed each is of, unit by unit, and what gave no record.

A unit is what is replaced as a whole: a feed that says everything at once, else one archive or folder of it. The
files are read once, one after the other; a unit's records are consumed while the tree is walked.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import msgspec

from seawall.advisory.feed.interface import Dated, Feed, FeedFile, Skipped
from seawall.advisory.files import UNREADABLE, feed_files
from seawall.errors import InputError
from seawall.model.advisory import Advisory, FeedInfo, FeedRecord

_EXAMPLES = 3


def unit_name(feed: Feed, container: str) -> str:
    """The name under which a unit's records are kept."""
    return feed.name if feed.whole else f"{feed.name}:{container}"


class Unit:
    """The files of one unit. Consume :meth:`records`, then :meth:`complete` tells the rest."""

    def __init__(self, name: str, feed: Feed, items: Iterator[FeedFile | Skipped]) -> None:
        self.name = name
        self.feed = feed
        self.examples: dict[str, list[str]] = {}
        self._items = items
        self._skipped: Counter[str] = Counter()
        self._broken = 0
        self._stated = ""
        self._newest = ""

    def records(self) -> Iterator[FeedRecord]:
        """The records of all its files.

        Raises:
            InputError: an archive ends early, or most of the files are broken: better the old records than these.
        """
        files, failures, records = 0, 0, 0
        first: InputError | None = None
        for item in self._items:
            if isinstance(item, Skipped):
                if item.incomplete:
                    raise InputError(f"{item.where} is incomplete", cause=item.detail)
                self._skip(item)
                continue
            files += 1
            try:
                for record in self._file(item):
                    records += 1
                    yield record
            except InputError as error:
                failures += 1
                first = first or error
                self._skip(Skipped(where=item.path, reason=UNREADABLE, detail=error.sentence(), broken=True))
        if first is not None and (not records or failures * 2 > files):
            raise first

    def complete(self, info: FeedInfo) -> FeedInfo:
        """Add its date and what was skipped."""
        date = self._stated or self._newest
        return msgspec.structs.replace(info, date=date, skipped=dict(self._skipped), broken=self._broken)

    def _file(self, file: FeedFile) -> Iterator[FeedRecord]:
        self._newest = self._newest or file.modified
        newest = ""
        for item in self.feed.read(file):
            if isinstance(item, Skipped):
                self._skip(item)
            elif isinstance(item, Dated):
                self._stated = max(self._stated, item.date)
            else:
                if isinstance(item, Advisory) and item.modified > newest:
                    newest = item.modified
                yield item
        self._stated = max(self._stated, newest)

    def _skip(self, item: Skipped) -> None:
        self._skipped[item.reason] += 1
        self._broken += item.broken
        examples = self.examples.setdefault(item.reason, [])
        if len(examples) < _EXAMPLES:
            examples.append(f"{item.where}: {item.detail}" if item.detail else item.where)


class Reading:
    """One walk over a tree.

    Attributes:
        unrecognised: container → how many of its files are of no feed that was asked for.
        unreadable: files and archives that could not be read and belong to no unit.
    """

    def __init__(self, root: Path, feeds: dict[str, Feed]) -> None:
        self.unrecognised: Counter[str] = Counter()
        self.unreadable: list[Skipped] = []
        self._root = root
        self._feeds = tuple(feeds.values())

    def units(self) -> Iterator[Unit]:
        """The units in the order in which their files lie; the same unit may come again.

        Raises:
            InputError: the tree itself cannot be read.
        """
        for (name, feed_name), group in groupby(self._keyed(), key=lambda entry: entry[0]):
            feed = next(one for one in self._feeds if one.name == feed_name)
            yield Unit(name, feed, (item for _, item in group))

    def _keyed(self) -> Iterator[tuple[tuple[str, str], FeedFile | Skipped]]:
        key: tuple[str, str] | None = None
        container = ""
        for item in feed_files(self._root):
            if isinstance(item, Skipped):
                if key is not None and item.container == container:
                    yield key, item
                else:
                    self.unreadable.append(item)
                continue
            feed = next((feed for feed in self._feeds if feed.recognises(item)), None)
            if feed is None:
                self.unrecognised[item.container] += 1
                continue
            key, container = (unit_name(feed, item.container), feed.name), item.container
            yield key, item
