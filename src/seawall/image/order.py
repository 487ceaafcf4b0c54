"""The order of an image's packages: the same however and from wherever it was read."""

from collections.abc import Iterable

from seawall.model.image import Package


def ordered(packages: Iterable[Package]) -> tuple[Package, ...]:
    """By type, name, version, layer; then by what tells the rest apart."""
    return tuple(sorted(packages, key=_key))


def _key(package: Package) -> tuple[str, str, str, int, str, tuple[str, ...]]:
    return (package.type, package.name, package.version, package.layer or 0, package.purl, package.paths)
