"""The coverage verdict: what the advisories could not judge, so that no zero is a false one."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from seawall.advisory.database import Database
from seawall.advisory.distribution import PACKAGE_TYPES, Home
from seawall.advisory.matchable import UNJUDGED_TYPES
from seawall.advisory.support import period_of
from seawall.advisory.third_party import is_third_party
from seawall.model import Coverage, CoverageState, Distribution, FeedInfo, Image

_NAMED = 8
_UPDATE = "Run `seawall db update`."


@dataclass
class Tally:
    """What a match counts on its way.

    Attributes:
        home: where the distribution's advisories are.
        unversioned: packages without a usable version, by type.
        suppressed: language findings that the distribution's own word settles.
        headers: findings in kernel headers.
        foreign: packages of a kind that the distribution does not have, by type.
    """

    home: Home
    unversioned: Counter[str] = field(default_factory=Counter)
    suppressed: int = 0
    headers: int = 0
    foreign: Counter[str] = field(default_factory=Counter)


def coverage_of(
    image: Image, database: Database, tally: Tally, *, on: date, max_age_days: int | None
) -> tuple[Coverage, ...]:
    """The rows of the verdict that the advisories answer for."""
    types = Counter(package.type for package in image.packages)
    rows = [*_distribution(image, tally.home, types - tally.foreign), *_ecosystems(types, database), *_notes(tally)]
    if image.distribution is not None:
        rows += [*_support(image.distribution, database, on), *_third_party(image, image.distribution)]
    used = {tally.home.shard, tally.home.origin, tally.home.paid, *types} - {""}
    rows += _feeds(database, used, on, max_age_days)
    return tuple(rows)


def _distribution(image: Image, home: Home, types: Counter[str]) -> Iterator[Coverage]:
    count = sum(types[one] for one in PACKAGE_TYPES)
    name = image.distribution.key if image.distribution else ""
    if home.borrowed:
        yield _row(
            "advisories",
            CoverageState.PARTIAL,
            f"The database has no advisories for {name}: {count} packages judged by those of {home.shard}. {_UPDATE}",
        )
    elif home.shard:
        extra = f", what {home.origin} has not fixed included" if home.origin else ""
        yield _row("advisories", CoverageState.OK, f"{count} packages judged by the advisories of {home.shard}{extra}.")
    elif count and name:
        yield _row(
            "advisories",
            CoverageState.MISSING,
            f"The database has no advisories for {name}: {count} of its packages could not be judged. {_UPDATE}",
        )
    elif count:
        yield _row(
            "advisories",
            CoverageState.UNKNOWN,
            f"The distribution is not known, so {count} of its packages could not be judged.",
        )


def _ecosystems(types: Counter[str], database: Database) -> Iterator[Coverage]:
    for kind, count in sorted(types.items()):
        if kind in PACKAGE_TYPES:
            continue
        if kind in UNJUDGED_TYPES:
            yield _row(
                "advisories", CoverageState.UNSUPPORTED, f"No feed speaks of {kind} packages: {count} not judged."
            )
        elif kind in database.shards:
            yield _row("advisories", CoverageState.OK, f"{count} {kind} packages judged.")
        else:
            yield _row(
                "advisories",
                CoverageState.MISSING,
                f"The database has no advisories for {kind}: {count} packages could not be judged. {_UPDATE}",
            )


def _notes(tally: Tally) -> Iterator[Coverage]:
    for kind, count in sorted(tally.unversioned.items()):
        yield _row(
            "versions",
            CoverageState.PARTIAL,
            f"{count} {kind} packages say no version (such as Go's (devel)) and could not be judged.",
        )
    for kind, count in sorted(tally.foreign.items()):
        yield _row(
            "advisories",
            CoverageState.PARTIAL,
            f"{count} {kind} packages are of another distribution than {tally.home.shard} and could not be judged.",
        )
    if tally.suppressed:
        yield _row(
            "distribution-owned",
            CoverageState.INFO,
            f"{tally.suppressed} findings in language packages that belong to the distribution's packages are left to "
            "the distribution's own verdict.",
        )
    if tally.headers:
        yield _row(
            "kernel-headers",
            CoverageState.INFO,
            f"{tally.headers} findings are in kernel headers: built from the kernel's source, but no kernel runs here.",
        )


def _support(distribution: Distribution, database: Database, on: date) -> Iterator[Coverage]:
    period = period_of(distribution, database.support)
    if period is None or not period.ends or on.isoformat() <= period.ends:
        return
    name = distribution.title or distribution.key
    if period.extended_ends and on.isoformat() <= period.extended_ends:
        yield _row(
            "distribution",
            CoverageState.INFO,
            f"{name} left regular support on {period.ends}; extended support ends on {period.extended_ends}.",
        )
        return
    yield _row(
        "distribution",
        CoverageState.UNSUPPORTED,
        f"{name} is out of support since {period.extended_ends or period.ends}: vulnerabilities are no longer told. "
        "Move to a supported release.",
    )


def _third_party(image: Image, distribution: Distribution) -> Iterator[Coverage]:
    names = sorted(
        {one.name for one in image.packages if one.type in PACKAGE_TYPES and is_third_party(one, distribution)}
    )
    if names:
        some = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
        yield _row(
            "third-party-packages",
            CoverageState.PARTIAL,
            f"{len(names)} package{'s are' if len(names) > 1 else ' is'} not built by {distribution.id} ({some}): its "
            "advisories may not fit.",
        )


def _feeds(database: Database, used: set[str], on: date, max_age_days: int | None) -> Iterator[Coverage]:
    """What is wrong with the feeds that matter here; those with the same fault in one row."""
    mine = [info for info in database.feeds() if not info.ecosystems or used & set(info.ecosystems)]
    for info in mine:
        if info.broken:
            records = "record" if info.broken == 1 else "records"
            yield _row("feed", CoverageState.INFO, f"Feed {info.name}: {info.broken} broken {records} left out.")
    failed = [info for info in mine if info.error]
    for state, some in (
        (CoverageState.MISSING, [info for info in failed if not info.records]),
        (CoverageState.STALE, [info for info in failed if info.records]),
    ):
        if some:
            names = _several([f"{info.name} ({_date_of(info)})" if info.records else info.name for info in some])
            why = some[0].error.rstrip(".")
            yield _row("feed", state, f"{len(some)} of the feeds could not be read anew: {names}. Why: {why}.")
    if max_age_days is None:
        return
    ages = {info.name: _age(info, on) or 0 for info in mine if not info.error}
    old = sorted((info for info in mine if ages.get(info.name, 0) > max_age_days), key=lambda info: -ages[info.name])
    if old:
        names = _several([f"{info.name} ({_date_of(info)}, {ages[info.name]} days)" for info in old])
        yield _row("feed", CoverageState.STALE, f"{_feeds_are(old)} older than {max_age_days} days: {names}. {_UPDATE}")


def _feeds_are(some: list[FeedInfo]) -> str:
    return f"{len(some)} feeds are" if len(some) > 1 else "1 feed is"


def _several(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _date_of(info: FeedInfo) -> str:
    """The day its data is of: when it was fetched, where it came from its service; else what the data says."""
    fetched = info.fetched if info.source.startswith(("http://", "https://")) else ""
    return max(fetched, info.date)[:10] or info.fetched[:10]


def _age(info: FeedInfo, on: date) -> int | None:
    try:
        return (on - date.fromisoformat(_date_of(info))).days
    except ValueError:
        return None


def _row(area: str, state: CoverageState, message: str) -> Coverage:
    return Coverage(area=area, state=state, message=message)
