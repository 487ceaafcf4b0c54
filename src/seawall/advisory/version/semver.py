"""Semantic Versioning's order (semver.org 2.0.0, section 11), and what builds on it: npm, cargo, NuGet, pub.

Missing numbers are zero and more than three are allowed (NuGet has four); a leading ``v`` or ``=`` is dropped;
whatever follows the numbers without a ``+`` is a pre-release.
"""

import re
from typing import Final

from seawall.advisory.version.number import number, numbers, octets

_END: Final = "\x01"
_PRE: Final = "\x02"
_RELEASE: Final = "\x03"
_DIGITS: Final = "\x04"
_WORD: Final = "\x05"
_VERSION: Final = re.compile(r"[vV=\s]*([0-9]+(?:\.[0-9]+)*)?\.?([^+]*)\+?(.*)", re.DOTALL)


def _identifiers(dotted: str) -> str:
    """Dot-separated identifiers: numbers before words, fewer before more."""
    parts = [_DIGITS + number(part) if part.isdigit() else _WORD + part + "\x00" for part in dotted.split(".")]
    return "".join(parts) + _END


def text(version: str, *, build_counts: bool = False) -> str:
    """The key as text, to build on; ``build_counts`` orders by the build part too, as pub does."""
    match = _VERSION.match(version)
    if match is None:  # cannot be: every group may be empty
        return ""
    release, pre, build = match.groups()
    out = numbers(release) if release else ""
    pre = pre.removeprefix("-").rstrip()
    out += _PRE + _identifiers(pre) if pre else _RELEASE
    if build_counts and build:
        out += _identifiers(build)
    return out


def key(version: str) -> bytes:
    """The byte key of npm, cargo and everything that follows the standard."""
    return text(octets(version)).encode("latin-1")


def nuget_key(version: str) -> bytes:
    """NuGet: four numbers, case does not count (NuGet documentation, "Version ordering")."""
    return text(octets(version).lower()).encode("latin-1")


def pub_key(version: str) -> bytes:
    """Dart's pub: build metadata counts (pub_semver, ``Version.compareTo``)."""
    return text(octets(version), build_counts=True).encode("latin-1")
