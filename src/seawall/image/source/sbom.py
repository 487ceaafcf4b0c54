"""Bills of materials as targets: what somebody found in an image earlier, or elsewhere."""

from collections.abc import Iterator
from typing import ClassVar

from seawall.errors import InputError
from seawall.image.naming import DISTRIBUTION_TYPES
from seawall.image.order import ordered
from seawall.image.plain import plain
from seawall.image.sbom import context, document
from seawall.image.sbom.entry import Bom, Entry, Role
from seawall.image.sbom.package import IMAGES, package_of
from seawall.image.source.interface import ScanOptions
from seawall.model import purl
from seawall.model.coverage import Coverage, CoverageState
from seawall.model.finding import Subject
from seawall.model.image import Distribution, Image, Package
from seawall.model.purl import PurlParts

_EXAMPLES = 5


class SbomSource:
    """``sbom:FILE``."""

    prefix: ClassVar[str] = "sbom"

    def accepts(self, target: str) -> bool:
        """Whether the file begins like one."""
        return document.recognised(target)

    def load(self, target: str, options: ScanOptions) -> Image:
        """Read the document; every component is a package, or counted in the coverage."""
        bom = document.read(target)
        reading = _Reading(bom)
        distribution = context.distribution_of(bom, (parts for _, _, parts in reading.named))
        layers = context.layers_of(bom)
        places = context.indexes(layers)
        packages = dict.fromkeys(
            package_of(entry, text, parts, places, own=bom.own) for entry, text, parts in reading.named
        )
        subject = Subject(
            kind="sbom",
            name=target,
            digest=_digest(bom.subject),
            distribution=distribution.key if distribution else "",
        )
        listed = ordered(packages)
        return Image(
            subject=subject,
            distribution=distribution,
            layers=layers,
            packages=listed,
            coverage=(*_coverage(bom, reading, listed, distribution), *context.gaps_of(bom)),
        )


class _Reading:
    """The components, sorted into those with a package URL and those without a usable one."""

    def __init__(self, bom: Bom) -> None:
        self.named: list[tuple[Entry, str, PurlParts]] = []
        self.nameless: list[str] = []
        self.broken: list[str] = []
        for entry in bom.entries:
            if entry.purls:
                self._read(entry)
            elif entry.role is Role.PACKAGE:
                self.nameless.append(f"{entry.name} {entry.version}".strip())

    def _read(self, entry: Entry) -> None:
        for text in entry.purls:
            try:
                parts = purl.parse(text)
            except InputError:
                self.broken.append(text)
                continue
            if parts.type not in IMAGES and entry.role is not Role.SYSTEM:
                self.named.append((entry, text, parts))


def _digest(subject: Entry | None) -> str:
    """The described image's, where it is known."""
    version = subject.version if subject else ""
    return version if version.startswith(("sha256:", "sha512:")) else ""


def _coverage(
    bom: Bom, reading: _Reading, packages: tuple[Package, ...], distribution: Distribution | None
) -> Iterator[Coverage]:
    about = f" about {bom.subject.name}" if bom.subject and bom.subject.name else ""
    if packages:
        yield _row(CoverageState.OK, f"{bom.format}{about}: {len(packages)} packages")
    else:
        yield _row(CoverageState.MISSING, f"{bom.format}{about} lists no packages, so nothing could be judged")
    if reading.nameless:
        yield _row(CoverageState.PARTIAL, _counted(reading.nameless, "without a package URL could not be judged"))
    if reading.broken:
        yield _row(CoverageState.PARTIAL, _counted(reading.broken, "with a broken package URL could not be judged"))
    if bom.unread:
        yield _row(CoverageState.UNREADABLE, _counted(list(bom.unread), "could not be read"))
    unversioned = [package.name for package in packages if not package.version]
    if unversioned and not bom.own:
        yield _row(CoverageState.PARTIAL, _counted(unversioned, "without a version could not be judged"))
    yield from _distribution_row(packages, distribution)


def _distribution_row(packages: tuple[Package, ...], distribution: Distribution | None) -> Iterator[Coverage]:
    if distribution is not None:
        title = f"{distribution.title} ({distribution.key})" if distribution.title else distribution.key
        yield Coverage(area="distribution", state=CoverageState.OK, message=title)
    elif any(package.type in DISTRIBUTION_TYPES for package in packages):
        message = "The SBOM names no distribution, so the distribution's own packages cannot be judged"
        yield Coverage(area="distribution", state=CoverageState.UNKNOWN, message=message)


def _counted(examples: list[str], what: str) -> str:
    shown = ", ".join(plain(example, 80) for example in examples[:_EXAMPLES])
    more = ", …" if len(examples) > _EXAMPLES else ""
    return f"{len(examples)} component{'s' if len(examples) != 1 else ''} {what}: {shown}{more}"


def _row(state: CoverageState, message: str) -> Coverage:
    return Coverage(area="sbom", state=state, message=plain(message, 1000))
