"""NIST's National Vulnerability Database: how bad each CVE is (CVE API 2.0 and the yearly feeds of the same form).

Only ratings, titles and references are taken: NVD tells products by CPE, which names no package. It is read where
somebody carries it in; years of it are too much to fetch with every update.
"""

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from seawall.advisory.feed import decoding
from seawall.advisory.feed.interface import Dated, Download, FeedFile, FeedItem, Skipped
from seawall.model.advisory import Advisory
from seawall.model.identifiers import VulnerabilityId

_LIMIT = 512 << 20
_REFERENCES = 5
_METRICS = ("cvssMetricV40", "cvssMetricV31", "cvssMetricV30", "cvssMetricV2")
_PRIMARY = "Primary"


class _Data(msgspec.Struct, frozen=True, rename="camel"):
    vector_string: str = ""


class _Metric(msgspec.Struct, frozen=True, rename="camel"):
    cvss_data: _Data
    type: str = ""


class _Text(msgspec.Struct, frozen=True):
    lang: str
    value: str


class _Reference(msgspec.Struct, frozen=True):
    url: str = ""


class _Cve(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    published: str = ""
    last_modified: str = ""
    vuln_status: str = ""
    descriptions: tuple[_Text, ...] = ()
    metrics: dict[str, msgspec.Raw] = {}
    references: tuple[_Reference, ...] = ()


class _Item(msgspec.Struct, frozen=True):
    cve: _Cve


class _Page(msgspec.Struct, frozen=True):
    vulnerabilities: list[msgspec.Raw]
    timestamp: str = ""


_PAGE = msgspec.json.Decoder(_Page)
_ITEM = msgspec.json.Decoder(_Item)
_RATINGS = msgspec.json.Decoder(tuple[_Metric, ...])


class Nvd:
    """What NVD says of each CVE."""

    name: ClassVar[str] = "nvd"
    licence: ClassVar[str] = "public domain (US government)"
    whole: ClassVar[bool] = False
    everywhere: ClassVar[bool] = True

    def downloads(self, ecosystems: frozenset[str]) -> tuple[Download, ...]:
        """Nothing by itself: it is imported."""
        del ecosystems
        return ()

    def recognises(self, file: FeedFile) -> bool:
        """A page of the format that calls itself NVD_CVE."""
        return b'"NVD_CVE"' in file.head()[:1024]

    def read(self, file: FeedFile) -> Iterator[FeedItem]:
        """One record a CVE; those that were rejected are left out."""
        page = decoding.decode(file, _PAGE, _LIMIT)
        if dated := decoding.date(page.timestamp):
            yield Dated(date=dated)
        for index, raw in enumerate(page.vulnerabilities):
            try:
                yield _record(_ITEM.decode(raw).cve)
            except (*decoding.BAD_JSON, ValueError) as error:
                where = f"{file.path} entry {index}"
                yield Skipped(where=where, reason="entry cannot be read", detail=str(error), broken=True)


def _record(cve: _Cve) -> FeedItem:
    if not decoding.believable(cve.id):
        raise ValueError("no believable identifier")
    if cve.vuln_status == "Rejected":
        return Skipped(where=cve.id, reason="withdrawn")
    english = next((one.value for one in cve.descriptions if one.lang == "en"), "")
    links = (one.url for one in cve.references if one.url.startswith(("https://", "http://")) and len(one.url) < 1000)
    return Advisory(
        id=VulnerabilityId(cve.id),
        feed="nvd",
        title=decoding.line(english),
        cvss_vectors=tuple(dict.fromkeys(_vectors(cve))),
        severity_source="nvd",
        published=decoding.date(cve.published),
        modified=decoding.date(cve.last_modified),
        references=tuple(dict.fromkeys((f"https://nvd.nist.gov/vuln/detail/{cve.id}", *links)))[:_REFERENCES],
    )


def _vectors(cve: _Cve) -> Iterator[str]:
    """NVD's own rating of each CVSS version; the issuer's where NVD gives none."""
    for name in _METRICS:
        ratings = _RATINGS.decode(cve.metrics[name]) if name in cve.metrics else ()
        own = [one for one in ratings if one.type == _PRIMARY]
        for one in own or ratings:
            if 0 < len(one.cvss_data.vector_string) < 300:
                yield one.cvss_data.vector_string
