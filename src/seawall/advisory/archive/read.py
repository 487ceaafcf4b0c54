"""Read a distribution's archive: which newer versions wait for what is installed, and what they fix.

The suite's index tells the newer versions; the changelog inside a newer package names the vulnerabilities that
each version since the installed one fixes. Works where nothing but a package mirror can be reached. It knows
nothing of vulnerabilities that have no fix yet.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import msgspec

from seawall.advisory.archive.changelog import Entry, entries
from seawall.advisory.archive.deb import changelog
from seawall.advisory.archive.index import IndexEntry, Release, check_digest, read_packages, read_release
from seawall.advisory.archive.sources import AptSource, for_distribution, release_name
from seawall.advisory.compression import decompressed
from seawall.advisory.feed.interface import Dated, FeedItem, Skipped
from seawall.advisory.fetch import Fetcher, NotFoundAtServiceError
from seawall.advisory.version import Scheme, key
from seawall.errors import InputError, SeawallError
from seawall.model.advisory import Advisory, Affected, VersionRange
from seawall.model.finding import Status
from seawall.model.identifiers import VulnerabilityId
from seawall.model.image import Distribution, Package

FEED = "distribution-archive"
LICENCE = "none stated (facts)"

_RELEASE_LIMIT = 16 << 20
_INDEX_LIMIT = 256 << 20
_PLAIN_LIMIT = 1 << 30
_DEB_LIMIT = 64 << 20
_TOTAL_LIMIT = 1 << 30
_TRIES = 4
_WORKERS = 6
_ENTRIES = msgspec.json.Decoder(tuple[Entry, ...])


class Outdated(NamedTuple):
    """A source package that has a newer version in the archive.

    Attributes:
        source: its name.
        installed: the installed source version.
        available: the newest source version.
        uri: the archive.
        packages: packages that are built from it, those to look for a changelog in, in that order.
    """

    source: str
    installed: str
    available: str
    uri: str
    packages: tuple[IndexEntry, ...]


class ArchiveReader:
    """One archive's reader.

    Args:
        fetcher: how files are fetched.
        cache: where indexes and what was read out of packages are kept.
    """

    def __init__(self, fetcher: Fetcher, cache: Path) -> None:
        self._fetcher = fetcher
        self._cache = cache

    def read(
        self, distribution: Distribution, sources: tuple[AptSource, ...], installed: Iterable[Package]
    ) -> Iterator[FeedItem]:
        """One advisory a vulnerability and source package that a waiting version fixes.

        Args:
            distribution: whose packages they are (Debian, Ubuntu and what is built like them).
            sources: the suites to ask, as apt is told.
            installed: packages; those of other types are passed over.

        Raises:
            InputError: no suite of this distribution is known, or none could be read.
            ServiceError: the mirror cannot be reached.
        """
        packages = [package for package in installed if package.type == "deb"]
        suites = for_distribution(sources, distribution)
        if not suites:
            raise InputError(f"apt is told of no suite of {distribution.key}", hint="See /etc/apt/sources.list.")
        found: list[tuple[str, IndexEntry]] = []
        failures: list[SeawallError] = []
        for suite in suites:
            try:
                release, newest = self._suite(suite, distribution, packages)
            except SeawallError as error:
                failures.append(error)
                reason = "suite cannot be read"
                yield Skipped(where=suite.suite, reason=reason, detail=error.sentence(), broken=True)
                continue
            if release.date:
                yield Dated(date=release.date)
            if not release.verified:
                yield Skipped(where=suite.suite, reason="signature not checked (no gpgv or keyring)")
            found += [(suite.uri, entry) for entry in newest]
        if len(failures) == len(suites):
            raise failures[0]
        with ThreadPoolExecutor(max_workers=_WORKERS) as pool:
            waiting = _within(outdated(packages, found), _TOTAL_LIMIT)
            for items in pool.map(lambda one: self._fixes(distribution, one), waiting):
                yield from items

    def _suite(
        self, suite: AptSource, distribution: Distribution, packages: list[Package]
    ) -> tuple[Release, list[IndexEntry]]:
        base = f"{suite.uri}/dists/{suite.suite}"
        directory = self._cache / "dists" / hashlib.sha256(base.encode()).hexdigest()[:16]
        release = self._release(base, directory, suite.signed_by)
        name = release_name(distribution)
        if release.origin.lower() != distribution.id or not release.codename.startswith(name):
            what = f"{release.origin} {release.codename}".strip() or "nobody"
            raise InputError(f"suite {suite.suite} is not of {distribution.key}", cause=f"it says it is of {what}")
        sources = frozenset(_source(package)[0] for package in packages)
        entries_: list[IndexEntry] = []
        for component in suite.components or ("main",):
            for architecture in _architectures(packages):
                path = self._index(base, directory, release, f"{component}/binary-{architecture}/Packages")
                if path is not None:
                    with decompressed(path.open("rb"), path.name, _PLAIN_LIMIT) as stream:
                        entries_ += read_packages(stream, sources)
        return release, entries_

    def _release(self, base: str, directory: Path, signed_by: str) -> Release:
        for name in ("InRelease", "Release"):
            try:
                self._fetcher.fetch(f"{base}/{name}", directory / name, _RELEASE_LIMIT)
            except NotFoundAtServiceError:
                if name == "Release":
                    raise
                continue
            return read_release(directory / name, signed_by)
        raise InputError(f"{base} is no suite")

    def _index(self, base: str, directory: Path, release: Release, name: str) -> Path | None:
        """The verified index of one component and architecture; null where the suite has none."""
        for suffix in (".xz", ".gz", ".zst", ".bz2", ""):
            sha256, size = release.files.get(name + suffix, ("", 0))
            if not sha256:
                continue
            if size == 0:
                return None
            target = directory / sha256
            if not target.exists():
                fresh = directory / f"{sha256}.new"
                self._fetcher.fetch(f"{base}/{name}{suffix}", fresh, _INDEX_LIMIT)
                self._keep(fresh, target, sha256, f"{name}{suffix}")
            return target
        return None

    def _keep(self, fresh: Path, target: Path, sha256: str, what: str) -> None:
        try:
            check_digest(fresh, sha256, what)
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)

    def _fixes(self, distribution: Distribution, one: Outdated) -> list[FeedItem]:
        where = f"{one.source} {one.available}"
        try:
            log = self._changelog(one)
        except SeawallError as error:
            return [Skipped(where=where, reason="changelog cannot be read", detail=error.sentence(), broken=True)]
        if not log:
            return [Skipped(where=where, reason="newer version has no changelog that is small enough to fetch")]
        fixed = fixes(log, one.installed)
        if not fixed:
            return [Skipped(where=where, reason="newer version names no vulnerability")]
        return [_advisory(distribution, one.source, identifier, entry) for identifier, entry in fixed.items()]

    def _changelog(self, one: Outdated) -> tuple[Entry, ...]:
        """The newest version's changelog, from the cache or out of the smallest package that has one."""
        known = self._cache / "changelogs" / f"{quote(one.source)}_{quote(one.available, safe='')}.json"
        try:
            return _ENTRIES.decode(known.read_bytes())
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            pass
        for package in one.packages:
            text = self._text(one.uri, package)
            if text is not None and (found := tuple(entries(text))):
                known.parent.mkdir(parents=True, exist_ok=True)
                fresh = known.with_name(f".{package.sha256}.json")
                fresh.write_bytes(msgspec.json.encode(found))
                fresh.replace(known)
                return found
        return ()

    def _text(self, uri: str, package: IndexEntry) -> str | None:
        if package.size > _DEB_LIMIT:
            return None
        target = self._cache / "packages" / f"{package.sha256}.deb"
        try:
            self._fetcher.fetch(f"{uri}/{quote(package.filename)}", target, package.size)
            check_digest(target, package.sha256, package.filename)
            with target.open("rb") as file:
                return changelog(file, package.filename)
        finally:
            for left in target.parent.glob(f"*{package.sha256}*"):
                left.unlink(missing_ok=True)


