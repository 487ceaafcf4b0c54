"""One layer, read once: the wanted files analysed as they pass, deletions and links noted."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Final

import msgspec

from seawall.errors import InputError, LimitError
from seawall.image import tar
from seawall.image.facts import HardLink, LayerFacts
from seawall.image.limits import FACTS, LARGE_FILE, WANTED_BYTES, WHITEOUTS
from seawall.image.package.interface import Analyzer, FileFacts, Problem
from seawall.image.path import link_target, normalise, text
from seawall.image.source.interface import LayerBlob
from seawall.image.stream import TarStream
from seawall.image.walk import Found, Walk
from seawall.image.wanted import Matcher
from seawall.model.coverage import CoverageState

_WHITEOUT: Final = b".wh."
_OPAQUE: Final = b".wh..wh..opq"
_AUFS: Final = b".wh..wh."
_SMALL: Final = 64 << 10
_SMALL_TOTAL: Final = 8 << 20
_large = threading.Lock()
"""Held while a large wanted file is in memory, so that the parallel readers hold one at a time."""


def read_layer(
    blob: LayerBlob, matcher: Matcher, *, name: str, keyed: bool, progress: Callable[[int], None] | None = None
) -> LayerFacts:
    """Read a layer.

    Args:
        blob: as it is stored.
        matcher: what is wanted.
        name: of the layer, for messages.
        keyed: whether to keep keys of all members (see :class:`~seawall.image.walk.Walk`).
        progress: called with the number of stored bytes read so far.

    Raises:
        InputError: it is truncated, corrupt, no tar, or its digest is wrong.
        LimitError: it is a bomb.
    """
    collector = _Collector(matcher, name)
    with blob.open() as raw:
        stream = TarStream(raw, name, digest=blob.digest, diff_id=blob.diff_id, progress=progress)
        walk = Walk(stream, matcher, keyed=keyed)
        for found in _named(walk, name):
            collector.take(walk, found)
        walk.finish()
    if collector.missed:
        _second_pass(blob, collector, name)
    return LayerFacts(
        size=stream.count,
        members=walk.members,
        facts=tuple(collector.facts),
        whiteouts=tuple(collector.whiteouts),
        opaque=tuple(collector.opaque),
        symlinks=collector.symlinks,
        hard_links=collector.unresolved(),
        problems=tuple(collector.problems),
        files=walk.files.tobytes(),
        directories=walk.directories.tobytes(),
    )


def _named(walk: Walk, name: str) -> Iterable[Found]:
    """The walk, with the layer's name in its errors."""
    try:
        yield from walk
    except InputError as error:
        if name in error.what:
            raise
        raise type(error)(f"{name}: {error.what}", cause=error.cause, hint=error.hint) from error


def _second_pass(blob: LayerBlob, collector: "_Collector", name: str) -> None:
    """Hard links whose target's bytes had passed: read again, and look at the targets only."""
    with blob.open() as raw:
        stream = TarStream(raw, name, digest=blob.digest, diff_id=blob.diff_id)
        matcher = Matcher(())
        matcher.bases = frozenset(target.rpartition(b"/")[2] for target in collector.missed)
        walk = Walk(stream, matcher, keyed=False)
        for found in _named(walk, name):
            if found.member.kind == tar.REGULAR and found.path in collector.missed:
                collector.late(walk, found)
        walk.finish()


def analyse(analyzer: Analyzer, path: str, content: memoryview) -> FileFacts:
    """Let an analyzer read a file. A defect of the analyzer becomes a problem of the file, not the end of the scan."""
    try:
        return analyzer.analyze(path, content)
    except Exception as error:  # noqa: BLE001 - whatever a hostile file brings about must end up as coverage
        message = f"the {analyzer.name} analyzer failed: {type(error).__name__}: {error}"
        problem = Problem(path=path, state=CoverageState.UNREADABLE, message=message[:300])
        return FileFacts(analyzer=analyzer.name, path=path, problems=(problem,))


def says_something(facts: FileFacts) -> bool:
    """Whether facts are worth keeping."""
    return bool(facts.packages or facts.owned or facts.problems or facts.distribution or facts.database)


