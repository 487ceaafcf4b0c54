"""Accepted risks: a file that says which findings somebody takes responsibility for, why, and until when.

    accept:
      - id: CVE-2024-1234            # or an alias; each selector is one value or a list (any of)
        package: pkg:deb/debian/*    # or a name
        reason: the parser is not reachable from the network
        owner: shop-team
        expires: 2027-03-31          # the last day it holds

All selectors of a rule must hold together. A rule that has expired covers nothing; it and rules that nothing
matches are reported. JSON is read as the YAML that it is.
"""

import os

from seawall.policy.accepted.annotation import Annotated, annotated, apply_annotations
from seawall.policy.accepted.apply import apply
from seawall.policy.accepted.concerned import accepted_policies
from seawall.policy.accepted.rule import DEFAULT_NAME, SELECTORS, Rule, default_file

__all__ = [
    "DEFAULT_NAME",
    "SELECTORS",
    "Annotated",
    "Rule",
    "accepted_policies",
    "annotated",
    "apply",
    "apply_annotations",
    "default_file",
    "load",
    "load_asked",
]


def load(path: str | os.PathLike[str]) -> tuple[Rule, ...]:
    """Read a file; PyYAML is loaded only now.

    Raises:
        UsageError: it cannot be read, or is wrong; with the line.
    """
    from pathlib import Path  # noqa: PLC0415 -- with the next, 15 ms that most runs do not need

    from seawall.policy.accepted.read import load as read  # noqa: PLC0415

    return read(Path(path))


def load_asked(path: str | os.PathLike[str] | None) -> tuple[Rule, ...]:
    """The rules of the file that was asked for; else of the working directory's default file; else none.

    Raises:
        UsageError: as :func:`load`.
    """
    file = path or default_file("")
    return load(file) if file else ()
