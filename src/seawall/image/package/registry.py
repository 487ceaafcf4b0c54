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
    loaded = ((import_module(f"seawall.image.package.{module}"), name) for module, name in _BUILT_IN.items())
    return tuple(cast("Analyzer", getattr(module, name)()) for module, name in loaded)
