"""Which upgrades clear which vulnerabilities: what to do first.

The version that clears everything fixable in a package is the highest of its fix versions. How versions compare
is the advisory engine's knowledge; the workflow hands it in.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable

from seawall.model.finding import Finding, VulnerabilityMatch
from seawall.model.identifiers import Purl
from seawall.model.report import Fix
from seawall.model.severity import Severity

VersionKey = Callable[[str, str], bytes]
"""Purl's type and a version → bytes that sort as the versions do."""


def plan(findings: Iterable[Finding], version_key: VersionKey) -> tuple[Fix, ...]:
    """The upgrades, the one that matters most first; accepted findings need none.

    Packages of one type that go from the same version to the same version and clear the same vulnerabilities
    (the binary packages of one source) are one upgrade.
    """
    by_package: dict[Purl, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.accepted is None and finding.vulnerability and finding.vulnerability.fixed:
            by_package[finding.vulnerability.purl].append(finding)
    merged: dict[tuple[str, str, str, frozenset[str]], list[Finding]] = defaultdict(list)
    for purl, group in by_package.items():
        kind = type_of(purl)
        matches = [_match(finding) for finding in group]
        fixed = max((match.fixed for match in matches), key=lambda version: version_key(kind, version))
        ids = frozenset(match.id for match in matches)
        merged[kind, matches[0].installed, fixed, ids].extend(group)
    fixes = (_fix(kind, installed, fixed, group) for (kind, installed, fixed, _), group in merged.items())
    return tuple(sorted(fixes, key=lambda fix: (-fix.severity.rank, not fix.kev, -fix.clears, fix.packages, fix.fixed)))


def type_of(purl: Purl) -> str:
    """Purl's type: ``deb`` of ``pkg:deb/debian/openssl@3.0.11``."""
    return purl.removeprefix("pkg:").partition("/")[0].lower()


def _match(finding: Finding) -> VulnerabilityMatch:
    assert finding.vulnerability is not None  # noqa: S101 - plan() keeps only these
    return finding.vulnerability


def _fix(kind: str, installed: str, fixed: str, group: list[Finding]) -> Fix:
    matches = [_match(finding) for finding in group]
    ids = tuple(sorted({match.id for match in matches}))
    layers = {finding.location.layer for finding in group if finding.location.layer is not None}
    return Fix(
        packages=tuple(sorted({match.package for match in matches})),
        type=kind,
        installed=installed,
        fixed=fixed,
        clears=len(ids),
        severity=max((finding.severity for finding in group), key=lambda severity: Severity(severity).rank),
        kev=any(match.kev for match in matches),
        ids=ids,
        layers=tuple(sorted(layers)),
    )
