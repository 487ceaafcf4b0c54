"""Conditions that read nothing but certain attributes: judged once for all items that share these.

Clusters repeat themselves: a thousand containers have a few security contexts, probes and kinds. Policies about such
attributes cost one look-up an item, by the tuple of them all. Attributes that differ from item to item (images,
resources, commands) would keep that tuple from ever coming again, so what is about them is looked up apart.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from operator import attrgetter
from typing import NamedTuple, TypeVar

from seawall.model.kube.object import KubeObject
from seawall.policy.cel import TARGET
from seawall.policy.compile import CompiledPolicy
from seawall.policy.logic import Test, holds
from seawall.policy.registry import Attributes, Facts

_REMEMBERED = 2048  # values a table, of objects of at most so many bytes: hostile manifests must not fill the memory
_LARGEST = 32768
_VARIOUS = frozenset({"resources", "image", "command", "args", "ports", "replicas"})
"""Last words of attributes that differ from item to item."""

_T = TypeVar("_T")
Entry = tuple[Test, CompiledPolicy]


class Left(NamedTuple):
    """What an item's attributes leave of the policies: those that hold, and those whose rest must be asked."""

    held: tuple[CompiledPolicy, ...]
    asked: tuple[Entry, ...]


def remaining(entries: list[Entry]) -> Left:
    """Policies by whether anything of them is still to be asked."""
    held = tuple([compiled for test, compiled in entries if test is holds])
    return Left(held, tuple([entry for entry in entries if entry[0] is not holds]))


class Sharing(NamedTuple):
    """Policies that are decided, in whole or part, by the same attributes.

    Attributes:
        read: the attributes' values.
        known: these → what they leave.
        entries: for each policy the condition about these attributes, and the test of what remains of it.
    """

    read: Callable[..., object]
    known: dict[object, Left]
    entries: list[tuple[Test, Entry]]

    def left(self, values: object, item: object, facts: Facts) -> Left:
        """What the values leave; remembered where they can be."""
        left = remaining([entry for condition, entry in self.entries if condition(item, facts)])
        remember(self.known, values, left, facts)
        return left


def remember(known: dict[object, _T], values: object, answer: _T, facts: Facts) -> None:
    """Keep what values of the object in judgement lead to, within bounds; none can be looked up by a mapping."""
    target = facts.get(TARGET)
    if len(known) < _REMEMBERED and not (isinstance(target, KubeObject) and len(target.json) > _LARGEST):
        with suppress(TypeError):
            known[values] = answer


def share(conditions: Iterable[tuple[Attributes, Test, Entry]]) -> list[Sharing]:
    """Arrange conditions so that few look-ups answer all.

    Those that are about no various attribute stand together; the others with those about the same ones.
    """
    groups: list[tuple[Attributes, Attributes, list[tuple[Test, Entry]]]] = []
    for attributes, condition, entry in conditions:
        various = frozenset(one for one in attributes if one.rpartition(".")[2] in _VARIOUS)
        near = [one for one in groups if one[0] & various or one[0] == various]
        groups = [one for one in groups if one not in near]
        entries = [*(entry for one in near for entry in one[2]), (condition, entry)]
        groups.append((various.union(*(one[0] for one in near)), attributes.union(*(one[1] for one in near)), entries))
    return [Sharing(reader(attributes), {}, entries) for _, attributes, entries in groups]


def reader(attributes: Iterable[str]) -> Callable[..., object]:
    """Reads attributes of an item at once, as a value that can be looked up by."""
    own, deeper = list[str](), defaultdict[str, list[str]](list)
    for one in sorted(attributes):
        holder, found, rest = one.partition("[].")
        if found:
            deeper[holder].append(rest)
        else:
            own.append(one)
    read = attrgetter(*own) if own else None
    if read is not None and not deeper:
        return read
    parts = [(attrgetter(holder), reader(rest)) for holder, rest in deeper.items()]
    if read is None or len(parts) > 1:
        return lambda item: (read and read(item), *[(*map(inner, held(item)),) for held, inner in parts])
    ((held, inner),) = parts
    return lambda item: (read(item), (*map(inner, held(item)),))
