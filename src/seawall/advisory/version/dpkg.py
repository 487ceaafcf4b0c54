"""Debian's version order: ``[epoch:]upstream[-revision]`` (deb-version(7), "Sorting algorithm").

Runs of non-digits and of digits alternate. In the former a tilde sorts before the end, the end before letters,
letters before everything else; the latter compare as numbers, and none is zero. Text that is no valid version
(a word as epoch) is taken as upstream version as it stands, so that every two texts have an order.
"""

import re
from typing import Final

from seawall.advisory.version.number import number, octets

_TILDE: Final = "\x01"
_END: Final = "\x02"
_PAIR: Final = re.compile(r"([^0-9]*)([0-9]*)")
_ORDER: Final = {
    code: _TILDE
    if code == 0x7E
    else chr(code)
    if chr(code).isalpha() and code < 0x80
    else chr(0x80 + code)
    if code < 0x7F
    else "\xff" + chr(code)
    for code in range(256)
}
"""Non-digits: tilde, (the end,) ASCII letters as they are, then the other ASCII characters, then the rest."""


def _part(text: str) -> str:
    """One of upstream version and revision, ended by the end's own mark: no such text is a prefix of another."""
    pairs = _PAIR.findall(text)
    if len(pairs) > 1:
        pairs.pop()  # the empty match at the end of the text
    words = [word.translate(_ORDER) + _END + number(digits) for word, digits in pairs]
    return "".join(words) + _END


def key(version: str) -> bytes:
    """The byte key; a missing epoch or revision is 0."""
    version = octets(version.strip())
    epoch, colon, rest = version.partition(":")
    if not colon or not epoch.isdigit():
        epoch, rest = "", version
    upstream, dash, revision = rest.rpartition("-")
    if not dash:
        upstream, revision = rest, ""
    return (number(epoch) + _part(upstream) + _part(revision)).encode("latin-1")
