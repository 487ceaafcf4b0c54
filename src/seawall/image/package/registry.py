"""All package formats that are built in, imported when a scan begins and not before."""

from functools import cache
from importlib import import_module
from typing import Final, cast

from seawall.image.package.interface import Analyzer

_BUILT_IN: Final = {
    "osrelease": "OsReleaseAnalyzer",
    "dpkg": "DpkgAnalyzer",
    "apk": "ApkAnalyzer",
    "rpm": "RpmAnalyzer",
    "python": "PythonAnalyzer",
    "node": "NodeAnalyzer",
    "golang": "GolangAnalyzer",
    "java": "JavaAnalyzer",
}
"""Module in this package → its class."""


@cache
def analyzers() -> tuple[Analyzer, ...]:
    """One of each format."""
    found = []
    for module, name in _BUILT_IN.items():
        try:
            loaded = import_module(f"seawall.image.package.{module}")
        except ModuleNotFoundError:
            continue
        found.append(cast("Analyzer", getattr(loaded, name)()))
    return tuple(found)
