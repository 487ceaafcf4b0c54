"""How the readers of rpm databases say what they could not read."""

from typing import Protocol


class Complain(Protocol):
    """Takes one fault: a sentence without a full stop that is the same for all faults of its kind, and where it is."""

    def __call__(self, kind: str, example: str = "") -> None:
        """Note it; the reader goes on with what it still can read."""
