"""The published JSON schema of the report contract, made from the records and their docstrings."""

import inspect
import re
from typing import Any

import msgspec

from seawall.model.report import SCHEMA, Report

_ATTRIBUTE = re.compile(r"^ {4}(\w+(?:, \w+)*): (.+(?:\n {8,}.+)*)", re.MULTILINE)


def document() -> dict[str, Any]:
    """The schema of ``seawall.dev/report/v1`` (JSON Schema, draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://{SCHEMA}",
        "title": "Seawall report",
        **described(Report),
    }


def described(record: type[msgspec.Struct]) -> dict[str, Any]:
    """The schema of a record, its docstrings' words beside the fields."""
    schema = msgspec.json.schema(record, schema_hook=_anything)
    for definition in schema["$defs"].values():
        _describe(definition)
    return schema


def _anything(kind: type) -> dict[str, Any]:
    """The schema of a field that takes any JSON value.

    Raises:
        NotImplementedError: it is another type that msgspec does not know.
    """
    if kind is object:
        return {"type": ["object", "array", "string", "number", "boolean", "null"]}
    raise NotImplementedError


def _describe(definition: dict[str, Any]) -> None:
    """Move what a record's docstring says of its attributes to these."""
    summary, _, attributes = inspect.cleandoc(definition.get("description", "")).partition("Attributes:\n")
    definition["description"] = _line(summary)
    for names, text in _ATTRIBUTE.findall(attributes):
        for name in names.split(", "):
            for written in (name, name.replace("_", "-")):
                if written in definition.get("properties", {}):
                    _annotate(definition["properties"], written, _line(text))


def _annotate(properties: dict[str, Any], name: str, text: str) -> None:
    """A description beside ``$ref`` is allowed since draft 2019-09."""
    properties[name] = {"description": text, **properties[name]}


def _line(text: str) -> str:
    return " ".join(text.replace("``", "").split())
