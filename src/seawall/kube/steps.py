"""Paths into objects, step by step: ``spec.containers[0].image``, where keys may hold dots themselves."""

import re

_INDEX = re.compile(r"\[(\d+)\]")


def take_index(path: str) -> tuple[int, str] | None:
    """The list index that a path begins with, and what follows it; None when it begins with a key."""
    match = _INDEX.match(path)
    return (int(match[1]), path[match.end() :].removeprefix(".")) if match is not None else None


def take_key(path: str, key: str) -> str | None:
    """What follows ``key`` in a path that begins with it; None when it does not."""
    if not path.startswith(key):
        return None
    rest = path[len(key) :]
    if not rest or rest[0] == "[":
        return rest
    return rest[1:] if rest[0] == "." else None
