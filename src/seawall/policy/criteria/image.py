"""Criteria about an image: its name, how it was made, what is in it, what is wrong with that.

An image is judged by itself when it is built, and as a container's image when it is deployed. There it may not have
been scanned: then everything but its name is not known.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from seawall.model.finding import Finding, Subject, VulnerabilityMatch
from seawall.model.image import History, Image, Layer, Package
from seawall.model.kube.container import Container
from seawall.model.scanned import ScannedImage
from seawall.model.severity import Severity
from seawall.policy.registry import UNKNOWN, Facts, Type, Unknown, criterion, fact, group, unavailable
from seawall.policy.units import days_between

SCAN = "image-scan"
fact(SCAN, "a scan of the image (`seawall scan`, or `--scan-images`)")
fact("image-history", "the record of when a vulnerability was first seen (kept by Seawall's server)")
fact("image-signature", "a check of the image's signature")
fact("nvd-rating", "the NVD's own rating, beside the one that counts")
fact("secrets-in-image", "a search of the image's files for secrets")
fact("today", "the day")


class Instruction(NamedTuple):
    """A line of an image's history: the instruction's word and the rest, as a Dockerfile has them."""

    word: str
    arguments: str
    at: int


def _subject(image: ScannedImage) -> Subject:
    if image.scan is not None:
        return image.scan.subject
    return Subject(kind="image", name=image.reference.text, digest=image.reference.digest)


def _of_container(container: Container, facts: Facts) -> Iterable[ScannedImage]:
    scans = facts.get(SCAN)
    known = scans.get(container.spec.image) if isinstance(scans, dict) else None
    path = f"{container.path}.image"
    if isinstance(known, ScannedImage):
        return (ScannedImage(
            reference=container.image, path=path, scan=known.scan, vulnerabilities=known.vulnerabilities,
            scanned=known.scanned,
        ),)  # fmt: skip
    return (ScannedImage(reference=container.image, path=path),)


def _packages(image: ScannedImage, _facts: Facts) -> Iterable[Package] | Unknown:
    return UNKNOWN if image.scan is None else image.scan.packages


def _layers(image: ScannedImage, _facts: Facts) -> Iterable[Layer] | Unknown:
    return UNKNOWN if image.scan is None else image.scan.layers


def _vulnerabilities(image: ScannedImage, _facts: Facts) -> Iterable[Finding] | Unknown:
    return UNKNOWN if image.scan is None else image.vulnerabilities


def _instructions(image: ScannedImage, _facts: Facts) -> Iterable[Instruction] | Unknown:
    if image.scan is None:
        return UNKNOWN
    history = image.scan.config.history if image.scan.config is not None else ()
    return [_instruction(line, at) for at, line in enumerate(history)]


def _instruction(line: History, at: int) -> Instruction:
    """A Dockerfile's words from a history line: ``/bin/sh -c #(nop)  CMD ["sh"]``, ``RUN /bin/sh -c x # buildkit``."""
    text = line.instruction.removesuffix("# buildkit").strip()
    if text.startswith("/bin/sh -c #(nop)"):
        text = text.removeprefix("/bin/sh -c #(nop)").strip()
    elif text.startswith(("/bin/sh -c", "|")):
        text = f"RUN {text}"
    word, _, rest = text.partition(" ")
    return Instruction(word.upper() if word.isalpha() else "RUN", rest.strip() if word.isalpha() else text, at)


group(
    "image",
    "An image: one that was built, or one that a container names.",
    parents={"container": _of_container},
    path=lambda image: image.path,
    label=lambda image: image.reference.name,
    subject=_subject,
)
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
    "layer",
    "A layer of an image.",
    parents={"image": _layers},
    needs=SCAN,
    path=lambda layer: f"layers[{layer.index}]",
    label=lambda layer: layer.digest,
)
group(
    "instruction",
    "A line of the image's history, as its Dockerfile had it.",
    parents={"image": _instructions},
    needs=SCAN,
    path=lambda instruction: f"history[{instruction.at}]",
    label=lambda instruction: instruction.word,
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
    "image",
    "signed-by",
    Type.SET,
    needs="image-signature",
    doc="The identities and keys that its signatures were verified with.",
)
unavailable("image", "signed", Type.BOOL, needs="image-signature", doc="It has a valid signature.")
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


def _scan(image: ScannedImage) -> Image | None:
    return image.scan


@criterion("image", "registry", Type.TEXT)
def registry(image: ScannedImage) -> str:
    """The registry's host; ``docker.io`` where none is written."""
    return image.reference.registry


@criterion("image", "registry-written", Type.BOOL)
def registry_written(image: ScannedImage) -> bool:
    """The registry stands in the name."""
    return image.reference.explicit_registry


@criterion("image", "repository", Type.TEXT)
def repository(image: ScannedImage) -> str:
    """The path in the registry: ``library/nginx``."""
    return image.reference.repository


@criterion("image", "name", Type.TEXT)
def name(image: ScannedImage) -> str:
    """Registry and repository."""
    return image.reference.name


@criterion("image", "tag", Type.TEXT)
def tag(image: ScannedImage) -> str | None:
    """The tag, ``latest`` where neither tag nor digest is written; not set where there is only a digest."""
    return image.reference.tag or None


@criterion("image", "tag-written", Type.BOOL)
def tag_written(image: ScannedImage) -> bool:
    """A tag stands in the name."""
    return image.reference.explicit_tag


