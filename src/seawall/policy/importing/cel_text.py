"""CEL written by the importers: literals, and paths that do not fail where a field is missing."""

import json
import re

from seawall.policy.document import Json

POD = (
    "(object.kind == 'Pod' ? object : object.kind == 'CronJob' ? object.spec.jobTemplate.spec.template : "
    "object.spec.template)"
)
"""The pod, or the template of a workload's pods."""
WORKLOADS = ("Pod", "Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "ReplicationController", "Job", "CronJob")
_STRINGS = re.compile(r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")


def literal(value: Json) -> str:
    """A JSON value in CEL, whose literals are JSON's."""
    return json.dumps(value, ensure_ascii=True)


def optional(base: str, key: str) -> str:
    """The optional value at a key of an optional or plain map."""
    return f"{base}[?{literal(key)}]"


def outside_strings(text: str, pattern: str, replacement: str) -> str:
    """The expression with a pattern replaced, but not inside its string literals."""
    parts = _STRINGS.split(text)
    return "".join(part if at % 2 else re.sub(pattern, replacement, part) for at, part in enumerate(parts))


def named_outside(text: str, pattern: str) -> bool:
    """Whether a pattern stands in an expression outside its string literals."""
    return any(re.search(pattern, part) for part in _STRINGS.split(text)[::2])


def with_variables(variables: list[tuple[str, str]], expression: str) -> str:
    """An expression with its named variables bound around it, each lazily, earlier ones first."""
    for name, value in reversed(variables):
        own = rf"\bvariables\.{re.escape(name)}\b"
        if named_outside(expression, own):
            expression = f"cel.bind(variables_{name}, {value}, {outside_strings(expression, own, f'variables_{name}')})"
    return expression
