"""Why a condition answered as it did, in words: values as people read them, and the tree of answers."""

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter

from seawall.model.record import Record
from seawall.policy.logic import Answer
from seawall.policy.registry import UNKNOWN, Criterion, Facts, Type

_VALUE_LENGTH = 200


class Trace(Record, frozen=True, kw_only=True):
    """Why a condition answered as it did: for people, as a tree."""

    label: str
    answer: Answer
    value: str = ""
    path: str = ""
    children: tuple["Trace", ...] = ()


def told(criterion: Criterion, item: object, facts: Facts, path: str) -> str:
    """A criterion's value beside its path. A boolean that is no field of its own says its name, and what it is told of.

    ``….securityContext.privileged`` is ``true``; ``….image`` is ``nginx:latest (image-latest: true)``.
    """
    value = show(criterion.get(item, facts))
    if criterion.type is not Type.BOOL or _is_field(path.rpartition(".")[2], criterion.name):
        return value
    name = f"{criterion.name}: {value}"
    read = _only_attribute(criterion)
    text = read(item) if read is not None else None
    return f"{show(text)} ({name})" if text and isinstance(text, str) else name


@lru_cache(maxsize=4096)
def _is_field(last: str, name: str) -> bool:
    """Whether the last word of a path is the criterion itself: ``runAsNonRoot`` of (written-)run-as-non-root."""
    return bool(last) and name.replace("-", "").endswith(last.lower())


@lru_cache(maxsize=1024)
def _only_attribute(criterion: Criterion) -> Callable[[object], object] | None:
    return attrgetter(*criterion.of) if len(criterion.of) == 1 and "[]" not in next(iter(criterion.of)) else None


def written(value: object) -> str:
    """A value as one writes it in a policy, short."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(item) for item in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def show(value: object) -> str:
    """A value for people, bounded."""
    if value is UNKNOWN:
        return "not known here"
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict):
        return ", ".join(f"{key}={item}" for key, item in value.items())[:_VALUE_LENGTH]
    if isinstance(value, list | tuple | set | frozenset):
        return (", ".join(sorted(map(str, value))) or "none")[:_VALUE_LENGTH]
    return str(value)[:_VALUE_LENGTH]
