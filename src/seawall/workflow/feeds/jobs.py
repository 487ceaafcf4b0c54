"""What is fetched for feeds, from where, to where."""

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from seawall.advisory.feed.interface import Download, Feed
from seawall.advisory.feed.registry import ADDRESSES
from seawall.advisory.fetch import Fetcher, NotFoundAtServiceError
from seawall.errors import InputError, SeawallError, UsageError
from seawall.model.record import Record

_LIMIT = 4 << 30
_POINTER_LIMIT = 1 << 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_ARCHIVES = (".zip", ".tar", ".tar.gz", ".tar.xz", ".tar.zst", ".tar.bz2")


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


class Job(NamedTuple):
    """A file to fetch."""

    feed: Feed
    url: str
    target: Path
    download: Download

    def run(self, fetcher: Fetcher) -> "Fetched":
        """Fetch it; what fails is part of the answer."""
        try:
            url = self._pointed(fetcher) if self.download.pointer else self.url
            return Fetched(self, fetcher.fetch(url, self.target, _LIMIT), "")
        except NotFoundAtServiceError as error:
            return Fetched(self, False, "" if self.download.optional else error.sentence())
        except SeawallError as error:
            return Fetched(self, False, error.sentence())

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


class Fetched(NamedTuple):
    """How it went."""

    job: Job
    changed: bool
    error: str


def job_of(request: UpdateRequest, feed: Feed, download: Download) -> Job:
    """Where a download of a feed comes from, and where it goes.

    Raises:
        UsageError: the feed has no address.
    """
    target = request.downloads / feed.name / download.target
    if request.base:
        url = f"{request.base.rstrip('/')}/{quote(feed.name)}/{quote(download.target)}"
        return Job(feed, url, target, msgspec.structs.replace(download, pointer=False))
    address = request.addresses.get(feed.name) or ADDRESSES.get(feed.name, "")
    if not address:
        raise UsageError(f"feed {feed.name} has no address", hint="Set it in the settings: feed_addresses.")
    return Job(feed, f"{address.rstrip('/')}/{download.path}" if download.path else address, target, download)
