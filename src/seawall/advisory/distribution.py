"""Which shards hold a distribution's advisories, and under which names its life cycle is told."""

from collections.abc import Container
from typing import Final

from seawall.model import Distribution, Record
from seawall.model.codename import number

PACKAGE_TYPES: Final = frozenset({"deb", "apk", "rpm"})
"""purl's types of the packages that distributions' shards are about."""

_IDS: Final = {
    "redhat": "rhel",
    "alma": "almalinux",
    "oracle": "ol",
    "amazon": "amzn",
    "raspbian": "debian",
    "centos": "rhel",
    "scientific": "rhel",
    "rhcos": "rhel",
    "sled": "sles",
    "chainguard": "wolfi",
}
"""os-release's IDs whose packages are those of another distribution's shard."""

_CLONES: Final = {"almalinux": "rhel", "rocky": "rhel"}
"""Distributions that tell only what they have fixed; what their origin has not fixed, they have not either."""

_PAID: Final = {"ubuntu": "-esm"}
"""Distributions that sell the fixes of some packages and of old releases: what ends those shards' names."""

_PRODUCTS: Final = {
    "alpine": ("alpine-linux",),
    "rocky": ("rocky-linux",),
    "ol": ("oracle-linux",),
    "amzn": ("amazon-linux",),
    "opensuse-leap": ("opensuse",),
    "centos": ("centos-stream",),
    "azurelinux": ("azure-linux",),
}
"""endoflife.date's names where they differ from os-release's."""


class Home(Record, frozen=True, kw_only=True):
    """Where a distribution's advisories are.

    Attributes:
        shard: its own shard, or empty where the database has none.
        origin: the shard of the distribution that it is rebuilt from, or empty.
        paid: the shard of fixes that are sold, or empty.
        borrowed: ``shard`` is that of the distribution that it is rebuilt from, for want of its own.
    """

    shard: str = ""
    origin: str = ""
    paid: str = ""
    borrowed: bool = False


def home(distribution: Distribution, shards: Container[str]) -> Home:
    """The shards of a distribution's release among those that the database has."""
    identifier = distribution.id.lower()
    own = next((name for name in _names(identifier, distribution) if name in shards), "")
    base = _CLONES.get(identifier, "")
    origin = next((name for name in _names(base, distribution) if name in shards), "") if base else ""
    if ending := _PAID.get(identifier, ""):
        # of an old release there may be nothing but what is sold
        free = own or next((name for name in _names(identifier, distribution) if f"{name}{ending}" in shards), "")
        paid = f"{free}{ending}"
        return Home(shard=free, paid=paid if paid in shards else "")
    return Home(shard=own, origin=origin) if own else Home(shard=origin, borrowed=bool(origin))


def releases(distribution: Distribution) -> tuple[str, ...]:
    """A release's names, the most exact first: ``9.4``, ``9``; ``edge`` for Alpine's moving branch."""
    version = distribution.version
    if distribution.id == "alpine" and ("_" in version or "edge" in version):
        return ("edge",)
    if distribution.id == "amzn" and version.startswith("201"):
        return ("1",)  # the first Amazon Linux counts in years and months
    parts = version.split(".") if version else []
    exact = [".".join(parts[:size]) for size in range(len(parts), 0, -1)]
    if exact or not distribution.codename:
        return tuple(exact)
    names = distribution.codename.split("/")
    return tuple(dict.fromkeys((*filter(None, map(number, names)), names[-1])))


def products(distribution: Distribution) -> tuple[str, ...]:
    """The names under which its life cycle may be told."""
    return (distribution.id, *_PRODUCTS.get(distribution.id, ()))


def _names(identifier: str, distribution: Distribution) -> list[str]:
    identifiers = dict.fromkeys((identifier, _IDS.get(identifier, identifier)))
    return [f"{one}-{release}" for one in identifiers for release in releases(distribution)] + list(identifiers)
