"""Red Hat's CSAF documents: VEX (one a CVE, says everything) and advisories (one an erratum, says what is fixed).

``/data/csaf/v2/vex``: loose by year, or as an archive whose name ``archive_latest.txt`` tells. Statuses as in
Red Hat's "CSAF VEX documents" guide: fixed, known_affected with a remediation that says what will come,
known_not_affected, under_investigation.

A row with architecture ``src`` is about a source package: all binary packages that are built from it.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from seawall.advisory.feed import csaf, decoding
from seawall.advisory.feed.interface import Download, FeedFile, FeedItem, Skipped
from seawall.advisory.feed.redhat_products import NO_MODULE, Component, Products
from seawall.errors import InputError
from seawall.model.advisory import Advisory, Affected, VersionRange
from seawall.model.finding import Status
from seawall.model.identifiers import VulnerabilityId
from seawall.model.severity import Severity

_LIMIT = 128 << 20
_IMPACTS = {
    "critical": Severity.CRITICAL,
    "important": Severity.HIGH,
    "moderate": Severity.MEDIUM,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
}
_OFFERS = {
    "will not fix": Status.WILL_NOT_FIX,
    "fix deferred": Status.DEFERRED,
    "out of support scope": Status.END_OF_LIFE,
    "affected": Status.AFFECTED,
}
_REFERENCES = 10


class _Row(NamedTuple):
    """What makes rows of several architectures one."""

    release: str
    name: str
    evr: str
    module: str
    status: Status
    severity: Severity
    fix_date: str


class RedHat:
    """The vendor's own word on Red Hat Enterprise Linux, by binary package."""

    name: ClassVar[str] = "redhat"
    licence: ClassVar[str] = "CC-BY-4.0"
    whole: ClassVar[bool] = False
    everywhere: ClassVar[bool] = False

    def downloads(self, ecosystems: frozenset[str]) -> tuple[Download, ...]:
        """The archive of all VEX documents."""
        names = {name.lower().replace(" ", "") for name in ecosystems}
        if names and not any(name.startswith(("rhel", "redhat", "almalinux", "rocky", "centos")) for name in names):
            return ()
        return (Download(path="archive_latest.txt", target="csaf_vex.tar.zst", pointer=True),)

    def recognises(self, file: FeedFile) -> bool:
        """A JSON document that says it is CSAF, of Red Hat."""
        if not file.path.endswith(".json"):
            return False
        head = file.head()
        return b'"csaf_version"' in head and b'"document"' in head

    def read(self, file: FeedFile) -> Iterator[FeedItem]:
        """One advisory a vulnerability of the document."""
        document = decoding.decode(file, csaf.DOCUMENT, _LIMIT)
        try:
            known = Products(document.product_tree)
        except RecursionError as error:
            raise InputError(f"{file.path} is nested too deep") from error
        for index, raw in enumerate(document.vulnerabilities or ()):
            where = f"{document.document.tracking.id or file.path} {index}"[:200]
            try:
                vulnerability = csaf.VULNERABILITY.decode(raw)
            except decoding.BAD_JSON as error:
                yield Skipped(where=where, reason="vulnerability cannot be read", detail=str(error), broken=True)
                continue
            if not decoding.believable(vulnerability.cve):
                yield Skipped(where=where, reason="no believable identifier", broken=True)
                continue
            yield from _advisory(document.document, known, vulnerability)


