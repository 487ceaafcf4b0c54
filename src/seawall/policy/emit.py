"""Policies written as YAML, as a person would: what is empty is left out, long texts are broken."""

from typing import Any

import msgspec

from seawall.policy.document import Json, Policy
from seawall.policy.profile import Profile

_EMPTY: tuple[Json, ...] = ("", None, [], {}, ())


def to_yaml(document: Policy | Profile) -> str:
    """A policy or profile as the text of a YAML file."""
    import yaml  # noqa: PLC0415 -- only where something is written

    class Dumper(yaml.SafeDumper):
        """Lists stand one step in, as in the library; nothing is an alias."""

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

        def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401 -- as the base class has it
            return True

    raw: dict[str, Json] = msgspec.to_builtins(document)
    kept = _kept(raw, "")
    text: str = yaml.dump(kept, Dumper=Dumper, sort_keys=False, width=110, allow_unicode=True)
    return text


def _kept(value: Json, key: str) -> Json:
    """The value without fields that say nothing; conditions and objects stay as they are."""
    if key in {"when", "object", "objects", "facts"} or not isinstance(value, dict | list | tuple):
        return value
    if isinstance(value, dict):
        inner = {name: _kept(item, name) for name, item in value.items()}
        return {name: item for name, item in inner.items() if item not in _EMPTY}
    return [_kept(item, "") for item in value]
