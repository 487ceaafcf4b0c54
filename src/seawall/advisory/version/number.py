"""Digits as text whose order is the numbers' order: the brick that every version key is made of.

A key is built as a string of characters 0 to 255, one for each byte, because joining short strings is Python's
fastest way to build bytes. A number begins with its length (16 and up), so that control characters below 16 are
free for the schemes' own marks: an end, a pre-release, a separator. It ends itself, so what follows cannot
disturb the order.
"""

from typing import Final

_BASE: Final = 0x10
_LONGEST: Final = 200
_LENGTH: Final = tuple(chr(_BASE + size) for size in range(_LONGEST))
_HUGE: Final = chr(_BASE + _LONGEST)
ZERO: Final = chr(_BASE)


def number(digits: str) -> str:
    """Order-preserving text of a decimal number of any length; leading zeros do not count, "" is zero."""
    digits = digits.lstrip("0")
    size = len(digits)
    if size < _LONGEST:
        return _LENGTH[size] + digits
    return _HUGE + size.to_bytes(4, "big").decode("latin-1") + digits


def numbers(dotted: str) -> str:
    """The numbers of ``1.2.0.0``, without the zeros that trail: two such texts compare as padded with zeros."""
    return "".join([number(part) for part in dotted.split(".")]).rstrip(ZERO)


def octets(text: str) -> str:
    """The same text with one character a byte of its UTF-8, so that a key can always be encoded."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("latin-1")
