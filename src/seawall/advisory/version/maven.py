"""Maven's order (POM reference, "Version Order Specification"; ``ComparableVersion`` of Maven 3).

Dots, hyphens and changes between digits and letters split a version; a hyphen or such a change opens a sub-list,
which is always the last thing in its list, so a version is one row of items with openings between them. Zeros and
release words (``final``, ``ga``, ``release``) at the end of a list do not count. A list that ends compares as if
it went on with nulls; so each item tells first whether what begins with it is below or above a null.
"""

import re
from itertools import pairwise
from typing import Final

from seawall.advisory.version.number import number, octets

_BELOW: Final = "\x01"
_END: Final = "\x02"
_ABOVE: Final = "\x03"
_OPEN: Final = "\x08"
_MARK: Final = ""
_RELEASE: Final = "\x06"
_UNKNOWN: Final = "\x07\x02"
_WORDS: Final = {
    "alpha": "\x01",
    "beta": "\x02",
    "milestone": "\x03",
    "rc": "\x04",
    "cr": "\x04",
    "snapshot": "\x05",
    "": _RELEASE,
    "ga": _RELEASE,
    "final": _RELEASE,
    "release": _RELEASE,
    "sp": "\x07\x01",
}
_SHORT: Final = {"a": "alpha", "b": "beta", "m": "milestone"}
_TOKEN: Final = re.compile(r"([0-9]+)|([^0-9.\-]+)|([.\-])")
_ZERO: Final = number("")
_NULLS: Final = frozenset({_ZERO, _RELEASE})


def _word(text: str, *, before_digit: bool) -> str:
    if before_digit:
        text = _SHORT.get(text, text)
    return _WORDS.get(text) or _UNKNOWN + text + "\x00"


def _open(out: list[str]) -> None:
    """Open a sub-list, once: nulls that end the list around it go first, and so does a list that holds nothing."""
    while out and out[-1] in _NULLS:
        out.pop()
    if out and out[-1] != _OPEN:
        out.append(_OPEN)


def _items(version: str) -> list[str]:
    """Codes of items and openings, without the nulls that end each list."""
    out: list[str] = []
    previous = _MARK
    tokens = _TOKEN.findall(version)
    for (digits, word, mark), (next_digits, _, _) in pairwise([*tokens, ("", "", "")]):
        if mark:
            if previous == _MARK:
                out.append(_ZERO)  # nothing between two separators is zero
            if mark == "-":
                _open(out)
            previous = _MARK
            continue
        if previous != _MARK:  # from digit to letter or back
            _open(out)
        out.append(number(digits) if digits else _word(word, before_digit=bool(next_digits)))
        previous = digits or word
    while out and (out[-1] in _NULLS or out[-1] == _OPEN):
        out.pop()
    return out


def key(version: str) -> bytes:
    """The byte key."""
    out = [_END]
    side = _ABOVE
    for item in reversed(_items(octets(version.strip()).lower())):
        if item[0] < _RELEASE:
            side = _BELOW
        elif item not in _NULLS and item != _OPEN:
            side = _ABOVE
        out.append(side + item)
    out.reverse()
    return "".join(out).encode("latin-1")
