"""Python's version order (PEP 440, "Summary of permitted suffixes and relative ordering"; appendix B's grammar).

Versions from before PEP 440 sort before all others, among themselves as setuptools' old ``parse_version`` did.
"""

import re
from typing import Final

from seawall.advisory.version.number import number, numbers, octets

_LEGACY: Final = "\x00"
_MODERN: Final = "\x01"
_FIRST: Final = "\x01"
_LAST: Final = "\x05"
_PRE: Final = {"a": "\x02", "alpha": "\x02", "b": "\x03", "beta": "\x03"}
_CANDIDATE: Final = "\x04"
_PLAIN: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_VERSION: Final = re.compile(
    r"\s*v?(?:([0-9]+)!)?([0-9]+(?:\.[0-9]+)*)"
    r"(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?([0-9]*))?"
    r"(?:-([0-9]+)|[-_.]?(post|rev|r)[-_.]?([0-9]*))?"
    r"(?:[-_.]?(dev)[-_.]?([0-9]*))?"
    r"(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?\s*"
)
_SEPARATOR: Final = re.compile(r"[-_.]")
_LEGACY_PART: Final = re.compile(r"(\d+|[a-z]+|\.|-)")
_LEGACY_NAME: Final = {"pre": "c", "preview": "c", "-": "final-", "rc": "c", "dev": "@"}


def _legacy(text: str) -> str:
    """Parts in the old order: numbers padded to eight digits, words marked, trailing zeros dropped."""
    parts: list[str] = []
    for raw in [*_LEGACY_PART.split(text), "final"]:
        part = _LEGACY_NAME.get(raw, raw)
        if not part or part == ".":
            continue
        if part[0].isdigit():
            parts.append(part.zfill(8))
            continue
        part = "*" + part
        while part < "*final" and parts and parts[-1] == "*final-":
            parts.pop()
        while parts and parts[-1] == "00000000":
            parts.pop()
        parts.append(part)
    return _LEGACY + "\x00".join(parts)


def _local(text: str) -> str:
    """A local label: words before numbers, fewer segments before more."""
    segments = _SEPARATOR.split(text)
    return "\x01" + "".join(["\x03" + number(part) if part.isdigit() else "\x02" + part + "\x00" for part in segments])


def key(version: str) -> bytes:
    """The byte key; a pre-release before its release, a post-release after, a local label last."""
    text = octets(version.strip().lower())
    if _PLAIN.fullmatch(text):
        return (_MODERN + number("") + numbers(text) + _LAST + _FIRST + _LAST + "\x00").encode("latin-1")
    match = _VERSION.fullmatch(text)
    if match is None:
        return _legacy(text).encode("latin-1")
    epoch, release, pre, pre_number, bare, post, post_number, dev, dev_number, local = match.groups()
    phase = _FIRST if dev and not (post or bare) else _LAST
    if pre:
        phase = _PRE.get(pre, _CANDIDATE) + number(pre_number)
    return (
        _MODERN
        + number(epoch or "")
        + numbers(release)
        + phase
        + ("\x02" + number(bare or post_number) if post or bare else _FIRST)
        + ("\x02" + number(dev_number) if dev else _LAST)
        + (_local(local) if local else "\x00")
    ).encode("latin-1")
