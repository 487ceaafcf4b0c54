"""CVSS 4.0 base scores (FIRST, "CVSS v4.0 Specification Document", section 8: MacroVectors and interpolation).

Only base metrics are scored: exploit maturity and the security requirements stand at their worst, as the
specification says for what is not defined. So of the 270 MacroVectors' scores 60 are enough.
"""

import math
from typing import Final

_SCORES: Final = {
    # equivalence sets 1 and 2: for (3, 6) = 00, 01, 10, 11, 21, each with set 4 = 1 and 2
    (0, 0): (10, 9.3, 9.6, 9, 9.3, 8.8, 9.2, 8, 7.9, 6.9),
    (0, 1): (9.5, 9.2, 9.1, 8.1, 9.2, 8.4, 8.2, 7, 7.1, 6.3),
    (1, 0): (9.4, 8.7, 8.9, 7.5, 8.6, 7.2, 7.6, 5.7, 6.5, 5.3),
    (1, 1): (9, 7.7, 7.7, 6.6, 7.4, 6.1, 5.9, 5.2, 5.8, 2.3),
    (2, 0): (8.6, 7, 7.4, 5.4, 7.2, 5.3, 5.7, 3.6, 4.7, 2.4),
    (2, 1): (7.3, 5.4, 5.5, 4.3, 6.1, 4.6, 5.1, 1.8, 2.4, 1),
}
_BOTH, _BOTH_LOW, _ONE, _ONE_LOW, _NONE = range(5)
"""Sets 3 and 6 together: confidentiality and integrity high, one of three high, none high."""
_LOWER: Final = {_BOTH: (_BOTH_LOW, _ONE), _ONE: (_ONE_LOW,), _NONE: ()}

_LEVELS: Final = {
    "AV": "NALP",
    "PR": "NLH",
    "UI": "NPA",
    "AC": "LH",
    "AT": "NP",
    "VC": "HLN",
    "VI": "HLN",
    "VA": "HLN",
    "SC": "HLN",
    "SI": "HLN",
    "SA": "HLN",
}
"""Each metric's values, the worst first; a distance is counted in steps."""

_EXPLOITABILITY: Final = ("AV", "PR", "UI")
_COMPLEXITY: Final = ("AC", "AT")
_VULNERABLE: Final = ("VC", "VI", "VA")
_SUBSEQUENT: Final = ("SC", "SI", "SA")

_WORST_EXPLOITABILITY: Final = (("NNN",), ("ANN", "NLN", "NNP"), ("PNN", "ALP"))
_WORST_COMPLEXITY: Final = (("LN",), ("HN", "LP"))
_WORST_VULNERABLE: Final = {_BOTH: ("HHH",), _ONE: ("LHH", "HLH"), _NONE: ("LLL",)}
_WORST_SUBSEQUENT: Final = (("HHH",), ("LLL",))
_DEPTH_EXPLOITABILITY: Final = (1, 4, 5)
_DEPTH_COMPLEXITY: Final = (1, 2)
_DEPTH_VULNERABLE: Final = {_BOTH: 7, _ONE: 8, _NONE: 10}
_DEPTH_SUBSEQUENT: Final = (5, 4)


def score(metrics: dict[str, str]) -> float:
    """The base score of a vector's metrics.

    Raises:
        KeyError: a base metric is missing, or has no such value.
    """
    for name, values in _LEVELS.items():
        if metrics[name] not in values or len(metrics[name]) != 1:
            raise KeyError(name)
    if all(metrics[name] == "N" for name in (*_VULNERABLE, *_SUBSEQUENT)):
        return 0.0
    one, two, three, four = _sets(metrics)
    value = _SCORES[one, two][2 * three + four]
    lower = (
        _SCORES[one + 1, two][2 * three + four] if one < 2 else None,
        _SCORES[one, two + 1][2 * three + four] if two < 1 else None,
        max((_SCORES[one, two][2 * less + four] for less in _LOWER[three]), default=None),
        _SCORES[one, two][2 * three + 1] if four == 0 else None,
    )
    parts = (
        _distance(metrics, _EXPLOITABILITY, _WORST_EXPLOITABILITY[one]) / _DEPTH_EXPLOITABILITY[one],
        _distance(metrics, _COMPLEXITY, _WORST_COMPLEXITY[two]) / _DEPTH_COMPLEXITY[two],
        _distance(metrics, _VULNERABLE, _WORST_VULNERABLE[three]) / _DEPTH_VULNERABLE[three],
        _distance(metrics, _SUBSEQUENT, _WORST_SUBSEQUENT[four]) / _DEPTH_SUBSEQUENT[four],
    )
    steps = [(value - less) * part for less, part in zip(lower, parts, strict=True) if less is not None]
    mean = sum(steps) / (len(steps) + 1)  # exploit maturity always has a lower set, at distance 0
    return math.floor(max(0.0, min(10.0, value - mean)) * 10 + 0.5 + 1e-6) / 10


def _sets(metrics: dict[str, str]) -> tuple[int, int, int, int]:
    """The equivalence sets: exploitability, complexity, vulnerable system, subsequent system (0 or 1)."""
    none = [metrics[name] == "N" for name in _EXPLOITABILITY]
    one = 0 if all(none) else 1 if any(none) and metrics["AV"] != "P" else 2
    two = 0 if metrics["AC"] == "L" and metrics["AT"] == "N" else 1
    high = [metrics[name] == "H" for name in _VULNERABLE]
    three = _BOTH if high[0] and high[1] else _ONE if any(high) else _NONE
    four = 0 if any(metrics[name] == "H" for name in _SUBSEQUENT) else 1
    return one, two, three, four


def _distance(metrics: dict[str, str], names: tuple[str, ...], worst: tuple[str, ...]) -> int:
    """Steps from the first of the worst vectors that is nowhere better than this one."""
    for vector in worst:
        steps = [
            _LEVELS[name].index(metrics[name]) - _LEVELS[name].index(level)
            for name, level in zip(names, vector, strict=True)
        ]
        if min(steps) >= 0:
            return sum(steps)
    return 0
