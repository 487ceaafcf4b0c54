"""Packages that no advisory can be compared with, and why."""

from typing import Final

from seawall.model import Package

UNJUDGED_TYPES: Final = frozenset({"generic", "oci", "docker", "github", "file", "swid"})
"""purl's types that have no ecosystem of advisories."""

_NO_VERSIONS: Final = frozenset({"", "(devel)", "unknown", "0.0.0-unknown", "v0.0.0", "UNKNOWN"})


def unusable_version(package: Package) -> bool:
    """Whether the version says nothing: Go's ``(devel)``, or none at all."""
    return package.version in _NO_VERSIONS
