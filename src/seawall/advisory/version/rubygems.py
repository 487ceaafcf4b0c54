"""RubyGems' order (``Gem::Version``, "How Software Changes" and ``canonical_segments``).

Segments are numbers and words; words sort before numbers; zeros at the end and before the first word do not
count; missing segments are zero. A zero in the middle therefore sorts before or after the end by what follows it.
"""

import re
from typing import Final

from seawall.advisory.version.number import number, octets

_WORD: Final = "\x01"
_ZERO_BEFORE_WORD: Final = "\x02"
_END: Final = "\x03"
_SEGMENT: Final = re.compile(r"[0-9]+|[A-Za-z]+")


def _trimmed(segments: list[str]) -> list[str]:
    while segments and not segments[-1].strip("0"):
        segments.pop()
    return segments


def key(version: str) -> bytes:
    """The byte key; ``-`` begins a pre-release, as ``.pre.`` does."""
    segments = _SEGMENT.findall(octets(version).replace("-", ".pre."))
    word = next((at for at, part in enumerate(segments) if part[0].isalpha()), len(segments))
    out = []
    below = False  # whether the next segment that is not zero is a word
    for part in reversed(_trimmed(segments[:word]) + _trimmed(segments[word:])):
        if part[0].isalpha():
            below = True
            out.append(_WORD + part + "\x00")
        elif below and not part.strip("0"):
            out.append(_ZERO_BEFORE_WORD)
        else:
            below = False
            out.append(number(part))
    out.reverse()
    return ("".join(out) + _END).encode("latin-1")
