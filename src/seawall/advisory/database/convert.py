"""An advisory as rows of shards: versions become byte keys here, once, and never again."""

from collections.abc import Iterator
from functools import lru_cache

from seawall.advisory.database.aliases import AliasGroups, is_cve
from seawall.advisory.database.rows import Interval, Row
from seawall.advisory.names import normalise
from seawall.advisory.version import Scheme, key, scheme_of
from seawall.model import Advisory, Affected, Severity, Status, VersionRange

_shard_scheme = lru_cache(maxsize=4096)(scheme_of)
_key = lru_cache(maxsize=65536)(key)


def rows_of(advisory: Advisory, groups: AliasGroups) -> Iterator[tuple[str, str, Row]]:
    """(shard, package's key, row) for each vulnerability and package that the advisory is about."""
    targets = groups.targets(advisory.id, advisory.aliases, advisory.covers)
    for affected in advisory.affected:
        name = normalise(affected.ecosystem, affected.package)
        for target in targets:
            yield affected.ecosystem, name, _row(advisory, affected, target)


def _row(advisory: Advisory, affected: Affected, target: str) -> Row:
    scheme = _shard_scheme(affected.ecosystem)
    intervals = tuple(_interval(scheme, one) for one in affected.ranges)
    listed = {_key(scheme, version) for version in affected.versions}
    severity, source = affected.severity, affected.severity_source
    if severity is Severity.UNKNOWN and advisory.covers:  # a notice rates its own packages, and nobody else's
        severity, source = advisory.severity, advisory.severity_source
    return Row(
        id=target,
        feed=advisory.feed,
        status=_status(affected),
        intervals=intervals,
        # what the intervals say already need not be listed: PyPI's advisories name every version
        versions=tuple(sorted(version for version in listed if not any(one.holds(version) for one in intervals))),
        notice="" if advisory.id == target or is_cve(advisory.id) else advisory.id,
        severity=severity,
        severity_source=source,
        modularity=affected.modularity,
        architectures=affected.architectures,
        fix_date=affected.fix_date,
    )


def _status(affected: Affected) -> Status:
    """A range that ends where it begins (Alpine's fix in version ``0``) says: never affected."""
    if affected.ranges and not affected.versions and all(_empty(one) for one in affected.ranges):
        return Status.NOT_AFFECTED
    return affected.status


def _empty(one: VersionRange) -> bool:
    return bool(one.fixed) and one.fixed == one.introduced


def _interval(scheme: Scheme, one: VersionRange) -> Interval:
    return Interval(
        introduced=b"" if one.introduced in {"", "0"} else _key(scheme, one.introduced),
        fixed=_key(scheme, one.fixed) if one.fixed else b"",
        last=_key(scheme, one.last_affected) if one.last_affected else None,
        fix=one.fixed,
    )
