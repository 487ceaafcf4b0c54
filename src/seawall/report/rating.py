"""Our severities in the words and numbers of other formats."""

from typing import Final

from seawall.model.finding import Finding
from seawall.model.severity import Severity, from_score

_SCORES: Final = {
    Severity.CRITICAL: 9.5,
    Severity.HIGH: 8.0,
    Severity.MEDIUM: 5.5,
    Severity.LOW: 2.5,
    Severity.NEGLIGIBLE: 0.1,
}


def score(finding: Finding) -> float | None:
    """A number from 0.1 to 10 for tools that sort by one; null where nobody has rated.

    The CVSS score where it says the same as the severity, else the middle of the severity's band: a vendor that
    rates lower than CVSS is believed everywhere alike.
    """
    cvss = finding.vulnerability.cvss if finding.vulnerability else None
    if cvss is not None and from_score(cvss) is finding.severity:
        return max(cvss, 0.1)
    return _SCORES.get(finding.severity)


def level(severity: Severity) -> str:
    """``error``, ``warning`` or ``note``, as SARIF and build logs have it."""
    if severity.rank >= Severity.HIGH.rank:
        return "error"
    return "warning" if severity in {Severity.MEDIUM, Severity.UNKNOWN} else "note"
