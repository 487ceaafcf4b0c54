"""Accepted risks applied: which rules cover which findings."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import msgspec

from seawall.model.finding import Acceptance, Finding
from seawall.model.image import Layer
from seawall.model.report import AcceptedRisk
from seawall.policy.accepted.rule import Rule, bare_purl
from seawall.policy.glob import GlobIndex


def apply(
    findings: Sequence[Finding], rules: Sequence[Rule], on: date, layers: Sequence[Layer] = ()
) -> tuple[tuple[Finding, ...], tuple[AcceptedRisk, ...]]:
    """The findings, covered ones with ``accepted`` set, and what became of each rule.

    The first rule of the file that holds is the one a finding names; all that hold count it as matched. A finding
    that is accepted already keeps its acceptance. Each distinct value is matched once, so that the time grows with
    the findings plus the distinct values times the patterns, not with findings times rules.

    ``on`` is the day that decides about expiry; ``layers`` are what digests in ``layer`` selectors are looked up in.
    """
    match = _Matcher(rules, layers)
    active = sum(1 << number for number, rule in enumerate(rules) if on <= rule.expires)
    acceptances = [_acceptance(rule) for rule in rules]
    seen: Counter[int] = Counter()
    result = []
    for finding in findings:
        bits = match.rules(finding)
        seen[bits] += 1
        if (bits := bits & active) and finding.accepted is None:
            first = (bits & -bits).bit_length() - 1
            result.append(msgspec.structs.replace(finding, accepted=acceptances[first]))
        else:
            result.append(finding)
    return tuple(result), _rows(rules, seen, on)


def _acceptance(rule: Rule) -> Acceptance:
    return Acceptance(reason=rule.reason, owner=rule.owner, expires=rule.expires.isoformat(), rule=rule.place)


def _rows(rules: Sequence[Rule], seen: Counter[int], on: date) -> tuple[AcceptedRisk, ...]:
    matched = [0] * len(rules)
    for bits, times in seen.items():
        rest = bits
        while rest:
            lowest = rest & -rest
            matched[lowest.bit_length() - 1] += times
            rest ^= lowest
    return tuple(
        AcceptedRisk(
            rule=f"{rule.title} ({rule.place})",
            state="expired" if on > rule.expires else "used" if number else "unused",
            matched=number,
            reason=rule.reason,
            owner=rule.owner,
            expires=rule.expires.isoformat(),
        )
        for rule, number in zip(rules, matched, strict=True)
    )


class _Matcher:
    """The rules, indexed by selector."""

    def __init__(self, rules: Sequence[Rule], layers: Sequence[Layer]) -> None:
        self._ids = GlobIndex([rule.id for rule in rules])
        self._packages = GlobIndex([rule.package for rule in rules])
        self._paths = GlobIndex([rule.path for rule in rules], path=True)
        self._layers = GlobIndex([tuple(_indices(rule.layer, layers)) for rule in rules])
        self._policies = GlobIndex([rule.policy for rule in rules])
        self._subjects = GlobIndex([rule.subject for rule in rules])

    def rules(self, finding: Finding) -> int:
        """The rules (bit n for rule n) whose selectors all hold for ``finding``."""
        place, subject, vulnerability = finding.location, finding.subject, finding.vulnerability
        bits = self._policies.rules((finding.policy,))
        names = (subject.name, f"{subject.namespace}/{subject.name}") if subject.namespace else (subject.name,)
        bits = bits and bits & self._subjects.rules(names)
        bits = bits and bits & self._layers.rules(() if place.layer is None else (str(place.layer),))
        bits = bits and bits & self._paths.rules(tuple(text for text in (place.path, place.file) if text))
        if vulnerability is None:
            return bits and bits & self._ids.rules(()) & self._packages.rules(())
        ids = (vulnerability.id, *vulnerability.aliases)
        bits = bits and bits & self._ids.rules(tuple(name.upper() for name in ids))
        return bits and bits & self._packages.rules(_package_names(vulnerability.package, vulnerability.purl))


def _indices(patterns: Iterable[str], layers: Sequence[Layer]) -> Iterator[str]:
    """Layer selectors as indices; a digest that names no layer stays and matches none."""
    for pattern in patterns:
        found = [layer for layer in layers if layer.digest.startswith(pattern) or layer.diff_id.startswith(pattern)]
        yield from (str(layer.index) for layer in found)
        if not found:
            yield pattern


def _package_names(name: str, purl: str) -> tuple[str, ...]:
    """What a ``package`` selector may say: the name, the purl without version, the purl with it."""
    bare = bare_purl(purl)
    slash, at = bare.rfind("/"), bare.rfind("@")
    return (name, bare[:at], bare) if at > slash + 1 else (name, bare)
