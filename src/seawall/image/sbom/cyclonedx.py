"""CycloneDX JSON 1.2 to 1.7.

Source: ECMA-424 and the schemas ``bom-1.2.schema.json`` to ``bom-1.7.schema.json``. A component that does not
follow them costs that component, never the document.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from seawall.errors import InputError, LimitError
from seawall.image.sbom.entry import MAX_ENTRIES, Bom, Entry, Role, gathered

_MAX_NESTING: Final = 32
_ROLES: Final = {
    "operating-system": Role.SYSTEM,
    "container": Role.OTHER,
    "file": Role.OTHER,
    "data": Role.OTHER,
    "device": Role.OTHER,
    "machine-learning-model": Role.OTHER,
    "cryptographic-asset": Role.OTHER,
}
_NO_PACKAGE: Final = frozenset({"aquasecurity:trivy:Class"})
"""Marks lock files and the like, which group the packages that were found in them."""
_SEPARATORS: Final = {"maven": ":"}
_JSON_ERRORS: Final = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class _Named(msgspec.Struct, frozen=True, kw_only=True):
    id: str | None = None
    name: str | None = None


class _License(msgspec.Struct, frozen=True, kw_only=True):
    license: _Named | None = None
    expression: str | None = None


class _Property(msgspec.Struct, frozen=True, kw_only=True):
    name: str | None = None
    value: str | None = None


class _Component(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    type: str = "library"
    group: str | None = None
    version: str | None = None
    purl: str | None = None
    publisher: str | None = None
    supplier: _Named | None = None
    licenses: list[_License] | None = None
    properties: list[_Property] | None = None
    components: list[msgspec.Raw] | None = None


class _Metadata(msgspec.Struct, frozen=True, kw_only=True):
    component: msgspec.Raw = msgspec.Raw(b"")


class _Document(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    bom_format: str = ""
    spec_version: str = ""
    metadata: _Metadata | None = None
    components: list[msgspec.Raw] | None = None


def read(content: bytes) -> Bom:
    """Read a document.

    Raises:
        InputError: it is no CycloneDX, or its outer form is broken.
        LimitError: it has more components, or nests them deeper, than allowed.
    """
    document = msgspec.json.decode(content, type=_Document)
    if document.bom_format.lower() != "cyclonedx" or not document.spec_version:
        raise InputError("it is no CycloneDX document", cause="bomFormat or specVersion is missing")
    reader = _Reader()
    subject = None
    if document.metadata is not None and bytes(document.metadata.component) not in {b"", b"null"}:
        found = list(reader.entries([document.metadata.component]))
        subject, nested = (found[0], found[1:]) if found else (None, [])
        reader.found += nested
        if subject is not None and subject.purls:  # an application that is a package itself
            reader.found.append(subject)
    reader.found += reader.entries(document.components or [])
    return Bom(
        format=f"CycloneDX {document.spec_version[:8]}",
        subject=subject,
        entries=tuple(reader.found),
        unread=tuple(reader.unread),
    )


class _Reader:
    def __init__(self) -> None:
        self.found: list[Entry] = []
        self.unread: list[str] = []
        self._count = 0

    def entries(self, raws: list[msgspec.Raw], depth: int = 0) -> Iterator[Entry]:
        """Each component, and after it those in it."""
        if depth > _MAX_NESTING and raws:
            raise LimitError(f"components are nested more than {_MAX_NESTING} deep")
        self._count += len(raws)
        if self._count > MAX_ENTRIES:
            raise LimitError(f"there are more than {MAX_ENTRIES} components")
        for raw in raws:
            try:
                component = msgspec.json.decode(raw, type=_Component)
            except _JSON_ERRORS as error:
                self.unread.append(str(error))
                continue
            yield _entry(component)
            if component.components:
                yield from self.entries(component.components, depth + 1)


def _entry(component: _Component) -> Entry:
    properties = gathered([(one.name, one.value or "") for one in component.properties or () if one.name])
    role = _ROLES.get(component.type, Role.PACKAGE)
    if role is Role.PACKAGE and not component.purl and not _NO_PACKAGE.isdisjoint(properties):
        role = Role.OTHER
    separator = _SEPARATORS.get((component.purl or "").removeprefix("pkg:").partition("/")[0], "/")
    return Entry(
        role=role,
        name=f"{component.group}{separator}{component.name}" if component.group else component.name,
        version=component.version or "",
        purls=(component.purl,) if component.purl else (),
        licenses=tuple(_licenses(component.licenses or [])),
        vendor=(component.supplier and component.supplier.name) or component.publisher or "",
        properties=properties,
    )


def _licenses(licenses: list[_License]) -> Iterator[str]:
    for one in licenses:
        words = one.expression or (one.license and (one.license.id or one.license.name))
        if words:
            yield words
