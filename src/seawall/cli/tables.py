"""How answers look: tables for people, JSON for programs."""

from collections.abc import Iterable, Sequence

import msgspec

from seawall.report.text import columns, fit, pad, plain

_WIDEST = 44


def as_json(value: object) -> str:
    """Any of the answers, indented."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def table(
    head: Sequence[str], rows: Iterable[Sequence[str]], right: frozenset[int] = frozenset(), widest: int = _WIDEST
) -> str:
    """Columns as wide as their widest cell; those in ``right`` stand to the right."""
    cells = [list(head), *([fit(plain(cell), widest) for cell in row] for row in rows)]
    widths = [max(columns(row[at]) for row in cells) for at in range(len(head))]
    lines = []
    for row in cells:
        parts = [
            " " * (width - columns(cell)) + cell if at in right else pad(cell, width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)
