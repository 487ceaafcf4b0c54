"""EPSS scores: ``epss_scores-….csv.gz`` (a comment line, a header line, then ``cve,epss,percentile``)."""

import re
from collections.abc import Iterator
from typing import ClassVar

from seawall.advisory.feed import decoding
from seawall.advisory.feed.interface import Dated, Download, FeedFile, FeedItem, Skipped
from seawall.errors import InputError
from seawall.model.advisory import ExploitScore
from seawall.model.identifiers import VulnerabilityId

_LIMIT = 256 << 20
_HEADER = "cve,epss,percentile"
_SCORED = re.compile(r"score_date:(\d{4}-\d\d-\d\d)")
_NUMBER = re.compile(r"[0-9.]{1,20}(e-\d{1,3})?")


class Epss:
    """How likely it is to be exploited within 30 days."""

    name: ClassVar[str] = "epss"
    licence: ClassVar[str] = "free with attribution to FIRST"
    whole: ClassVar[bool] = True
    everywhere: ClassVar[bool] = True

    def downloads(self, ecosystems: frozenset[str]) -> tuple[Download, ...]:
        """One file, of use for every shard."""
        del ecosystems
        return (Download(path="", target="epss_scores-current.csv.gz"),)

    def recognises(self, file: FeedFile) -> bool:
        """CSV with EPSS's header."""
        return b".csv" in file.path.encode("utf-8", "surrogateescape") and _HEADER.encode() in file.head()[:1024]

    def read(self, file: FeedFile) -> Iterator[FeedItem]:
        """One record a line."""
        lines = decoding.content(file, _LIMIT).decode("utf-8", "replace").splitlines()
        start = next((index for index, text in enumerate(lines[:10]) if text.strip() == _HEADER), None)
        if start is None:
            raise InputError(f"{file.path} has no header line {_HEADER!r}")
        if match := _SCORED.search(" ".join(lines[:start])):
            yield Dated(date=match[1])
        for index in range(start + 1, len(lines)):
            score = _score(lines[index])
            if score is not None:
                yield score
            elif lines[index].strip():
                yield Skipped(where=f"{file.path} line {index + 1}", reason="line cannot be read", broken=True)


def _score(text: str) -> ExploitScore | None:
    parts = text.split(",")
    if len(parts) != 3 or not decoding.believable(parts[0]):
        return None
    if not _NUMBER.fullmatch(parts[1]) or not _NUMBER.fullmatch(parts[2]):
        return None
    try:
        score, percentile = float(parts[1]), float(parts[2])
    except ValueError:
        return None
    if score > 1.0 or percentile > 1.0:
        return None
    return ExploitScore(id=VulnerabilityId(parts[0]), score=score, percentile=percentile)