@criterion("image", "latest", Type.BOOL)
def latest(image: ScannedImage) -> bool:
    """It moves with the tag ``latest``: that tag, or none, and no digest."""
    return image.reference.latest


@criterion("image", "digest-pinned", Type.BOOL)
def digest_pinned(image: ScannedImage) -> bool:
    """The name carries a digest, so that it always means the same image."""
    return bool(image.reference.digest)


@criterion("image", "tag-version", Type.VERSION)
def tag_version(image: ScannedImage) -> str | None:
    """The tag where it is a version, without what follows a dash (``v1.2.3-alpine``); not set where it is none."""
    tag = image.reference.tag.removeprefix("v")
    return tag if tag[:1].isdigit() else None


@criterion("image", "valid-name", Type.BOOL)
def valid_name(image: ScannedImage) -> bool:
    """The name follows the grammar of image references."""
    return image.reference.valid


@criterion("image", "scanned", Type.BOOL, needs=SCAN)
def scanned(image: ScannedImage, _scans: object) -> bool:
    """Somebody has looked into it; not known where no image was scanned at all."""
    return image.scan is not None


@criterion("image", "scan-age", Type.DURATION, needs="today")
def scan_age(image: ScannedImage, today: object) -> object:
    """How long ago it was scanned."""
    return _age(image.scanned, today) if image.scan is not None else UNKNOWN


@criterion("image", "age", Type.DURATION, needs="today")
def age(image: ScannedImage, today: object) -> object:
    """How long ago it was built."""
    if image.scan is None:
        return UNKNOWN
    return _age(image.scan.config.created, today) if image.scan.config is not None else None


def _age(day: str, today: object) -> float | None:
    return days_between(day, today) if day and isinstance(today, date) else None


@criterion("image", "user", Type.TEXT, needs=SCAN, given=_scan)
def user(image: ScannedImage) -> str:
    """The user that it runs as; ``root`` where none is set."""
    config = image.scan.config if image.scan is not None else None
    return (config.user if config is not None else "") or "root"


@criterion("image", "distribution", Type.TEXT, needs=SCAN, given=_scan)
def distribution(image: ScannedImage) -> str | None:
    """Its operating system and release, ``debian-12``."""
    known = image.scan.distribution if image.scan is not None else None
    return known.key if known is not None else None


@criterion("image", "labels", Type.MAP, needs=SCAN, given=_scan)
def labels(image: ScannedImage) -> dict[str, str]:
    """Its labels."""
    config = image.scan.config if image.scan is not None else None
    return config.labels if config is not None else {}


@criterion("image", "environment", Type.SET, needs=SCAN, given=_scan)
def environment(image: ScannedImage) -> tuple[str, ...]:
    """Its environment, NAME=VALUE."""
    config = image.scan.config if image.scan is not None else None
    return config.environment if config is not None else ()


@criterion("image", "exposed-ports", Type.SET, needs=SCAN, given=_scan)
def exposed_ports(image: ScannedImage) -> tuple[str, ...]:
    """Ports that it says it listens on, ``22/tcp``."""
    config = image.scan.config if image.scan is not None else None
    return config.exposed_ports if config is not None else ()


@criterion("image", "volumes", Type.SET, needs=SCAN, given=_scan)
def volumes(image: ScannedImage) -> tuple[str, ...]:
    """Paths that it declares as volumes."""
    config = image.scan.config if image.scan is not None else None
    return config.volumes if config is not None else ()


@criterion("image", "size", Type.QUANTITY, needs=SCAN, given=_scan)
def size(image: ScannedImage) -> float:
    """The sum of its layers, uncompressed, in bytes."""
    return float(sum(layer.size for layer in image.scan.layers)) if image.scan is not None else 0.0


@criterion("image", "coverage-gaps", Type.SET, needs=SCAN, given=_scan)
def coverage_gaps(image: ScannedImage) -> tuple[str, ...]:
    """Areas that the scan could not judge."""
    return tuple(row.area for row in image.scan.coverage if row.gap) if image.scan is not None else ()


@criterion("instruction", "word", Type.TEXT)
def word(instruction: Instruction) -> str:
    """The instruction: RUN, COPY, ADD, ENV, USER, EXPOSE, CMD, …."""
    return instruction.word


@criterion("instruction", "arguments", Type.TEXT)
def arguments(instruction: Instruction) -> str:
    """What follows the word."""
    return instruction.arguments


@criterion("layer", "size", Type.QUANTITY)
def layer_size(layer: Layer) -> float:
    """Its size, uncompressed, in bytes."""
    return float(layer.size)


@criterion("layer", "instruction", Type.TEXT)
def layer_instruction(layer: Layer) -> str:
    """The history's line that made it."""
    return layer.instruction


@criterion("layer", "from-base", Type.BOOL)
def layer_from_base(layer: Layer) -> bool | None:
    """It belongs to the base image, as far as known."""
    return layer.from_base


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


unavailable("vulnerability", "nvd-cvss", Type.NUMBER, needs="nvd-rating", doc="The CVSS base score of the NVD alone.")


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
    return _age(_match(finding).published, today)


@criterion("vulnerability", "fix-available", Type.DURATION, needs="today")
def fix_available(finding: Finding, today: object) -> float | None:
    """How long the fix can be had already."""
    return _age(_match(finding).fix_date, today)
