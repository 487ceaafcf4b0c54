"""SPDX 3.0 JSON-LD, in the compact form that its own context and schema prescribe.

Source: the SPDX specification 3.0.1, *Core*, *Software* and *SimpleLicensing* profiles, *Serializations*.
"""

from collections import defaultdict
from typing import Final

import msgspec

from seawall.errors import InputError, LimitError
from seawall.image.sbom.entry import MAX_ENTRIES, Bom, Entry, Role, gathered
from seawall.image.sbom.spdx2 import NONE, commented, licenses

_ROLES: Final = {
    "operatingSystem": Role.SYSTEM,
    "container": Role.OTHER,
    "file": Role.OTHER,
    "device": Role.OTHER,
    "diskImage": Role.OTHER,
    "data": Role.OTHER,
    "model": Role.OTHER,
}
_PURL: Final = frozenset({"packageUrl", "packageURL", "purl"})
_DECLARED: Final = ("hasDeclaredLicense", "hasConcludedLicense")
_JSON_ERRORS: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class _Identifier(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    external_identifier_type: str = ""
    identifier: str = ""


class _Element(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    type: str = ""
    spdx_id: str = ""
    at_id: str = msgspec.field(default="", name="@id")
    name: str | None = None
    comment: str | None = None
    supplied_by: str | None = None
    external_identifier: list[_Identifier] | None = None
    root_element: list[str] | None = None
    relationship_type: str = ""
    source: str = msgspec.field(default="", name="from")
    to: list[str] | None = None
    version: str | None = msgspec.field(default=None, name="software_packageVersion")
    purl: str | None = msgspec.field(default=None, name="software_packageUrl")
    purpose: str | None = msgspec.field(default=None, name="software_primaryPurpose")
    built_from: str | None = msgspec.field(default=None, name="software_sourceInfo")
    expression: str | None = msgspec.field(default=None, name="simplelicensing_licenseExpression")

    @property
    def identifier(self) -> str:
        return self.spdx_id or self.at_id


class _Typed(msgspec.Struct, frozen=True, kw_only=True):
    type: str = ""


class _Document(msgspec.Struct, frozen=True, kw_only=True):
    context: msgspec.Raw = msgspec.field(default=msgspec.Raw(b""), name="@context")
    graph: list[msgspec.Raw] | None = msgspec.field(default=None, name="@graph")


def read(content: bytes) -> Bom:
    """Read a document.

    Raises:
        InputError: it is no SPDX 3, or its outer form is broken.
        LimitError: it has more elements than allowed.
    """
    document = msgspec.json.decode(content, type=_Document)
    context = bytes(document.context)
    if b"spdx.org/rdf/3" not in context:
        raise InputError("it is no SPDX 3 document", cause="its @context is another")
    raws = document.graph if document.graph is not None else [msgspec.Raw(content)]
    if len(raws) > 4 * MAX_ENTRIES:
        raise LimitError(f"there are more than {4 * MAX_ENTRIES} elements")
    return _Graph(raws).bom("SPDX 3.0")


class _Graph:
    """The elements, by what they are needed for."""

    def __init__(self, raws: list[msgspec.Raw]) -> None:
        self._packages: list[_Element] = []
        self._roots: set[str] = set()
        self._names: dict[str, str] = {}
        self._expressions: dict[str, str] = {}
        self._licensed: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
        self._unread: list[str] = []
        for raw in raws:
            try:
                self._sort(msgspec.json.decode(raw, type=_Element))
            except _JSON_ERRORS as error:
                self._lost(raw, str(error))

    def _lost(self, raw: msgspec.Raw, why: str) -> None:
        """Only what may be a package is missed."""
        try:
            kind = msgspec.json.decode(raw, type=_Typed).type
        except _JSON_ERRORS:
            kind = "software_Package"
        if kind.endswith("Package"):
            self._unread.append(why)

    def _sort(self, element: _Element) -> None:
        self._roots.update(element.root_element or ())
        if element.type in {"software_Package", "Package"}:
            self._packages.append(element)
        elif element.expression is not None:
            self._expressions[element.identifier] = element.expression
        elif element.relationship_type in _DECLARED:
            self._licensed[element.source][element.relationship_type] = element.to or []
        elif element.name:
            self._names[element.identifier] = element.name

    def bom(self, format_: str) -> Bom:
        """All of it as one document."""
        pairs = [(one.identifier, self._entry(one)) for one in self._packages]
        return Bom(
            format=format_,
            subject=next((entry for identifier, entry in pairs if identifier in self._roots), None),
            entries=tuple(entry for _, entry in pairs),
            unread=tuple(self._unread),
        )

    def _entry(self, element: _Element) -> Entry:
        named = [one.identifier for one in element.external_identifier or () if one.external_identifier_type in _PURL]
        purls = tuple(dict.fromkeys(filter(None, [element.purl or "", *named])))
        role = _ROLES.get(element.purpose or "", Role.PACKAGE)
        if not purls and element.identifier in self._roots:
            role = Role.OTHER
        known = self._licensed.get(element.identifier, {})
        declared = (self._expressions.get(target, "") for kind in _DECLARED for target in known.get(kind, ()))
        return Entry(
            role=role,
            name=element.name or "",
            version=element.version or "",
            purls=purls,
            licenses=licenses(next((text for text in declared if text not in NONE), ""), {}),
            vendor=self._names.get(element.supplied_by or "", ""),
            built_from=element.built_from or "",
            properties=gathered(list(commented(element.comment or ""))),
        )
