"""Findings in the order that people read them: by layer, then package; or by file, then line."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from seawall.model.finding import Finding
from seawall.model.image import Layer, Package
from seawall.model.record import Record
from seawall.model.report import Report
from seawall.model.severity import Severity


class PackageGroup(Record, frozen=True, kw_only=True):
    """Findings of one package, or of several that share version and vulnerabilities, worst first.

    Attributes:
        names: the packages; empty for findings that are about no package.
        installed: the version.
        deleted_in: the layer that removed it again, or null.
        findings: worst first; for several packages those of the first.
    """

    names: tuple[str, ...] = ()
    installed: str = ""
    deleted_in: int | None = None
    findings: tuple[Finding, ...]


class LayerGroup(Record, frozen=True, kw_only=True):
    """Findings of one layer; ``index`` is null for those that belong to no layer."""

    index: int | None
    layer: Layer | None
    packages: tuple[PackageGroup, ...]


def severities(findings: Iterable[Finding]) -> Iterator[tuple[Severity, int]]:
    """The severities that occur, worst first, and how often."""
    counts = Counter(finding.severity for finding in findings)
    return ((severity, counts[severity]) for severity in reversed(Severity) if counts[severity])


def worst_first(finding: Finding) -> tuple[object, ...]:
    """A sort key: severity, exploited, likely, identifier."""
    match = finding.vulnerability
    if match is None:
        return (-finding.severity.rank, True, 0.0, finding.policy, finding.title)
    return (-finding.severity.rank, not match.kev, -(match.epss or 0.0), match.id, match.package)


def by_layer(findings: Sequence[Finding], layers: Sequence[Layer], packages: Sequence[Package]) -> Iterator[LayerGroup]:
    """Layers from the lowest, each with its packages, worst first; what has no layer comes first."""
    known = {layer.index: layer for layer in layers}
    deleted = {
        (package.purl, package.layer): package.deleted_in for package in packages if package.deleted_in is not None
    }
    groups: dict[int | None, dict[tuple[str, str, int | None], list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in findings:
        match, index = finding.vulnerability, finding.location.layer
        removed = deleted.get((match.purl, index)) if match else None
        key = (match.package, match.installed, removed) if match else ("", "", None)
        groups[index][key].append(finding)
    for index in sorted(groups, key=lambda index: -1 if index is None else index):
        yield LayerGroup(
            index=index,
            layer=known.get(index) if index is not None else None,
            packages=tuple(_merged(groups[index])),
        )


def _merged(groups: dict[tuple[str, str, int | None], list[Finding]]) -> list[PackageGroup]:
    """Packages with the same version and the same vulnerabilities (binary packages of one source) as one group."""
    alike: dict[tuple[object, ...], list[tuple[str, list[Finding]]]] = defaultdict(list)
    for (name, installed, removed), group in groups.items():
        ids = frozenset((f.vulnerability.id, f.vulnerability.fixed, f.severity) for f in group if f.vulnerability)
        alike[installed, removed, ids if name else None].append((name, group))
    merged = [
        PackageGroup(
            names=tuple(sorted({name for name, _ in members if name})),
            installed=str(installed),
            deleted_in=removed if isinstance(removed, int) else None,
            findings=tuple(sorted(members[0][1], key=worst_first)),
        )
        for (installed, removed, _), members in alike.items()
    ]
    return sorted(merged, key=lambda group: (*worst_first(group.findings[0])[:2], -len(group.findings), group.names))


def by_file(findings: Iterable[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    """Files by name, each with its findings by line."""
    files: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        files[finding.location.file].append(finding)
    for name in sorted(files):
        yield name, sorted(files[name], key=lambda f: (f.location.line or 0, *worst_first(f), f.location.path))


def by_policy(findings: Iterable[Finding]) -> list[tuple[Finding, int]]:
    """For each severity and policy its first finding and how many there are, worst first; findings are not kept."""
    groups: dict[tuple[int, str], tuple[Finding, int]] = {}
    for finding in findings:
        key = (-finding.severity.rank, finding.policy)
        first, number = groups.get(key, (finding, 0))
        groups[key] = (first, number + 1)
    return [groups[key] for key in sorted(groups)]


def samples(findings: Sequence[Finding]) -> Iterable[Finding]:
    """A finding of each policy, where the findings stand policy by policy and say so; else all."""
    runs: list[Sequence[Finding]] | None = getattr(findings, "runs", None)
    return findings if runs is None else (run[0] for run in runs)


def policy_runs(report: Report, most: int) -> list[tuple[Finding, int]] | None:
    """The first ``most`` groups of :func:`by_policy`, where the findings say that they stand policy by policy.

    Those of manifests do (``runs``): of fifty thousand findings a few dozen are made. None where they do not say so.
    """
    runs: list[Sequence[Finding]] | None = getattr(report.findings, "runs", None)
    if runs is None:
        return None
    first = (next((one for one in run if one.accepted is None), None) for run in runs)
    groups = ((one, report.summary.by_policy[one.policy]) for one in first if one is not None)
    return list(islice(groups, most))
