"""Ask the advisory database: what it holds, and what is known of a vulnerability or a package."""

from pathlib import Path

from seawall.advisory.database import Database, SearchHit
from seawall.advisory.feed.ecosystems import shard
from seawall.errors import UsageError
from seawall.model.advisory import FeedInfo
from seawall.model.record import Record


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
