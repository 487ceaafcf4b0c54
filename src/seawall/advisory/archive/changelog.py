"""Debian changelogs: versions, newest first, with the vulnerabilities that each names (deb-changelog(5))."""

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import msgspec

_HEADING = re.compile(r"^[a-z0-9][a-z0-9+.-]* \((?P<version>[^()\s]+)\)[^;]*;", re.MULTILINE)
_TRAILER = re.compile(r"^ -- .*>  ?(?P<date>.+)$", re.MULTILINE)
_CVE = re.compile(r"\bCVE-\d{4}-\d{4,7}\b", re.IGNORECASE)
_MAX_NAMES = 2000


class Entry(msgspec.Struct, frozen=True):
    """One version.

    Attributes:
        version: the source package's.
        date: ISO 8601, or empty.
        vulnerabilities: CVE identifiers in the order in which they are named.
    """

    version: str
    date: str = ""
    vulnerabilities: tuple[str, ...] = ()


def entries(text: str) -> Iterator[Entry]:
    """All entries, as they stand: the newest first."""
    headings = list(_HEADING.finditer(text))
    for at, heading in enumerate(headings):
        end = headings[at + 1].start() if at + 1 < len(headings) else len(text)
        body = text[heading.end() : end]
        names = dict.fromkeys(name.upper() for name in _CVE.findall(body))
        trailer = _TRAILER.search(body)
        date = _iso(trailer["date"]) if trailer else ""
        yield Entry(version=heading["version"], date=date, vulnerabilities=tuple(names)[:_MAX_NAMES])


def _iso(text: str) -> str:
    try:
        return parsedate_to_datetime(text.strip()).date().isoformat()
    except (ValueError, OverflowError):
        return ""
