"""SPDX 2.3 JSON (ISO/IEC 5962): the packages, their licences and where they come from.

SPDX 2.3 has no place for vulnerabilities; what our own reader needs stands in each package's comment, one
``name=value`` a line, by the names of :mod:`seawall.report.bom`.
"""

import hashlib
from collections.abc import Iterator
from typing import ClassVar, Final, TextIO

from seawall.model.image import Package
from seawall.model.report import Report
from seawall.report.bom import KNOWN_LICENSES, distribution, identifier, properties, subject_properties
from seawall.report.encode import write_object
from seawall.report.interface import Style
from seawall.report.text import moment, plain

Json = dict[str, object]
_NEVER: Final = "1970-01-01T00:00:00Z"
_NONE: Final = "NOASSERTION"


class SpdxReporter:
    """One document."""

    name: ClassVar[str] = "spdx"

    def write(self, report: Report, out: TextIO, style: Style) -> None:
        """Write the document; equal content has an equal namespace."""
        write_object(out, _document(report))
        out.write("\n")


def _document(report: Report) -> Iterator[tuple[str, object]]:
    packages = [_subject(report), *_system(report)]
    packages += [_package(number, package) for number, package in enumerate(report.packages)]
    yield "spdxVersion", "SPDX-2.3"
    yield "dataLicense", "CC0-1.0"
    yield "SPDXID", "SPDXRef-DOCUMENT"
    yield "name", report.subject.name or report.subject.kind
    yield "documentNamespace", f"https://seawall.dev/spdx/{identifier(packages)}"
    created = moment(report.tool.created) or _NEVER
    yield "creationInfo", {"created": created, "creators": [f"Tool: {report.tool.name}-{report.tool.version}"]}
    yield "hasExtractedLicensingInfos", _extracted(report)
    yield "packages", iter(packages)
    yield "relationships", (_relationship(package) for package in packages)


def _base(reference: str, name: str) -> Json:
    return {
        "SPDXID": f"SPDXRef-{reference}",
        "name": name,
        "downloadLocation": _NONE,
        "filesAnalyzed": False,
        "licenseConcluded": _NONE,
        "copyrightText": _NONE,
    }


def _comment(pairs: Iterator[tuple[str, str]]) -> str:
    return "\n".join(f"{name}={plain(value)}" for name, value in pairs)


def _subject(report: Report) -> Json:
    subject = report.subject
    package = _base("Subject", subject.name or subject.kind)
    package["licenseDeclared"] = _NONE
    package["primaryPackagePurpose"] = "CONTAINER" if subject.kind == "image" else "OTHER"
    if subject.digest:
        package["versionInfo"] = subject.digest
    package["comment"] = _comment(subject_properties(report))
    return package


def _system(report: Report) -> Iterator[Json]:
    name, version = distribution(report)
    if name:
        package = _base("OperatingSystem", name)
        package |= {"licenseDeclared": _NONE, "primaryPackagePurpose": "OPERATING-SYSTEM"}
        yield package | ({"versionInfo": version} if version else {})


def _package(number: int, package: Package) -> Json:
    entry = _base(f"Package-{number}", package.name or "unnamed")
    entry["versionInfo"] = package.version
    entry["licenseDeclared"] = " AND ".join(map(_license, _declared(package))) or _NONE
    entry["externalRefs"] = [
        {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": package.purl}
    ]
    if package.vendor:
        entry["supplier"] = f"Organization: {plain(package.vendor)}"
    if package.source:
        entry["sourceInfo"] = f"built package from: {plain(package.source.name)} {plain(package.source.version)}"
    entry["comment"] = _comment(properties(package))
    return entry


def _declared(package: Package) -> list[str]:
    return list(dict.fromkeys(text for text in package.licenses if text))


def _license(text: str) -> str:
    """An SPDX identifier, or a reference to the declared words (SPDX 2.3, annex D)."""
    return text if text in KNOWN_LICENSES else f"LicenseRef-{hashlib.sha256(_bytes(text)).hexdigest()[:16]}"


def _bytes(text: str) -> bytes:
    return plain(text).encode()


def _extracted(report: Report) -> list[Json]:
    declared = dict.fromkeys(text for package in report.packages for text in _declared(package))
    return [
        {"licenseId": _license(text), "extractedText": plain(text), "name": plain(text)}
        for text in declared
        if text not in KNOWN_LICENSES
    ]


def _relationship(package: Json) -> Json:
    reference = package["SPDXID"]
    if reference == "SPDXRef-Subject":
        return _related("SPDXRef-DOCUMENT", "DESCRIBES", reference)
    return _related("SPDXRef-Subject", "CONTAINS", reference)


def _related(one: object, kind: str, other: object) -> Json:
    return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
