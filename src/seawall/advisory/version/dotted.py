"""Plain rows of numbers, where more numbers are later: CRAN and Hackage.

Sources: R's ``package_version`` help page; Haskell's ``Data.Version``.
"""

import re
from typing import Final

from seawall.advisory.version.number import number

_NUMBER: Final = re.compile(r"[0-9]+")


def key(version: str) -> bytes:
    """The byte key; dots and hyphens separate alike."""
    return "".join([number(part) for part in _NUMBER.findall(version)]).encode("latin-1")
