"""What the page shows, ready for its template."""

from seawall.model.record import Record


class Bar(Record, frozen=True, kw_only=True):
    """A part of the severity bar, in units of a thousandth of it."""

    severity: str
    start: float
    width: float


class Row(Record, frozen=True, kw_only=True):
    """A finding: a vulnerability, or (with line, about, path, value) a setting."""

    severity: str
    name: str
    title: str
    link: str = ""
    aliases: tuple[str, ...] = ()
    fixed: str = ""
    status: str = ""
    kev: bool = False
    epss: float | None = None
    cvss: float | None = None
    source: str = ""
    vulnerability: bool = False
    remediation: str = ""
    line: str = ""
    about: str = ""
    path: str = ""
    value: str = ""


class SectionGroup(Record, frozen=True, kw_only=True):
    """A package or a file, with its findings; ``counts`` are pairs of severity and number."""

    title: str
    version: str = ""
    type: str = ""
    fixed: str = ""
    notes: tuple[str, ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    rows: tuple[Row, ...]
    open: bool = False


class Section(Record, frozen=True, kw_only=True):
    """A layer with the instruction that made it, or the files."""

    title: str
    code: str = ""
    notes: tuple[str, ...] = ()
    groups: tuple[SectionGroup, ...]
    findings: int
