"""Advisories: what feeds say, in one form, before it is indexed.

A feed is read into a stream of these records. Everything that a feed knows about one vulnerability in one
ecosystem is one :class:`Advisory`; several feeds may speak of the same vulnerability, joined later by aliases.
"""

from seawall.model.finding import Status
from seawall.model.identifiers import VulnerabilityId
from seawall.model.record import Record
from seawall.model.severity import Severity


class VersionRange(Record, frozen=True, kw_only=True):
    """A half-open interval of versions (OSV schema, ``affected[].ranges``).

    Attributes:
        introduced: the first affected version; ``"0"`` means from the beginning.
        fixed: the first version that is not affected any more; empty means none is known.
        last_affected: the last affected version, instead of ``fixed``; empty where not said.
    """

    introduced: str = "0"
    fixed: str = ""
    last_affected: str = ""


class Affected(Record, frozen=True, kw_only=True):
    """What an advisory says about one package of one ecosystem.

    Attributes:
        ecosystem: the database's shard: a distribution's release (``debian-12``, ``alpine-3.19``, ``rhel-9``,
            ``wolfi``), or purl's type for languages (``pypi``, ``npm``, ``golang``, ``maven``, ``cargo``, …).
        package: the name to look up: the source package for dpkg and apk, the binary one for rpm, OSV's name else.
        ranges: affected intervals; empty together with ``versions`` means every version.
        versions: affected versions, listed one by one.
        status: what the vendor says.
        severity: the vendor's own rating for this package; ``unknown`` where it gives none.
        severity_source: who rates (``debian``, ``redhat``, ``ghsa`` …), or empty.
        modularity: rpm's ``name:stream`` that it is limited to, or empty.
        architectures: limited to these, or empty for all.
        fix_date: since when the fix can be had, ISO 8601, or empty.
    """

    ecosystem: str
    package: str
    ranges: tuple[VersionRange, ...] = ()
    versions: tuple[str, ...] = ()
    status: Status = Status.AFFECTED
    severity: Severity = Severity.UNKNOWN
    severity_source: str = ""
    modularity: str = ""
    architectures: tuple[str, ...] = ()
    fix_date: str = ""


class Advisory(Record, frozen=True, kw_only=True):
    """One vulnerability (or one errata notice about several), as one feed tells it.

    Attributes:
        id: the feed's own identifier.
        aliases: identifiers of the very same vulnerability.
        covers: for an errata notice (DSA, RHSA, ALSA): the vulnerabilities that it is about; these are found, the
            notice is a reference.
        feed: the feed's name.
        title: one line.
        cvss_vectors: CVSS vectors, any version (``CVSS:3.1/AV:N/…``).
        cvss_score: the base score where the feed gives only a number.
        severity: an overall rating, where the feed gives one.
        severity_source: who rates.
        published, modified: ISO 8601, or empty.
        references: addresses to read on.
        affected: the packages.
    """

    id: VulnerabilityId
    aliases: tuple[VulnerabilityId, ...] = ()
    covers: tuple[VulnerabilityId, ...] = ()
    feed: str
    title: str = ""
    cvss_vectors: tuple[str, ...] = ()
    cvss_score: float | None = None
    severity: Severity = Severity.UNKNOWN
    severity_source: str = ""
    published: str = ""
    modified: str = ""
    references: tuple[str, ...] = ()
    affected: tuple[Affected, ...] = ()


class ExploitScore(Record, frozen=True, kw_only=True):
    """EPSS: the probability of exploitation within 30 days, and its percentile, both 0 to 1."""

    id: VulnerabilityId
    score: float
    percentile: float


class KnownExploited(Record, frozen=True, kw_only=True):
    """KEV: somebody uses it. Dates ISO 8601."""

    id: VulnerabilityId
    added: str
    due: str = ""
    ransomware: bool = False
    name: str = ""


class SupportPeriod(Record, frozen=True, kw_only=True):
    """Until when a release gets security fixes.

    Attributes:
        product: ``debian``, ``alpine``, ``kubernetes``, …
        release: ``12``, ``3.19``, …
        ends: the last day, ISO 8601; empty means still supported without a known end.
        extended_ends: the last day of paid or community long-term support, or empty.
    """

    product: str
    release: str
    ends: str = ""
    extended_ends: str = ""


class FeedInfo(Record, frozen=True, kw_only=True):
    """Where a database's rows come from.

    Attributes:
        name: the feed's name.
        licence: SPDX identifier or the feed's own words.
        date: the newest record's date, or the file's, ISO 8601.
        fetched: when it was read, ISO 8601.
        records: how many records.
        source: the address or path it was read from.
        error: why the newest attempt failed (the rows are the previous ones then), or empty.
        ecosystems: the shards that it fills.
        skipped: what gave no record: reason → how often.
        broken: how many of those because their data is wrong (against: left out on purpose).
    """

    name: str
    licence: str
    date: str = ""
    fetched: str = ""
    records: int = 0
    source: str = ""
    error: str = ""
    ecosystems: tuple[str, ...] = ()
    skipped: dict[str, int] = {}
    broken: int = 0


FeedRecord = Advisory | ExploitScore | KnownExploited | SupportPeriod
