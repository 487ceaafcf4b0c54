"""Logging: standard library, to standard error, quiet unless asked.

Diagnostics for people go through the command line's console; this is for ``--verbose`` and for services.
"""

import logging
import sys

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def configure(level: str) -> None:
    """Send records of ``level`` (``debug`` … ``error``) and above to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(_FORMAT))
    root = logging.getLogger("seawall")
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    root.propagate = False


def get(name: str) -> logging.Logger:
    """The logger of a module (pass ``__name__``)."""
    return logging.getLogger(name)
