"""What is special about some packages: no version to compare, no feed to ask, no kernel behind the headers."""

from typing import Final

from seawall.advisory.version import Scheme, scheme_of
from seawall.model import Package

UNJUDGED_TYPES: Final = frozenset({"generic", "oci", "docker", "github", "file", "swid"})
"""purl's types that have no ecosystem of advisories."""

_NO_VERSIONS: Final = frozenset({"", "(devel)", "unknown", "0.0.0-unknown", "v0.0.0", "UNKNOWN"})


def unusable_version(package: Package) -> bool:
    """Whether the version says nothing: Go's ``(devel)``, or none at all."""
    return package.version in _NO_VERSIONS


def is_foreign(package: Package, shard: str) -> bool:
    """Whether a distribution of that kind has no such packages (an apk database in a Debian image)."""
    scheme = scheme_of(shard)
    return scheme is not Scheme.GENERIC and scheme is not scheme_of(package.type)


def is_kernel_headers(package: Package) -> bool:
    """Whether a package is built from the kernel's source but runs no kernel."""
    return package.name.startswith(("linux-libc-dev", "linux-headers", "kernel-headers"))
