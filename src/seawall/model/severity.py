"""Severities, and what a CVSS score says about them."""

from enum import StrEnum


class Severity(StrEnum):
    """How bad, worst last; ``unknown`` is a value of its own, never a silent zero."""

    UNKNOWN = "unknown"
    NEGLIGIBLE = "negligible"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 (unknown) to 5 (critical), for sorting and thresholds."""
        return _RANK[self]


_RANK = {severity: rank for rank, severity in enumerate(Severity)}


def from_score(score: float) -> Severity:
    """The qualitative rating of a CVSS base score (CVSS v3.1 specification, section 5; v4.0, section 6)."""
    if score >= 9.0:
        return Severity.CRITICAL
    if score >= 7.0:
        return Severity.HIGH
    if score >= 4.0:
        return Severity.MEDIUM
    return Severity.LOW if score > 0.0 else Severity.NEGLIGIBLE
