"""Kubernetes quantities (``500m``, ``1.5Gi``, ``1e3``) as numbers.

Format: ``k8s.io/apimachinery/pkg/api/resource``, type Quantity: a signed decimal number followed by a binary suffix
(Ki … Ei), a decimal suffix (n, u, m, none, k … E) or a decimal exponent. Case matters: ``M`` is mega, ``m`` is milli.
"""

import re
from functools import lru_cache

_QUANTITY = re.compile(r"([+-]?)(?=\.?\d)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i))?", re.ASCII)
_DECIMAL = {suffix: 3 * power for power, suffix in enumerate(["n", "u", "m", "", "k", *"MGTPE"], -3)}
"""Suffix → the power of ten that it stands for."""
_BINARY = {f"{letter}i": 10 * power for power, letter in enumerate("KMGTPE", 1)}
"""Suffix → the power of two."""
_LONGEST = 64
"""No quantity that means something is longer; bounds the arithmetic."""


def parse_quantity(value: str | float) -> int | float | None:
    """The number that a quantity stands for: CPU cores, bytes, pieces; None when it is no quantity.

    A whole number comes back as int (exact at any size), others as float. Numbers are quantities too, as they are
    for the API server (``cpu: 2``, ``cpu: 0.5``).
    """
    return _parse(value if isinstance(value, str) else format(value, "") if isinstance(value, int) else repr(value))


@lru_cache(maxsize=4096)
def _parse(text: str) -> int | float | None:
    match = _QUANTITY.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    sign, whole, decimals, exponent, suffix = match.groups("")
    power = (int(exponent) if exponent else _DECIMAL.get(suffix, 0)) - len(decimals)
    above = int(sign + whole + decimals) << _BINARY.get(suffix, 0)
    scale: int = 10 ** abs(power)
    if power >= 0:
        return above * scale
    try:
        return above / scale if above % scale else above // scale
    except OverflowError:
        return None
