"""rpm's version order: ``[epoch:]version[-release]`` (rpm-version(7)).

Runs of digits and of ASCII letters count, all else only separates; ``~`` sorts before the end, ``^`` just after
it; digits sort after letters. A missing epoch is 0; a missing release sorts before any.
"""

import re
from typing import Final

from seawall.advisory.version.number import number, octets

_TILDE: Final = "\x01"
_END: Final = "\x02"
_CARET: Final = "\x03"
_WORD: Final = "\x04"
_NO_RELEASE: Final = "\x00"
_SEGMENT: Final = re.compile(r"[0-9]+|[A-Za-z]+|[~^]")


def _segments(text: str) -> str:
    """The part's segments; numbers begin at 16, above every mark, so digits sort after letters by themselves."""
    out = []
    for segment in _SEGMENT.findall(text):
        first = segment[0]
        if first.isdigit():
            out.append(number(segment))
        elif first == "~":
            out.append(_TILDE)
        elif first == "^":
            out.append(_CARET)
        else:
            out.append(_WORD + segment + "\x00")
    return "".join(out) + _END


def key(version: str) -> bytes:
    """The byte key. Only digits before the first colon are an epoch; the last hyphen begins the release."""
    version = octets(version.strip())
    epoch, colon, rest = version.partition(":")
    if not colon or (epoch and not epoch.isdigit()):
        epoch, rest = "", version
    name, dash, release = rest.rpartition("-")
    if not dash:
        return (number(epoch) + _segments(rest) + _NO_RELEASE).encode("latin-1")
    return (number(epoch) + _segments(name) + _segments(release)).encode("latin-1")
