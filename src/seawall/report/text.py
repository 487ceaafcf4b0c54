"""Text from images and manifests, made harmless for people's terminals and pages.

A package name may hold escape sequences, newlines, bidirectional overrides or bytes that are no UTF-8. Every
format that people look at passes such text through here; what cannot be printed is shown as its escape.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seawall.model.finding import Evidence

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+]00:00)?")


def plain(text: str) -> str:
    """``text`` on one line, without anything that a terminal or browser would act on."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _shown(char) for char in text)


def paragraph(text: str) -> str:
    """Like :func:`plain`, but line ends stay."""
    return "\n".join(plain(line) for line in text.splitlines())


def _shown(char: str) -> str:
    if char in "\n\t\r" or unicodedata.category(char) == "Zs":
        return " "
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def columns(text: str) -> int:
    """How many columns a terminal gives to ``text`` (Unicode Standard Annex 11; combining marks take none)."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


@lru_cache(maxsize=1024)  # texts are of few characters; bounded, as hostile ones are not
def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def fit(text: str, width: int) -> str:
    """``text`` in at most ``width`` columns, its end given up for an ellipsis where it is longer."""
    if columns(text) <= width:
        return text
    kept, used = [], 0
    for char in text:
        used += _columns(char)
        if used > width - 1:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…" if width > 0 else ""


def fit_end(text: str, width: int) -> str:
    """Like :func:`fit`, but it is the beginning that is given up: of a path the end says more."""
    return fit(text[::-1], width)[::-1] if columns(text) > width else text


def pad(text: str, width: int) -> str:
    """``text`` cut or filled to exactly ``width`` columns."""
    text = fit(text, width)
    return text + " " * (width - columns(text))


def count(number: int, one: str, many: str = "") -> str:
    """``1 finding``, ``2,000 findings``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def seen(evidence: "Iterable[Evidence]") -> list[str]:
    """What decided, a line each: ``spec.hostPID = true``, or the value alone where it stands nowhere."""
    return [plain(f"{one.path} = {one.value}" if one.path else one.value) for one in evidence]


def size(octets: int) -> str:
    """Bytes for people, in powers of ten as registries count them: ``74.8 MB``."""
    number = float(octets)
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def octets(text: str) -> bytes:
    """``text`` as UTF-8; bytes that were no UTF-8 when they were read come back as they were."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def links(addresses: Iterable[str]) -> Iterator[str]:
    """The addresses that a page may link to: http and https, without blanks or controls."""
    for address in addresses:
        scheme, colon, rest = address.partition("://")
        if colon and scheme in {"http", "https"} and rest and address.isprintable() and " " not in address:
            yield address


def moment(text: str) -> str:
    """A day or a time in UTC as RFC 3339 in whole seconds (``2026-11-24T08:00:00Z``); empty where it is neither."""
    if _DAY.fullmatch(text):
        return f"{text}T00:00:00Z"
    found = _TIME.fullmatch(text)
    return f"{found[1]}Z" if found else ""
