"""A rule of the accepted-risk file."""

import os
import re
from datetime import date

from seawall.model.record import Record

DEFAULT_NAME = ".seawall-accept.yaml"
SELECTORS = ("id", "package", "path", "layer", "policy", "subject")


class Rule(Record, frozen=True, kw_only=True):
    """One accepted risk.

    Attributes:
        id, package, path, layer, policy, subject: patterns, any of which must hold; empty means any.
        reason, owner: why, and who answers for it.
        expires: the last day it holds.
        place: ``FILE:LINE``.
    """

    id: tuple[str, ...] = ()
    package: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    layer: tuple[str, ...] = ()
    policy: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    reason: str
    owner: str = ""
    expires: date
    place: str

    @property
    def title(self) -> str:
        """What it names, for people: ``id CVE-2024-1234, package openssl``."""
        named = ((name, getattr(self, name)) for name in SELECTORS)
        return ", ".join(f"{name} {' or '.join(values)}" for name, values in named if values)


def bare_purl(text: str) -> str:
    """A purl pattern without qualifiers and subpath, an npm scope's ``@`` as people write it; names stay."""
    if not text.startswith("pkg:"):
        return text
    # A "?" is a wildcard too; qualifiers are told by the "=" that follows their key.
    return re.sub(r"\?[\w.-]+=.*|#.*", "", text, flags=re.DOTALL).replace("%40", "@")


def default_file(directory: str) -> str:
    """The accepted-risk file that lies in ``directory``, or empty where there is none."""
    path = os.path.join(directory, DEFAULT_NAME)
    return path if os.path.isfile(path) else ""
