"""Which rows of a shard speak of an installed package, and which of those hold for its version.

dpkg and apk: by source package and source version. rpm: by binary package; a row whose architecture is ``src``
speaks of everything that is built from the source package, and gives way to rows about the binary package.
"""

from typing import NamedTuple

from seawall.advisory.database import Database, Row
from seawall.advisory.version import key, scheme_of
from seawall.model import Package

_ANY_ARCHITECTURE = frozenset({"noarch", "all", ""})
_SOURCE = "src"
_SAME_ARCHITECTURE = {"amd64": "x86_64", "arm64": "aarch64", "i386": "i686", "ppc64el": "ppc64le"}


class Installed(NamedTuple):
    """A package as a shard sees it.

    Attributes:
        package: the package.
        shard: the shard that is asked.
        name: the name to look up.
        key: the version's key under the shard's scheme.
        epoch: ``E:`` where the source version lacks the epoch of the binary one, else empty.
        epoch_key: the key with it.
        sold: the shard's fixes are sold, and this package is none of those that were bought.
    """

    package: Package
    shard: str
    name: str
    key: bytes
    epoch: str = ""
    epoch_key: bytes = b""
    sold: bool = False

    def fix(self, row: Row) -> tuple[bytes, str]:
        """The lowest fix of a row that can be had: its key and its text, both empty where there is none."""
        return (b"", "") if self.sold else row.fix(self.key_for(row))

    def key_for(self, row: Row) -> bytes:
        """The key to compare with a row's: with the lost epoch where the row's versions have that one."""
        if self.epoch and any(interval.fix.startswith(self.epoch) for interval in row.intervals):
            return self.epoch_key
        return self.key


def installed(package: Package, shard: str) -> Installed:
    """A package under a shard's scheme."""
    scheme = scheme_of(shard)
    source = package.source
    if source is None or package.type == "rpm":
        return Installed(package, shard, package.name, key(scheme, package.version))
    version = source.version or package.version
    whole = key(scheme, version)
    epoch, colon, rest = package.version.partition(":")
    if package.type == "deb" and colon and rest == version:
        # some SBOMs drop the source version's epoch; only rows with that same epoch are compared so
        return Installed(package, shard, source.name or package.name, whole, f"{epoch}:", key(scheme, package.version))
    return Installed(package, shard, source.name or package.name, whole)


def affecting(one: Installed, database: Database) -> tuple[Row, ...]:
    """The rows that hold for an installed package.

    Raises:
        InputError: the database is damaged.
    """
    rows = [row for row in database.candidates(one.shard, one.name, one.key) if _hits(row, one)]
    if one.package.type != "rpm":
        return tuple(rows)
    rows = [row for row in rows if _SOURCE not in row.architectures or _built_from(one.package, one.name)]
    source = one.package.source
    if source is not None and source.name != one.name:
        rows += [
            row
            for row in database.candidates(one.shard, source.name, one.key)
            if _SOURCE in row.architectures and _hits(row, one)
        ]
    if any(_SOURCE in row.architectures for row in rows):
        own = {
            row.id
            for row in database.lookup(one.shard, one.name)
            if _SOURCE not in row.architectures and _fits(row, one.package)
        }
        rows = [row for row in rows if _SOURCE not in row.architectures or row.id not in own]
    return tuple(rows)


def told(one: Installed, database: Database) -> frozenset[str]:
    """The vulnerabilities that the vendor speaks of for a package, whether it is affected or not."""
    names = {one.name}
    if one.package.type == "rpm" and one.package.source is not None:
        names.add(one.package.source.name)
    return frozenset(row.id for name in names for row in database.lookup(one.shard, name))


def _built_from(package: Package, name: str) -> bool:
    return package.source is None or package.source.name == name


def _hits(row: Row, one: Installed) -> bool:
    return row.holds(one.key_for(row)) and _fits(row, one.package)


def _fits(row: Row, package: Package) -> bool:
    """Whether a row is about this build: its module stream and its architecture."""
    if package.type != "rpm":
        return True
    return _same_module(row, package) and _same_architecture(row, package)


def _same_module(row: Row, package: Package) -> bool:
    """Module streams are worlds of their own: ``name:stream`` must be equal, or both be outside of any."""
    wanted = row.modularity
    found = ":".join(package.modularity.split(":")[:2])
    if wanted and found:
        return wanted == found
    row_is_modular = bool(wanted) or any(".module" in interval.fix for interval in row.intervals)
    package_is_modular = bool(found) or ".module" in package.version
    return row_is_modular == package_is_modular


def _same_architecture(row: Row, package: Package) -> bool:
    if not row.architectures or package.architecture in _ANY_ARCHITECTURE or _SOURCE in row.architectures:
        return True
    own = _SAME_ARCHITECTURE.get(package.architecture, package.architecture)
    return own in row.architectures
