"""YAML that somebody wrote by hand, as nodes that know their lines; bounded, whatever it holds.

PyYAML's C composer recurses without a limit of its own (deep input is a crash, not an error), and aliases make small
texts large. Both are bounded over the stream of events before anything is composed.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from seawall.policy.document import Json

Step = str | int
"""One step of a path into a document: a key, or an index."""

_MAX_NODES = 200_000
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def compose_all(data: bytes | str, *, depth: int) -> list[yaml.Node]:
    """The documents of a text as nodes; empty documents are left out.

    Raises:
        yaml.YAMLError: it is no YAML.
        ValueError: it is nested deeper than ``depth`` levels, or its aliases make too much of it.
    """
    _bound(data, depth)
    found: list[yaml.Node | None] = list(yaml.compose_all(data, Loader=_LOADER))
    return [node for node in found if node is not None]


def _bound(data: bytes | str, depth: int) -> None:
    """Count levels and nodes, each alias for all that it stands for."""
    size, sizes = 0, dict[str, int]()
    started: list[tuple[str | None, int]] = []
    for event in yaml.parse(data, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            started.append((event.anchor, size))
            size += 1
            if len(started) > depth:
                raise ValueError(f"nested deeper than {depth} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = started.pop()
            if anchor:
                sizes[anchor] = size - before
        elif isinstance(event, yaml.AliasEvent):
            name = str(event.anchor)
            if any(anchor == name for anchor, _ in started):
                raise ValueError(f"the alias *{name} stands inside what it names")
            size += sizes.get(name, 1)
        else:
            size += 1
        if size > _MAX_NODES:
            raise ValueError(f"more than {_MAX_NODES:,} values, aliases counted")


class _Loader(yaml.SafeLoader):
    """The safe constructor, for JSON's types: a day is a text."""


def _day(_loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(node.value)


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _day)


def value_of(node: yaml.Node) -> "Json":
    """What a composed document says, in JSON's types.

    Raises:
        yaml.YAMLError: a tag or key that JSON has not, or a key that stands twice.
        ValueError: a number that is none.
    """
    _single_keys(node)
    value: Json = _Loader("").construct_document(node)
    return value


def _single_keys(root: yaml.Node) -> None:
    """A key that stands twice would hide the first one."""
    waiting, seen = [root], {id(root)}
    while waiting:
        node = waiting.pop()
        children = node.value if isinstance(node, yaml.SequenceNode) else []
        if isinstance(node, yaml.MappingNode):
            keys = set[str]()
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode) and key.value in keys and key.value != "<<":
                    raise yaml.MarkedYAMLError(problem=f"{key.value} stands twice", problem_mark=key.start_mark)
                keys.add(str(key.value))
            children = [value for _, value in node.value]
        for child in children:
            if id(child) not in seen:
                seen.add(id(child))
                waiting.append(child)


def broken(error: Exception, name: str) -> tuple[str, str]:
    """The place (``file:line``, as far as known) and the reason of an error of the two functions above."""
    mark = getattr(error, "problem_mark", None)
    cause = getattr(error, "problem", None) or error
    return (f"{name}:{mark.line + 1}" if mark is not None else name), " ".join(str(cause).split())


def line_of(node: yaml.Node, steps: Sequence[Step]) -> int:
    """The line (from 1) of the key or item that a path leads to, or of the last part of it that is there."""
    line: int = node.start_mark.line
    for step in steps:
        following = _child(node, step)
        if following is None:
            break
        line, node = following
    return line + 1


def _child(node: yaml.Node, step: Step) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line, value
    elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item.start_mark.line, item
    return None
