"""Criteria about an image: its name, how it was made, what is in it, what is wrong with that.

An image is judged by itself when it is built, and as a container's image when it is deployed. There it may not have
been scanned: then everything but its name is not known.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from seawall.model.finding import Subject
from seawall.model.image import History, Image, Layer
from seawall.model.kube.container import Container
from seawall.model.scanned import ScannedImage
from seawall.policy.registry import UNKNOWN, Facts, Type, Unknown, criterion, fact, group, unavailable
from seawall.policy.units import days_between

SCAN = "image-scan"
fact(SCAN, "a scan of the image (`seawall scan IMAGE`, or `seawall cluster audit --images`)", elsewhere=True)
fact("image-history", "the record of when a vulnerability was first seen (kept by Seawall's server)", elsewhere=True)
fact("image-signature", "a check of the image's signature", elsewhere=True)
fact("nvd-rating", "the NVD's own rating, beside the one that counts", elsewhere=True)
fact("secrets-in-image", "a search of the image's files for secrets", elsewhere=True)
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
    if not isinstance(known, ScannedImage):
        return (ScannedImage(reference=container.image, path=path),)
    today = facts.get("today")
    return (replace(known, reference=container.image, path=path, on=today if isinstance(today, date) else None),)


def _layers(image: ScannedImage, _facts: Facts) -> Iterable[Layer] | Unknown:
    return UNKNOWN if image.scan is None else image.scan.layers


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
    of={"container": ("spec.image",)},  # of its reference; nothing else of it is told by attributes
    path=lambda image: image.path,
    label=lambda image: image.reference.name,
    subject=_subject,
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
unavailable(
    "image",
    "signed-by",
    Type.SET,
    needs="image-signature",
    doc="The identities and keys that its signatures were verified with.",
)
unavailable("image", "signed", Type.BOOL, needs="image-signature", doc="It has a valid signature.")


def _scan(image: ScannedImage) -> Image | None:
    return image.scan


@criterion("image", "registry", Type.TEXT, of="reference")
def registry(image: ScannedImage) -> str:
    """The registry's host; ``docker.io`` where none is written."""
    return image.reference.registry


@criterion("image", "registry-written", Type.BOOL, of="reference")
def registry_written(image: ScannedImage) -> bool:
    """The registry stands in the name."""
    return image.reference.explicit_registry


@criterion("image", "repository", Type.TEXT, of="reference")
def repository(image: ScannedImage) -> str:
    """The path in the registry: ``library/nginx``."""
    return image.reference.repository


@criterion("image", "name", Type.TEXT, of="reference")
def name(image: ScannedImage) -> str:
    """Registry and repository."""
    return image.reference.name


@criterion("image", "tag", Type.TEXT, of="reference")
def tag(image: ScannedImage) -> str | None:
    """The tag, ``latest`` where neither tag nor digest is written; not set where there is only a digest."""
    return image.reference.tag or None


@criterion("image", "tag-written", Type.BOOL, of="reference")
def tag_written(image: ScannedImage) -> bool:
    """A tag stands in the name."""
    return image.reference.explicit_tag


@criterion("image", "latest", Type.BOOL, of="reference")
def latest(image: ScannedImage) -> bool:
    """It moves with the tag ``latest``: that tag, or none, and no digest."""
    return image.reference.latest


@criterion("image", "digest-pinned", Type.BOOL, of="reference")
def digest_pinned(image: ScannedImage) -> bool:
    """The name carries a digest, so that it always means the same image."""
    return image.reference.pinned


@criterion("image", "tag-version", Type.VERSION, of="reference")
def tag_version(image: ScannedImage) -> str | None:
    """The tag where it is a version, without what follows a dash (``v1.2.3-alpine``); not set where it is none."""
    tag = image.reference.tag.removeprefix("v")
    return tag if tag[:1].isdigit() else None


@criterion("image", "valid-name", Type.BOOL, of="reference")
def valid_name(image: ScannedImage) -> bool:
    """The name follows the grammar of image references."""
    return image.reference.valid


@criterion("image", "scanned", Type.BOOL, needs=SCAN)
def scanned(image: ScannedImage, _scans: object) -> bool:
    """Somebody has looked into it; not known where no image was scanned at all."""
    return image.scan is not None


@criterion("image", "scan-age", Type.DURATION, needs=SCAN, given=_scan)
def scan_age(image: ScannedImage) -> object:
    """How long ago it was scanned."""
    return UNKNOWN if image.on is None else age_of(image.scanned, image.on)


@criterion("image", "age", Type.DURATION, needs=SCAN, given=_scan)
def age(image: ScannedImage) -> object:
    """How long ago it was built."""
    if image.on is None:
        return UNKNOWN
    config = image.scan.config if image.scan is not None else None
    return age_of(config.created, image.on) if config is not None else None


def age_of(day: str, today: object) -> float | None:
    """Seconds from a day to today; None where either is not said."""
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
