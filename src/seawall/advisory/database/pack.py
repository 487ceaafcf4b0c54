"""All rows about one package as one value: who is believed, and in which order they lie."""

from collections.abc import Iterable
from typing import Final

import msgspec

from seawall.advisory.database.rows import PackageRows, Row
from seawall.advisory.version import Scheme, scheme_of

_VENDOR_SCHEMES: Final = frozenset({Scheme.DPKG, Scheme.APK, Scheme.RPM})
_AT_SECOND_HAND: Final = {"osv": 2, "distribution-archive": 1}
"""Feeds that repeat what a distribution says, or guess it from its archive: the vendor's own word goes first."""
_ENCODER: Final = msgspec.msgpack.Encoder()
_ROW: Final = msgspec.msgpack.Decoder(Row)


def pack(shard: str, encoded: Iterable[bytes]) -> tuple[bytes, int]:
    """The value of a package's rows, and how many they are."""
    rows = [_ROW.decode(row) for row in dict.fromkeys(encoded)]
    if scheme_of(shard) in _VENDOR_SCHEMES:
        rows = _first_hand(rows)
    simple = sorted((row for row in rows if _simple(row)), key=lambda row: row.intervals[0].fixed)
    value = PackageRows(
        fixed=tuple(row.intervals[0].fixed for row in simple),
        simple=tuple(_raw(row) for row in simple),
        others=tuple(_raw(row) for row in rows if not _simple(row)),
    )
    return _ENCODER.encode(value), len(rows)


def _first_hand(rows: list[Row]) -> list[Row]:
    """For each vulnerability only the rows of the feeds that stand nearest to the vendor."""
    nearest: dict[str, int] = {}
    for row in rows:
        rank = _rank(row.feed)
        nearest[row.id] = min(rank, nearest.get(row.id, rank))
    return [row for row in rows if _rank(row.feed) == nearest[row.id]]


def _rank(feed: str) -> int:
    return _AT_SECOND_HAND.get(feed.partition(":")[0], 0)


def _simple(row: Row) -> bool:
    if len(row.intervals) != 1 or row.versions:
        return False
    interval = row.intervals[0]
    return bool(interval.fix) and not interval.introduced and interval.last is None


def _raw(row: Row) -> msgspec.Raw:
    return msgspec.Raw(_ENCODER.encode(row))
