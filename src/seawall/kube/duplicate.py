"""Finds mappings that name a key twice: the last one wins without a word, and one of the two was meant.

Counting is enough to know: decoding to dictionaries and encoding again loses exactly the doubled keys.
"""

import msgspec

from seawall.model.kube import Json

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_KEY_END = b'":'
"""What ends each key in compact JSON. In texts it stands as ``\\":``, the same number of times on both sides."""


def compacted(json: bytes | memoryview) -> bytes | None:
    """The same JSON without spaces between its tokens; None when a key stands twice.

    Args:
        json: valid JSON whose keys are followed directly by their colons.
    """
    compact = _encode(_decode(json))
    return compact if bytes(json).count(_KEY_END) == compact.count(_KEY_END) else None


def duplicate_keys(json: bytes) -> list[str]:
    """The keys that stand twice in one mapping, each once, in order of their second appearance.

    Raises:
        msgspec.DecodeError: it is not JSON.
    """
    if compacted(msgspec.json.format(json, indent=-1)) is not None:
        return []
    import json as slow_json  # noqa: PLC0415  9 ms that almost no document needs

    found: dict[str, None] = {}

    def note(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        made: dict[str, Json] = {}
        for key, value in pairs:
            if key in made:
                found[key] = None
            made[key] = value
        return made

    slow_json.loads(json, object_pairs_hook=note)
    return list(found)


def deeper_than(value: Json, levels: int) -> bool:
    """Whether a value is nested deeper than so many levels."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return False
    return levels <= 0 or any(deeper_than(inner, levels - 1) for inner in value if isinstance(inner, dict | list))
