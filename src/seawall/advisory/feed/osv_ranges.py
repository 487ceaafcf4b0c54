"""OSV's events, as intervals (OSV schema, "affected[].ranges[].events")."""

import msgspec

from seawall.model.advisory import VersionRange


class Event(msgspec.Struct, frozen=True):
    """One turn; exactly one field is filled."""

    introduced: str | None = None
    fixed: str | None = None
    last_affected: str | None = None
    limit: str | None = None


class Range(msgspec.Struct, frozen=True):
    """A list of events, of one kind of version."""

    type: str = ""
    events: tuple[Event, ...] = ()


def intervals(ranges: tuple[Range, ...]) -> tuple[VersionRange, ...]:
    """The affected intervals of all ranges but git's.

    Events may come in any order, and only a version comparison could sort them; in practice they are in order, or
    all beginnings come before all ends. As many ends as beginnings are paired one to one; otherwise an end closes
    the interval that is open, and a beginning inside an open interval says nothing new.
    """
    found: dict[VersionRange, None] = {}
    for one in ranges:
        if one.type != "GIT":
            found.update(dict.fromkeys(_pairs(one.events)))
    return tuple(found)


def _end(event: Event) -> tuple[str, str] | None:
    """The fixed and the last affected version that close an interval."""
    if event.fixed is not None:
        return event.fixed, ""
    if event.last_affected is not None:
        return "", event.last_affected
    if event.limit is not None and event.limit != "*":
        return event.limit, ""
    return None


def _pairs(events: tuple[Event, ...]) -> list[VersionRange]:
    begins = [event.introduced for event in events if event.introduced is not None]
    ends = [end for event in events if (end := _end(event)) is not None]
    if len(begins) == len(ends):
        return [_interval(begin, end) for begin, end in zip(begins, ends, strict=True)]
    found: list[VersionRange] = []
    begin: str | None = None
    for event in events:
        if event.introduced is not None:
            begin = event.introduced if begin is None else begin
        elif begin is not None and (end := _end(event)) is not None:
            found.append(_interval(begin, end))
            begin = None
    if begin is not None:
        found.append(_interval(begin, ("", "")))
    return found


def _interval(begin: str, end: tuple[str, str]) -> VersionRange:
    return VersionRange(introduced=begin or "0", fixed=end[0], last_affected=end[1])
