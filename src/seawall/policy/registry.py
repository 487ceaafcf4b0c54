"""The vocabulary of conditions: groups of objects, and criteria about one object of a group.

A criterion is one registered function with a docstring; the reference of criteria is generated from here. A
group says how its objects are found below an object of its parent group (a workload's containers, a container's
mounts), so that everything under one group holds for the same object.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final, TypeVar

from seawall.model.finding import Subject
from seawall.model.record import Record


class Unknown:
    """The answer where a fact is not at hand: neither true nor false. There is one, :data:`UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


class Type(StrEnum):
    """What a criterion's value is, and so which comparisons it takes."""

    BOOL = "boolean"
    TEXT = "text"
    NUMBER = "number"
    QUANTITY = "quantity"
    DURATION = "duration"
    SEVERITY = "severity"
    VERSION = "version"
    SET = "set"
    MAP = "map"
    ACCESS = "access"


Facts = dict[str, object]
"""Fact name → what is known (:data:`FACTS`); a fact that is not there is not known."""

Getter = Callable[[object, Facts], object]
"""(object of the group, facts) → value, ``None`` for absent, or :data:`UNKNOWN`."""

Enumerator = Callable[..., "Iterable[object] | Unknown"]
"""(object of the parent group, facts) → objects of the group, or :data:`UNKNOWN`."""


Attributes = frozenset[str]
"""Attributes of an object, dotted; ``containers[].security`` is that of each of its containers."""


class Criterion(Record, frozen=True, kw_only=True):
    """A typed field of a group's objects.

    Attributes:
        group: the group's name.
        name: in kebab case.
        type: of the value.
        get: reads it.
        read: reads it from the object alone; null where it needs a fact. (The hot path: one call less.)
        path: where it stands in the object, relative to the group object's path (empty: the object itself), or a
            function that gives the whole path.
        needs: the fact it needs beyond the object itself, or empty.
        given: where that fact is part of the object: gives it, or None where it is not known.
        cost: relative; cheap criteria are asked first.
        doc: the docstring, as it stands in the source.
        of: the attributes of the object that alone decide it, and can be hashed; empty where that is not said. What
            is judged by them is judged once for all objects that share them (:mod:`seawall.policy.alike`).
        values: the words that it can be, where they are a closed set; others are refused at load.
        ordered: whether ``values`` stand from lowest to highest, so that ``at-least`` compares them.
    """

    group: str
    name: str
    type: Type
    get: Getter
    read: Callable[..., object] | None = None
    path: str | Callable[..., str] = ""
    needs: str = ""
    given: Callable[..., object] | None = None
    cost: int = 1
    doc: str = ""
    of: Attributes = frozenset()
    values: tuple[str, ...] = ()
    ordered: bool = False


class Group(Record, frozen=True, kw_only=True):
    """A kind of object that conditions are about.

    Attributes:
        name: in kebab case.
        doc: what it is, one sentence.
        parents: parent group → how its objects are found there.
        needs: the fact that enumerating needs, or empty.
        path: an object's JSON path in the document it came from (absolute), for evidence.
        label: an object's name, for messages and fingerprints.
        subject: what a finding about such an object is about; set for groups whose objects are judged by themselves
            (a workload, a service, an image).
    """

    name: str
    doc: str
    parents: dict[str, Enumerator] = {}
    needs: str = ""
    path: Callable[..., str]
    label: Callable[..., str]
    subject: Callable[..., Subject] | None = None


GROUPS: dict[str, Group] = {}
CRITERIA: dict[str, dict[str, Criterion]] = {}
FOUND_BY: dict[Enumerator, tuple[str, ...]] = {}
"""How objects are found in a parent, where no fact is needed → the parent's attributes that alone decide which there
are and all about them; or the one that holds them, with ``[]`` behind it."""
FACTS: dict[str, str] = {}
"""Fact → what it is, and how it comes to be known."""

_F = TypeVar("_F", bound=Callable[..., object])
_T = TypeVar("_T")


def _no_path(_: object) -> str:
    return ""


def group(
    name: str,
    doc: str,
    *,
    parents: dict[str, Enumerator] | None = None,
    needs: str = "",
    of: dict[str, tuple[str, ...]] | None = None,
    path: Callable[..., str] = _no_path,
    label: Callable[..., str] = _no_path,
    subject: Callable[..., Subject] | None = None,
) -> None:
    """Register a group; ``of``: parent → what :data:`FOUND_BY` says of how its objects are found there.

    Raises:
        ValueError: there is one of that name.
    """
    if name in GROUPS:
        raise ValueError(f"group {name} is registered twice")
    GROUPS[name] = Group(
        name=name, doc=doc, parents=parents or {}, needs=needs, path=path, label=label, subject=subject
    )
    CRITERIA[name] = {}
    FOUND_BY.update({(parents or {})[parent]: by for parent, by in (of or {}).items()})


ELSEWHERE: set[str] = set()
"""Facts that other commands or later stages gather: where they are not given at all, that is no gap of this one."""


def fact(name: str, doc: str, *, elsewhere: bool = False) -> None:
    """Register a fact that is not always at hand; ``elsewhere``: see :data:`ELSEWHERE`."""
    FACTS[name] = doc
    if elsewhere:
        ELSEWHERE.add(name)


def criterion(
    group_name: str,
    name: str,
    type_: Type,
    *,
    path: str | Callable[..., str] = "",
    needs: str = "",
    cost: int = 1,
    of: str | tuple[str, ...] = (),
    values: tuple[str, ...] = (),
    ordered: bool = False,
    given: Callable[..., object] | None = None,
) -> Callable[[_F], _F]:
    """Register the decorated function as a criterion. With ``needs`` it takes (object, that fact), else (object).

    With ``given``, the fact is part of the object: it is known where ``given(object)`` is not None.

    Raises:
        ValueError: there is one of that name in the group, or it has no docstring.
    """

    def register(function: _F) -> _F:
        if name in CRITERIA[group_name]:
            raise ValueError(f"criterion {group_name}.{name} is registered twice")
        if not function.__doc__:
            raise ValueError(f"criterion {group_name}.{name} has no docstring")
        get = _getter(function, needs, given)
        CRITERIA[group_name][name] = Criterion(
            group=group_name,
            name=name,
            type=type_,
            get=get,
            read=None if needs else function,
            path=path,
            needs=needs,
            given=given,
            cost=cost + 5 * bool(needs),
            doc=function.__doc__,
            of=frozenset((of,) if isinstance(of, str) else of),
            values=values,
            ordered=ordered,
        )
        return function

    return register


def _getter(function: Callable[..., object], needs: str, given: Callable[..., object] | None) -> Getter:
    if given is not None:
        return lambda item, _facts: UNKNOWN if given(item) is None else function(item)
    return needing(needs, function) if needs else lambda item, _facts: function(item)


def needing(needs: str, function: Callable[..., _T]) -> Callable[[object, Facts], _T | Unknown]:
    """The function with the fact it needs handed to it; UNKNOWN where that is not at hand."""

    def get(item: object, facts: Facts) -> _T | Unknown:
        known = facts.get(needs, UNKNOWN)
        return UNKNOWN if known is UNKNOWN else function(item, known)

    return get


def unavailable(
    group_name: str,
    name: str,
    type_: Type,
    *,
    needs: str,
    doc: str,
    values: tuple[str, ...] = (),
    ordered: bool = False,
) -> None:
    """Register a criterion whose fact comes with a later stage: a policy that uses it is “not known here”."""
    CRITERIA[group_name][name] = Criterion(
        group=group_name,
        name=name,
        type=type_,
        get=lambda _item, _facts: UNKNOWN,
        needs=needs,
        cost=0,
        doc=doc,
        values=values,
        ordered=ordered,
    )


def chain(start: str, goal: str) -> tuple[Enumerator, ...] | None:
    """The enumerators that lead from one group's object to the objects of another below it; None: there is no way.

    The shortest way is taken (breadth first); groups are few.
    """
    if start == goal:
        return ()
    frontier: list[tuple[str, tuple[Enumerator, ...]]] = [(goal, ())]
    seen = {goal}
    while frontier:
        name, way = frontier.pop(0)
        for parent, enumerate_ in GROUPS[name].parents.items():
            if parent == start:
                return (enumerate_, *way)
            if parent not in seen:
                seen.add(parent)
                frontier.append((parent, (enumerate_, *way)))
    return None
