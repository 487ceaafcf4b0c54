"""The walk over a root filesystem: names are looked at, wanted files are opened, nothing is followed out of it.

Each directory is opened below its parent's descriptor without following links, so that whoever renames things
meanwhile cannot lead the walk elsewhere. Files are read, never mapped: one that shrinks must not kill the process.
"""

import os
import stat
from collections.abc import Callable
from typing import Final

from seawall.errors import LimitError
from seawall.image.facts import LayerFacts
from seawall.image.layer import analyse, says_something, too_large
from seawall.image.limits import CHUNK, FACTS, LARGE_FILE
from seawall.image.package.interface import Analyzer, FileFacts, Problem
from seawall.image.path import link_target, text
from seawall.image.program import Program
from seawall.image.wanted import Matcher, may_be_library
from seawall.model.coverage import CoverageState

_DEPTH: Final = 400
_DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NAMED: Final = 20
"""Unreadable directories that are named one by one; the rest is counted."""
_PSEUDO: Final = frozenset(
    {
        "autofs",
        "binfmt_misc",
        "bpf",
        "cgroup",
        "cgroup2",
        "configfs",
        "debugfs",
        "devpts",
        "devtmpfs",
        "efivarfs",
        "fusectl",
        "hugetlbfs",
        "mqueue",
        "nsfs",
        "nfs",
        "nfs4",
        "overlay",
        "proc",
        "pstore",
        "ramfs",
        "rpc_pipefs",
        "securityfs",
        "selinuxfs",
        "squashfs",
        "sysfs",
        "tracefs",
    }
)
"""Filesystems that hold no files of the system: the kernel's, other machines', and containers' own roots."""


