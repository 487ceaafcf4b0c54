"""What stands behind a criterion's name: one value, a list, or comparisons; compiled to a predicate on values.

A predicate gets a criterion's value, never UNKNOWN. ``None`` (absent) fits only ``{exists: false}`` and ``not``.
"""

import operator
from collections.abc import Callable
from functools import lru_cache

from seawall.errors import UsageError
from seawall.policy import late, units
from seawall.policy.access import compile_actions
from seawall.policy.document import Json
from seawall.policy.registry import Criterion, Type

Predicate = Callable[..., bool]

_SHORT = 200
"""Names and the like, which come again and again: a pattern's answers about them are remembered."""
_TEXT_WORDS = ("matches", "glob", "starts-with", "ends-with", "contains")
_SET_WORDS = ("any", "all", "none", "only", "count", "empty")
_COMMON = ("is", "in", "not", "exists")
_COMPARE: dict[str, Callable[..., bool]] = {
    "at-least": operator.ge,
    "more-than": operator.gt,
    "older-than": operator.gt,
    "at-most": operator.le,
    "less-than": operator.lt,
    "newer-than": operator.lt,
}


def compile_value(criterion: Criterion, raw: Json) -> Predicate:
    """The predicate that a criterion's value must fulfil.

    Raises:
        UsageError: the value does not fit the criterion's type.
    """
    if criterion.type is Type.ACCESS and not isinstance(raw, dict):
        return compile_actions(raw)
    if isinstance(raw, dict) and criterion.type is not Type.MAP:
        return _all([_operator(criterion, word, value) for word, value in raw.items()])
    if criterion.type is Type.MAP:
        return _mapping(criterion, raw)
    if criterion.type is Type.SET:
        wanted = _words(criterion, raw)
        return lambda have: have is not None and not wanted.isdisjoint(have)
    if isinstance(raw, list):
        return _one_of(criterion, raw)
    return _equals(criterion, raw)


def _all(predicates: list[Predicate]) -> Predicate:
    if len(predicates) == 1:
        return predicates[0]
    return lambda value: all(predicate(value) for predicate in predicates)


def _scalar(criterion: Criterion, raw: Json) -> object:
    """One value in the criterion's own type."""
    kind = criterion.type
    if kind is Type.BOOL:
        if not isinstance(raw, bool):
            raise _wrong(criterion, raw, "true or false")
        return raw
    if kind is Type.NUMBER:
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            raise _wrong(criterion, raw, "a number")
        return float(raw)
    if kind is Type.QUANTITY:
        return units.quantity(raw)
    if kind is Type.DURATION:
        return units.duration(raw)
    if kind is Type.VERSION:
        return units.version(raw)
    if isinstance(raw, dict | list) or raw is None:
        raise _wrong(criterion, raw, "a text")
    text = str(raw).lower() if isinstance(raw, bool) else str(raw)
    if criterion.values and text not in criterion.values:
        raise _wrong(criterion, raw, f"one of {', '.join(criterion.values)}")
    return text


def _comparable(criterion: Criterion) -> Callable[[object], object]:
    """Brings a value into the form that ``_scalar`` gives, so that both compare."""
    if criterion.type is Type.VERSION:
        return units.version
    if criterion.ordered:
        ranks = {word: rank for rank, word in enumerate(criterion.values)}
        return lambda value: ranks.get(str(value), -1)
    return lambda value: value


def _equals(criterion: Criterion, raw: Json) -> Predicate:
    wanted = _scalar(criterion, raw)
    if criterion.type is Type.BOOL:
        return (lambda have: have is True) if wanted else (lambda have: have is False)
    if criterion.type is Type.VERSION:
        return lambda have: have is not None and units.version(have) == wanted
    return lambda have: have == wanted


