"""What the bill-of-materials formats share: names of our properties, licences, references, a stable identifier."""

import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator
from typing import Final

from seawall.model.coverage import Coverage
from seawall.model.image import Layer, Package
from seawall.model.report import Report
from seawall.report.encode import encode

_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "https://seawall.dev/sbom")

_READ: Final = frozenset({"file", "package-database"})
"""Areas of the coverage that come from reading the target; the others are judged anew by every scan."""

_LICENSES: Final = """
0BSD AFL-2.1 AGPL-3.0-only AGPL-3.0-or-later Apache-1.1 Apache-2.0 Artistic-1.0 Artistic-2.0 BlueOak-1.0.0
BSD-1-Clause BSD-2-Clause BSD-3-Clause BSD-4-Clause BSL-1.0 bzip2-1.0.6 CC-BY-3.0 CC-BY-4.0 CC-BY-SA-4.0 CC0-1.0
CDDL-1.0 CDDL-1.1 CPL-1.0 curl ECL-2.0 EPL-1.0 EPL-2.0 EUPL-1.2 FTL GFDL-1.3-only GFDL-1.3-or-later GPL-1.0-only
GPL-1.0-or-later GPL-2.0-only GPL-2.0-or-later GPL-3.0-only GPL-3.0-or-later HPND ICU IJG ISC LGPL-2.0-only
LGPL-2.0-or-later LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0-only LGPL-3.0-or-later Libpng libtiff MIT MIT-0
MPL-1.1 MPL-2.0 MS-PL NCSA OFL-1.1 OpenSSL PHP-3.01 PostgreSQL PSF-2.0 Python-2.0 Ruby Sleepycat TCL Unicode-3.0
Unicode-DFS-2016 Unlicense UPL-1.0 Vim W3C WTFPL X11 Zlib ZPL-2.1
"""
KNOWN_LICENSES: Final = frozenset(_LICENSES.split())
"""SPDX identifiers that packages declare most; whatever else they declare is kept in their own words."""


def properties(package: Package) -> Iterator[tuple[str, str]]:
    """What standard fields cannot say, by the names that our own reader knows."""
    if package.source:
        yield "seawall:source:name", package.source.name
        yield "seawall:source:version", package.source.version
    if package.layer is not None:
        yield "seawall:layer", str(package.layer)
    for path in package.paths:
        yield "seawall:path", path
    if package.from_base is not None:
        yield "seawall:from-base", str(package.from_base).lower()
    if package.deleted_in is not None:
        yield "seawall:deleted-in", str(package.deleted_in)
    for name in ("owner", "modularity", "vendor", "architecture"):
        if value := getattr(package, name):
            yield f"seawall:{name}", value


def subject_properties(report: Report) -> Iterator[tuple[str, str]]:
    """What the document is about, its layers, and what of it is not known."""
    yield "seawall:kind", report.subject.kind
    yield from _layer_properties(report.layers)
    yield from _gap_properties(report.coverage)


def _layer_properties(layers: Iterable[Layer]) -> Iterator[tuple[str, str]]:
    """The image's layers, as properties of the image: ``seawall:layer:0:digest`` and so on."""
    for layer in layers:
        head = f"seawall:layer:{layer.index}"
        yield f"{head}:digest", layer.digest
        yield f"{head}:size", str(layer.size)
        for name, value in (("diff-id", layer.diff_id), ("instruction", layer.instruction), ("created", layer.created)):
            if value:
                yield f"{head}:{name}", value
        if layer.from_base is not None:
            yield f"{head}:from-base", str(layer.from_base).lower()


def _gap_properties(rows: Iterable[Coverage]) -> Iterator[tuple[str, str]]:
    """What could not be read in the target: whoever reads the document must not take it for whole."""
    for row in rows:
        if row.gap and row.area in _READ:
            yield f"seawall:gap:{row.area}:{row.state}", row.message


def distribution(report: Report) -> tuple[str, str]:
    """The distribution's identifier and version, from ``debian-12`` or ``opensuse-leap-15.5``; empty without one."""
    found = re.fullmatch(r"(.+?)-(\d[^-]*)", report.subject.distribution)
    return (found[1], found[2]) if found else (report.subject.distribution, "")


def identifier(parts: Iterable[object]) -> uuid.UUID:
    """The same UUID for the same content (RFC 9562, section 5.5), whenever it is written."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(encode(part).encode())
    return uuid.uuid5(_NAMESPACE, digest.hexdigest())
