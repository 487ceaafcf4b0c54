"""OSV: one JSON document a vulnerability, of any ecosystem (OSV schema 1.7).

Loose, or as ``ECOSYSTEM/all.zip``. Withdrawn records are left out. Notices about several vulnerabilities (DSA,
USN, RHSA, ALSA …) name them in ``upstream`` or ``related``: those are what is found, the notice is a reference.
"""

import re
from collections.abc import Iterator
from typing import ClassVar
from urllib.parse import quote

import msgspec

from seawall.advisory.feed import decoding
from seawall.advisory.feed.ecosystems import is_distribution, shard
from seawall.advisory.feed.interface import Download, FeedFile, FeedItem, Skipped
from seawall.advisory.feed.osv_ranges import Range, intervals
from seawall.model.advisory import Advisory, Affected, VersionRange
from seawall.model.finding import Status
from seawall.model.identifiers import VulnerabilityId
from seawall.model.severity import Severity

_LIMIT = 64 << 20
_NOTICES = re.compile(
    r"(AL[SBE]A|R[LX][SBE]A|RH[SBE]A|DSA|DLA|ELA|DTSA|USN|LSN|(open)?SUSE-[SRFO]U|MGASA|ELSA|ALAS2?|PHSA|OESA)-?.*"
)
_IMPROVEMENTS = re.compile(r"(ALBA|ALEA|RLBA|RLEA|RHBA|RHEA|(open)?SUSE-[RFO]U)-?.*")
_HEAD = re.compile(rb'"(schema_version|modified|affected|upstream)"\s*:')
_OWN_CVE = re.compile(r"[A-Z]+-(CVE-\d{4}-\d{4,})")
_NAME = re.compile(r"[A-Z][A-Za-z0-9 _-]{1,60}")  # what OSV may call an ecosystem that is not in our list
_REFERENCES = 10

_SEVERITIES = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "important": Severity.HIGH,
    "moderate": Severity.MEDIUM,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
    "negligible": Severity.NEGLIGIBLE,
    "unimportant": Severity.NEGLIGIBLE,
}
_RATERS = {"GHSA": "ghsa", "BIT": "bitnami", "UBUNTU": "ubuntu", "USN": "ubuntu", "DEBIAN": "debian", "MAL": "openssf",
           "ALSA": "almalinux", "RLSA": "rocky", "RHSA": "redhat", "RUSTSEC": "rustsec"}  # fmt: skip
_SUMMARY_RATING = re.compile(r"(Critical|Important|Moderate|Low): ")

DEFAULT_ECOSYSTEMS = (
    "AlmaLinux", "Bitnami", "Chainguard", "Go", "Hex", "Maven", "NuGet", "Packagist", "Pub", "PyPI", "Rocky Linux",
    "RubyGems", "SUSE", "SwiftURL", "Ubuntu", "Wolfi", "crates.io", "npm", "openSUSE",
)  # fmt: skip
"""What is fetched when nothing is asked for: all but the distributions that have a better feed of their own."""


class _Package(msgspec.Struct, frozen=True):
    ecosystem: str = ""
    name: str = ""


class _Rating(msgspec.Struct, frozen=True):
    type: str = ""
    score: str | float = ""


class _Extra(msgspec.Struct, frozen=True):
    """The part of ``database_specific`` and ``ecosystem_specific`` that is used; others fill them as they like."""

    severity: object = None
    urgency: object = None
    informational: object = None


class _Affected(msgspec.Struct, frozen=True):
    package: _Package | None = None
    ranges: tuple[Range, ...] | None = None
    versions: tuple[str, ...] | None = None
    severity: tuple[_Rating, ...] | None = None
    ecosystem_specific: _Extra | None = None
    database_specific: _Extra | None = None


class _Reference(msgspec.Struct, frozen=True):
    url: str = ""


class _Document(msgspec.Struct, frozen=True):
    id: str
    modified: str | None = None
    published: str | None = None
    withdrawn: str | None = None
    aliases: list[str] | None = None
    upstream: list[str] | None = None
    related: list[str] | None = None
    summary: str | None = None
    details: str | None = None
    severity: tuple[_Rating, ...] | None = None
    affected: tuple[_Affected, ...] | None = None
    references: tuple[_Reference, ...] | None = None
    database_specific: _Extra | None = None


_DECODER = msgspec.json.Decoder(_Document)


class Osv:
    """The feed of everybody who writes OSV."""

    name: ClassVar[str] = "osv"
    licence: ClassVar[str] = "per source, mostly CC-BY-4.0"
    whole: ClassVar[bool] = False
    everywhere: ClassVar[bool] = False

    def downloads(self, ecosystems: frozenset[str]) -> tuple[Download, ...]:
        """One ``all.zip`` an ecosystem; asked for by OSV's name or by the shard's."""
        asked = {name.partition(":")[0]: _family(name) for name in sorted(ecosystems)}
        wanted = [name for name in DEFAULT_ECOSYSTEMS if not asked or _family(name) in asked.values()]
        met = {_family(name) for name in wanted}
        wanted += [name for name, family in asked.items() if family not in met and _NAME.fullmatch(name)]
        return tuple(Download(path=f"{quote(name)}/all.zip", target=f"{name}/all.zip") for name in wanted)

    def recognises(self, file: FeedFile) -> bool:
        """A JSON object with an ``id`` and OSV's other keys."""
        if not file.path.endswith(".json"):
            return False
        head = file.head()
        return b'"id"' in head and _HEAD.search(head) is not None

    def read(self, file: FeedFile) -> Iterator[FeedItem]:
        """At most one advisory, and what was left out of it."""
        document = decoding.decode(file, _DECODER, _LIMIT)
        if not decoding.believable(document.id):
            yield Skipped(where=file.path, reason="no believable identifier", detail=document.id[:100], broken=True)
        elif document.withdrawn:
            yield Skipped(where=document.id, reason="withdrawn")
        elif document.id.startswith("LSN-"):
            yield Skipped(where=document.id, reason="notice about a kernel live patch, not a package")
        else:
            yield from _advisory(document)


