"""The coverage verdict as a table's last section: always printed, gaps first, likes together."""

from collections.abc import Iterator, Sequence

from seawall.model.coverage import Coverage, CoverageState
from seawall.model.report import Report
from seawall.report.table.paint import GOOD, WARN, Paint
from seawall.report.text import count

_MAX_GAPS = 8
_MAX_NOTES = 3
_MAX_PATHS = 3


def coverage(report: Report, paint: Paint) -> Iterator[str]:
    """What could not be judged, then what is worth knowing; unless verbose, the first of each."""
    rows = report.coverage
    if gaps := report.summary.gaps:
        yield paint(f"Coverage: {count(gaps, 'gap')}; there may be more to find than these", WARN)
    else:
        yield f"Coverage: {paint('complete', GOOD) if rows else paint('nothing is recorded', WARN)}"
    yield from _section([row for row in rows if row.gap], paint("!", WARN), _MAX_GAPS, "more gap", paint)
    notes = [row for row in rows if row.state is CoverageState.INFO or (paint.verbose and not row.gap)]
    yield from _section(notes, "·", _MAX_NOTES, "more note", paint)


def _section(rows: list[Coverage], mark: str, most: int, rest: str, paint: Paint) -> Iterator[str]:
    groups = [(row, 1) for row in rows] if paint.verbose else list(_joined(rows))
    shown = groups if paint.verbose else groups[:most]
    for row, _ in shown:
        lines = paint.wrap(f"{row.area} {row.state}: {row.message}", 4)
        yield f"  {mark} {next(lines).lstrip()}"
        yield from lines
    if hidden := sum(size for _, size in groups[len(shown) :]):
        yield paint(f"  … and {count(hidden, rest)}; --verbose shows all", WARN if most == _MAX_GAPS else "")


def _joined(rows: Sequence[Coverage]) -> Iterator[tuple[Coverage, int]]:
    """Rows that say the same of several files as one, and how many each stands for."""
    alike: dict[tuple[str, CoverageState, str], list[str]] = {}
    for row in rows:
        path, colon, words = row.message.partition(": ")
        is_about_a_file = colon and path.startswith("/")
        alike.setdefault((row.area, row.state, words if is_about_a_file else row.message), []).append(
            path if is_about_a_file else ""
        )
    for (area, state, words), paths in alike.items():
        yield Coverage(area=area, state=state, message=_sentence(paths, words)), len(paths)


def _sentence(paths: Sequence[str], words: str) -> str:
    named = [path for path in paths[:_MAX_PATHS] if path]
    if not named:
        return words
    more = f" and {len(paths) - _MAX_PATHS:,} more" if len(paths) > _MAX_PATHS else ""
    return f"{', '.join(named)}{more}: {words}"
