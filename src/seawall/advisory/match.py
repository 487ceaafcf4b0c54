"""Match an image's packages against the advisory database: one match a vulnerability and package.

Pure apart from reading the database. Distributions' packages are asked in their release's shard, all others in
their ecosystem's. Where a language's package belongs to a distribution's, the distribution has the last word:
what it has fixed or denies is dropped, what it affirms is its own package's finding, where it is silent the
language's advisory stands.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, Literal

from msgspec.structs import replace

from seawall.advisory.candidates import Installed, affecting, installed, told
from seawall.advisory.database import Database, Details, Row
from seawall.advisory.distribution import PACKAGE_TYPES, Home, home
from seawall.advisory.matchable import UNJUDGED_TYPES, unusable_version
from seawall.advisory.rating import rate
from seawall.advisory.verdict import Tally, coverage_of
from seawall.model import Coverage, Image, Package, Record, Severity, Status, VulnerabilityMatch
from seawall.model.identifiers import VulnerabilityId

_STATUS_ORDER: Final = (
    Status.WILL_NOT_FIX,
    Status.END_OF_LIFE,
    Status.DEFERRED,
    Status.AFFECTED,
    Status.UNDER_INVESTIGATION,
)
"""Where rows without a fix differ, the one that says more is told."""


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


def match(image: Image, database: Database, *, on: date, max_age_days: int | None = None) -> MatchResult:
    """Match an image.

    Args:
        image: what was found in it.
        database: the advisories.
        on: the day that support and feeds' age are judged on.
        max_age_days: a feed older than this is a gap; null: age does not count.

    Raises:
        InputError: the database is damaged.
    """
    matcher = _Matcher(image, database)
    matches = tuple(matcher.run())
    return MatchResult(
        matches=matches,
        coverage=coverage_of(image, database, matcher.tally, on=on, max_age_days=max_age_days),
    )


class _Matcher:
    """One run over an image."""

    def __init__(self, image: Image, database: Database) -> None:
        self._database = database
        self._packages = _joined(image.packages)
        self._home = home(image.distribution, database.shards) if image.distribution else Home()
        self._owners = {package.purl: package for package in self._packages if package.type in PACKAGE_TYPES}
        self._verdicts: dict[str, frozenset[str]] = {}
        self._details: dict[str, Details] = {}
        self._rows: dict[tuple[str, str, str, str, str], tuple[Row, ...]] = {}
        self.tally = Tally(home=self._home, unversioned=Counter(), suppressed=0, headers=0)

    def run(self) -> Iterator[Match]:
        for package in self._packages:
            if package.type in PACKAGE_TYPES:
                found = self._of_distribution(package) if self._home.shard else ()
            elif package.type in UNJUDGED_TYPES or package.type not in self._database.shards:
                continue
            elif unusable_version(package):
                self.tally.unversioned[package.type] += 1
                continue
            else:
                found = self._of_language(package)
            yield from found

    def _of_distribution(self, package: Package) -> Iterator[Match]:
        one = installed(package, self._home.shard)
        hits = _by_vulnerability(affecting(one, self._database))
        if self._home.origin:
            self._add_unfixed_of_origin(package, one, hits)
        if hits and _is_headers(package):
            self.tally.headers += len(hits)
        for identifier in sorted(hits):
            yield self._match(one, identifier, hits[identifier])

    def _add_unfixed_of_origin(self, package: Package, own: Installed, hits: dict[str, list[Row]]) -> None:
        """A rebuilt distribution tells only its fixes; what its origin has not fixed, it has not either."""
        other = installed(package, self._home.origin)
        unfixed = [row for row in affecting(other, self._database) if row.status is not Status.FIXED]
        if not unfixed:
            return
        spoken = told(own, self._database)
        for row in unfixed:
            if row.id not in spoken:
                hits.setdefault(row.id, []).append(row)

    def _of_language(self, package: Package) -> Iterator[Match]:
        one = installed(package, package.type)
        hits = _by_vulnerability(affecting(one, self._database))
        owner = self._owners.get(package.owner) if package.owner and hits else None
        spoken = self._vendor_verdict(owner) if owner is not None else frozenset()
        for identifier in sorted(hits):
            if identifier in spoken:
                self.tally.suppressed += 1
                continue
            match_ = self._match(one, identifier, hits[identifier])
            yield replace(match_, vendor="silent") if owner is not None else match_

    def _vendor_verdict(self, owner: Package) -> frozenset[str]:
        """The vulnerabilities that the distribution speaks of for the package that owns a language's."""
        if not self._home.shard:
            return frozenset()
        verdict = self._verdicts.get(owner.purl)
        if verdict is None:
            shards = filter(None, (self._home.shard, self._home.origin))
            verdict = frozenset().union(*(told(installed(owner, shard), self._database) for shard in shards))
            self._verdicts[owner.purl] = verdict
        return verdict

    def _match(self, one: Installed, identifier: str, rows: Sequence[Row]) -> Match:
        details = self._known(identifier)
        rating = rate(rows, details)
        _, fixed, chosen = min((_fix(row, one) for row in rows), key=lambda fix: (not fix[1], fix[0]))
        notices = {row.notice for row in rows if row.notice}
        aliases = sorted({*details.aliases, *notices} - {identifier})
        return Match(
            package=one.package,
            severity=rating.severity,
            title=details.title,
            vulnerability=VulnerabilityMatch(
                id=VulnerabilityId(identifier),
                aliases=tuple(VulnerabilityId(alias) for alias in aliases),
                package=one.package.name,
                purl=one.package.purl,
                installed=one.package.version,
                fixed=fixed,
                status=Status.FIXED if fixed else _unfixed_status(rows),
                severity_source=rating.source,
                cvss=rating.score,
                cvss_vector=rating.vector,
                epss=details.epss,
                kev=bool(details.kev),
                published=details.published,
                fix_date=chosen.fix_date if fixed else "",
                feed=chosen.feed,
                references=details.references,
            ),
        )

    def _known(self, identifier: str) -> Details:
        details = self._details.get(identifier)
        if details is None:
            details = self._details[identifier] = self._database.details(identifier) or Details(id=identifier)
        return details


def _fix(row: Row, one: Installed) -> tuple[bytes, str, Row]:
    fixed_key, fixed = row.fix(one.key_for(row))
    return fixed_key, fixed, row


def _unfixed_status(rows: Sequence[Row]) -> Status:
    said = {row.status for row in rows}
    return next((status for status in _STATUS_ORDER if status in said), Status.AFFECTED)


def _by_vulnerability(rows: Sequence[Row]) -> dict[str, list[Row]]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.id].append(row)
    return groups


def _joined(packages: Sequence[Package]) -> list[Package]:
    """One package a name, version and layer; several places become its paths."""
    joined: dict[tuple[str, str, str, int | None, str], Package] = {}
    for package in packages:
        key = (package.type, package.name, package.version, package.layer, package.owner)
        first = joined.get(key)
        if first is None:
            joined[key] = package
        elif set(package.paths) - set(first.paths):
            joined[key] = replace(first, paths=tuple(dict.fromkeys((*first.paths, *package.paths))))
    return list(joined.values())


def _is_headers(package: Package) -> bool:
    return package.name.startswith(("linux-libc-dev", "linux-headers", "kernel-headers"))
