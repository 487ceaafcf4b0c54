"""An order for versions of which nothing is known: numbers and words, pre-releases before the release."""

import re
from typing import Final

from seawall.advisory.version.number import number, octets

_PRE: Final = "\x01"
_END: Final = "\x02"
_WORD: Final = "\x03"
_SEGMENT: Final = re.compile(r"[0-9]+|[a-z]+")
_PRE_WORDS: Final = frozenset(
    {"a", "alpha", "b", "beta", "c", "cr", "dev", "m", "milestone", "pre", "preview", "rc", "snapshot"}
)


def key(version: str) -> bytes:
    """The byte key; case and a leading ``v`` do not count."""
    out = []
    for part in _SEGMENT.findall(octets(version).lower().strip().removeprefix("v")):
        if part[0].isdigit():
            out.append(number(part))
        else:
            out.append((_PRE if part in _PRE_WORDS else _WORD) + part + "\x00")
    return ("".join(out) + _END).encode("latin-1")
