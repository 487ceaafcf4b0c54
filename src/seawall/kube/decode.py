"""Decoding one part of an object: the fast way, or the tolerant one that reports what it had to mend."""

from functools import lru_cache
from typing import TypeVar

import msgspec

from seawall.kube.salvage import salvage
from seawall.model.coverage import CoverageState
from seawall.model.kube import Origin, Problem
from seawall.model.kube.api import Api

T = TypeVar("T", bound=Api)


class Notes:
    """Collects the problems of one object; called with a path inside it and a sentence."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.found: list[Problem] = []

    def __call__(self, path: str, message: str) -> None:
        """Note that the field at ``path`` is not what it should be."""
        self.found.append(problem(self.origin, message, path=path))


def problem(origin: Origin, message: str, *, path: str = "", state: CoverageState = CoverageState.PARTIAL) -> Problem:
    """A problem at an object's place."""
    return Problem(file=origin.file, line=origin.line, path=path or origin.item, state=state, message=message)


@lru_cache(maxsize=64)
def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    return msgspec.json.Decoder(kind)


def decode(json: msgspec.Raw | bytes, kind: type[T], path: str, notes: Notes) -> T:
    """One part of an object as a record; defaults when there is none.

    Args:
        json: its JSON (valid), or nothing.
        kind: the record.
        path: of the part in the object, for the notes.
        notes: told what is of the wrong type.
    """
    if not json:
        return kind()
    try:
        made: T = _decoder(kind).decode(json)
        return made
    except msgspec.ValidationError:
        return salvage(msgspec.json.decode(json), kind, path, notes)
