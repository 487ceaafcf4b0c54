"""The slow, tolerant way from a JSON value to a record: wrong types cost one field, not the object.

The fast way (msgspec's typed decoder) refuses the whole object at the first wrong type. This one walks the record's
type, keeps what fits, makes the best of what does not (a number where a text belongs becomes that text, a single
value where a list belongs a list of one), and reports each such field with its path. ``null`` is unset, as for the
API server, and no problem.
"""

import types
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar, Union, get_args, get_origin

import msgspec

from seawall.model.kube import Json

T = TypeVar("T", bound=msgspec.Struct)
Report = Callable[[str, str], None]
"""Called with the path of the field and a sentence."""


class _Missing:
    """Nothing could be made of the value."""


_MISSING = _Missing()
_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false", dict: "a mapping"}


def salvage(value: Json, kind: type[T], path: str, report: Report) -> T:
    """The record of type ``kind`` that ``value`` comes nearest to; its defaults where nothing fits."""
    made = _struct(value, kind, path, report)
    return made if isinstance(made, kind) else kind()


def _convert(value: Json, kind: Json, path: str, report: Report) -> Json:
    """``value`` as ``kind`` (a type expression), or ``_MISSING``."""
    if kind is object:
        return value
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(value, kind, path, report)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple:
        return _sequence(value, arguments[0], path, report)
    if origin is dict:
        return _mapping(value, arguments[1], path, report)
    if origin is types.UnionType or origin is Union:
        inner = [argument for argument in arguments if argument is not types.NoneType]
        if value is None:
            return None
        return _convert(value, inner[0], path, report) if len(inner) == 1 else _scalar(value, inner, path, report)
    return _scalar(value, [kind], path, report)


def _struct(value: Json, kind: type[msgspec.Struct], path: str, report: Report) -> Json:
    if not isinstance(value, dict):
        if value is not None:
            report(path, f"a mapping belongs here, not {_said(value)}")
        return _MISSING
    made = {}
    for attribute, name, type_ in _fields(kind):
        given = value.get(name)
        if given is not None:
            fit = _convert(given, type_, f"{path}.{name}" if path else name, report)
            if fit is not _MISSING:
                made[attribute] = fit
    return kind(**made)


@lru_cache(maxsize=256)
def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, str, Json], ...]:
    return tuple((field.name, field.encode_name, field.type) for field in msgspec.structs.fields(kind))


def _sequence(value: Json, kind: Json, path: str, report: Report) -> Json:
    """A list; its items keep their places, so that paths stay true."""
    if value is None:
        return ()
    if not isinstance(value, list):
        report(path, f"a list belongs here, not {_said(value)}")
        value = [value]
    made = []
    for index, item in enumerate(value):
        fit = _MISSING if item is None else _convert(item, kind, f"{path}[{index}]", report)
        made.append(_zero(kind) if fit is _MISSING else fit)
    return tuple(made)


def _zero(kind: Json) -> Json:
    """What Go decodes ``null`` in a list to."""
    plain = get_origin(kind) or kind
    return plain() if isinstance(plain, type) and plain is not types.UnionType else ""


def _mapping(value: Json, kind: Json, path: str, report: Report) -> Json:
    if value is None:
        return {}
    if not isinstance(value, dict):
        report(path, f"a mapping belongs here, not {_said(value)}")
        return _MISSING
    made = {}
    for name, given in value.items():
        if given is None and isinstance(kind, types.UnionType):
            continue  # a quantity that is not given
        fit = _MISSING if given is None and kind is not object else _convert(given, kind, f"{path}.{name}", report)
        made[name] = _zero(kind) if fit is _MISSING else fit
    return made


def _scalar(value: Json, kinds: list[Json], path: str, report: Report) -> Json:
    """A text, number or truth value of one of ``kinds``; the nearest one, reported, when it is of none."""
    for kind in kinds:
        if type(value) is kind or (kind is float and type(value) is int):
            return value
    if int in kinds and isinstance(value, float) and value.is_integer():
        return int(value)
    wanted = " or ".join(_NAMES.get(kind, "something else") for kind in kinds if isinstance(kind, type))
    report(path, f"{wanted} belongs here, not {_said(value)}")
    if isinstance(value, list | dict) or value is None:
        return _MISSING
    if str in kinds:
        return str(value).lower() if isinstance(value, bool) else str(value)
    if bool in kinds:
        return _WORDS.get(str(value).lower(), _MISSING)
    try:
        return int(str(value)) if int in kinds else float(str(value))
    except ValueError:
        return _MISSING


def _said(value: Json) -> str:
    """The kind of value, in the words of a sentence."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return "the text " + repr(value[:40]) if isinstance(value, str) else "nothing" if value is None else f"{value}"
