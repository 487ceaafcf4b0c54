"""What readers of package databases share: text and problems that stay small whatever the image holds.

An image's databases are written by strangers. A value may hold anything, and a broken database may be broken a
million times; here is the one place that keeps both short.
"""

from seawall.image.package.interface import Problem
from seawall.model.coverage import CoverageState

_TEXT_LIMIT = 512


def text(raw: bytes, limit: int = _TEXT_LIMIT) -> str:
    """Decode a value: UTF-8, bad bytes and control characters as U+FFFD, at most ``limit`` characters."""
    value = raw[: limit * 4].decode("utf-8", "replace").strip()[:limit]
    if value.isprintable():
        return value
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in value)


class Complaints:
    """Collects what was wrong in one file: one :class:`Problem` a kind, with the first example and a count.

    Args:
        path: of the file, without a leading slash.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._kinds: dict[str, tuple[str, int]] = {}

    def add(self, kind: str, example: str = "") -> None:
        """Note a problem. ``kind`` is a sentence without a full stop, ``example`` says where."""
        first, count = self._kinds.get(kind, (example, 0))
        self._kinds[kind] = (first, count + 1)

    def problems(self, *, anything_read: bool) -> tuple[Problem, ...]:
        """All that was noted: ``partial`` where something else could be read, ``unreadable`` where nothing could."""
        state = CoverageState.PARTIAL if anything_read else CoverageState.UNREADABLE
        return tuple(
            Problem(path=self._path, state=state, message=_sentence(kind, first, count))
            for kind, (first, count) in self._kinds.items()
        )


def _sentence(kind: str, first: str, count: int) -> str:
    more = f" and {count - 1} more" if count > 1 else ""
    if first:
        return f"{kind}: {first}{more}"
    return f"{kind} ({count} times)" if count > 1 else kind
