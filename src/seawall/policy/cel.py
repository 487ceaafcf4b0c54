"""CEL expressions as conditions, evaluated by cel-expr-python (cel-cpp), with Kubernetes' functions.

``object`` is the whole object as it stands in its manifest, ``oldObject`` and ``request`` are an admission request's
(null elsewhere), ``self`` is the item that the group is about (a container, a volume) in the API's own form. An
expression that cannot be evaluated (a field that is not there, without ``has()``) is “not known here”, never “fine”.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from seawall.errors import UsageError
from seawall.model.finding import Evidence
from seawall.model.kube.object import KubeObject
from seawall.policy import late
from seawall.policy.document import Json
from seawall.policy.explanation import Trace
from seawall.policy.guard import Guards
from seawall.policy.logic import Answer, Test
from seawall.policy.nodes import Node
from seawall.policy.registry import GROUPS, Attributes, Facts, fact

if TYPE_CHECKING:
    from cel_expr_python.cel import Activation, Env, Expression

_LONGEST = 8192
_HINT = "`object` is the whole object, `self` the part that the condition is about; texts compare with texts only."
_STEP = re.compile(r"([^.\[\]]+)(?=[.\[]|$)|\[([0-9]+)\]")
TARGET = "target"  # the judged object, among the facts while it is judged
FAILED = "expression"
fact(FAILED, "a CEL expression's value: it could not be evaluated (guard optional fields with has())")


@lru_cache(maxsize=1)
def environment() -> "Env":
    """The one environment: variables, CEL's extensions, Kubernetes' functions."""
    from cel_expr_python import cel  # noqa: PLC0415 -- only policies with CEL pay for it
    from cel_expr_python.ext import ext_bindings, ext_encoders, ext_math, ext_optional  # noqa: PLC0415

    from seawall.policy.cel_functions import declarations  # noqa: PLC0415

    names = ("object", "oldObject", "request", "self", "params", "namespaceObject", "variables")
    return cel.NewEnv(
        variables=dict.fromkeys(names, cel.Type.DYN),
        extensions=[
            ext_bindings.ExtBindings(),
            ext_encoders.ExtEncoders(),
            ext_math.ExtMath(),
            ext_optional.ExtOptional(),
        ],
        functions=declarations(),
    )


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> "Expression":
    """Compile, once a text.

    Raises:
        UsageError: the expression has an error, or is no condition.
    """
    if len(text) > _LONGEST:
        hint = "Make several policies of it."
        raise UsageError(f"the CEL expression is longer than {_LONGEST} characters", hint=hint)
    from cel_expr_python import cel  # noqa: PLC0415

    try:
        expression = environment().compile(text)
    except RuntimeError as error:
        reason = str(error).split("ERROR:", 1)[-1].split("[INVALID", 1)[0].replace("<input>:", "")
        cause = " ".join(reason.split())
        raise UsageError(f"CEL expression {text[:80]!r} has an error", cause=cause, hint=_HINT) from error
    if expression.return_type() not in (cel.Type.BOOL, cel.Type.DYN):
        raise UsageError(f"CEL expression {text[:80]!r} is no condition", hint="It must be true or false.")
    return expression


class _Activations:
    """The newest item's variables, bound once for all expressions about it."""

    def __init__(self) -> None:
        self._of: tuple[object, Activation] | None = None

    def bind(self, item: object, path: str, facts: Facts) -> "Activation":
        newest = self._of
        if newest is not None and newest[0] is item:
            return newest[1]
        activation = environment().Activation(_variables(item, path, facts))
        self._of = (item, activation)
        return activation


_ACTIVATIONS = _Activations()


def _variables(item: object, path: str, facts: Facts) -> dict[str, object]:
    target = item if isinstance(item, KubeObject) else facts.get(TARGET)
    raw = target.raw if isinstance(target, KubeObject) else None
    return {
        "object": raw,
        "oldObject": facts.get("old-object"),
        "request": facts.get("request"),
        "params": None,
        "namespaceObject": None,
        "variables": {},
        "self": _at(raw, path),
    }


def _at(raw: object, path: str) -> object:
    """The part of an object at a path, ``spec.containers[0]``; null where there is none."""
    for name, index in _STEP.findall(path):
        if name:
            raw = raw.get(name) if isinstance(raw, dict) else None
        else:
            raw = raw[int(index)] if isinstance(raw, list) and int(index) < len(raw) else None
    return raw


class CelNode:
    """An expression about one item."""

    needs = frozenset({FAILED})
    cost = 40
    guards: Guards = ()
    of: Attributes | None = None

    def __init__(self, text: str, group: str) -> None:
        self._text, self._path = text, GROUPS[group].path
        evaluate = late.compiled(lambda: compile_expression(text).eval)
        bind, path = _ACTIVATIONS.bind, self._path

        def test(item: object, facts: Facts) -> Answer:
            value = evaluate(bind(item, path(item), facts)).value()
            return value if value is True or value is False else None

        self.test: Test = test

    def evidence(self, item: object, facts: Facts) -> Iterator[Evidence]:
        """The expression itself, at the item."""
        yield Evidence(path=self._path(item), value=self._text)

    def trace(self, item: object, facts: Facts) -> Trace:
        """The expression, and what came of it."""
        answer = self.test(item, facts)
        activation = _ACTIVATIONS.bind(item, self._path(item), facts)
        value = "" if answer is not None else str(compile_expression(self._text).eval(activation).value())
        return Trace(label=f"cel: {self._text}", answer=answer, value=value, path=self._path(item))


def node(raw: Json, group: str) -> Node:
    """Compile an expression.

    Raises:
        UsageError: it is no text, or has an error.
    """
    if not isinstance(raw, str):
        raise UsageError(f"`cel` takes an expression, not {raw!r}", hint='Write `cel: "object.… == …"`.')
    return CelNode(raw, group)