class RootWalk:
    """Reads what is wanted below a directory.

    Args:
        root: the directory.
        matcher: what is wanted.
        progress: called now and then with the number of files seen.
    """

    def __init__(self, root: str, matcher: Matcher, progress: Callable[[int], None] | None = None) -> None:
        self._root, self._matcher, self._progress = root, matcher, progress
        self._facts: list[FileFacts] = []
        self._symlinks: dict[str, str] = {}
        self._problems: list[Problem] = []
        self._unread = 0
        self._seen = 0
        self._skipped = _mounts(root)
        self._scratch = memoryview(b"")

    def read(self) -> LayerFacts:
        """Walk.

        Raises:
            OSError: the root itself cannot be opened.
            LimitError: there are more files with packages than any system has.
        """
        root = os.open(self._root, _DIRECTORY & ~os.O_NOFOLLOW)
        try:
            self._directory(root, b"", 0)
        finally:
            os.close(root)
        if self._unread > _NAMED:
            self._problem(b"", f"{self._unread - _NAMED} more directories or files could not be opened")
        return LayerFacts(
            size=0,
            members=self._seen,
            facts=tuple(self._facts),
            symlinks=self._symlinks,
            problems=tuple(self._problems),
        )

    def _directory(self, handle: int, path: bytes, depth: int) -> None:
        """All that lies in a directory; ``path`` ends in a slash, but for the root."""
        below = []
        try:
            with os.scandir(handle) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        below.append(entry.name)
                    else:
                        self._entry(handle, entry, path)
        except OSError as error:
            self._unreadable(path.rstrip(b"/"), error)
        if self._progress is not None:
            self._progress(self._seen)
        for name in below:
            self._below(handle, path + os.fsencode(name), name, depth + 1)

    def _below(self, parent: int, path: bytes, name: str, depth: int) -> None:
        if path in self._skipped:
            return
        if depth > _DEPTH:
            self._problem(path, f"directories below a depth of {_DEPTH} are not read")
            return
        try:
            handle = os.open(name, _DIRECTORY, dir_fd=parent)
        except OSError as error:
            self._unreadable(path, error)
            return
        try:
            self._directory(handle, path + b"/", depth)
        finally:
            os.close(handle)

    def _entry(self, parent: int, entry: "os.DirEntry[str]", directory: bytes) -> None:
        self._seen += 1
        matcher = self._matcher
        base = os.fsencode(entry.name)
        path = directory + base
        if matcher.aliases:
            path = matcher.renamed(path)
        if entry.is_symlink():
            if path in matcher.links:
                self._symlink(parent, entry.name, path)
            return
        named: list[Analyzer] = []
        if (
            base in matcher.bases
            or base.rpartition(b".")[2] in matcher.extensions
            or base.endswith(matcher.endings)
            or path.rpartition(b"/")[0] in matcher.directories
        ):
            named = matcher.named(path)
        if named or may_be_library(base) or self._is_program(entry):
            self._file(parent, entry.name, path, named)

    def _is_program(self, entry: "os.DirEntry[str]") -> bool:
        try:
            return bool(entry.stat(follow_symlinks=False).st_mode & 0o111)
        except OSError:
            return False

    def _symlink(self, parent: int, name: str, path: bytes) -> None:
        try:
            target = os.fsencode(os.readlink(name, dir_fd=parent))
        except OSError as error:
            self._unreadable(path, error)
        else:
            self._symlinks[text(path)] = text(link_target(path, target))

    def _file(self, parent: int, name: str, path: bytes, named: list[Analyzer]) -> None:
        """Open a file that is wanted for its name, or may be for what it begins with."""
        try:
            handle = os.open(name, _FILE, dir_fd=parent)
        except OSError as error:
            if named or isinstance(error, PermissionError):
                self._unreadable(path, error)
            return
        try:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode):
                return
            head = os.read(handle, 16) if self._matcher.magics else b""
            base = path.rpartition(b"/")[2]
            analyzers = named or self._matcher.executable(head, facts.st_mode, base)
            if analyzers:
                self._analyse(handle, path, facts.st_size, analyzers, named=bool(named))
        except OSError as error:
            self._unreadable(path, error)
        finally:
            os.close(handle)

    def _analyse(self, handle: int, path: bytes, size: int, analyzers: list[Analyzer], *, named: bool) -> None:
        within = [one for one in analyzers if size <= one.wanted.limit]
        self._problems += [too_large(path, size, one) for one in analyzers if one not in within]
        if not within:
            return
        markers = () if named else tuple({marker for one in within for marker in one.wanted.markers})
        content = _program(handle, size, markers) if markers and size > LARGE_FILE else self._content(handle, size)
        for analyzer in within:
            facts = analyse(analyzer, text(path), content)
            if says_something(facts):
                self._facts.append(facts)
        if len(self._facts) > FACTS:
            raise LimitError(f"{self._root} has more than {FACTS} files with packages")

    def _content(self, handle: int, size: int) -> memoryview:
        """A file from its beginning, as far as it goes now, but not beyond ``size``; valid until the next one."""
        if len(self._scratch) < size or len(self._scratch) > LARGE_FILE:
            self._scratch = memoryview(bytearray(size if size > LARGE_FILE else max(size, CHUNK)))
        filled = 0
        while filled < size and (count := os.preadv(handle, [self._scratch[filled:size]], filled)):
            filled += count
        return self._scratch[:filled]

    def _unreadable(self, path: bytes, error: OSError) -> None:
        self._unread += 1
        if self._unread <= _NAMED:
            self._problem(path, f"it could not be opened: {error.strerror or error}")

    def _problem(self, path: bytes, message: str) -> None:
        self._problems.append(Problem(path=text(path), state=CoverageState.UNREADABLE, message=message))


def _program(handle: int, size: int, markers: tuple[bytes, ...]) -> memoryview:
    program, buffer = Program(size, markers), memoryview(bytearray(CHUNK))
    while program.filled < size and (count := os.preadv(handle, [buffer], program.filled)):
        program.add(buffer[: min(count, size - program.filled)])
    return program.view


def _mounts(root: str) -> frozenset[bytes]:
    """Mount points below the root, relative to it, of filesystems that are not the system's own (proc(5))."""
    top = os.path.realpath(root).rstrip("/") + "/"
    found = {b"proc", b"sys", b"dev"} if top == "/" else set()
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:
            for line in lines:
                before, _, after = line.partition(" - ")
                point = _unescaped(before.split()[4])
                if point.startswith(top) and after.split()[0].partition(".")[0] in _PSEUDO:
                    found.add(os.fsencode(point[len(top) :]))
    except (OSError, IndexError):
        pass  # no /proc: then there is nothing of the kernel's below the root either
    return frozenset(found - {b""})


def _unescaped(point: str) -> str:
    r"""Undo how mountinfo writes blanks and backslashes: as ``\040`` and ``\134``."""
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(code, character)
    return point
