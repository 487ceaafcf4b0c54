"""A small database of given records, and packages matched against it; for the tests of matching."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from seawall.advisory.database import Database, DatabaseBuilder
from seawall.advisory.match import Match, MatchResult, match
from seawall.model import (
    Advisory,
    Affected,
    CoverageState,
    Distribution,
    FeedInfo,
    FeedRecord,
    Image,
    Package,
    Severity,
    SourcePackage,
    Status,
    Subject,
    VersionRange,
)
from seawall.model.identifiers import Purl, VulnerabilityId

DAY = date(2026, 1, 1)
DEBIAN = Distribution(id="debian", version="12")
CVE = VulnerabilityId("CVE-2025-1")
CVSS = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


def row(
    ecosystem: str,
    package: str,
    fixed: str = "",
    *,
    id: str = CVE,  # noqa: A002 - the field's name
    status: Status = Status.AFFECTED,
    ranges: tuple[VersionRange, ...] | None = None,
    versions: tuple[str, ...] = (),
    severity: Severity = Severity.UNKNOWN,
    modularity: str = "",
    architectures: tuple[str, ...] = (),
    aliases: tuple[str, ...] = (),
    covers: tuple[str, ...] = (),
    vectors: tuple[str, ...] = (),
    overall: Severity = Severity.UNKNOWN,
    feed: str = "",
) -> Advisory:
    """An advisory about one package."""
    affected = Affected(
        ecosystem=ecosystem,
        package=package,
        ranges=((VersionRange(fixed=fixed),) if fixed else ()) if ranges is None else ranges,
        versions=versions,
        status=Status.FIXED if fixed and status is Status.AFFECTED else status,
        severity=severity,
        severity_source="vendor" if severity is not Severity.UNKNOWN else "",
        modularity=modularity,
        architectures=architectures,
    )
    return Advisory(
        id=VulnerabilityId(id),
        aliases=tuple(map(VulnerabilityId, aliases)),
        covers=tuple(map(VulnerabilityId, covers)),
        feed=feed or ecosystem.split("-", maxsplit=1)[0],
        cvss_vectors=vectors,
        severity=overall,
        severity_source="feed" if overall is not Severity.UNKNOWN else "",
        affected=(affected,),
    )


def package(
    type_: str,
    name: str,
    version: str,
    *,
    source: tuple[str, str] | None = None,
    owner: str = "",
    modularity: str = "",
    architecture: str = "",
    vendor: str = "",
    layer: int | None = None,
    paths: tuple[str, ...] = (),
) -> Package:
    """An installed package."""
    return Package(
        type=type_,
        name=name,
        version=version,
        purl=Purl(f"pkg:{type_}/{name}@{version}"),
        source=SourcePackage(name=source[0], version=source[1]) if source else None,
        owner=Purl(owner),
        modularity=modularity,
        architecture=architecture,
        vendor=vendor,
        layer=layer,
        paths=paths,
    )


@contextmanager
def database(root: Path, *records: FeedRecord, feeds: tuple[FeedInfo, ...] = ()) -> Iterator[Database]:
    """A database of these records."""
    builder = DatabaseBuilder(root)
    builder.put(FeedInfo(name="test", licence="none", date="2025-12-31"), records)
    for info in feeds:
        builder.put(info, ())
        if info.error:
            builder.fail(info, info.error)
    builder.build()
    with Database.open(root) as opened:
        yield opened


def run(
    root: Path, packages: tuple[Package, ...], *records: FeedRecord, distribution: Distribution | None = DEBIAN
) -> MatchResult:
    """Match packages against records."""
    image = Image(subject=Subject(kind="image", name="test"), distribution=distribution, packages=packages)
    with database(root, *records) as opened:
        return match(image, opened, on=DAY, max_age_days=7)


def told(result: MatchResult) -> list[tuple[str, str, str, Status]]:
    """The matches in short."""
    return [
        (one.package.name, one.vulnerability.id, one.vulnerability.fixed, one.vulnerability.status)
        for one in result.matches
    ]


def only(result: MatchResult) -> Match:
    (one,) = result.matches
    return one


def states(result: MatchResult) -> set[tuple[str, CoverageState]]:
    return {(one.area, one.state) for one in result.coverage}
