"""The accepted-risk file, read by hand from YAML's nodes: each mistake is told with its line."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import yaml

from seawall.errors import UsageError
from seawall.policy.accepted.rule import SELECTORS, Rule, bare_purl
from seawall.policy.nodetree import broken, compose_all

_KEYS = (*SELECTORS, "owner", "reason", "expires")
_MAX_BYTES = 4 << 20
_MAX_DEPTH = 20
_MAX_RULES = 10_000
_MAX_VALUE = 1_000
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LAYER = re.compile(r"\d{1,4}|sha256:[0-9a-f]{6,64}")


def load(path: Path) -> tuple[Rule, ...]:
    """Read a file.

    Raises:
        UsageError: it cannot be read, or is wrong; with the line.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"accepted-risk file {path} cannot be read", cause=error.strerror or str(error)) from error
    if len(data) > _MAX_BYTES:
        raise UsageError(f"accepted-risk file {path} is larger than {_MAX_BYTES >> 20} MiB")
    return parse(data, str(path))


def parse(data: bytes, name: str) -> tuple[Rule, ...]:
    """Read a file's bytes; ``name`` is what errors and reports call it.

    Raises:
        UsageError: it is wrong; with the line.
    """
    try:
        documents = compose_all(data, depth=_MAX_DEPTH)
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        raise _broken(error, name) from error
    if not documents:
        return ()
    if len(documents) > 1:
        raise _wrong(documents[1], name, "a second document", "The file holds one; write all rules in its list.")
    fields = _fields(documents[0], name, ("accept",))
    entries = fields.get("accept")
    if entries is None or _null(entries):
        return ()
    if not isinstance(entries, yaml.SequenceNode):
        raise _wrong(entries, name, "accept is no list", "Write each rule as an item that begins with a dash.")
    if len(entries.value) > _MAX_RULES:
        raise UsageError(f"{name} has more than {_MAX_RULES:,} rules", hint="Use patterns, or drop expired rules.")
    return tuple(_rule(entry, name) for entry in entries.value)


def _broken(error: Exception, name: str) -> UsageError:
    place, cause = broken(error, name)
    return UsageError(f"{place}: no valid YAML", cause=cause)


def _wrong(node: yaml.Node, name: str, what: str, hint: str = "") -> UsageError:
    return UsageError(f"{name}:{node.start_mark.line + 1}: {what}", hint=hint)


def _null(node: yaml.Node) -> bool:
    return bool(node.tag == "tag:yaml.org,2002:null")


def _fields(node: yaml.Node, name: str, known: Sequence[str]) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise _wrong(node, name, f"a mapping is expected, with {_one_of(known)}")
    fields: dict[str, yaml.Node] = {}
    for key, value in node.value:
        if key.value not in known or not isinstance(key, yaml.ScalarNode):
            shown = repr(key.value[:80]) if isinstance(key, yaml.ScalarNode) else "this"
            raise _wrong(key, name, f"{shown} is no key here", f"Known: {', '.join(known)}.")
        if key.value in fields:
            raise _wrong(key, name, f"{key.value} stands twice", "Write several values as one list.")
        fields[key.value] = value
    return fields


def _one_of(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"one of {', '.join(names)}"


def _rule(node: yaml.Node, name: str) -> Rule:
    fields = _fields(node, name, _KEYS)
    selectors = {key: tuple(_values(fields[key], key, name)) for key in SELECTORS if key in fields}
    if not selectors:
        raise _wrong(node, name, "a rule that names nothing would accept everything", f"Add {_one_of(SELECTORS)}.")
    for key in ("reason", "expires"):
        if key not in fields:
            hint = (
                "Say why the risk is taken." if key == "reason" else "Add expires: YYYY-MM-DD, the last day it holds."
            )
            raise _wrong(node, name, f"the rule has no {key}", hint)
    return Rule(
        **selectors,
        reason=_text(fields["reason"], "reason", name),
        owner=_text(fields["owner"], "owner", name) if "owner" in fields else "",
        expires=_date(fields["expires"], name),
        place=f"{name}:{node.start_mark.line + 1}",
    )


def _text(node: yaml.Node, key: str, name: str) -> str:
    if not isinstance(node, yaml.ScalarNode) or _null(node) or not node.value.strip():
        raise _wrong(node, name, f"{key} needs a text")
    if len(node.value) > _MAX_VALUE:
        raise _wrong(node, name, f"{key} is longer than {_MAX_VALUE:,} characters")
    return str(node.value).strip()


def _date(node: yaml.Node, name: str) -> date:
    text = _text(node, "expires", name)
    try:
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError as error:
        raise _wrong(node, name, f"expires: {text[:40]!r} is no day", "Write it YYYY-MM-DD.") from error


def _values(node: yaml.Node, key: str, name: str) -> Iterator[str]:
    """A selector's values, in the form they are compared in."""
    nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
    if not nodes:
        raise _wrong(node, name, f"{key} is an empty list")
    for item in nodes:
        text = _text(item, key, name)
        if key == "layer" and not _LAYER.fullmatch(text):
            raise _wrong(item, name, f"layer {text[:80]!r} is neither an index nor sha256: and at least six digits")
        yield _compared(key, text)


def _compared(key: str, text: str) -> str:
    if key == "layer" and text.isdecimal():
        return str(int(text))
    return text.upper() if key == "id" else bare_purl(text) if key == "package" else text