def _family(name: str) -> str:
    """What OSV's name (``Rocky Linux``) and a shard's (``rocky-9``) have in common (``rocky``)."""
    if name == "SUSE":
        return "sles"
    found = shard(name) or shard(f"{name}:0.0") or name.lower()
    return found.partition("-")[0] if is_distribution(found) else found


def _advisory(document: _Document) -> Iterator[FeedItem]:
    affected: list[Affected] = []
    for one in document.affected or ():
        row = _affected(document, one)
        if isinstance(row, Skipped):
            yield row
        else:
            affected.append(row)
    aliases, covers = _names(document)
    if not covers and _IMPROVEMENTS.fullmatch(document.id):
        yield Skipped(where=document.id, reason="notice about no vulnerability (bug fix or enhancement)")
        return
    if not affected:
        if not document.affected:
            yield Skipped(where=document.id, reason="names no package")
        return
    severity, source = _severity(document)
    ratings = [
        *(document.severity or ()),
        *(rating for one in document.affected or () for rating in one.severity or ()),
    ]
    yield Advisory(
        id=VulnerabilityId(document.id),
        aliases=aliases,
        covers=covers,
        feed="osv",
        title=decoding.line(document.summary) or decoding.line(document.details),
        cvss_vectors=tuple(dict.fromkeys(vector for rating in ratings if (vector := _vector(rating)))),
        severity=severity,
        severity_source=source,
        published=decoding.date(document.published),
        modified=decoding.date(document.modified),
        references=_references(document),
        affected=tuple(affected),
    )


def _references(document: _Document) -> tuple[str, ...]:
    urls = (one.url for one in document.references or () if one.url.startswith(("https://", "http://")))
    return tuple(url for url in dict.fromkeys(urls) if len(url) < 1000)[:_REFERENCES]


def _names(document: _Document) -> tuple[tuple[VulnerabilityId, ...], tuple[VulnerabilityId, ...]]:
    """Aliases, and what a notice covers."""
    upstream = document.upstream or []
    if not _NOTICES.fullmatch(document.id):
        own = match[1] if (match := _OWN_CVE.fullmatch(document.id)) else document.id
        names = [name for name in (own, *(document.aliases or ()), *upstream) if name != document.id]
        return decoding.identifiers(names), ()
    about = [*(document.aliases or ()), *upstream, *(document.related or ())]
    cves = [name for name in about if name.startswith("CVE-")]
    others = [name for name in about if not _NOTICES.fullmatch(name) and name != document.id]
    return (), decoding.identifiers(cves or others)


def _affected(document: _Document, one: _Affected) -> Affected | Skipped:
    if one.package is None or not one.package.name or not one.package.ecosystem:
        return Skipped(where=document.id, reason="names no package (source code ranges only)")
    ecosystem = shard(one.package.ecosystem)
    if not ecosystem:
        return Skipped(where=document.id, reason="not about a release that is kept", detail=one.package.ecosystem[:100])
    ranges = intervals(one.ranges or ())
    versions = () if ranges and is_distribution(ecosystem) else (one.versions or ())
    if not ranges and not versions and one.ranges and document.id[:4] != "MAL-":
        return Skipped(where=document.id, reason="affected versions are said by source revision only")
    extra = one.ecosystem_specific or one.database_specific or _Extra()
    severity = _rating(extra.severity) or _rating(extra.urgency)
    return Affected(
        ecosystem=ecosystem,
        package=one.package.name,
        ranges=ranges,
        versions=versions,
        status=_status(ranges, extra),
        severity=severity or Severity.UNKNOWN,
        severity_source=_rater(document.id) if severity else "",
    )


def _status(ranges: tuple[VersionRange, ...], extra: _Extra) -> Status:
    if extra.urgency == "end-of-life":
        return Status.END_OF_LIFE
    return Status.FIXED if any(one.fixed for one in ranges) else Status.AFFECTED


def _vector(rating: _Rating) -> str:
    score = rating.score if isinstance(rating.score, str) else ""
    if rating.type == "CVSS_V2" and score.startswith("AV:"):
        return score
    return score if score.startswith("CVSS:") and len(score) < 300 else ""


def _rating(value: object) -> Severity | None:
    return _SEVERITIES.get(value.lower()) if isinstance(value, str) else None


def _rater(identifier: str) -> str:
    return _RATERS.get(re.split(r"[-:]", identifier, maxsplit=1)[0], "osv")


def _severity(document: _Document) -> tuple[Severity, str]:
    """The overall rating, and who gives it."""
    if document.id.startswith("MAL-"):
        return Severity.CRITICAL, "openssf"
    rating = _rating(document.database_specific.severity) if document.database_specific else None
    for one in document.severity or ():
        if one.type == "Ubuntu" and rating is None:
            rating = _rating(one.score)
    if rating is None and _NOTICES.fullmatch(document.id) and (match := _SUMMARY_RATING.match(document.summary or "")):
        rating = _rating(match[1])
    if rating is None and any(
        one.database_specific is not None and one.database_specific.informational for one in document.affected or ()
    ):
        return Severity.NEGLIGIBLE, "rustsec"
    return (rating, _rater(document.id)) if rating else (Severity.UNKNOWN, "")
