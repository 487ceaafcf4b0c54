"""How bad: the vendor's own word on the package, else the CVSS score, else the feed's overall rating."""

from collections.abc import Iterable

from seawall.advisory.cvss import base_score
from seawall.advisory.database.rows import Details, Row
from seawall.model import Record, Severity
from seawall.model.severity import from_score


class Rating(Record, frozen=True, kw_only=True):
    """A severity, who gives it, and the CVSS score and vector beside it."""

    severity: Severity = Severity.UNKNOWN
    source: str = ""
    score: float | None = None
    vector: str = ""


def rate(rows: Iterable[Row], details: Details) -> Rating:
    """Rate one vulnerability in one package.

    CVSS 4 goes before 3, 3 before 2; of several vectors of one version the worse counts.
    """
    score, vector, source = _cvss(details)
    own = max(
        (row for row in rows if row.severity is not Severity.UNKNOWN), key=lambda row: row.severity.rank, default=None
    )
    if own is not None:
        return Rating(severity=own.severity, source=own.severity_source or own.feed, score=score, vector=vector)
    if score is not None:
        return Rating(severity=from_score(score), source=source, score=score, vector=vector)
    overall = max(details.ratings, key=lambda pair: pair[1].rank, default=None)
    return Rating(severity=overall[1], source=overall[0]) if overall else Rating()


def _cvss(details: Details) -> tuple[float | None, str, str]:
    """The score to believe, its vector, who gives it."""
    scored = ((base_score(vector), vector, source) for vector, source in details.vectors)
    best = max(
        ((_version(vector), score, vector, source) for score, vector, source in scored if score is not None),
        default=None,
    )
    if best is not None:
        return best[1], best[2], best[3]
    return details.score, "", "cvss" if details.score is not None else ""


def _version(vector: str) -> int:
    return int(vector[5]) if vector.startswith(("CVSS:3", "CVSS:4")) else 2
