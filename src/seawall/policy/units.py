"""Numbers as people write them in policies: quantities, durations, versions."""

import re
from datetime import date

from seawall.errors import UsageError

_QUANTITY = re.compile(
    r"([+-]?[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)|[eE]([+-]?[0-9]{1,3}))?"
)
_SCALE = {
    "": 1.0, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50, "Ei": 2.0**60,
}  # fmt: skip
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d|w|y)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "y": 31557600.0}


def quantity(text: object) -> float:
    """A Kubernetes quantity (``500m``, ``1Gi``, ``2``) as a number (API conventions, resource.Quantity).

    Raises:
        UsageError: it is none.
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        return float(text)
    found = _QUANTITY.fullmatch(str(text))
    if found is None:
        raise UsageError(f"{text!r} is no quantity", hint="Write it as 500m, 2, 1Gi or 1e3.")
    number, suffix, exponent = found.groups()
    return float(number) * (10.0 ** int(exponent) if exponent else _SCALE[suffix or ""])


def duration(text: object) -> float:
    """A duration (``90d``, ``1h30m``, ``5s``; a bare number is seconds) in seconds.

    Raises:
        UsageError: it is none.
    """
    if isinstance(text, int | float) and not isinstance(text, bool):
        return float(text)
    parts = _DURATION.findall(str(text))
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise UsageError(f"{text!r} is no duration", hint="Write it as 90d, 12h, 5m or 1h30m.")
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def version(text: object) -> tuple[int, ...]:
    """The numbers of a version (``v1.34.2`` → (1, 34, 2)); trailing zeros do not count.

    Raises:
        UsageError: there is no number in it.
    """
    numbers = [int(part) for part in re.findall(r"[0-9]{1,9}", str(text).split("+", 1)[0].split("-", 1)[0])]
    if not numbers:
        raise UsageError(f"{text!r} is no version", hint="Write it as 1.34 or v1.34.2.")
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def days_between(earlier: str, later: date) -> float | None:
    """Seconds from an ISO 8601 date to a day; None where the text is no date."""
    try:
        return (later - date.fromisoformat(earlier[:10])).days * 86400.0
    except ValueError:
        return None
