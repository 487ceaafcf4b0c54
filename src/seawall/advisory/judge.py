"""What the advisories say of one installed package: a verdict a vulnerability, remembered for its likes.

Binary packages of one source, and the same package in the next image, get the same verdicts; so they are kept,
up to a bound, for as long as the database is open.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple

from seawall.advisory.candidates import Installed, affecting, installed, told
from seawall.advisory.database import Database, Details, Row
from seawall.advisory.distribution import Home
from seawall.advisory.rating import Rating, rate
from seawall.model import Package, Status
from seawall.model.identifiers import VulnerabilityId

_STATUS_ORDER: Final = (
    Status.WILL_NOT_FIX,
    Status.END_OF_LIFE,
    Status.DEFERRED,
    Status.AFFECTED,
    Status.UNDER_INVESTIGATION,
)
"""Where rows without a fix differ, the one that says more is told."""

_MAX_KEPT: Final = 200_000


class Verdict(NamedTuple):
    """One vulnerability that an installed version is affected by."""

    details: Details
    rating: Rating
    aliases: tuple[VulnerabilityId, ...]
    fixed: str
    status: Status
    fix_date: str
    feed: str


class Judge:
    """Asks a database about packages."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._verdicts: dict[tuple[object, ...], tuple[Verdict, ...]] = {}
        self._spoken: dict[tuple[str, str, str], frozenset[str]] = {}

    def of_distribution(self, package: Package, home: Home) -> tuple[Verdict, ...]:
        """Verdicts on a distribution's package, by identifier; those of its origin's unfixed rows included."""
        kept = (home, *_identity(package))
        found = self._verdicts.get(kept)
        if found is None:
            one = installed(package, home.shard)
            rows = [(one, row) for row in affecting(one, self._database)]
            if home.paid:
                rows = self._with_sold(package, one, home.paid, rows)
            if home.origin:
                rows += self._unfixed_of_origin(package, one, home.origin)
            found = self._keep(kept, self._judge(rows))
        return found

    def of_language(self, package: Package) -> tuple[Verdict, ...]:
        """Verdicts on a language's package, by identifier."""
        kept = (package.type, package.name, package.version)
        found = self._verdicts.get(kept)
        if found is None:
            one = installed(package, package.type)
            found = self._keep(kept, self._judge([(one, row) for row in affecting(one, self._database)]))
        return found

    def spoken(self, package: Package, home: Home) -> frozenset[str]:
        """The vulnerabilities that the distribution speaks of for one of its packages, affected or not."""
        source = package.source.name if package.source else ""
        kept = (home.shard, package.name, source)
        found = self._spoken.get(kept)
        if found is None:
            shards = [shard for shard in (home.shard, home.origin, home.paid) if shard]
            found = frozenset().union(*(told(installed(package, shard), self._database) for shard in shards))
            if len(self._spoken) >= _MAX_KEPT:
                self._spoken.clear()
            self._spoken[kept] = found
        return found

    def _unfixed_of_origin(self, package: Package, own: Installed, origin: str) -> list[tuple[Installed, Row]]:
        """A rebuilt distribution tells only its fixes; what its origin has not fixed, it has not either."""
        other = installed(package, origin)
        unfixed = [row for row in affecting(other, self._database) if row.status is not Status.FIXED]
        spoken = told(own, self._database) if unfixed else frozenset()
        return [(other, row) for row in unfixed if row.id not in spoken]

    def _with_sold(
        self, package: Package, own: Installed, paid: str, rows: list[tuple[Installed, Row]]
    ) -> list[tuple[Installed, Row]]:
        """What only the paid channel speaks of: without a fix for those who did not pay, the last word for others."""
        bought = "esm" in package.version
        other = installed(package, paid)._replace(sold=not bought)
        sold = affecting(other, self._database)
        if bought:
            settled = told(other, self._database) - {row.id for row in sold}
            return [pair for pair in rows if pair[1].id not in settled] + [(other, row) for row in sold]
        spoken = told(own, self._database) if sold else frozenset()
        return rows + [(other, row) for row in sold if row.id not in spoken]

    def _judge(self, rows: Sequence[tuple[Installed, Row]]) -> tuple[Verdict, ...]:
        groups: defaultdict[str, list[tuple[Installed, Row]]] = defaultdict(list)
        for one, row in rows:
            groups[row.id].append((one, row))
        return tuple([self._verdict(identifier, groups[identifier]) for identifier in sorted(groups)])

    def _verdict(self, identifier: str, rows: Sequence[tuple[Installed, Row]]) -> Verdict:
        details = self._database.details(identifier) or Details(id=identifier)
        # the lowest fix above the installed version; rows without one come last
        fixes = [(not fix, fixed_key, fix, row) for one, row in rows for fixed_key, fix in (one.fix(row),)]
        _, _, fixed, chosen = min(fixes, key=lambda fix: fix[:2])
        aliases = {*details.aliases, *(row.notice for _, row in rows)} - {identifier, ""}
        return Verdict(
            details=details,
            rating=rate([row for _, row in rows], details),
            aliases=tuple(VulnerabilityId(alias) for alias in sorted(aliases)),
            fixed=fixed,
            status=Status.FIXED if fixed else _unfixed_status(rows),
            fix_date=chosen.fix_date if fixed else "",
            feed=chosen.feed,
        )

    def _keep(self, key: tuple[object, ...], verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
        if len(self._verdicts) >= _MAX_KEPT:
            self._verdicts.clear()
        self._verdicts[key] = verdicts
        return verdicts


def _identity(package: Package) -> tuple[str, ...]:
    """What a verdict on a distribution's package hangs on: binary packages of one Debian source share theirs."""
    source = package.source
    if package.type == "rpm" or source is None:
        name = source.name if source else ""
        return package.type, package.name, package.version, name, package.architecture, package.modularity
    return package.type, source.name or package.name, source.version, package.version


def _unfixed_status(rows: Sequence[tuple[Installed, Row]]) -> Status:
    said = {Status.WILL_NOT_FIX if one.sold and row.status is Status.FIXED else row.status for one, row in rows}
    return next((status for status in _STATUS_ORDER if status in said), Status.AFFECTED)
