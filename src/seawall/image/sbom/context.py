"""What a bill of materials says about the whole: the distribution, and the image's layers.

Sources: os-release(5) for the identifiers; the purl specification's ``distro`` qualifier, which tools fill with
``debian-12``, ``3.19.1`` or a codename.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from seawall.image.naming import DISTRIBUTION_TYPES
from seawall.image.plain import plain
from seawall.image.sbom.entry import Bom, Entry, Role
from seawall.model.codename import number
from seawall.model.coverage import Coverage, CoverageState
from seawall.model.identifiers import Digest
from seawall.model.image import Distribution, Layer
from seawall.model.purl import PurlParts

_IDENTIFIER: Final = re.compile(r"[a-z0-9][a-z0-9._-]*")
_RELEASE: Final = re.compile(r"(?P<id>.+?)-(?P<version>\d[^-]*)")
_NAMES: Final = {
    "alma": "almalinux",
    "amazon": "amzn",
    "cbl-mariner": "mariner",
    "opensuse leap": "opensuse-leap",
    "opensuse tumbleweed": "opensuse-tumbleweed",
    "oracle": "ol",
    "oraclelinux": "ol",
    "red": "rhel",
    "redhat": "rhel",
    "rockylinux": "rocky",
    "suse": "sles",
}
"""Distributions as tools and vendors call them (the first word of ``Red Hat Enterprise Linux``): os-release's IDs."""
_PLAIN: Final = re.compile(r"[\w.~+]*")
_NUMBER: Final = re.compile(r"\d[\w.]*")
_PARTS: Final = {"debian": 1, "centos": 1, "ubuntu": 2}
"""How many numbers os-release gives; tools write the point release behind them."""
_LAYER: Final = re.compile(r"seawall:layer:(\d{1,4}):([a-z-]+)")
_GAP: Final = re.compile(r"seawall:gap:(file|package-database):(partial|missing|unreadable|unknown|unsupported)")
_MOST_GAPS: Final = 1000
_DIFF_IDS: Final = "aquasecurity:trivy:DiffID"


def distribution_of(bom: Bom, purls: Iterable[PurlParts]) -> Distribution | None:
    """From the operating system's component, else what most distributions' packages say of themselves."""
    for entry in bom.entries:
        if entry.role is Role.SYSTEM and (found := _from_entry(entry)):
            return found
    said = Counter(
        (parts.namespace, parts.qualifiers["distro"])
        for parts in purls
        if parts.type in DISTRIBUTION_TYPES and "distro" in parts.qualifiers
    )
    if not said:
        return None
    namespace, release = min(said, key=lambda key: (-said[key], key))
    return _from_qualifier(namespace, release)


def _from_entry(entry: Entry) -> Distribution | None:
    name = (entry.first("syft:distro:id") or entry.name).lower()
    name = _NAMES.get(name, name)
    if not _IDENTIFIER.fullmatch(name):
        name = _name(name.partition(" ")[0])
    if not _IDENTIFIER.fullmatch(name):
        return None
    codename = entry.first("syft:distro:versionCodename")
    version = entry.first("syft:distro:versionID") or entry.version or number(codename.partition("/")[0])
    return Distribution(
        id=name,
        version=_version(name, version),
        codename=codename,
        like=tuple(entry.first("syft:distro:idLike").split()),
        title=entry.first("syft:distro:prettyName"),
    )


def _from_qualifier(namespace: str, release: str) -> Distribution | None:
    release = release.lower()
    name = _name(namespace)
    if match := _RELEASE.fullmatch(release):
        return Distribution(id=_name(match["id"]), version=_version(_name(match["id"]), match["version"]))
    if release[:1].isdigit():
        return Distribution(id=name, version=_version(name, release)) if name else None
    word = release.rpartition("-")[2]
    if version := number(word):
        return Distribution(id=name, version=version, codename=word) if name else None
    identifier, _, rest = release.partition("-")
    if " " in rest and (found := _version(_name(identifier), rest)):
        return Distribution(id=_name(identifier), version=found)
    return Distribution(id=_name(release))


def _name(text: str) -> str:
    return _NAMES.get(text, text)


def _version(name: str, version: str) -> str:
    """As os-release writes it: without words around the number (``2 (Karoo)``), codenames as numbers."""
    if not _PLAIN.fullmatch(version):
        numeric = _NUMBER.search(version)
        version = numeric[0] if numeric else number(version.partition("/")[0].lower())
    return ".".join(version.split(".")[: _PARTS.get(name)])


def layers_of(bom: Bom) -> tuple[Layer, ...]:
    """The layers, where the document describes them, lowest first."""
    if bom.subject is None:
        return ()
    own: dict[int, dict[str, str]] = {}
    for name, values in bom.subject.properties.items():
        if match := _LAYER.fullmatch(name):
            own.setdefault(int(match[1]), {})[match[2]] = values[0]
    if own:
        return tuple(_layer(index, own[index]) for index in sorted(own))
    if not (diff_ids := bom.subject.properties.get(_DIFF_IDS, ())):
        return ()
    stored = {
        entry.first("aquasecurity:trivy:LayerDiffID"): entry.first("aquasecurity:trivy:LayerDigest")
        for entry in bom.entries
    }
    return tuple(
        Layer(index=index, digest=Digest(stored.get(diff_id) or diff_id), diff_id=Digest(diff_id))
        for index, diff_id in enumerate(diff_ids)
    )


def _layer(index: int, said: dict[str, str]) -> Layer:
    size = said.get("size", "")
    return Layer(
        index=index,
        digest=Digest(said.get("digest", "")),
        diff_id=Digest(said.get("diff-id", "")),
        instruction=said.get("instruction", ""),
        size=int(size) if size.isascii() and size.isdigit() and len(size) < 16 else 0,
        created=said.get("created", ""),
        from_base={"true": True, "false": False}.get(said.get("from-base", "")),
    )


def gaps_of(bom: Bom) -> tuple[Coverage, ...]:
    """What could not be read when Seawall wrote the document: it still is not known."""
    found = []
    for name, values in bom.subject.properties.items() if bom.subject else ():
        if match := _GAP.fullmatch(name):
            found += [
                Coverage(area=match[1], state=CoverageState(match[2]), message=plain(one, 1000)) for one in values
            ]
    return tuple(found[:_MOST_GAPS])


def indexes(layers: Iterable[Layer]) -> dict[str, int]:
    """Diff id and digest → index."""
    found: dict[str, int] = {}
    for layer in layers:
        for digest in (layer.diff_id, layer.digest):
            if digest:
                found.setdefault(digest, layer.index)
    return found
