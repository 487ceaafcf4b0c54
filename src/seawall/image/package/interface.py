"""The plug point for package formats.

An analyzer names the files that it wants (so that the layer reader can decide with a set look-up, and never
keeps a table of all members), and turns each into a :class:`FileFacts`. It sees one file at a time: what needs
several files (dpkg's ownership lists, symbolic links) is joined when layers are merged.
"""

from typing import ClassVar, Protocol

from seawall.model.coverage import CoverageState
from seawall.model.image import Distribution, Package
from seawall.model.record import Record


class Wanted(Record, frozen=True, kw_only=True):
    """Which files an analyzer wants. Paths are relative to the root, without a leading slash.

    Attributes:
        paths: exact paths (``var/lib/dpkg/status``).
        names: base names (``package.json``).
        suffixes: endings of the path (``.jar``, ``.dist-info/METADATA``).
        directories: every file directly in these directories (``var/lib/dpkg/status.d``).
        executables: executable regular files, or ELF files, that begin with one of ``magics``.
        magics: the first bytes of a wanted executable (an ELF file's, say).
        markers: where what matters in a wanted executable begins (Go's build info magic, say). Of one above 32 MiB,
            only its beginning, its end and what follows the first marker are held; the rest reads as zeros.
        limit: the largest file, bytes, that is read; a larger one is a coverage row, not an error.
    """

    paths: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    suffixes: tuple[str, ...] = ()
    directories: frozenset[str] = frozenset()
    executables: bool = False
    magics: tuple[bytes, ...] = ()
    markers: tuple[bytes, ...] = ()
    limit: int = 512 << 20


class Problem(Record, frozen=True, kw_only=True):
    """Something that could not be read; becomes a row of the coverage.

    Attributes:
        path: inside the image, without a leading slash.
        state: usually ``unreadable`` or ``partial``.
        message: one sentence.
    """

    path: str
    state: CoverageState
    message: str


class FileFacts(Record, frozen=True, kw_only=True):
    """What one file said. Cached with its layer, so everything in it can be encoded by msgspec.

    Attributes:
        analyzer: the analyzer's name.
        path: of the file, without a leading slash.
        database: whether this is a distribution's package database: the topmost layer's version of it is the
            whole truth, and a package that is gone from it has been removed.
        packages: without layer, owner and base, and with purls that lack the ``distro`` qualifier; those are
            filled in when layers are merged.
        owned: files (without leading slash) that distribution packages brought: path → package name. Only paths
            under which languages' packages or executables may lie are worth keeping.
        distribution: what os-release said.
        problems: what could not be read in it.
    """

    analyzer: str
    path: str
    database: bool = False
    packages: tuple[Package, ...] = ()
    owned: dict[str, str] = {}
    distribution: Distribution | None = None
    problems: tuple[Problem, ...] = ()


class Analyzer(Protocol):
    """One package format.

    ``analyze`` gets the file's whole content as a buffer that is only valid during the call (copy what is kept).
    It never raises for bad content: that is a :class:`Problem` with one clear sentence.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    """Part of the cache's key: raise it whenever the output changes."""
    wanted: ClassVar[Wanted]

    def analyze(self, path: str, content: memoryview) -> FileFacts:
        """Read one wanted file."""
        ...
