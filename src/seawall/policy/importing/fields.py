"""Foreign documents read carefully: what is not of the expected type is as if it were not there."""

from seawall.policy.document import Json


def mapping(value: Json) -> dict[str, Json]:
    """The value where it is a mapping, else an empty one."""
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def listing(value: Json) -> list[Json]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def string(value: Json) -> str:
    """The value where it is a text (or a number), else an empty one."""
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def strings(value: Json) -> list[str]:
    """A list's texts; a text alone as a list of one."""
    return [string(item) for item in (value if isinstance(value, list) else [value]) if item is not None]
