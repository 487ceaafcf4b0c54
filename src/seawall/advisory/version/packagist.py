"""Composer's order, which is PHP's ``version_compare`` (PHP manual) without a leading ``v``.

Unknown words, then ``dev``, ``alpha``, ``beta``, ``RC``, the end, numbers, ``pl``.
"""

import re
from typing import Final

from seawall.advisory.version.number import number

_END: Final = "\x07"
_PATCH: Final = "\xff"
_WORDS: Final = (("dev", "\x02"), ("a", "\x03"), ("b", "\x04"), ("RC", "\x05"), ("rc", "\x05"), ("p", _PATCH))
_UNKNOWN: Final = "\x01"
_SEGMENT: Final = re.compile(r"[0-9]+|[A-Za-z]+")


def _word(text: str) -> str:
    return next((code for name, code in _WORDS if text.startswith(name)), _UNKNOWN)


def key(version: str) -> bytes:
    """The byte key."""
    segments = _SEGMENT.findall(version.strip().removeprefix("v").removeprefix("V"))
    return ("".join([number(part) if part[0].isdigit() else _word(part) for part in segments]) + _END).encode("latin-1")
