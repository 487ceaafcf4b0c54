"""Go's order: semantic versions with a ``v`` (Go Modules Reference, "Versions"), and the toolchain's ``go1.21rc2``.

Pseudo-versions (``v0.0.0-20210101000000-abcdefabcdef``) are pre-releases and sort so; ``+incompatible`` is
build metadata and does not count. The toolchain's pre-releases are written as advisories write them,
``1.21.0-rc.2``; what a vendor puts behind its version (``go1.22.3-fips``, ``go1.22.3 X:boringcrypto``) is none.
"""

import re
from typing import Final

from seawall.advisory.version.number import octets
from seawall.advisory.version.semver import text

_TOOLCHAIN: Final = re.compile(r"go([0-9]+(?:\.[0-9]+)*)(?:(rc|beta|alpha)([0-9]+))?")


def key(version: str) -> bytes:
    """The byte key."""
    version = octets(version.strip())
    match = _TOOLCHAIN.match(version)
    if match:
        release, phase, count = match.groups()
        version = f"{release}-{phase}.{count}" if phase else release
    return text(version).encode("latin-1")
