"""The one tree of errors; each says what happened, why, and what to do next.

    SeawallError
    ├── UsageError        the command or a setting is wrong                exit 2
    ├── InputError        an input could not be read                       exit 3
    │   └── LimitError    an input is larger, deeper or longer than allowed
    ├── IncompleteError   the result has gaps and --strict was asked for   exit 4
    └── ServiceError      a registry, feed or cluster could not be reached exit 5

A gate that fails (exit 1) is a result, not an error. The command line has one way out
(:func:`seawall.cli.main.main`), which prints :meth:`SeawallError.sentence` and exits with ``exit_code``.
"""

from typing import ClassVar


class SeawallError(Exception):
    """Something that the caller must act on.

    Args:
        what: one sentence without a full stop: what could not be done, and where.
        cause: why, as far as known (often another program's words).
        hint: what to do next.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, what: str, *, cause: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.cause = cause
        self.hint = hint

    def sentence(self) -> str:
        """One line for people: what happened, why, and what to do."""
        text = self.what if not self.cause else f"{self.what}: {self.cause}"
        return f"{text.rstrip('.')}. {self.hint}".rstrip() if self.hint else f"{text.rstrip('.')}."

    def __str__(self) -> str:
        return self.sentence()


class UsageError(SeawallError):
    """The command line, a setting or a configuration file is wrong."""

    exit_code = 2


class InputError(SeawallError):
    """An input (image, manifest, feed, database) could not be read."""

    exit_code = 3


class LimitError(InputError):
    """An input goes beyond a bound on size, depth, ratio or time."""


class IncompleteError(SeawallError):
    """The result has gaps, and the caller asked for none."""

    exit_code = 4


class ServiceError(SeawallError):
    """A service (registry, feed, cluster) could not be reached or refused."""

    exit_code = 5
