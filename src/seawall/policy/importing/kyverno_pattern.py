"""Kyverno's patterns as CEL: an overlay of the object, with anchors, wildcards and comparisons in its texts.

Source: Kyverno's documentation of validate rules (patterns, anchors, operators). A field that a pattern names and the
object lacks does not match, unless its anchor says so.
"""

import re
from itertools import count

from seawall.errors import UsageError
from seawall.policy.document import Json
from seawall.policy.importing.cel_text import literal, optional
from seawall.policy.importing.kyverno_jmespath import variable
from seawall.policy.importing.result import CannotSay
from seawall.policy.units import quantity

_ANCHOR = re.compile(r"([=X^<+]?)\((.*)\)")
RANGE = re.compile(r"([0-9]+(?:\.[0-9]+)?[A-Za-z]*)-([0-9]+(?:\.[0-9]+)?[A-Za-z]*)")
_COMPARISON = re.compile(r"(>=|<=|>|<)\s*(.+)")


class PatternWriter:
    """Writes patterns as CEL, with a fresh name for each element of a list.

    Args:
        roots: where the paths of variables in its texts begin (``request.object``, ``element``) → the CEL variable.
    """

    def __init__(self, roots: dict[str, str]) -> None:
        self._names = count()
        self._roots = roots

    def holds(self, base: str, pattern: Json) -> str:
        """An expression that is true where the value (a map, or an optional of one) matches the pattern.

        Raises:
            CannotSay: the pattern uses something that has no counterpart.
        """
        if not isinstance(pattern, dict):
            raise CannotSay("a pattern that is no mapping")
        conditions: list[str] = []
        rest: list[str] = []
        for key, value in pattern.items():
            anchor, name = self._anchor(str(key))
            expression = self._entry(base, anchor, name, value)
            (conditions if anchor == "(" else rest).append(expression)
        needed = " && ".join(rest) or "true"
        return f"(!({' && '.join(conditions)}) || ({needed}))" if conditions else f"({needed})"

    def _anchor(self, key: str) -> tuple[str, str]:
        found = _ANCHOR.fullmatch(key)
        anchor, name = (found[1] or "(", found[2]) if found else ("", key)
        if anchor in {"<", "+"}:
            raise CannotSay(f"the anchor {anchor}( ) has no counterpart")
        if any(char in name for char in "*?{"):
            raise CannotSay(f"the key {name!r} holds a wildcard or variable")
        return anchor, name

    def _entry(self, base: str, anchor: str, name: str, pattern: Json) -> str:
        value = optional(base, name)
        if anchor == "X":
            return f"!{value}.hasValue()"
        if anchor == "^":
            return self._existence(value, pattern)
        if pattern is None:
            return f"{value}.orValue(null) == null"
        missing = "true" if anchor == "=" else "false"
        one = f"v{next(self._names)}"
        return f"{value}.optMap({one}, {self.value(one, pattern)}).orValue({missing})"

    def _existence(self, value: str, pattern: Json) -> str:
        if not isinstance(pattern, list) or len(pattern) != 1:
            raise CannotSay("an existence anchor over anything but one pattern")
        one = f"v{next(self._names)}"
        return f"dyn({value}.orValue([])).exists({one}, {self.value(one, pattern[0])})"

    def value(self, name: str, pattern: Json) -> str:
        """Whether the value of a variable matches a pattern of any type."""
        if isinstance(pattern, dict):
            return self.holds(name, pattern)
        if isinstance(pattern, list):
            if len(pattern) != 1:
                raise CannotSay("a list of several patterns")
            one = f"v{next(self._names)}"
            return f"dyn({name}).all({one}, {self.value(one, pattern[0])})"
        if isinstance(pattern, str) and "{{" in pattern:
            other = variable(pattern)
            return other.holds(self._roots, lambda one: f"string({name}) == string({one})")
        if isinstance(pattern, str):
            return text_holds(name, pattern)
        return f"{name} == {literal(pattern)}"


def text_holds(name: str, pattern: str) -> str:
    """Whether a value matches a text with Kyverno's operators: ``|``, ``&``, ``!``, comparisons, ranges, wildcards.

    Raises:
        CannotSay: it holds a variable, or compares with what is no quantity.
    """
    if "{{" in pattern or "$(" in pattern:
        raise CannotSay(f"the variable in {pattern!r} is not known here")
    either = [" && ".join(_term(name, part.strip()) for part in option.split("&")) for option in pattern.split("|")]
    return either[0] if len(either) == 1 else "(" + " || ".join(f"({option})" for option in either) + ")"


def _term(name: str, term: str) -> str:
    if term == "*":
        return "true"
    if term == "?*":
        return f"string({name}) != ''"
    if found := _COMPARISON.fullmatch(term):
        return _compared(name, found[1], found[2])
    if found := RANGE.fullmatch(term):
        return f"{_compared(name, '>=', found[1])} && {_compared(name, '<=', found[2])}"
    if term.startswith("!"):
        return f"!({_term(name, term[1:])})"
    if "*" in term or "?" in term:
        return f"string({name}).matches({literal(wildcard(term))})"
    return f"string({name}) == {literal(term)}"


def wildcard(text: str) -> str:
    """A text with ``*`` and ``?`` as a regular expression over the whole value."""
    parts = ("(?s:.*)" if char == "*" else "(?s:.)" if char == "?" else re.escape(char) for char in text)
    return f"^{''.join(parts)}$"


def _compared(name: str, sign: str, bound: str) -> str:
    try:
        quantity(bound)
    except UsageError as error:
        raise CannotSay(f"{sign}{bound} compares with what is no quantity") from error
    return f"quantity(string({name})).compareTo(quantity({literal(bound)})) {sign} 0"