class _Facts:
    """What a vulnerability says product by product, turned round for look-up."""

    def __init__(self, one: csaf.Vulnerability) -> None:
        self._severities: dict[str, Severity] = {}
        self._default = Severity.UNKNOWN
        self._offers: dict[str, Status] = {}
        self._dates: dict[str, str] = {}
        for threat in one.threats or ():
            severity = _IMPACTS.get(threat.details.lower())
            if threat.category == "impact" and severity is not None:
                if threat.product_ids is None:
                    self._default = severity
                self._severities.update(dict.fromkeys(threat.product_ids or (), severity))
        for offer in one.remediations or ():
            if offer.category == "vendor_fix":
                self._dates.update(dict.fromkeys(offer.product_ids or (), decoding.date(offer.date)))
            elif offer.category in {"none_available", "no_fix_planned"}:
                usual = Status.WILL_NOT_FIX if offer.category == "no_fix_planned" else Status.AFFECTED
                status = _OFFERS.get(offer.details.strip().lower(), usual)
                self._offers.update(dict.fromkeys(offer.product_ids or (), status))

    def row(self, identifier: str, component: Component, status: Status) -> _Row:
        """All but the architecture."""
        if status is Status.AFFECTED:
            status = self._offers.get(identifier, status)
        severity = self._severities.get(identifier, self._default)
        date = self._dates.get(identifier, "") if status is Status.FIXED else ""
        return _Row(component.release, component.name, component.evr, component.module, status, severity, date)


def _advisory(head: csaf.Head, known: Products, one: csaf.Vulnerability) -> Iterator[FeedItem]:
    facts = _Facts(one)
    rows: dict[_Row, set[str]] = defaultdict(set)
    reasons: dict[str, str] = {}
    for identifier, status in _statuses(one.product_status or csaf.ProductStatus()):
        component = known.component(identifier)
        if isinstance(component, str):
            reasons.setdefault(component, identifier[:100])
        elif status is Status.FIXED and (component.architecture == "src" or not component.evr):
            continue  # the binary packages stand beside it, with their versions
        elif status is Status.NOT_AFFECTED and component.evr:
            continue  # a build that never had it: no other build is known to be affected by this row
        else:
            rows[facts.row(identifier, component, status)].add(component.architecture)
    for reason, example in reasons.items():
        yield Skipped(where=one.cve, reason=reason, detail=example, broken=reason == NO_MODULE)
    if rows:
        yield Advisory(
            id=VulnerabilityId(one.cve),
            feed="redhat",
            title=decoding.line(one.title or head.title),
            cvss_vectors=_vectors(one),
            published=decoding.date(one.release_date),
            modified=decoding.date(head.tracking.current_release_date),
            references=_references(one),
            affected=tuple(_affected(row, architectures) for row, architectures in sorted(rows.items())),
        )


def _statuses(status: csaf.ProductStatus) -> Iterator[tuple[str, Status]]:
    for identifiers, meaning in (
        (status.fixed, Status.FIXED),
        (status.known_affected, Status.AFFECTED),
        (status.known_not_affected, Status.NOT_AFFECTED),
        (status.under_investigation, Status.UNDER_INVESTIGATION),
    ):
        for identifier in identifiers or ():
            yield identifier, meaning


def _affected(row: _Row, architectures: set[str]) -> Affected:
    every = bool(architectures & {"", "noarch"})
    fixed = row.status is Status.FIXED
    return Affected(
        ecosystem=row.release,
        package=row.name,
        ranges=(VersionRange(fixed=row.evr),) if fixed else (),
        versions=() if fixed or not row.evr else (row.evr,),
        status=row.status,
        severity=row.severity,
        severity_source="redhat" if row.severity is not Severity.UNKNOWN else "",
        modularity=row.module,
        architectures=() if every else tuple(sorted(architectures)),
        fix_date=row.fix_date,
    )


def _vectors(one: csaf.Vulnerability) -> tuple[str, ...]:
    scores = (cvss for score in one.scores or () for cvss in (score.cvss_v4, score.cvss_v3, score.cvss_v2))
    vectors = dict.fromkeys(cvss.vector_string for cvss in scores if cvss is not None)
    return tuple(vector for vector in vectors if 0 < len(vector) < 300)


def _references(one: csaf.Vulnerability) -> tuple[str, ...]:
    errata = dict.fromkeys(offer.url for offer in one.remediations or () if offer.url.startswith("https://"))
    own = f"https://access.redhat.com/security/cve/{one.cve}"
    return (own, *(url for url in errata if len(url) < 1000))[:_REFERENCES]
