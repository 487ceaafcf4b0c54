"""Plain YAML scalars as Kubernetes reads them.

Kubernetes' YAML is that of ``sigs.k8s.io/yaml`` (its ``goyaml.v2``): YAML 1.1 without sexagesimals. So ``yes``, ``on``
and even a bare ``y`` or ``N`` are truth values, ``0644`` is octal, ``1_000`` is a thousand, ``1e3`` a number, and a
date stays a text, because the document is turned into JSON.
"""

import re

Scalar = str | int | float | bool | None

WORDS: dict[str, Scalar] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
NOT_JSON = frozenset(f"{sign}.{word}" for sign in ("", "+", "-") for word in ("inf", "Inf", "INF")) | {
    ".nan",
    ".NaN",
    ".NAN",
}
"""Floats that JSON, and so Kubernetes, cannot say."""
_INT = re.compile(r"([+-]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_FLOAT = re.compile(r"[+-]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][+-]?[0-9]+)?")
_BASES = (16, 2, 8, 10)
_LONGEST_NUMBER = 512


def resolve(text: str) -> Scalar:
    """The value of a plain (unquoted, untagged) scalar.

    Raises:
        ValueError: it is an infinity or not a number, which JSON cannot say.
    """
    if text in WORDS:
        return WORDS[text]
    first = text[0]
    if first in "0123456789+-.":
        if text in NOT_JSON:
            raise ValueError(f"JSON has no number {text}")
        return _number(text)
    return text


def _number(text: str) -> Scalar:
    if len(text) > _LONGEST_NUMBER:
        return text
    plain = text if text[0] == "." else text.replace("_", "")
    match = _INT.fullmatch(plain)
    if match is not None:
        digits, base = next((group, base) for group, base in zip(match.groups()[1:], _BASES, strict=True) if group)
        value = int(digits, base) * (-1 if match[1] == "-" else 1)
        if -(1 << 63) <= value < 1 << 64:
            return value
        return float(value) if base == 10 else text
    if _FLOAT.fullmatch(plain):
        number = float(plain)
        return text if number in {float("inf"), float("-inf")} else number
    return text


def key_text(key: object) -> str:
    """A resolved mapping key as JSON writes it.

    Raises:
        ValueError: a null, a mapping or a list cannot be a key.
    """
    if isinstance(key, str):
        return key
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, int):
        return str(key)
    if isinstance(key, float):
        short = format(key, ".6g")
        return short if float(short) == key else format(key, ".9g")
    raise ValueError(f"{'null' if key is None else 'a mapping or list'} cannot be the key of a mapping")
