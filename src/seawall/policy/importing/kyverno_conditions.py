"""Kyverno's conditions (``deny``, ``preconditions``) as CEL, where their JMESPath is a plain path.

Understood: ``{{ request.object.a.b[].c || 'default' }}``, ``element.…`` in a loop, ``request.operation`` (a manifest is
about to be created). Functions, filters, pipes, and values from elsewhere are not.
"""

import re
from collections.abc import Callable
from itertools import count

from seawall.policy.document import Json
from seawall.policy.importing.cel_text import literal, optional
from seawall.policy.importing.fields import listing, mapping, string
from seawall.policy.importing.kyverno_pattern import RANGE, text_holds, wildcard
from seawall.policy.importing.result import CannotSay

Test = Callable[[str], str]
_VARIABLE = re.compile(r"\s*\{\{\s*(.*?)\s*\}\}\s*", re.DOTALL)
_STEP = re.compile(r"""\.?(?:([A-Za-z_]\w*)|"([^"]+)"|\[(\*?)\]|\[([0-9]+)\])""")
_DEFAULT = re.compile(r"(.*?)\s*\|\|\s*(?:'([^']*)'|`([^`]*)`)")
_ORDER = {
    "GreaterThan": ">", "GreaterThanOrEquals": ">=", "LessThan": "<", "LessThanOrEquals": "<=",
}  # fmt: skip
_NEGATED = {"NotEquals": "Equals", "NotEqual": "Equals", "NotIn": "AnyIn", "AllNotIn": "AnyIn", "AnyNotIn": "AllIn"}
_CHOICE = re.compile(r"([\w.]+)\.\[([\w]+(?:\s*,\s*[\w]+)*)\]\[\*?\](.*)", re.DOTALL)
_NAMES = count()


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
        if "{{" in str(key) or operator not in {"In", "AnyIn", "AllIn"}:
            raise CannotSay("it compares with a variable")
        key, operator, value = value, "AnyIn", key  # a text among a path's values
    path, default = _parts(key)
    if path == "request.operation":
        return literal(bool(_fixed(operator, "CREATE", value)))
    return _quantified(path, roots, _test(operator, value), default, everything=operator == "AllIn")


def _fixed(operator: str, have: str, value: Json) -> bool:
    """The answer for a value that is known beforehand."""
    wanted = value if isinstance(value, list) else [value]
    if operator in {"Equals", "Equal", "In", "AnyIn", "AllIn"}:
        return have in wanted
    raise CannotSay(f"the operator {operator} over the operation")


def _parts(key: Json) -> tuple[str, Json]:
    """A key's path and its default; null where it has none."""
    found = _VARIABLE.fullmatch(key) if isinstance(key, str) else None
    if found is None or "{{" in found[1]:
        raise CannotSay(f"the key {str(key)[:60]!r} is no single variable")
    if given := _DEFAULT.fullmatch(found[1]):
        return given[1], given[2] if given[2] is not None else _json(given[3])
    return found[1], None


def _json(text: str) -> Json:
    if re.fullmatch(r"-?[0-9]+", text):
        return int(text)
    if text in {"true", "false"}:
        return text == "true"
    if text in {"[]", "null", ""}:
        return None
    return text.strip('"')


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


def _quantified(path: str, roots: dict[str, str], test: Test, default: Json, *, everything: bool) -> str:
    """The test of a path's value; of each of its values where the path goes through lists."""
    word = "all" if everything else "exists"
    found = []
    for one in alternatives(path):
        base, rest = _root(one, roots)
        found.append(_walk(base, _steps(rest, one), test, default, word))
    return found[0] if len(found) == 1 else "(" + (" && " if everything else " || ").join(found) + ")"


def alternatives(path: str) -> list[str]:
    """A path with a choice of keys, ``spec.[containers, initContainers][]``, as a path for each of them."""
    found = _CHOICE.fullmatch(path.strip())
    if found is None:
        return [path.strip()]
    before, names, after = found.groups()
    return [f"{before}.{name.strip()}[]{after}" for name in names.split(",")]


def _root(path: str, roots: dict[str, str]) -> tuple[str, str]:
    for name, variable in roots.items():
        if path == name or (path.startswith(name) and path[len(name)] in ".["):
            return variable, path[len(name) :]
    raise CannotSay(f"{path[:60]!r} is not known here")


def _steps(rest: str, path: str) -> list[str | int | None]:
    """A path's steps: keys, indices, and null for “each of the list”."""
    steps: list[str | int | None] = []
    at = 0
    while at < len(rest):
        found = _STEP.match(rest, at)
        if found is None:
            raise CannotSay(f"{path[:60]!r} is more than a path")
        key, index = found[1] or found[2], found[4]
        steps.append(key or (int(index) if index else None))
        at = found.end()
    return steps


def _walk(base: str, steps: list[str | int | None], test: Test, default: Json, word: str) -> str:
    expression = base
    for at, step in enumerate(steps):
        if step is None:
            one = f"w{next(_NAMES)}"
            inner = _walk(one, steps[at + 1 :], test, default, word)
            items = expression if expression == base else f"{expression}.orValue([])"
            return f"dyn({items}).{word}({one}, {inner})"
        expression = f"{expression}[?{step}]" if isinstance(step, int) else optional(expression, step)
    if expression == base:
        return test(base)
    if default is not None:
        return test(f"{expression}.orValue({literal(default)})")
    one = f"w{next(_NAMES)}"
    return f"{expression}.optMap({one}, {test(one)}).orValue({'true' if word == 'all' else 'false'})"