def outdated(packages: Iterable[Package], found: Iterable[tuple[str, IndexEntry]]) -> list[Outdated]:
    """The installed source packages of which a newer version waits, sorted by name."""
    newest: dict[str, tuple[bytes, str, str]] = {}
    built: defaultdict[tuple[str, str, str], list[IndexEntry]] = defaultdict(list)
    for uri, entry in found:
        order = key(Scheme.DPKG, entry.source_version)
        if order > newest.get(entry.source, (b"", "", ""))[0]:
            newest[entry.source] = (order, entry.source_version, uri)
        built[entry.source, entry.source_version, uri].append(entry)
    oldest: dict[str, tuple[bytes, str]] = {}
    names: set[str] = set()
    for package in packages:
        names.add(package.name)
        source, version = _source(package)
        order = key(Scheme.DPKG, version)
        if source not in oldest or order < oldest[source][0]:
            oldest[source] = (order, version)
    return [
        Outdated(source, version, waiting[1], waiting[2], _readable(built[source, waiting[1], waiting[2]], names))
        for source, (order, version) in sorted(oldest.items())
        if (waiting := newest.get(source)) is not None and waiting[0] > order
    ]


def _readable(packages: Iterable[IndexEntry], installed: set[str]) -> tuple[IndexEntry, ...]:
    """The smallest packages, then the smallest that are installed: small ones often lack a changelog of their own."""
    ordered = sorted(packages, key=lambda entry: entry.size)
    own = [entry for entry in ordered if entry.name in installed]
    return tuple(dict.fromkeys((*ordered[:_TRIES], *own[:_TRIES])))


def fixes(log: Iterable[Entry], installed: str) -> dict[str, Entry]:
    """Vulnerability → the oldest entry newer than ``installed`` that names it; what is named before is fixed before."""
    order = key(Scheme.DPKG, installed)
    found: dict[str, Entry] = {}
    before: set[str] = set()
    for entry in log:
        if key(Scheme.DPKG, entry.version) > order:
            found.update(dict.fromkeys(entry.vulnerabilities, entry))
        else:
            before.update(entry.vulnerabilities)
    return {identifier: entry for identifier, entry in found.items() if identifier not in before}


def _advisory(distribution: Distribution, source: str, identifier: str, entry: Entry) -> Advisory:
    row = Affected(
        ecosystem=distribution.key,
        package=source,
        ranges=(VersionRange(fixed=entry.version),),
        status=Status.FIXED,
        fix_date=entry.date,
    )
    return Advisory(id=VulnerabilityId(identifier), feed=FEED, affected=(row,))


def _within(waiting: list[Outdated], total: int) -> Iterator[Outdated]:
    """Cut what would take more bytes than allowed: those keep no package to read from, and are told of."""
    for one in waiting:
        total -= one.packages[0].size if one.packages else 0
        yield one if total >= 0 else one._replace(packages=())


def _source(package: Package) -> tuple[str, str]:
    if package.source is None:
        return package.name, package.version
    return package.source.name or package.name, package.source.version or package.version


def _architectures(packages: Iterable[Package]) -> tuple[str, ...]:
    """The architecture that most packages are of; those for all are in every index."""
    counted = Counter(package.architecture for package in packages if package.architecture not in {"", "all"})
    return tuple(name for name, _ in counted.most_common(1)) or ("amd64",)
