"""From a component to a package: its package URL says most, properties of well-known tools the rest.

Sources: the purl specification's type definitions (namespaces, ``epoch``, ``arch``, ``upstream``); the properties
are those that Syft and Trivy document, and our own (:mod:`seawall.report.bom`).
"""

import re
from typing import Final

from seawall.image.naming import DISTRIBUTION_TYPES
from seawall.image.sbom.entry import Entry
from seawall.model.identifiers import Purl
from seawall.model.image import Package, SourcePackage
from seawall.model.purl import PurlParts

IMAGES: Final = frozenset({"oci", "docker"})
"""Types that name an image, not something in it."""
_JOINED: Final = {"maven": ":"}
_TRIVY: Final = "aquasecurity:trivy:"
_SYFT: Final = "syft:metadata:"
_REBUILD: Final = re.compile(r"\+b\d+$")
_SOURCE_RPM: Final = re.compile(r"(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm")
_BUILT_FROM: Final = re.compile(r"built package from: (\S+)(?: (\S+))?")
_SYFT_PATH: Final = re.compile(r"syft:location:\d+:path")
_MAX_LAYER: Final = 10_000


def package_of(entry: Entry, text: str, parts: PurlParts, layers: dict[str, int], *, own: bool) -> Package:
    """A package.

    Args:
        entry: the component.
        text: its package URL.
        parts: the same, read.
        layers: diff id or digest → index, where the document describes layers.
        own: whether Seawall wrote it, so that names and versions are exactly the scan's.
    """
    version = entry.version if own else _version(parts, entry)
    return Package(
        type=parts.type,
        name=entry.name if own else _name(parts),
        version=version,
        purl=Purl(text),
        source=_own_source(entry) if own else _source(entry, parts, version),
        architecture=entry.first("seawall:architecture") or ("" if own else parts.qualifiers.get("arch", "")),
        licenses=tuple(dict.fromkeys(entry.licenses)),
        vendor=entry.first("seawall:vendor") or ("" if own else entry.vendor),
        layer=_layer(entry, layers),
        paths=_paths(entry),
        from_base={"true": True, "false": False}.get(entry.first("seawall:from-base")),
        owner=Purl(entry.first("seawall:owner")),
        deleted_in=number(entry.first("seawall:deleted-in")),
        modularity=entry.first("seawall:modularity") or ("" if own else _modularity(entry, parts)),
    )


def number(text: str) -> int | None:
    """A layer's index, or null where it is none."""
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
    return value if value is None or value < _MAX_LAYER else None


def _name(parts: PurlParts) -> str:
    """As OSV writes it: with the namespace, but for distributions, whose namespace is the vendor."""
    if parts.type == "pypi":
        return re.sub(r"[-_.]+", "-", parts.name).lower()
    if not parts.namespace or parts.type in DISTRIBUTION_TYPES:
        return parts.name
    return f"{parts.namespace}{_JOINED.get(parts.type, '/')}{parts.name}"


def _version(parts: PurlParts, entry: Entry) -> str:
    version = parts.version or entry.version
    epoch = parts.qualifiers.get("epoch", "")
    has_epoch = version.partition(":")[0].isdigit() and ":" in version
    return f"{epoch}:{version}" if epoch.strip("0") and parts.type in DISTRIBUTION_TYPES and not has_epoch else version


def _own_source(entry: Entry) -> SourcePackage | None:
    name = entry.first("seawall:source:name")
    return SourcePackage(name=name, version=entry.first("seawall:source:version")) if name else None


def _source(entry: Entry, parts: PurlParts, version: str) -> SourcePackage | None:
    """The source package as whoever wrote the document says it, else the package's own name."""
    if parts.type not in DISTRIBUTION_TYPES:
        return None
    name, source_version = _named_source(entry, parts)
    if source_version and source_version == version.partition(":")[2]:  # a source rpm's name tells no epoch
        source_version = version
    usual = _REBUILD.sub("", version) if parts.type == "deb" else version
    return SourcePackage(name=name or parts.name, version=source_version or usual)


def _named_source(entry: Entry, parts: PurlParts) -> tuple[str, str]:
    if name := entry.first(f"{_TRIVY}SrcName"):
        epoch, release = entry.first(f"{_TRIVY}SrcEpoch"), entry.first(f"{_TRIVY}SrcRelease")
        version = entry.first(f"{_TRIVY}SrcVersion")
        return name, (f"{epoch}:" if epoch.strip("0") else "") + version + (f"-{release}" if release else "")
    upstream = parts.qualifiers.get("upstream", "") or entry.first(f"{_SYFT}sourceRpm")
    if match := _SOURCE_RPM.fullmatch(upstream):
        return match[1], match[2]
    name, _, version = upstream.partition("@")
    if not name:
        name = entry.first(f"{_SYFT}source", f"{_SYFT}originPackage")
    version = version or entry.first(f"{_SYFT}sourceVersion")
    if not name and (match := _BUILT_FROM.match(entry.built_from)):
        return match[1], match[2] or ""
    return name, version


def _modularity(entry: Entry, parts: PurlParts) -> str:
    """``name:stream``; the label goes on with version and context."""
    label = parts.qualifiers.get("rpmmod", "") or entry.first(
        f"{_SYFT}modularityLabel", f"{_TRIVY}Modularitylabel", f"{_TRIVY}ModularityLabel"
    )
    return ":".join(label.split(":")[:2])


def _layer(entry: Entry, layers: dict[str, int]) -> int | None:
    if (own := entry.first("seawall:layer")) or not layers:
        return number(own)
    return next(
        (layers[value] for name in ("LayerDiffID", "LayerDigest") if (value := entry.first(_TRIVY + name)) in layers),
        None,
    )


def _paths(entry: Entry) -> tuple[str, ...]:
    if own := entry.properties.get("seawall:path"):
        return own
    found = [values[0] for name, values in entry.properties.items() if _SYFT_PATH.fullmatch(name)]
    if file := entry.first(f"{_TRIVY}FilePath"):
        found.append("/" + file.lstrip("/"))
    return tuple(sorted({path for path in found if path.startswith("/")}))
