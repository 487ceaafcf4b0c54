"""The details of one vulnerability, put together from what all feeds say of it."""

from collections.abc import Sequence
from typing import Final, TypeVar

from seawall.advisory.database.rows import Details
from seawall.model import Advisory, ExploitScore, KnownExploited, Severity

_Value = TypeVar("_Value")
_MAX_TITLE: Final = 300
_MAX_REFERENCES: Final = 30
_MAX_VECTORS: Final = 12


def partial_details(advisory: Advisory, shown: str) -> Details:
    """What one advisory says, without its packages.

    A notice's title and date are its own, not the vulnerability's; where it is about several, so are its ratings, and
    of its references only those count that name the notice or the vulnerability.
    """
    source = advisory.severity_source or advisory.feed
    if advisory.covers:
        return _of_notice(advisory, shown, source)
    return Details(
        id=shown,
        title=" ".join(advisory.title.split())[:_MAX_TITLE],
        vectors=tuple((vector, source) for vector in advisory.cvss_vectors[:_MAX_VECTORS]),
        score=advisory.cvss_score,
        ratings=() if advisory.severity is Severity.UNKNOWN else ((source, advisory.severity),),
        published=advisory.published,
        modified=advisory.modified,
        references=advisory.references[:_MAX_REFERENCES],
    )


def _of_notice(advisory: Advisory, shown: str, source: str) -> Details:
    several = len(advisory.covers) > 1
    rated = not several and advisory.severity is not Severity.UNKNOWN
    names = (shown, advisory.id, advisory.id.replace(":", "-"))
    return Details(
        id=shown,
        vectors=() if several else tuple((vector, source) for vector in advisory.cvss_vectors[:_MAX_VECTORS]),
        score=None if several else advisory.cvss_score,
        ratings=((source, advisory.severity),) if rated else (),
        modified=advisory.modified,
        references=tuple(link for link in advisory.references if any(name in link for name in names))[:_MAX_REFERENCES],
    )


def merge_details(
    parts: Sequence[Details],
    aliases: tuple[str, ...],
    notices: tuple[str, ...],
    score: ExploitScore | None,
    known: KnownExploited | None,
) -> Details:
    """One record of all parts: the first title, the earliest publication, every rating once.

    The parts' order counts for titles only, so a caller sorts them the way it prefers feeds.
    """
    shown = parts[0].id if parts else known.id if known else ""
    return Details(
        id=shown,
        aliases=aliases,
        notices=notices,
        title=next((part.title for part in parts if part.title), known.name if known else ""),
        vectors=_distinct([pair for part in parts for pair in part.vectors])[:_MAX_VECTORS],
        score=max((part.score for part in parts if part.score is not None), default=None),
        ratings=_distinct([pair for part in parts for pair in part.ratings]),
        published=min((part.published for part in parts if part.published), default=""),
        modified=max((part.modified for part in parts), default=""),
        references=_distinct([link for part in parts for link in part.references])[:_MAX_REFERENCES],
        epss=score.score if score else None,
        epss_percentile=score.percentile if score else None,
        kev=known.added if known else "",
        kev_due=known.due if known else "",
        ransomware=known.ransomware if known else False,
    )


def _distinct(values: list[_Value]) -> tuple[_Value, ...]:
    return tuple(dict.fromkeys(values))
