"""Coverage: what a result knows, and what it could not know. A zero without it says nothing."""

from enum import StrEnum

from seawall.model.record import Record


class CoverageState(StrEnum):
    """What is known of an area."""

    OK = "ok"
    """Looked at, whole."""
    INFO = "info"
    """Looked at; something worth saying, but no gap."""
    PARTIAL = "partial"
    """Looked at, but not all of it could be judged."""
    MISSING = "missing"
    """Should be there and is not."""
    UNREADABLE = "unreadable"
    """Is there and could not be read."""
    UNKNOWN = "unknown"
    """Not known what it is, so not judged."""
    UNSUPPORTED = "unsupported"
    """Known, but out of its vendor's support or not something that can be judged."""
    STALE = "stale"
    """Data older than the limit."""


class Coverage(Record, frozen=True, kw_only=True):
    """One row of the coverage verdict.

    Attributes:
        area: what it is about, in kebab case: ``distribution``, ``package-database``, ``feed``, ``file``, …
        state: what is known of it.
        message: one sentence for people, with the next step where there is one.
    """

    area: str
    state: CoverageState
    message: str

    @property
    def gap(self) -> bool:
        """Whether ``--strict`` must fail on it."""
        return self.state not in {CoverageState.OK, CoverageState.INFO}
