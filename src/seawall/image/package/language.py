"""What the analyzers of languages' packages share: what a name may be, and how facts are put together.

Metadata in an image is hostile: a name or version is only believed when it could be one, so that no control
character, page of text or shell fragment ever reaches a purl or a report.
"""

import re

from seawall.image.package.interface import FileFacts, Problem
from seawall.model.coverage import CoverageState
from seawall.model.image import Package

_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_~!:^-]{0,127}")
_LICENCE_LENGTH = 128


def is_version(text: str) -> bool:
    """Whether a package manager could have written this version: ASCII, no white space, at most 128 characters."""
    return _VERSION.fullmatch(text) is not None


def licences(*texts: str) -> tuple[str, ...]:
    """Declared licences, each one once, without those that say nothing and those that are a whole licence's text."""
    found = (" ".join(text.split()) for text in texts if len(text) <= _LICENCE_LENGTH)
    return tuple(dict.fromkeys(text for text in found if text.isprintable() and text.lower() not in {"", "unknown"}))


def facts(analyzer: str, path: str, *packages: Package) -> FileFacts:
    """What was found in a file that could be read."""
    return FileFacts(analyzer=analyzer, path=path, packages=packages)


def problem(analyzer: str, path: str, message: str, state: CoverageState = CoverageState.UNREADABLE) -> FileFacts:
    """A file that could not be read, with one sentence that says why."""
    return FileFacts(analyzer=analyzer, path=path, problems=(Problem(path=path, state=state, message=message),))
