"""Alpine's version order: ``1.2.3a_rc1~hash-r4`` (apk-package(5); apk-tools, src/version.c).

A version is a row of tokens of falling rank: number, letter, suffix, commit, revision. Where two versions agree
and one goes on, the one with the higher-ranked token is greater; a pre-release suffix is less than the end. After
the first, a number with a leading zero compares as text ("01" is before "1"). What does not parse makes a version
less than the same one without it.
"""

import re
from typing import Final

from seawall.advisory.version.number import number, octets

_PRE: Final = {"alpha": "\x01", "beta": "\x02", "pre": "\x03", "rc": "\x04"}
_INVALID: Final = "\x05"
_END: Final = "\x06"
_REVISION: Final = "\x07"
_COMMIT: Final = "\x08"
_SUFFIX_NUMBER: Final = "\x09"
_POST: Final = {"cvs": "\x0a\x01", "svn": "\x0a\x02", "git": "\x0a\x03", "hg": "\x0a\x04", "p": "\x0a\x05"}
_LETTER: Final = "\x0b"
_NUMBER: Final = "\x0c"
_SUFFIX: Final = _PRE | _POST

_VERSION: Final = re.compile(
    r"(?P<first>[0-9]*)(?P<rest>(?:\.[0-9]+)*)(?P<letter>[a-z]?)"
    r"(?P<suffixes>(?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*)"
    r"(?P<commit>~[0-9a-f]+)?(?P<revision>-r[0-9]+)?(?P<invalid>.*)",
    re.DOTALL,
)
_ONE_SUFFIX: Final = re.compile(r"_([a-z]+)([0-9]*)")


def _fraction(digits: str) -> str:
    """A number after a dot: with a leading zero it is text, before every number without one."""
    return _NUMBER + ("\x01" + digits + "\x00" if digits[0] == "0" else number(digits))


def _tail(suffixes: str) -> str:
    return "".join(
        [
            _SUFFIX[name] + (_SUFFIX_NUMBER + number(digits) if digits else "")
            for name, digits in _ONE_SUFFIX.findall(suffixes)
        ]
    )


def key(version: str) -> bytes:
    """The byte key."""
    match = _VERSION.match(octets(version.strip()))
    if match is None:  # cannot be: every group may be empty
        return b""
    first, rest, letter, suffixes, commit, revision, invalid = match.groups()
    out = _NUMBER + number(first) if first else ""
    if rest:
        out += "".join([_fraction(digits) for digits in rest[1:].split(".")])
    if letter:
        out += _LETTER + letter
    if suffixes:
        out += _tail(suffixes)
    if commit:
        out += _COMMIT + commit + "\x00"
    if revision:
        out += _REVISION + number(revision[2:])
    if not invalid:
        return (out + _END).encode("latin-1")
    # a broken build part has no order of its own; other rubbish sorts as text
    return (out + _INVALID + ("" if revision or invalid[0] == "-" else invalid)).encode("latin-1")