class _Collector:
    def __init__(self, matcher: Matcher, name: str) -> None:
        self.facts: list[FileFacts] = []
        self.whiteouts: list[str] = []
        self.opaque: list[str] = []
        self.symlinks: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.missed: defaultdict[bytes, list[bytes]] = defaultdict(list)
        self._matcher, self._name = matcher, name
        self._small: dict[bytes, bytes] = {}
        self._small_bytes = 0
        self._wanted_bytes = 0
        self._counted = 0
        self._by_content: dict[bytes, list[FileFacts]] = {}

    def take(self, walk: Walk, found: Found) -> None:
        """Decide on a member that may matter."""
        kind, path = found.member.kind, found.path
        base = path.rpartition(b"/")[2]
        if base.startswith(_WHITEOUT):
            self._deletion(path, base)
        elif kind == tar.REGULAR:
            self._regular(walk, found, base)
        elif kind == tar.SYMBOLIC_LINK:
            if path in self._matcher.links:
                self.symlinks[text(path)] = text(link_target(path, found.member.link))
        elif kind == tar.HARD_LINK:
            self._hard_link(path, normalise(found.member.link))

    def late(self, walk: Walk, found: Found) -> None:
        """The target of hard links, met again in the second pass."""
        links = self.missed.pop(found.path)
        content = walk.content(found.member) if found.member.size <= self._limit(links) else None
        for link in links:
            for analyzer in self._matcher.named(link):
                self._analyse(analyzer, link, content, found.member.size)

    def unresolved(self) -> tuple[HardLink, ...]:
        """Hard links whose target is not in this layer."""
        return tuple(
            HardLink(path=text(link), target=text(target)) for target, links in self.missed.items() for link in links
        )

    def _limit(self, paths: Iterable[bytes]) -> int:
        return max(analyzer.wanted.limit for path in paths for analyzer in self._matcher.named(path))

    def _deletion(self, path: bytes, base: bytes) -> None:
        head = path[: -len(base)].rstrip(b"/")
        if base == _OPAQUE:
            self.opaque.append(text(head))
        elif not base.startswith(_AUFS):
            name = base[len(_WHITEOUT) :]
            self.whiteouts.append(text(head + b"/" + name if head else name))
        if len(self.whiteouts) + len(self.opaque) > WHITEOUTS:
            raise LimitError(f"{self._name} deletes more than {WHITEOUTS} files")

    def _regular(self, walk: Walk, found: Found, base: bytes) -> None:
        path, member = found.path, found.member
        named = self._matcher.named(path)
        executable = self._matcher.executable(found.head, member.mode, base)
        if not named and not executable:
            return
        self._wanted_bytes += member.size
        if self._wanted_bytes > WANTED_BYTES:
            raise LimitError(f"{self._name} has more than {WANTED_BYTES >> 30} GiB of files that must be read")
        with _large if member.size > LARGE_FILE else nullcontext():
            if named:
                self._read_named(walk, found, named + [one for one in executable if one not in named])
            else:
                self._read_executable(walk, found, executable)

    def _read_named(self, walk: Walk, found: Found, analyzers: list[Analyzer]) -> None:
        path, member = found.path, found.member
        largest = max(analyzer.wanted.limit for analyzer in analyzers)
        content = walk.content(member) if member.size <= largest else None
        for analyzer in analyzers:
            self._analyse(analyzer, path, content, member.size)
        if content is not None and member.size <= _SMALL and self._small_bytes < _SMALL_TOTAL:
            self._small[path] = bytes(content)
            self._small_bytes += member.size

    def _read_executable(self, walk: Walk, found: Found, analyzers: list[Analyzer]) -> None:
        path, member = found.path, found.member
        within = [analyzer for analyzer in analyzers if member.size <= analyzer.wanted.limit]
        for analyzer in analyzers:
            if analyzer not in within:
                self._too_large(path, member.size, analyzer)
        markers = {marker for analyzer in within for marker in analyzer.wanted.markers}
        if not within:
            return
        content = walk.executable(member, tuple(markers))
        kept = [facts for one in within if says_something(facts := analyse(one, text(path), content))]
        if kept:
            self._by_content[path] = kept
            for facts in kept:
                self._keep(facts)

    def _hard_link(self, path: bytes, target: bytes) -> None:
        named = self._matcher.named(path)
        if target in self._small:
            for analyzer in named:
                self._analyse(analyzer, path, memoryview(self._small[target]), len(self._small[target]))
        elif named:
            self.missed[target].append(path)
            self._count(1)
        for facts in self._by_content.get(target, ()):
            self._keep(moved(facts, text(path)))

    def _analyse(self, analyzer: Analyzer, path: bytes, content: memoryview | None, size: int) -> None:
        if content is None or size > analyzer.wanted.limit:
            self._too_large(path, size, analyzer)
        elif says_something(facts := analyse(analyzer, text(path), content)):
            self._keep(facts)

    def _keep(self, facts: FileFacts) -> None:
        self._count(1 + len(facts.packages))
        self.facts.append(facts)

    def _too_large(self, path: bytes, size: int, analyzer: Analyzer) -> None:
        self._count(1)
        self.problems.append(too_large(path, size, analyzer))

    def _count(self, more: int) -> None:
        self._counted += more
        if self._counted > FACTS:
            raise LimitError(f"{self._name} has more than {FACTS} packages, or files that hold some")


def too_large(path: bytes, size: int, analyzer: Analyzer) -> Problem:
    """What is said of a wanted file that is larger than its analyzer takes."""
    limit = analyzer.wanted.limit
    message = f"it has {size >> 20} MiB, more than the {limit >> 20} MiB that the {analyzer.name} analyzer reads"
    return Problem(path=text(path), state=CoverageState.PARTIAL, message=message)


def moved(facts: FileFacts, path: str) -> FileFacts:
    """The same facts under another name of the file."""
    old, new = "/" + facts.path, "/" + path
    packages = tuple(
        msgspec.structs.replace(one, paths=tuple(new if place == old else place for place in one.paths))
        for one in facts.packages
    )
    problems = tuple(msgspec.structs.replace(one, path=path) for one in facts.problems)
    return msgspec.structs.replace(facts, path=path, packages=packages, problems=problems)
