"""Which files the analyzers want, compiled so that a member is decided on with a few set look-ups.

Two steps. The sets (:attr:`Matcher.bases` and its siblings) let the reader drop nearly all members inline;
:meth:`Matcher.named` and :meth:`Matcher.executable` then say exactly who wants one.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

from seawall.image.package.interface import Analyzer
from seawall.image.path import ancestors

_ELF = b"\x7fELF"
_MERGED = ("bin/", "sbin/", "lib/", "lib64/")
"""Directories that are links into ``usr`` on merged systems; what is wanted in one is wanted in the other."""


def _merged(paths: Iterable[str]) -> set[bytes]:
    both = set()
    for path in paths:
        both.add(path.encode())
        if path.startswith(_MERGED):
            both.add(b"usr/" + path.encode())
        elif path.startswith("usr/") and path[4:].startswith(_MERGED):
            both.add(path[4:].encode())
    return both


class Matcher:
    """All analyzers' wishes in one.

    Args:
        analyzers: who wants.
        aliases: real path or directory → the wanted path that a symbolic link gives it.
    """

    def __init__(self, analyzers: Iterable[Analyzer], aliases: Mapping[bytes, bytes] | None = None) -> None:
        self.analyzers = tuple(analyzers)
        self.aliases = dict(aliases or {})
        paths: defaultdict[bytes, list[Analyzer]] = defaultdict(list)
        names: defaultdict[bytes, list[Analyzer]] = defaultdict(list)
        directories: defaultdict[bytes, list[Analyzer]] = defaultdict(list)
        self._suffixes: list[tuple[tuple[bytes, ...], Analyzer]] = []
        self._executables: list[Analyzer] = []
        for analyzer in self.analyzers:
            wanted = analyzer.wanted
            for path in _merged(wanted.paths):
                paths[path].append(analyzer)
            for name in wanted.names:
                names[name.encode()].append(analyzer)
            for directory in _merged(f"{one.strip('/')}/" for one in wanted.directories):
                directories[directory.rstrip(b"/")].append(analyzer)
            if wanted.suffixes:
                self._suffixes.append((tuple(one.encode() for one in wanted.suffixes), analyzer))
            if wanted.executables:
                self._executables.append(analyzer)
        self.paths, self._names, self.directories = dict(paths), dict(names), dict(directories)
        suffixes = [suffix for group, _ in self._suffixes for suffix in group]
        self.bases = frozenset(
            {path.rpartition(b"/")[2] for path in (*paths, *self.aliases)}
            | set(names)
            | {suffix.rpartition(b"/")[2] for suffix in suffixes if b"/" in suffix}
        )
        last = [suffix for suffix in suffixes if b"/" not in suffix]
        self.extensions = frozenset(suffix.rpartition(b".")[2] for suffix in last if b"." in suffix)
        self.endings = tuple(suffix for suffix in last if b"." not in suffix)
        self.magics = tuple(sorted({magic for one in self._executables for magic in one.wanted.magics}))
        self.links = self._linkable()

    def _linkable(self) -> frozenset[bytes]:
        """Where a symbolic link matters: exact paths, wanted directories, and all that lie above them."""
        found = {path.decode() for path in (*self.paths, *self.directories)}
        for path in tuple(found):
            found.update(ancestors(path))
        return frozenset(path.encode() for path in found)

    def renamed(self, path: bytes) -> bytes:
        """The wanted path that stands for a real one behind a symbolic link."""
        for real, wanted in self.aliases.items():
            if path == real or path.startswith(real + b"/"):
                return wanted + path[len(real) :]
        return path

    @property
    def exact(self) -> frozenset[str]:
        """The exact paths that are wanted."""
        return frozenset(path.decode() for path in self.paths)

    def unreached(self, followed: Callable[[str], str], served: Collection[str]) -> dict[bytes, bytes]:
        """Aliases for exact paths and directories that symbolic links put where nobody looks.

        Args:
            followed: gives the real path of a path.
            served: names of analyzers that found what they look for; a link of theirs is only another way to it.
        """
        aliases = {}
        for wanted, asking in (*self.paths.items(), *self.directories.items()):
            real = followed(wanted.decode()).encode()
            if not real or real in self.paths or real in self.directories:
                continue
            if any(analyzer.name not in served for analyzer in asking):
                aliases[real] = wanted
        return aliases

    def named(self, path: bytes) -> list[Analyzer]:
        """Who wants a file for its name."""
        head, _, base = path.rpartition(b"/")
        found = [*self.paths.get(path, ()), *self._names.get(base, ()), *self.directories.get(head, ())]
        found += [analyzer for suffixes, analyzer in self._suffixes if path.endswith(suffixes)]
        return list(dict.fromkeys(found))

    def executable(self, head: bytes, mode: int, base: bytes) -> list[Analyzer]:
        """Who wants a file for being an executable or ELF file that begins with ``head``."""
        if not (mode & 0o111 or (head.startswith(_ELF) and may_be_library(base))):
            return []
        return [analyzer for analyzer in self._executables if head.startswith(analyzer.wanted.magics)]


def may_be_library(base: bytes) -> bool:
    """Whether a file without the executable bit may be ELF code: ``.so`` in its name, or no extension.

    A root filesystem is not opened file by file to find the few others; images are read by the same rule, so
    that both say the same.
    """
    return b".so" in base or b"." not in base