def _one_of(criterion: Criterion, raw: list[Json]) -> Predicate:
    if any(isinstance(item, dict) for item in raw):
        tests = [compile_value(criterion, item) for item in raw]
        return lambda have: any(test(have) for test in tests)
    wanted = frozenset(_scalar(criterion, item) for item in raw)
    if criterion.type is Type.VERSION:
        return lambda have: have is not None and units.version(have) in wanted
    return lambda have: have in wanted


def _words(criterion: Criterion, raw: Json) -> frozenset[object]:
    items = raw if isinstance(raw, list) else [raw]
    return frozenset(_scalar(criterion, item) for item in items)


def _operator(criterion: Criterion, word: str, raw: Json) -> Predicate:
    """One comparison, ``at-least: 7.0``."""
    if word in _COMMON:
        return _common(criterion, word, raw)
    if criterion.type is Type.SET and word in _SET_WORDS:
        return _set_operator(criterion, word, raw)
    if word in _TEXT_WORDS and criterion.type in {Type.TEXT, Type.SET}:
        return _text_operator(criterion, word, raw)
    if word in _COMPARE and criterion.type not in {Type.BOOL, Type.SET, Type.ACCESS}:
        return _order(criterion, word, raw)
    known = [*_COMMON, *(_SET_WORDS if criterion.type is Type.SET else ())]
    known += [*(_TEXT_WORDS if criterion.type in {Type.TEXT, Type.SET} else _COMPARE)]
    raise UsageError(
        f"{criterion.group}.{criterion.name} ({criterion.type}) has no comparison {word!r}",
        hint=f"There are: {', '.join(known)}.",
    )


def _common(criterion: Criterion, word: str, raw: Json) -> Predicate:
    if word == "exists":
        if not isinstance(raw, bool):
            raise _wrong(criterion, raw, "true or false after exists")
        return (lambda have: have is not None) if raw else (lambda have: have is None)
    inner = compile_value(criterion, raw)
    if word == "not":
        return lambda have: not inner(have)
    return inner


def _order(criterion: Criterion, word: str, raw: Json) -> Predicate:
    if criterion.type is Type.TEXT and not criterion.ordered:
        raise _wrong(criterion, raw, "no order: a text has none")
    form = _comparable(criterion)
    bound = form(_scalar(criterion, raw)) if criterion.ordered else _scalar(criterion, raw)
    compare = _COMPARE[word]
    return lambda have: have is not None and compare(form(have), bound)


def _text_operator(criterion: Criterion, word: str, raw: Json) -> Predicate:
    """Comparisons of texts; on a set they hold when they hold for any member."""
    tests = [_text_test(criterion, word, item) for item in (raw if isinstance(raw, list) else [raw])]
    if criterion.type is Type.SET:
        return lambda have: have is not None and any(test(str(item)) for item in have for test in tests)
    return lambda have: have is not None and any(test(str(have)) for test in tests)


def _text_test(criterion: Criterion, word: str, raw: Json) -> Callable[[str], bool]:
    if not isinstance(raw, str):
        raise _wrong(criterion, raw, f"a text after {word}")
    if word == "starts-with":
        return lambda have: have.startswith(raw)
    if word == "ends-with":
        return lambda have: have.endswith(raw)
    if word == "contains":
        return lambda have: raw in have
    return pattern(_from_glob(raw) if word == "glob" else raw)


def _from_glob(text: str) -> str:
    from fnmatch import translate  # noqa: PLC0415 -- few policies have globs

    return translate(text).replace(r"\Z", r"\z")


def pattern(text: str) -> Callable[[str], bool]:
    """A users' pattern as a test, by RE2: linear time, so that none can hang.

    Raises:
        UsageError: RE2 refuses it.
    """
    return late.compiled(lambda: _pattern(text))


def _pattern(text: str) -> Callable[[str], bool]:
    import re2  # noqa: PLC0415 -- only policies with patterns pay for it

    try:
        search = re2.compile(text, _quiet_options()).search
    except re2.error as error:
        hint = "RE2 has no look-around and no back-references."
        words = b" ".join(one for one in error.args if isinstance(one, bytes)).decode("utf-8", "replace")
        raise UsageError(f"{text!r} is no pattern", cause=words or str(error), hint=hint) from error
    remembered = lru_cache(maxsize=512)(lambda have: search(have) is not None)
    return lambda have: remembered(have) if len(have) <= _SHORT else search(have) is not None


