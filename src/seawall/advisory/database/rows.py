"""What the database's files hold: rows of shards, details of vulnerabilities, and the generation's own card."""

import hashlib
from typing import Final

import msgspec

from seawall.model import FeedInfo, Severity, Status, SupportPeriod

DAMAGED: Final = (msgspec.MsgspecError, UnicodeDecodeError)
"""What decoding damaged bytes raises."""

_KEY_LIMIT: Final = 400
"""LMDB keys may have 511 bytes; longer names are cut and told apart by a digest."""


class Interval(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Affected versions ``introduced <= v < fixed`` (or ``v <= last``), as byte keys of the shard's scheme.

    Attributes:
        introduced: the first affected version's key; empty means from the beginning.
        fixed: the first key that is not affected any more; counts only where ``fix`` is not empty.
        last: the last affected version's key, or null where not said.
        fix: the fixed version as the feed writes it, or empty.
    """

    introduced: bytes = b""
    fixed: bytes = b""
    last: bytes | None = None
    fix: str = ""

    def holds(self, key: bytes) -> bool:
        """Whether a version is affected (OSV schema, "Evaluation")."""
        if key < self.introduced or (self.fix and key >= self.fixed):
            return False
        return self.last is None or key <= self.last


class Row(msgspec.Struct, frozen=True, array_like=True):
    """What one feed says about one vulnerability in one package.

    Attributes:
        id: the vulnerability's shown identifier.
        feed: who says it.
        status: what the vendor says.
        intervals: affected versions; with ``versions`` empty too, every version.
        versions: keys of affected versions, one by one.
        notice: the errata notice or other identifier that it is told under, or empty.
        severity, severity_source: the vendor's rating of this package.
        modularity, architectures: what it is limited to.
        fix_date: since when the fix can be had, or empty.
    """

    id: str
    feed: str
    status: Status = Status.AFFECTED
    intervals: tuple[Interval, ...] = ()
    versions: tuple[bytes, ...] = ()
    notice: str = ""
    severity: Severity = Severity.UNKNOWN
    severity_source: str = ""
    modularity: str = ""
    architectures: tuple[str, ...] = ()
    fix_date: str = ""

    def holds(self, key: bytes) -> bool:
        """Whether an installed version is affected."""
        if self.status is Status.NOT_AFFECTED:
            return False
        if not self.intervals and not self.versions:
            return True
        return key in self.versions or any(interval.holds(key) for interval in self.intervals)

    def fix(self, key: bytes) -> tuple[bytes, str]:
        """The lowest fix above an installed version: its key and its text, both empty where none is known."""
        return min(((one.fixed, one.fix) for one in self.intervals if one.fix and one.fixed > key), default=(b"", ""))


class PackageRows(msgspec.Struct, frozen=True, array_like=True):
    """A shard's value: all rows about one package, so laid out that most need not be decoded.

    Attributes:
        fixed: for each of ``simple`` the key of the version that fixes it, ascending: what is above an installed
            version's key is affected.
        simple: encoded rows of the commonest form: affected from the beginning until one fix.
        others: encoded rows of any other form.
    """

    fixed: tuple[bytes, ...] = ()
    simple: tuple[msgspec.Raw, ...] = ()
    others: tuple[msgspec.Raw, ...] = ()


class Details(msgspec.Struct, frozen=True, array_like=True):
    """Everything about one vulnerability that does not depend on a package.

    Attributes:
        id: the shown identifier.
        aliases: all others of the same vulnerability; sorted.
        notices: errata notices, and advisories about several vulnerabilities, that cover it; sorted.
        title: one line.
        vectors: (CVSS vector, who rates).
        score: the base score where some feed gives only a number.
        ratings: (who rates, severity), the feeds' overall ratings.
        published, modified: ISO 8601, or empty.
        references: addresses to read on.
        epss, epss_percentile: 0 to 1, or null.
        kev: the day it was added to the catalogue of known exploited vulnerabilities, or empty.
        kev_due: until when it must be mended there, or empty.
        ransomware: whether ransomware is known to use it.
    """

    id: str
    aliases: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    title: str = ""
    vectors: tuple[tuple[str, str], ...] = ()
    score: float | None = None
    ratings: tuple[tuple[str, Severity], ...] = ()
    published: str = ""
    modified: str = ""
    references: tuple[str, ...] = ()
    epss: float | None = None
    epss_percentile: float | None = None
    kev: str = ""
    kev_due: str = ""
    ransomware: bool = False


class ShardInfo(msgspec.Struct, frozen=True, array_like=True):
    """One file of a generation: its name on disk, its size (a shorter one is damaged) and what it holds."""

    file: str
    size: int
    packages: int
    rows: int


class Card(msgspec.Struct, frozen=True):
    """The generation's own card, ``card.msgpack``; its first field is read before all others."""

    schema: int
    created: str
    details: ShardInfo
    shards: dict[str, ShardInfo]
    feeds: tuple[FeedInfo, ...]
    periods: tuple[SupportPeriod, ...]


def database_key(name: str) -> bytes:
    """A package's name or an identifier as LMDB key, never longer than LMDB allows."""
    raw = name.encode("utf-8", "surrogatepass")
    if len(raw) <= _KEY_LIMIT:
        return raw or b"\x00"
    return raw[: _KEY_LIMIT - 32] + hashlib.sha256(raw).digest()
