"""How the readers of rpm databases say what they could not read."""

from typing import Protocol

from seawall.errors import LimitError

_FAULTS = 10_000


class Complain(Protocol):
    """Takes one fault: a sentence without a full stop that is the same for all faults of its kind, and where it is."""

    def __call__(self, kind: str, example: str = "") -> None:
        """Note it; the reader goes on with what it still can read."""


class Patience:
    """Passes faults on until there are too many: a file of nothing but faults must not cost minutes.

    Args:
        complain: where faults go.
    """

    def __init__(self, complain: Complain) -> None:
        self._complain = complain
        self._left = _FAULTS

    def __call__(self, kind: str, example: str = "") -> None:
        """Note a fault.

        Raises:
            LimitError: it was one too many.
        """
        self._complain(kind, example)
        self._left -= 1
        if self._left <= 0:
            raise LimitError(f"it is damaged in {_FAULTS} places, and the rest was left out")
