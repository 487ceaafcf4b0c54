"""Criteria about what is in an image and what is wrong with it: packages, vulnerabilities, secrets."""

from collections.abc import Iterable

from seawall.model.finding import Finding, VulnerabilityMatch
from seawall.model.image import Package
from seawall.model.scanned import ScannedImage
from seawall.model.severity import Severity
from seawall.policy.criteria.image import SCAN, age_of
from seawall.policy.registry import UNKNOWN, Facts, Type, Unknown, criterion, group, unavailable


def _packages(image: ScannedImage, _facts: Facts) -> Iterable[Package] | Unknown:
    return UNKNOWN if image.scan is None else image.scan.packages


def _vulnerabilities(image: ScannedImage, _facts: Facts) -> Iterable[Finding] | Unknown:
    return UNKNOWN if image.scan is None else image.vulnerabilities


group(
    "package",
    "A package in an image.",
    parents={"image": _packages},
    needs=SCAN,
    path=lambda package: package.purl,
    label=lambda package: package.name,
)
group(
    "vulnerability",
    "A known vulnerability of a package in an image.",
    parents={"image": _vulnerabilities},
    needs=SCAN,
    path=lambda finding: finding.vulnerability.purl,
    label=lambda finding: finding.vulnerability.id,
)
group(
    "image-secret",
    "A secret in an image's files.",
    parents={"image": lambda _image, _facts: UNKNOWN},
    needs="secrets-in-image",
)
unavailable("image-secret", "kind", Type.TEXT, needs="secrets-in-image", doc="What kind of secret it is.")
unavailable("image-secret", "path", Type.TEXT, needs="secrets-in-image", doc="The file that it lies in.")
unavailable(
    "vulnerability",
    "first-seen-in-image",
    Type.DURATION,
    needs="image-history",
    doc="How long ago it was first found in this image.",
)
unavailable(
    "vulnerability",
    "first-seen",
    Type.DURATION,
    needs="image-history",
    doc="How long ago it was first found anywhere.",
)
unavailable("vulnerability", "nvd-cvss", Type.NUMBER, needs="nvd-rating", doc="The CVSS base score of the NVD alone.")


@criterion("package", "name", Type.TEXT)
def package_name(package: Package) -> str:
    """Its name, as OSV writes it."""
    return package.name


@criterion("package", "version", Type.TEXT)
def package_version(package: Package) -> str:
    """Its version, as the package manager prints it."""
    return package.version


@criterion("package", "type", Type.TEXT)
def package_type(package: Package) -> str:
    """The purl's type: deb, apk, rpm, pypi, npm, golang, maven, …."""
    return package.type


@criterion("package", "licenses", Type.SET)
def licenses(package: Package) -> tuple[str, ...]:
    """Its licences, as declared."""
    return package.licenses


@criterion("package", "deleted", Type.BOOL)
def deleted(package: Package) -> bool:
    """A later layer removes it; it is still shipped."""
    return package.deleted_in is not None


@criterion("package", "from-base", Type.BOOL)
def package_from_base(package: Package) -> bool | None:
    """The base image brought it, as far as known."""
    return package.from_base


def _match(finding: Finding) -> VulnerabilityMatch:
    match = finding.vulnerability
    if match is None:
        raise TypeError("a finding without a vulnerability stands among vulnerabilities")
    return match


@criterion("vulnerability", "id", Type.SET)
def vulnerability_id(finding: Finding) -> tuple[str, ...]:
    """All its identifiers: CVE, GHSA, DSA, …."""
    match = _match(finding)
    return (match.id, *match.aliases)


@criterion("vulnerability", "severity", Type.SEVERITY, values=tuple(Severity), ordered=True)
def severity(finding: Finding) -> str:
    """How bad it is: unknown, negligible, low, medium, high, critical."""
    return finding.severity.value


@criterion("vulnerability", "cvss", Type.NUMBER)
def cvss(finding: Finding) -> float | None:
    """Its CVSS base score."""
    return _match(finding).cvss


@criterion("vulnerability", "remotely-exploitable", Type.BOOL)
def remotely_exploitable(finding: Finding) -> bool | None:
    """Over the network, without rights and without a user's help, as its CVSS vector says; not set without one."""
    parts = set(_match(finding).cvss_vector.split("/"))
    return {"AV:N", "PR:N", "UI:N"} <= parts if len(parts) > 1 else None


@criterion("vulnerability", "epss", Type.NUMBER)
def epss(finding: Finding) -> float | None:
    """The probability that it is exploited within 30 days, 0 to 1 (EPSS)."""
    return _match(finding).epss


@criterion("vulnerability", "known-exploited", Type.BOOL)
def known_exploited(finding: Finding) -> bool:
    """CISA's catalogue lists it as exploited."""
    return _match(finding).kev


@criterion("vulnerability", "fixable", Type.BOOL)
def fixable(finding: Finding) -> bool:
    """A fixed version can be had."""
    return bool(_match(finding).fixed)


@criterion("vulnerability", "fixed-by", Type.TEXT)
def fixed_by(finding: Finding) -> str | None:
    """The lowest version that fixes it."""
    return _match(finding).fixed or None


@criterion("vulnerability", "status", Type.TEXT)
def status(finding: Finding) -> str:
    """What the vendor says: affected, fixed, will-not-fix, deferred, under-investigation, end-of-life."""
    return _match(finding).status.value


@criterion("vulnerability", "package", Type.TEXT)
def vulnerability_package(finding: Finding) -> str:
    """The package that has it."""
    return _match(finding).package


@criterion("vulnerability", "accepted", Type.BOOL)
def accepted(finding: Finding) -> bool:
    """Somebody accepted the risk."""
    return finding.accepted is not None


@criterion("vulnerability", "published", Type.DURATION, needs="today")
def published(finding: Finding, today: object) -> float | None:
    """How long ago it was published."""
    return age_of(_match(finding).published, today)


@criterion("vulnerability", "fix-available", Type.DURATION, needs="today")
def fix_available(finding: Finding, today: object) -> float | None:
    """How long the fix can be had already."""
    return age_of(_match(finding).fix_date, today)
