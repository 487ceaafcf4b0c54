"""CISA's catalogue of known exploited vulnerabilities (KEV, as its published JSON schema says)."""

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from seawall.advisory.feed import decoding
from seawall.advisory.feed.interface import Dated, Download, FeedFile, FeedItem, Skipped
from seawall.model.advisory import KnownExploited
from seawall.model.identifiers import VulnerabilityId

_LIMIT = 64 << 20


class _Entry(msgspec.Struct, frozen=True, rename="camel"):
    cve_id: str = msgspec.field(name="cveID")
    date_added: str
    due_date: str = ""
    known_ransomware_campaign_use: str = ""
    vulnerability_name: str = ""


class _Catalogue(msgspec.Struct, frozen=True, rename="camel"):
    vulnerabilities: list[msgspec.Raw]
    date_released: str = ""


_CATALOGUE = msgspec.json.Decoder(_Catalogue)
_ENTRY = msgspec.json.Decoder(_Entry)


class Kev:
    """What is exploited in the wild."""

    name: ClassVar[str] = "kev"
    licence: ClassVar[str] = "CC0-1.0"
    whole: ClassVar[bool] = True
    everywhere: ClassVar[bool] = True

    def downloads(self, ecosystems: frozenset[str]) -> tuple[Download, ...]:
        """One file, of use for every shard."""
        del ecosystems
        return (Download(path="", target="known_exploited_vulnerabilities.json"),)

    def recognises(self, file: FeedFile) -> bool:
        """A JSON catalogue of ``cveID``."""
        head = file.head()
        return (
            b'"vulnerabilities"' in head
            and (b'"cveID"' in head or b'"catalogVersion"' in head)
            and b'"$schema"' not in head
        )

    def read(self, file: FeedFile) -> Iterator[FeedItem]:
        """One record an entry."""
        catalogue = decoding.decode(file, _CATALOGUE, _LIMIT)
        if released := decoding.date(catalogue.date_released):
            yield Dated(date=released)
        for index, raw in enumerate(catalogue.vulnerabilities):
            try:
                yield _record(_ENTRY.decode(raw))
            except (*decoding.BAD_JSON, ValueError) as error:
                yield Skipped(
                    where=f"{file.path} entry {index}", reason="entry cannot be read", detail=str(error), broken=True
                )


def _record(entry: _Entry) -> KnownExploited:
    if not decoding.believable(entry.cve_id) or not decoding.date(entry.date_added):
        raise ValueError("no believable identifier or date")
    return KnownExploited(
        id=VulnerabilityId(entry.cve_id),
        added=entry.date_added,
        due=decoding.date(entry.due_date),
        ransomware=entry.known_ransomware_campaign_use.lower() == "known",
        name=decoding.line(entry.vulnerability_name),
    )
