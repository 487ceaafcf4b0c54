"""Match an image's packages against the advisory database: one match a vulnerability and package.

Pure apart from reading the database. Distributions' packages are asked in their release's shard, all others in
their ecosystem's. Where a language's package belongs to a distribution's, the distribution has the last word:
what it has fixed or denies is dropped, what it affirms is its own package's finding, where it is silent the
language's advisory stands.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Literal

from msgspec.structs import replace

from seawall.advisory.database import Database
from seawall.advisory.distribution import PACKAGE_TYPES, Home, home
from seawall.advisory.judge import Judge, Verdict
from seawall.advisory.matchable import is_foreign, is_kernel_headers, unusable_version
from seawall.advisory.verdict import Tally, coverage_of
from seawall.model import Coverage, Image, Package, Record, Severity, VulnerabilityMatch
from seawall.model.identifiers import VulnerabilityId


class Match(Record, frozen=True, kw_only=True):
    """A vulnerability in a package.

    Attributes:
        package: the package; where one stands at several places of a layer, its paths are joined.
        vulnerability: the vulnerability, as findings tell it.
        severity: how bad, by ``vulnerability.severity_source``.
        title: the vulnerability in one line, or empty.
        vendor: ``silent`` where the package belongs to a distribution's package and the distribution does not speak
            of this vulnerability there; else empty.
    """

    package: Package
    vulnerability: VulnerabilityMatch
    severity: Severity
    title: str = ""
    vendor: Literal["", "silent"] = ""


class MatchResult(Record, frozen=True, kw_only=True):
    """All matches, in the packages' order, and what could not be judged."""

    matches: tuple[Match, ...] = ()
    coverage: tuple[Coverage, ...] = ()


class Matcher:
    """Matches images against one open database, and remembers what it was asked: the way to match many."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._judge = Judge(database)

    def match(self, image: Image, *, on: date, max_age_days: int | None = None) -> MatchResult:
        """Match an image.

        Args:
            image: what was found in it.
            on: the day that support and feeds' age are judged on.
            max_age_days: a feed older than this is a gap; null: age does not count.

        Raises:
            InputError: the database is damaged.
        """
        where = home(image.distribution, self._database.shards) if image.distribution else Home()
        tally = Tally(home=where)
        packages = _joined(image.packages)
        owners = {package.purl: package for package in packages if package.type in PACKAGE_TYPES}
        matches: list[Match] = []
        for package in packages:
            if package.type in PACKAGE_TYPES:
                matches += self._distribution(package, tally)
            elif package.type in self._database.shards:
                matches += self._language(package, owners.get(package.owner), tally)
        coverage = coverage_of(image, self._database, tally, on=on, max_age_days=max_age_days)
        return MatchResult(matches=tuple(matches), coverage=coverage)

    def _distribution(self, package: Package, tally: Tally) -> list[Match]:
        if not tally.home.shard:
            return []
        if is_foreign(package, tally.home.shard):
            tally.foreign[package.type] += 1
            return []
        verdicts = self._judge.of_distribution(package, tally.home)
        if verdicts and is_kernel_headers(package):
            tally.headers += len(verdicts)
        return [_match(package, verdict) for verdict in verdicts]

    def _language(self, package: Package, owner: Package | None, tally: Tally) -> Iterator[Match]:
        if unusable_version(package):
            tally.unversioned[package.type] += 1
            return
        verdicts = self._judge.of_language(package)
        spoken = self._judge.spoken(owner, tally.home) if verdicts and owner and tally.home.shard else frozenset()
        for verdict in verdicts:
            if verdict.details.id in spoken:
                tally.suppressed += 1
            else:
                yield _match(package, verdict, vendor="silent" if owner else "")


def match(image: Image, database: Database, *, on: date, max_age_days: int | None = None) -> MatchResult:
    """Match one image; see :meth:`Matcher.match`."""
    return Matcher(database).match(image, on=on, max_age_days=max_age_days)


def _match(package: Package, verdict: Verdict, vendor: Literal["", "silent"] = "") -> Match:
    details, rating, aliases, fixed, status, fix_date, feed = verdict
    return Match(
        package=package,
        severity=rating.severity,
        title=details.title,
        vendor=vendor,
        vulnerability=VulnerabilityMatch(
            id=VulnerabilityId(details.id),
            aliases=aliases,
            package=package.name,
            purl=package.purl,
            installed=package.version,
            fixed=fixed,
            status=status,
            severity_source=rating.source,
            cvss=rating.score,
            cvss_vector=rating.vector,
            epss=details.epss,
            kev=bool(details.kev),
            published=details.published,
            fix_date=fix_date,
            feed=feed,
            references=details.references,
        ),
    )


def _joined(packages: Sequence[Package]) -> list[Package]:
    """One package a name, version and layer; several places become its paths."""
    joined: dict[tuple[str, str, str, int | None, str], Package] = {}
    for package in packages:
        key = (package.type, package.name, package.version, package.layer, package.owner)
        first = joined.setdefault(key, package)
        if first is not package and not set(package.paths) <= set(first.paths):
            joined[key] = replace(first, paths=tuple(dict.fromkeys((*first.paths, *package.paths))))
    return list(joined.values())
