"""How the advisory database's answers look: tables for people."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import groupby

from seawall.cli.tables import table
from seawall.model.advisory import FeedInfo
from seawall.report.text import plain
from seawall.workflow.advisories import Outcome
from seawall.workflow.feeds.ask import Known


def feeds_table(feeds: Sequence[FeedInfo]) -> str:
    """Feed by feed: licence, date, age, records, shards, what was skipped; errors and broken records below."""
    rows = [
        (
            info.name,
            info.date[:10] or "?",
            _age(info.date),
            f"{info.records:,}",
            _few(info.ecosystems),
            f"{sum(info.skipped.values()):,}",
            f"{info.broken:,}",
            info.licence,
        )
        for info in feeds
    ]
    text = table(
        ("FEED", "DATE", "AGE", "RECORDS", "ABOUT", "LEFT OUT", "BROKEN", "LICENCE"), rows, frozenset({2, 3, 5, 6})
    )
    return "\n".join([text, *_errors(feeds)])


def _errors(feeds: Sequence[FeedInfo]) -> Iterator[str]:
    """What failed: one line a feed, however many files it has."""
    failed = [info for info in feeds if info.error]
    for name, group in groupby(failed, key=lambda info: info.name.partition(":")[0]):
        first, *rest = group
        more = f" (and {len(rest)} more of {name})" if rest else ""
        yield f"\n{first.name} failed{more}: {plain(first.error)}"


def _age(text: str) -> str:
    try:
        days = (datetime.now(UTC).date() - date.fromisoformat(text[:10])).days
    except ValueError:
        return "?"
    return f"{days} d"


def _few(names: Sequence[str]) -> str:
    """A handful of names, and how many more."""
    return ", ".join(names[:3]) + (f", +{len(names) - 3}" if len(names) > 3 else "") if names else "everything"


def shards_line(shards: dict[str, tuple[int, int]]) -> str:
    """All shards with their rows."""
    rows = [(name, f"{packages:,}", f"{count:,}") for name, (packages, count) in shards.items()]
    return "\n" + table(("ABOUT", "PACKAGES", "ROWS"), rows, frozenset({1, 2}))


def passed_over(outcome: Outcome) -> Iterator[str]:
    """What of the files gave no record, in words."""
    for text in outcome.unreadable:
        yield f"unreadable: {plain(text)}"
    for info in outcome.feeds:
        examples = outcome.examples.get(info.name, {})
        for reason, count in sorted(info.skipped.items()) if examples else ():
            some = examples.get(reason, [])
            yield f"{info.name}: {count:,} left out, {reason}" + (f" (such as {plain(some[0])})" if some else "")
    for container, count in sorted(outcome.unrecognised.items()):
        yield f"not of a known feed: {count:,} file{'s' if count > 1 else ''} in {plain(container)}"


def hits_table(hits: Sequence[Known]) -> str:
    """A block a vulnerability, a line a package."""
    blocks = []
    for identifier, group in groupby(sorted(hits, key=lambda hit: hit.id), key=lambda hit: hit.id):
        mine = list(group)
        first = mine[0]
        facts = [
            f"EPSS {first.epss:.1%}" if first.epss is not None else "",
            f"known exploited since {first.kev}" if first.kev else "",
            f"published {first.published[:10]}" if first.published else "",
        ]
        names = f" ({', '.join(first.aliases[:6])})" if first.aliases else ""
        lines = [f"{identifier}{names}", first.title, ", ".join(filter(None, facts))]
        rows = [
            (one.ecosystem, one.package, one.status, ", ".join(one.fixed) or "-", one.severity, one.feed)
            for one in mine
        ]
        lines += table(("ABOUT", "PACKAGE", "STATUS", "FIXED IN", "SEVERITY", "FEED"), rows).splitlines()
        blocks.append("\n  ".join(plain(line) for line in lines if line))
    return "\n\n".join(blocks)
