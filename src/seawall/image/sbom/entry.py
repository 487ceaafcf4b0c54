"""What every format of a bill of materials says, in one form."""

from enum import StrEnum
from typing import Final

from seawall.model.record import Record

MAX_ENTRIES: Final = 300_000
"""The most components of a document."""


class Role(StrEnum):
    """What a component is to us."""

    PACKAGE = "package"
    """Something with a version that advisories may speak of."""
    SYSTEM = "system"
    """The operating system."""
    OTHER = "other"
    """A file, an image, a lock file: nothing that is judged."""


class Entry(Record, frozen=True, kw_only=True):
    """One component.

    Attributes:
        role: what it is to us.
        name: with its group in front, where the format has a field for that.
        version: as the document says.
        purls: its package URLs, not checked yet.
        licenses: as declared.
        vendor: who supplies it.
        built_from: SPDX's words about the source (``built package from: NAME VERSION``).
        properties: name → values, in the document's order.
    """

    role: Role
    name: str
    version: str = ""
    purls: tuple[str, ...] = ()
    licenses: tuple[str, ...] = ()
    vendor: str = ""
    built_from: str = ""
    properties: dict[str, tuple[str, ...]] = {}

    def first(self, *names: str) -> str:
        """The first property that is there and not empty, or nothing."""
        for name in names:
            if (values := self.properties.get(name)) and values[0]:
                return values[0]
        return ""


class Bom(Record, frozen=True, kw_only=True):
    """A document.

    Attributes:
        format: name and version, for people.
        subject: what it describes, where it says so.
        entries: all components, nested ones too.
        unread: why components could not be read, one short text each.
    """

    format: str
    subject: Entry | None = None
    entries: tuple[Entry, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def own(self) -> bool:
        """Whether Seawall wrote it: then it says exactly what the scan found."""
        return self.subject is not None and "seawall:kind" in self.subject.properties


def gathered(pairs: list[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Properties by name; a name may come several times."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}
