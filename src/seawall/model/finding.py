"""The one kind of finding: a vulnerability, a bad setting, an unexpected process are all this."""

import hashlib
from enum import StrEnum

from seawall.model.identifiers import Fingerprint, PolicyName, Purl, VulnerabilityId
from seawall.model.record import Record
from seawall.model.severity import Severity


class Stage(StrEnum):
    """Where in a container's life."""

    BUILD = "build"
    DEPLOY = "deploy"
    RUNTIME = "runtime"
    INFRA = "infra"


class Status(StrEnum):
    """What the vendor says about a vulnerability in its package."""

    AFFECTED = "affected"
    FIXED = "fixed"
    """Affected, and a fixed version can be had."""
    WILL_NOT_FIX = "will-not-fix"
    DEFERRED = "deferred"
    UNDER_INVESTIGATION = "under-investigation"
    END_OF_LIFE = "end-of-life"
    NOT_AFFECTED = "not-affected"


class Subject(Record, frozen=True, kw_only=True):
    """What a finding or a report is about.

    Attributes:
        kind: ``image``, ``filesystem``, ``sbom``, ``manifests``, ``Deployment``, ``node``, …
        name: its name as its owner writes it.
        namespace: its Kubernetes namespace, or empty.
        digest: its content's digest, or empty.
        distribution: ``debian-12`` (os-release's ID and VERSION_ID), or empty.
    """

    kind: str
    name: str
    namespace: str = ""
    digest: str = ""
    distribution: str = ""


class Location(Record, frozen=True, kw_only=True):
    """Where: a file and line, a path into an object or image, a layer. Empty and null mean: does not apply.

    Attributes:
        file: the file that was read (a manifest), as the user named it.
        line: its line, from 1.
        path: the path inside the image, or inside the object (``spec.containers[0].image``).
        layer: the layer's index, from 0.
    """

    file: str = ""
    line: int | None = None
    path: str = ""
    layer: int | None = None


class Evidence(Record, frozen=True, kw_only=True):
    """A value that decided, and its path."""

    path: str
    value: str


class VulnerabilityMatch(Record, frozen=True, kw_only=True):
    """The vulnerability that a finding is about.

    Attributes:
        id: the identifier to show: the CVE where there is one.
        aliases: all other identifiers of the same vulnerability, sorted.
        package: the package's name.
        purl: the package's purl.
        installed: the installed version.
        fixed: the lowest version that fixes it, or empty.
        status: what the vendor says.
        severity_source: who rated it (``debian``, ``nvd``, ``ghsa``, …), or empty where nobody has.
        cvss: the CVSS base score, or null.
        cvss_vector: its vector, or empty.
        epss: the probability of exploitation within 30 days (EPSS), 0 to 1, or null.
        kev: whether CISA's catalogue lists it as exploited.
        published: the date of publication, ISO 8601, or empty.
        fix_date: since when the fix can be had, ISO 8601, or empty.
        feed: the advisory feed that says so.
        references: where to read on.
    """

    id: VulnerabilityId
    aliases: tuple[VulnerabilityId, ...] = ()
    package: str
    purl: Purl
    installed: str
    fixed: str = ""
    status: Status
    severity_source: str = ""
    cvss: float | None = None
    cvss_vector: str = ""
    epss: float | None = None
    kev: bool = False
    published: str = ""
    fix_date: str = ""
    feed: str = ""
    references: tuple[str, ...] = ()


class Acceptance(Record, frozen=True, kw_only=True):
    """Why a finding does not count: somebody accepted the risk, until a day.

    Attributes:
        reason: in the owner's words.
        owner: who accepted it.
        expires: the last day it holds, ISO 8601.
        rule: which rule of which file.
    """

    reason: str
    owner: str = ""
    expires: str = ""
    rule: str = ""


class Finding(Record, frozen=True, kw_only=True):
    """What is wrong, with whom, how bad, how one knows, and what to do.

    Attributes:
        policy: the policy that found it.
        stage: the stage it was judged at.
        severity: how bad.
        title: one line.
        subject: with whom.
        location: where.
        evidence: the values that decided.
        remediation: what to do, the first step first.
        fingerprint: equal for the same finding in the next scan (:func:`fingerprint`).
        vulnerability: the vulnerability, where it is one.
        accepted: the accepted risk that covers it, if any.
    """

    policy: PolicyName
    stage: Stage
    severity: Severity
    title: str
    subject: Subject
    location: Location = Location()
    evidence: tuple[Evidence, ...] = ()
    remediation: str = ""
    fingerprint: Fingerprint
    vulnerability: VulnerabilityMatch | None = None
    accepted: Acceptance | None = None


def fingerprint(*parts: str) -> Fingerprint:
    """A digest of what makes a finding the same one: policy, subject, place; never lines, versions or order."""
    return Fingerprint(hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32])