def _quiet_options() -> object:
    import re2  # noqa: PLC0415

    options = re2.Options()
    options.log_errors = False
    return options


def _set_operator(criterion: Criterion, word: str, raw: Json) -> Predicate:
    if word == "count":
        number = Criterion(group=criterion.group, name=criterion.name, type=Type.NUMBER, get=criterion.get)
        inner = compile_value(number, raw)
        return lambda have: inner(float(len(have or ())))
    if word == "empty":
        return (lambda have: not have) if raw is True else bool
    if isinstance(raw, dict):
        inner_text = _all([_operator(_as_text(criterion), key, value) for key, value in raw.items()])
        return _QUANTIFIERS[word](inner_text)
    wanted = _words(criterion, raw)
    return {
        "any": lambda have: not wanted.isdisjoint(have or ()),
        "all": lambda have: wanted.issubset(have or ()),
        "none": lambda have: wanted.isdisjoint(have or ()),
        "only": lambda have: wanted.issuperset(have or ()),
    }[word]


_QUANTIFIERS: dict[str, Callable[[Predicate], Predicate]] = {
    "any": lambda test: lambda have: any(test(item) for item in have or ()),
    "all": lambda test: lambda have: all(test(item) for item in have or ()),
    "only": lambda test: lambda have: all(test(item) for item in have or ()),
    "none": lambda test: lambda have: not any(test(item) for item in have or ()),
}


def _as_text(criterion: Criterion) -> Criterion:
    """The criterion of one member of a set."""
    return Criterion(
        group=criterion.group, name=criterion.name, type=Type.TEXT, get=criterion.get, values=criterion.values
    )


def _mapping(criterion: Criterion, raw: Json) -> Predicate:
    """``{owner: team-a, tier: {in: [web, api]}}``: every key fits; ``key: true`` asks only whether it is there.

    ``{any-key: PATTERN, value: TEST}`` looks for a pair whose key matches (RE2, the whole key).
    """
    if raw is True or raw is False:
        return lambda have: bool(have) is raw
    if not isinstance(raw, dict):
        raise _wrong(criterion, raw, "a mapping of keys")
    if "not" in raw and len(raw) == 1:
        inner = _mapping(criterion, raw["not"])
        return lambda have: not inner(have)
    text = _as_text(criterion)
    if "any-key" in raw:
        keys = pattern(f"^(?:{raw['any-key']})$")
        test = _entry(text, raw.get("value", True))
        return lambda have: any(keys(key) and test(value) for key, value in (have or {}).items())
    tests = {key: _entry(text, value) for key, value in raw.items()}
    if len(tests) == 1:
        ((only, test),) = tests.items()
        return lambda have: test((have or {}).get(only))
    return lambda have: all(test((have or {}).get(key)) for key, test in tests.items())


def _entry(text: Criterion, raw: Json) -> Predicate:
    """The test of one value of a map."""
    if raw is True:
        return lambda have: have is not None
    if raw is False or raw is None:
        return lambda have: have is None
    return compile_value(text, raw)


def _wrong(criterion: Criterion, raw: Json, wanted: str) -> UsageError:
    written = {
        Type.BOOL: "true",
        Type.NUMBER: "3` or `{at-least: 3}",
        Type.MAP: "{KEY: VALUE}",
        Type.SET: "[A, B]` or `{any: [A, B]}",
    }.get(criterion.type, next(iter(criterion.values), "TEXT` or `{in: [A, B]}"))
    hint = f"Write behind `{criterion.name}:` something like `{written}`."
    return UsageError(f"{criterion.group}.{criterion.name} takes {wanted}, not {raw!r}", hint=hint)
