"""The JMESPath of Kyverno's variables as CEL, where it is a plain path, perhaps with a simple function around it.

Understood: ``request.object.a.b[].c || 'default'``, ``element.image`` in a loop, ``request.name``, ``namespace``, and
``length(…)``, ``to_string(…)``, ``to_upper(…)``, ``to_lower(…)``, ``contains(…, 'x')``, ``starts_with(…, 'x')``,
``ends_with(…, 'x')``, ``regex_match('x', …)`` of one path. The rest is named with its reason.
Source: JMESPath specification (grammar, built-in functions); Kyverno's documentation of variables.
"""

import re
from collections.abc import Callable
from itertools import count
from typing import NamedTuple

from seawall.policy.document import Json
from seawall.policy.importing.cel_text import literal, optional
from seawall.policy.importing.result import CannotSay

Test = Callable[[str], str]
OBJECT = {"request.object": "object"}
"""Where paths begin, and the CEL variable that this is."""
WHOLE = "whole"
"""The CEL variable of the object itself where ``object`` is the template of its pods."""
_RENAMED = {
    "request.name": "whole.metadata.name",
    "request.namespace": "whole.metadata.namespace",
    "request.kind.kind": "whole.kind",
}
_VARIABLE = re.compile(r"\s*\{\{\s*(.*?)\s*\}\}\s*", re.DOTALL)
_STEP = re.compile(r"""\.?(?:([A-Za-z_]\w*)|"([^"]+)"|\[(\*?)\]|\[([0-9]+)\])""")
_DEFAULT = re.compile(r"(.*?)\s*\|\|\s*(?:'([^']*)'|`([^`]*)`)", re.DOTALL)
_CHOICE = re.compile(r"([\w.]+)\.\[([\w]+(?:\s*,\s*[\w]+)*)\]\[\*?](.*)", re.DOTALL)
_CALL = re.compile(r"([a-z_0-9]+)\s*\((.*)\)", re.DOTALL)
_TEXT = r"(?:'([^']*)'|`\"?([^`\"]*)\"?`)"
_ONE: dict[str, str] = {
    "length": "size({0})",
    "to_lower": "string({0}).lowerAscii()",
    "to_string": "string({0})",
    "to_upper": "string({0}).upperAscii()",
}
_TWO: dict[str, str] = {
    "contains": "(type({0}) == string ? string({0}).contains({1}) : dyn({1}) in dyn({0}))",
    "ends_with": "string({0}).endsWith({1})",
    "regex_match": "string({0}).matches({1})",
    "starts_with": "string({0}).startsWith({1})",
}
_EACH = re.compile(r"(.+)\.(to_lower|to_string|to_upper)\(\s*@\s*\)", re.DOTALL)
_COUNTED = re.compile(r"(.+[^|\s])\s*\|\s*length\(\s*@\s*\)", re.DOTALL)
_NAMES = count()
_REASONS = (
    (
        r"\brequest\.(?:userInfo|roles|clusterRoles)\b|\bserviceAccount(?:Name|Namespace)\b",
        "asks who makes the request",
    ),
    (r"\brequest\.oldObject\b", "compares with the object as it was before"),
    (r"\bimages\b", "asks for the parts of an image's name"),
    (r"\[\?", "filters a list"),
    (r"(?<!\|)\|(?!\|)", "puts one expression into another"),
    (r"&", "sorts or maps by an expression"),
    (r"@", "asks for the place that it stands at"),
    (r"[*+/%<>=!-]=?\s", "computes or compares"),
    (r"\{", "makes a structure"),
)


