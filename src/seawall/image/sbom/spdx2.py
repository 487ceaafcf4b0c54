"""SPDX 2.2 and 2.3 JSON.

Source: the SPDX specification 2.3 (clauses 6 to 11) and its JSON schema. What other tools put into attribution
texts and annotations as ``Key: value`` becomes properties.
"""

import re
from collections.abc import Iterator
from typing import Final, TypeVar

import msgspec

from seawall.errors import InputError, LimitError
from seawall.image.sbom.entry import MAX_ENTRIES, Bom, Entry, Role, gathered

_T = TypeVar("_T")
NONE: Final = frozenset({"", "NOASSERTION", "NONE"})
_ROLES: Final = {
    "OPERATING-SYSTEM": Role.SYSTEM,
    "CONTAINER": Role.OTHER,
    "FILE": Role.OTHER,
    "DEVICE": Role.OTHER,
    "OTHER": Role.OTHER,
}
_KEYED: Final = re.compile(r"([A-Z][A-Za-z]+): (.+)")
_PARTY: Final = re.compile(r"(?:Organization|Person|Tool): (.+?)(?: \(\S*@\S*\))?")
_JSON_ERRORS: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class _Reference(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    reference_type: str = ""
    reference_locator: str = ""


class _Annotation(msgspec.Struct, frozen=True, kw_only=True):
    comment: str | None = None


class _Package(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    name: str
    spdx_id: str = msgspec.field(default="", name="SPDXID")
    version_info: str | None = None
    supplier: str | None = None
    license_declared: str | None = None
    license_concluded: str | None = None
    primary_package_purpose: str | None = None
    source_info: str | None = None
    comment: str | None = None
    attribution_texts: list[str] | None = None
    annotations: list[_Annotation] | None = None
    external_refs: list[_Reference] | None = None


class _Extracted(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    license_id: str = ""
    name: str | None = None
    extracted_text: str | None = None


class _Relationship(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    spdx_element_id: str = ""
    relationship_type: str = ""
    related_spdx_element: str = ""


class _Document(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    spdx_version: str = ""
    packages: list[msgspec.Raw] | None = None
    document_describes: list[str] | None = None
    relationships: list[msgspec.Raw] | None = None
    has_extracted_licensing_infos: list[msgspec.Raw] | None = None


def read(content: bytes) -> Bom:
    """Read a document.

    Raises:
        InputError: it is no SPDX 2, or its outer form is broken.
        LimitError: it has more packages than allowed.
    """
    document = msgspec.json.decode(content, type=_Document)
    if not document.spdx_version.startswith("SPDX-2"):
        raise InputError("it is no SPDX 2 document", cause="spdxVersion is missing or another")
    if len(document.packages or ()) > MAX_ENTRIES:
        raise LimitError(f"there are more than {MAX_ENTRIES} packages")
    unread: list[str] = []
    packages = list(_decoded(document.packages, _Package, unread))
    described = _described(document)
    references = {
        one.license_id: one.name or (one.extracted_text or "")[:200] or one.license_id
        for one in _decoded(document.has_extracted_licensing_infos, _Extracted, [])
    }
    pairs = [(one.spdx_id, _entry(one, one.spdx_id in described, references)) for one in packages]
    return Bom(
        format=document.spdx_version[:12].replace("-", " "),
        subject=next((entry for identifier, entry in pairs if identifier in described), None),
        entries=tuple(entry for _, entry in pairs),
        unread=tuple(unread),
    )


def _decoded(raws: list[msgspec.Raw] | None, kind: type[_T], unread: list[str]) -> Iterator[_T]:
    for raw in raws or ():
        try:
            yield msgspec.json.decode(raw, type=kind)
        except _JSON_ERRORS as error:
            unread.append(str(error))


def _described(document: _Document) -> frozenset[str]:
    """What the document is about: named so, or the target of its DESCRIBES relationships.

    Some tools write the relationship the wrong way round, so both ends count.
    """
    found = set(document.document_describes or ())
    for one in _decoded(document.relationships, _Relationship, []):
        if one.relationship_type in {"DESCRIBES", "DESCRIBED_BY"}:
            found |= {one.spdx_element_id, one.related_spdx_element}
    return frozenset(found - {"SPDXRef-DOCUMENT", ""})


def _entry(package: _Package, described: bool, references: dict[str, str]) -> Entry:
    purls = dict.fromkeys(
        one.reference_locator for one in package.external_refs or () if one.reference_type.lower() == "purl"
    )
    purpose = (package.primary_package_purpose or "").upper().replace("_", "-")
    role = _ROLES.get(purpose, Role.PACKAGE)
    if package.spdx_id.startswith("SPDXRef-OperatingSystem"):  # older documents have no purpose
        role = Role.SYSTEM
    elif not purls and (described or package.spdx_id.startswith("SPDXRef-ContainerImage")):
        role = Role.OTHER
    declared = [package.license_declared or "", package.license_concluded or ""]
    return Entry(
        role=role,
        name=package.name,
        version="" if package.version_info in NONE else package.version_info or "",
        purls=tuple(purls),
        licenses=licenses(next((text for text in declared if text not in NONE), ""), references),
        vendor=_party(package.supplier or ""),
        built_from=package.source_info or "",
        properties=gathered(list(_properties(package))),
    )


def licenses(expression: str, references: dict[str, str]) -> tuple[str, ...]:
    """The parts of a plain conjunction, LicenseRefs by their names; any other expression whole."""
    if not expression:
        return ()
    whole = "(" in expression or " OR " in expression
    parts = [expression] if whole else expression.split(" AND ")
    return tuple(references.get(part, part) for part in parts)


def _party(text: str) -> str:
    match = _PARTY.fullmatch(text[:500])
    return match[1] if match else ""


def _properties(package: _Package) -> Iterator[tuple[str, str]]:
    yield from commented(package.comment or "")
    texts = [*(package.attribution_texts or ()), *(one.comment or "" for one in package.annotations or ())]
    for text in texts:
        if match := _KEYED.fullmatch(text):
            yield f"aquasecurity:trivy:{match[1]}", match[2]


def commented(comment: str) -> Iterator[tuple[str, str]]:
    """Our own properties, one ``name=value`` a line of a comment."""
    for line in comment.splitlines() if comment.startswith("seawall:") else ():
        name, sign, value = line.partition("=")
        if sign and name.startswith("seawall:"):
            yield name, value
