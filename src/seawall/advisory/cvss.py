"""CVSS base scores from vectors: versions 2, 3.0, 3.1 (here) and 4.0 (:mod:`seawall.advisory.cvss4`).

Sources: FIRST, "A Complete Guide to the CVSS Version 2.0", section 3.2.1; "CVSS v3.0" and "v3.1 Specification
Document", section 7 and appendix A. Only base metrics count, whatever else a vector holds.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from seawall.advisory import cvss4

_V2: Final = {
    "AV": {"L": 0.395, "A": 0.646, "N": 1.0},
    "AC": {"H": 0.35, "M": 0.61, "L": 0.71},
    "Au": {"M": 0.45, "S": 0.56, "N": 0.704},
    "C": {"N": 0.0, "P": 0.275, "C": 0.660},
    "I": {"N": 0.0, "P": 0.275, "C": 0.660},
    "A": {"N": 0.0, "P": 0.275, "C": 0.660},
}
_V3: Final = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES: Final = {
    "U": {"N": 0.85, "L": 0.62, "H": 0.27},
    "C": {"N": 0.85, "L": 0.68, "H": 0.5},
}
_MAX_VECTOR: Final = 300


@lru_cache(maxsize=4096)
def base_score(vector: str) -> float | None:
    """The base score, 0 to 10, of a vector of any version; null where it is none."""
    if len(vector) > _MAX_VECTOR:
        return None
    head, _, rest = vector.partition("/")
    body = rest if head.startswith("CVSS:") else vector.strip("()")
    metrics = dict(pair.split(":", 1) for pair in body.split("/") if ":" in pair)
    try:
        if head == "CVSS:4.0":
            return cvss4.score(metrics)
        if head in {"CVSS:3.0", "CVSS:3.1"}:
            return _score3(metrics, _roundup if head == "CVSS:3.1" else _ceiling)
        return _score2(metrics) if not head.startswith("CVSS:") or head == "CVSS:2.0" else None
    except KeyError:
        return None


def _score2(metrics: dict[str, str]) -> float:
    value = {name: levels[metrics[name]] for name, levels in _V2.items()}
    impact = 10.41 * (1 - (1 - value["C"]) * (1 - value["I"]) * (1 - value["A"]))
    exploitability = 20 * value["AV"] * value["AC"] * value["Au"]
    weight = 1.176 if impact else 0.0
    return math.floor((0.6 * impact + 0.4 * exploitability - 1.5) * weight * 10 + 0.5 + 1e-9) / 10


def _score3(metrics: dict[str, str], rounded: Callable[[float], float]) -> float:
    value = {name: levels[metrics[name]] for name, levels in _V3.items()}
    changed = metrics["S"] == "C"
    privileges = _PRIVILEGES[metrics["S"]][metrics["PR"]]
    base = 1 - (1 - value["C"]) * (1 - value["I"]) * (1 - value["A"])
    impact = 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 if changed else 6.42 * base
    if impact <= 0:
        return 0.0
    exploitability = 8.22 * value["AV"] * value["AC"] * privileges * value["UI"]
    return rounded(min((1.08 if changed else 1.0) * (impact + exploitability), 10.0))


def _ceiling(value: float) -> float:
    """Version 3.0: the next tenth, as the specification words it; float dust below 1e-9 does not count."""
    return math.ceil(round(value * 10, 9)) / 10


def _roundup(value: float) -> float:
    """Version 3.1, appendix A: in whole numbers, so that every machine agrees."""
    whole = round(value * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (whole // 10_000 + 1) / 10