class Query(NamedTuple):
    """A variable.

    Attributes:
        path: its path.
        form: what is done with its value: CEL, in which ``{0}`` is the value.
        each: whether that is done with each value where the path goes through lists.
        default: its default, or null.
    """

    path: str
    form: str = "{0}"
    each: bool = False
    default: Json = None

    def holds(self, roots: dict[str, str], test: Test, *, everything: bool = False) -> str:
        """The test of the value; of some (``everything``: each) of its values where the path goes through lists."""
        word = "all" if everything else "exists"
        found = []
        for one in alternatives(self.path):
            base, rest = _root(one, roots)
            steps = _steps(rest, one)
            if self.form != "{0}" and not self.each:
                steps = steps[:-1] if self.form == _ONE["length"] and steps[-1:] == [None] else steps
                if None in steps:
                    raise CannotSay(f"{one[:60]!r} is a function of each element of a list")
            found.append(_walk(base, steps, lambda value: test(self.form.format(value)), self.default, word))
        return found[0] if len(found) == 1 else "(" + (" && " if everything else " || ").join(found) + ")"


def variable(key: Json) -> Query:
    """A text that is one variable and nothing else.

    Raises:
        CannotSay: it is more than that, or has no counterpart.
    """
    found = _VARIABLE.fullmatch(key) if isinstance(key, str) else None
    if found is None or "{{" in found[1]:
        raise CannotSay(f"{str(key)[:60]!r} is no single variable")
    return query(found[1])


def query(text: str) -> Query:
    """A JMESPath expression.

    Raises:
        CannotSay: it has no counterpart.
    """
    if asked := _EACH.fullmatch(text):
        return query(asked[1])._replace(form=_ONE[asked[2]], each=True)
    if asked := _COUNTED.fullmatch(text):
        return query(asked[1])._replace(form=_ONE["length"])
    if given := _DEFAULT.fullmatch(text):
        made = query(given[1])
        return made._replace(default=given[2] if given[2] is not None else _json(given[3]))
    if called := _CALL.fullmatch(text):
        return _called(called[1], called[2].strip(), text)
    for pattern, reason in _REASONS:
        if re.search(pattern, text):
            raise CannotSay(f"{text[:60]!r} {reason}")
    return Query(_RENAMED.get(text, text))


def _called(name: str, inner: str, text: str) -> Query:
    if name in _ONE:
        return _plain(inner, text, _ONE[name])
    if name in _TWO:
        order = rf"{_TEXT}\s*,\s*(.+)" if name == "regex_match" else rf"(.+?)\s*,\s*{_TEXT}"
        if found := re.fullmatch(order, inner, re.DOTALL):
            path = found[3] if name == "regex_match" else found[1]
            said = found[1] or found[2] if name == "regex_match" else found[2] or found[3]
            return _plain(
                path, text, _TWO[name].replace("{1}", literal(said or "").replace("{", "{{").replace("}", "}}"))
            )
        raise CannotSay(f"{text[:60]!r} gives {name}() something else than a path and a text")
    raise CannotSay(f"{text[:60]!r} calls the function {name}()")


def _plain(inner: str, text: str, form: str) -> Query:
    made = query(inner)
    if made.form != "{0}":
        raise CannotSay(f"{text[:60]!r} is a function of a function")
    return made._replace(form=form)


def _json(text: str) -> Json:
    if re.fullmatch(r"-?[0-9]+", text):
        return int(text)
    if text in {"true", "false"}:
        return text == "true"
    if text in {"[]", "null", ""}:
        return None
    return text.strip('"')


def alternatives(path: str) -> list[str]:
    """A path with a choice of keys, ``spec.[containers, initContainers][]``, as a path for each of them."""
    found = _CHOICE.fullmatch(path.strip())
    if found is None:
        return [path.strip()]
    before, names, after = found.groups()
    return [f"{before}.{name.strip()}[]{after}" for name in names.split(",")]


def _root(path: str, roots: dict[str, str]) -> tuple[str, str]:
    for name, variable in {**roots, WHOLE: WHOLE}.items():
        if path == name or (path.startswith(name) and path[len(name)] in ".["):
            return variable, path[len(name) :]
    raise CannotSay(f"{path[:60]!r} comes from a context or another place that is not known here")


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
