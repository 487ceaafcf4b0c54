"""The slow way through YAML: libyaml's events, built into JSON values as Kubernetes would, every trap handled.

It is the reference that the fast way (:mod:`seawall.kube.fast`) must equal: scalars by :mod:`seawall.kube.scalar`,
merge keys applied where they stand, doubled keys reported (the last one counts), aliases shared but counted, so that a
small document cannot grow into a large one.
"""

import base64
from collections.abc import Callable

import yaml
from yaml._yaml import CParser

from seawall.kube.normalise import MAX_DEPTH
from seawall.kube.scalar import Scalar, key_text, resolve
from seawall.model.kube import Json

MAX_EXPANDED = 32 << 20
"""How much aliases may add to a document: 16 bytes a node and the length of its texts."""
_STANDARD = "tag:yaml.org,2002:"
_MERGE = "<<"
Report = Callable[[int, str], None]
"""Called with a line of the document, from 0, and a sentence."""


class YamlError(Exception):
    """The document cannot be read; ``line`` is counted from 0 within the document."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def load(text: bytes, report: Report) -> Json:
    """One document as a JSON value; None when it is empty.

    Args:
        text: UTF-8, without the ``---`` around it.
        report: told about keys that stand twice.

    Raises:
        YamlError: broken syntax, a value that JSON cannot hold, or a bound exceeded.
    """
    try:
        return _Loader(text, report).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "no YAML"
        raise YamlError(str(reason), mark.line if mark is not None else 0) from None


class _Loader:
    def __init__(self, text: bytes, report: Report) -> None:
        self._parser = CParser(text)
        self._report = report
        self._anchors: dict[str, tuple[Json, int]] = {}
        self._weight = 0
        self._expanded = 0

    def document(self) -> Json:
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            return None
        value = self._node(self._next(), 0)
        self._next()
        if not isinstance(event := self._next(), yaml.StreamEndEvent):
            raise YamlError("a second document begins without a separator", line_of(event))
        return value

    def _next(self) -> yaml.Event:
        event = self._parser.get_event()
        if event is None:
            raise YamlError("the document ends too early", 0)
        return event

    def _node(self, event: yaml.Event, depth: int) -> Json:
        if depth > MAX_DEPTH:
            raise YamlError(f"nested deeper than {MAX_DEPTH} levels", line_of(event))
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        anchor = event.anchor if isinstance(event, yaml.NodeEvent) else None
        if anchor is not None:
            self._anchors.pop(anchor, None)
        before, self._weight = self._weight, self._weight + 16
        value: Json
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(depth)
        else:
            value = self._sequence(depth)
        if anchor is not None:
            self._anchors[anchor] = (value, self._weight - before)
        return value

    def _alias(self, event: yaml.AliasEvent) -> Json:
        known = self._anchors.get(event.anchor or "")
        if known is None:
            raise YamlError(f"the alias {event.anchor!r} has no anchor before it", line_of(event))
        value, weight = known
        self._weight += weight
        self._expanded += weight
        if self._expanded > MAX_EXPANDED:
            raise YamlError("too large when its aliases are expanded", line_of(event))
        return value

    def _sequence(self, depth: int) -> list[Json]:
        made = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            made.append(self._node(event, depth + 1))
        return made

    def _mapping(self, depth: int) -> dict[str, Json]:
        made: dict[str, Json] = {}
        own: set[str] = set()
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if is_merge(event):
                self._merge(made, self._node(self._next(), depth + 1), line_of(event))
                continue
            key = self._key(event, depth)
            value = self._node(self._next(), depth + 1)
            if key in own:
                self._report(line_of(event), f"the key {key[:80]!r} stands twice in one mapping; the last one counts")
            own.add(key)
            made[key] = value
        return made

    def _key(self, event: yaml.Event, depth: int) -> str:
        value = self._node(event, depth + 1)
        try:
            return key_text(value)
        except ValueError as error:
            raise YamlError(str(error), line_of(event)) from None

    def _merge(self, made: dict[str, Json], value: Json, line: int) -> None:
        """``<<``: of several mappings the first wins; keys written earlier are overwritten, as in goyaml.v2."""
        mappings = value if isinstance(value, list) else [value]
        for mapping in reversed(mappings):
            if not isinstance(mapping, dict):
                raise YamlError("only mappings can be merged with <<", line)
            made.update(mapping)

    def _scalar(self, event: yaml.ScalarEvent) -> Json:
        self._weight += len(event.value)
        try:
            return scalar_value(event)
        except ValueError as error:
            raise YamlError(str(error), line_of(event)) from None


def line_of(event: yaml.Event) -> int:
    """The line on which a node begins, from 0."""
    return event.start_mark.line if event.start_mark is not None else 0


def is_merge(event: yaml.Event) -> bool:
    """Whether this key is the merge key."""
    if not isinstance(event, yaml.ScalarEvent) or event.value != _MERGE:
        return False
    return event.tag == f"{_STANDARD}merge" or (event.tag is None and event.implicit[0])


def scalar_value(event: yaml.ScalarEvent) -> Scalar:
    """The value of a scalar, its tag and quotes considered.

    Raises:
        ValueError: the value does not fit its tag, or cannot be said in JSON.
    """
    tag, text = event.tag, event.value
    if tag is None:
        return resolve(text) if event.implicit[0] else text
    return _tagged(tag, text)


def _tagged(tag: str, text: str) -> Scalar:
    """A scalar with a tag: the standard ones are applied, those of applications are ignored, as in goyaml.v2."""
    name = tag.removeprefix(_STANDARD) if tag.startswith(_STANDARD) else ""
    if name == "binary":
        return base64.b64decode(text.replace("\n", ""), validate=True).decode("utf-8", "replace")
    if name not in {"bool", "int", "float", "null"}:
        return text
    value = resolve(text)
    fits = {"bool": bool, "int": int, "float": float, "null": type(None)}[name]
    if name == "float" and type(value) is int:
        return float(value)
    if type(value) is not fits:
        raise ValueError(f"{text[:40]!r} is no {name}")
    return value
