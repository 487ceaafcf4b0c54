"""Kyverno's conditions (``deny``, ``preconditions``) as CEL, where their JMESPath can be said.

``request.operation`` is ``CREATE``: a manifest is about to be created.
"""

from seawall.policy.document import Json
from seawall.policy.importing.cel_text import literal
from seawall.policy.importing.fields import listing, mapping, string
from seawall.policy.importing.kyverno_jmespath import Test, variable
from seawall.policy.importing.kyverno_pattern import RANGE, text_holds, wildcard
from seawall.policy.importing.result import CannotSay

_ORDER = {
    "GreaterThan": ">", "GreaterThanOrEquals": ">=", "LessThan": "<", "LessThanOrEquals": "<=",
}  # fmt: skip
_NEGATED = {"NotEquals": "Equals", "NotEqual": "Equals", "NotIn": "AnyIn", "AllNotIn": "AnyIn", "AnyNotIn": "AllIn"}


def conditions_hold(raw: Json, roots: dict[str, str]) -> str:
    """Conditions (``any`` and ``all``, or a plain list, which is ``all``) as an expression.

    Args:
        raw: as written.
        roots: where paths begin (``request.object``, ``element``) → the CEL variable.

    Raises:
        CannotSay: one of them has no counterpart.
    """
    if isinstance(raw, list):
        return " && ".join(_condition(mapping(one), roots) for one in raw) or "true"
    given = mapping(raw)
    parts = []
    if every := listing(given.get("all")):
        parts.append(" && ".join(_condition(mapping(one), roots) for one in every))
    if some := listing(given.get("any")):
        parts.append("(" + " || ".join(f"({_condition(mapping(one), roots)})" for one in some) + ")")
    if not parts:
        raise CannotSay("a condition that says nothing")
    return " && ".join(parts)


def _condition(raw: dict[str, Json], roots: dict[str, str]) -> str:
    key, operator, value = raw.get("key"), string(raw.get("operator")), raw.get("value")
    if operator in _NEGATED:
        return f"!({_condition({**raw, 'operator': _NEGATED[operator]}, roots)})"
    if "{{" in str(value):
        if "{{" in str(key):
            return _same(key, operator, value, roots)
        if operator not in {"In", "AnyIn", "AllIn", "Equals", "Equal"}:
            raise CannotSay(f"the operator {operator} compares with a variable")
        key, operator, value = value, "AnyIn", key  # a text among a path's values
    asked = variable(key)
    if asked.path == "request.operation":
        return literal(bool(_fixed(operator, "CREATE", value)))
    return asked.holds(roots, _test(operator, value), everything=operator == "AllIn")


def _same(key: Json, operator: str, value: Json, roots: dict[str, str]) -> str:
    """Whether two paths have the same value (or some of their values)."""
    if operator not in {"Equals", "Equal", "In", "AnyIn"}:
        raise CannotSay(f"the operator {operator} between two variables")
    mine, other = variable(key), variable(value)
    if "request.operation" in {mine.path, other.path}:
        raise CannotSay("it compares the operation with a variable")
    return mine.holds(roots, lambda one: other.holds(roots, lambda two: f"dyn({one}) == dyn({two})"))


def _fixed(operator: str, have: str, value: Json) -> bool:
    """The answer for a value that is known beforehand."""
    wanted = value if isinstance(value, list) else [value]
    if operator in {"Equals", "Equal", "In", "AnyIn", "AllIn"}:
        return have in wanted
    raise CannotSay(f"the operator {operator} over the operation")


def _test(operator: str, value: Json) -> Test:
    """What a single value must be."""
    if operator in _ORDER:
        bound = literal(str(value) if not isinstance(value, str) else value)
        return lambda one: f"quantity(string({one})).compareTo(quantity({bound})) {_ORDER[operator]} 0"
    if operator in {"Equals", "Equal", "In", "AnyIn", "AllIn"}:
        wanted = value if isinstance(value, list) else [value]
        return lambda one: "(" + " || ".join(_equals(one, item) for item in wanted) + ")"
    raise CannotSay(f"the operator {operator!r} has no counterpart")


def _equals(one: str, value: Json) -> str:
    if isinstance(value, str) and RANGE.fullmatch(value):
        return f"({text_holds(one, value)})"
    if isinstance(value, str) and ("*" in value or "?" in value):
        return f"string({one}).matches({literal(wildcard(value))})"
    if isinstance(value, dict | list):
        raise CannotSay("it compares with a structure")
    return f"{one} == {literal(value)}"
