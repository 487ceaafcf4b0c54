"""Where the parts of one YAML or JSON document stand: lines by path, from libyaml's events."""

from functools import lru_cache
from typing import Union

import yaml
from yaml._yaml import CParser

from seawall.kube.normalise import MAX_DEPTH
from seawall.kube.scalar import key_text
from seawall.kube.steps import take_index, take_key
from seawall.kube.tree import is_merge, line_of, scalar_value

Node = Union["_Mapping", "_Sequence", None]


class _Mapping:
    """Keys with their lines and values; mappings merged into it are looked at last."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[int, Node]] = {}
        self.merged: list[Node] = []


class _Sequence:
    def __init__(self) -> None:
        self.items: list[tuple[int, Node]] = []


class Places:
    """The index of one document."""

    def __init__(self, text: bytes) -> None:
        self._anchors: dict[str, Node] = {}
        self._root: tuple[int, Node] = (0, None)
        try:
            self._parser = CParser(text)
            self._next()
            if isinstance(self._next(), yaml.DocumentStartEvent):
                event = self._next()
                self._root = (line_of(event), self._node(event, 0))
        except (yaml.YAMLError, ValueError):
            pass  # broken after all: the lines found so far are lost, the document's first one stays

    def line(self, path: str) -> int:
        """The line, from 0, on which ``path`` begins, or its nearest parent that is written."""
        line, node = self._root
        while path:
            found = _step(node, path)
            if found is None:
                return line
            line, node, path = found
        return line

    def _next(self) -> yaml.Event:
        event = self._parser.get_event()
        if event is None:
            raise ValueError("the document ends too early")
        return event

    def _node(self, event: yaml.Event, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise ValueError("nested too deeply")
        if isinstance(event, yaml.AliasEvent):
            return self._anchors.get(event.anchor or "")
        node: Node = None
        if isinstance(event, yaml.MappingStartEvent):
            node = self._mapping(depth)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = _Sequence()
            while not isinstance(item := self._next(), yaml.SequenceEndEvent):
                node.items.append((line_of(item), self._node(item, depth + 1)))
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _mapping(self, depth: int) -> _Mapping:
        made = _Mapping()
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            merge = is_merge(event)
            key = key_text(scalar_value(event)) if isinstance(event, yaml.ScalarEvent) and not merge else ""
            if not isinstance(event, yaml.ScalarEvent):
                self._node(event, depth + 1)
            value = self._node(self._next(), depth + 1)
            if merge:
                made.merged += value_items(value)
            else:
                made.keys[key] = (line_of(event), value)
        return made


def value_items(value: Node) -> list[Node]:
    """What a merge key merges: one mapping, or each of a list."""
    return [node for _, node in value.items] if isinstance(value, _Sequence) else [value]


def _step(node: Node, path: str) -> tuple[int, Node, str] | None:
    """One step down: line, node and the rest of the path."""
    index = take_index(path)
    if index is not None:
        at, rest = index
        return (*node.items[at], rest) if isinstance(node, _Sequence) and at < len(node.items) else None
    if not isinstance(node, _Mapping):
        return None
    key = max((key for key in node.keys if take_key(path, key) is not None), key=len, default=None)
    if key is not None:
        return (*node.keys[key], take_key(path, key) or "")
    return next((found for merged in node.merged if (found := _step(merged, path)) is not None), None)


@lru_cache(maxsize=4)
def places(text: bytes) -> Places:
    """The index of a document; the last few are kept, as findings come document by document."""
    return Places(text)
