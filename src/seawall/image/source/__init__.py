"""Where images come from: one file a source, all behind :class:`~seawall.image.source.interface.Source`."""

from importlib import import_module
from typing import Final, cast

from seawall.errors import UsageError
from seawall.image.source.interface import Source

_SOURCES: Final = {
    "layout": ("layout", "LayoutSource"),
    "archive": ("archive", "ArchiveSource"),
    "sbom": ("sbom", "SbomSource"),
    "dir": ("rootfs", "RootfsSource"),
    "registry": ("registry", "RegistrySource"),
}
"""Prefix → (module here, class), in the order in which they are asked whether a target is theirs."""


def detect(target: str) -> tuple[Source, str]:
    """The source of a target, and the target without its prefix.

    What exists as a file or directory is taken as such; what does not is an image in a registry.

    Raises:
        UsageError: it is neither.
    """
    prefix, colon, rest = target.partition(":")
    if colon and prefix in _SOURCES:
        if not rest:
            raise UsageError(f"target {target!r} is incomplete", hint=f"Write what follows {prefix}:.")
        return _source(prefix), rest
    for name in _SOURCES:
        source = _source(name)
        if source.accepts(target):
            return source, target
    raise UsageError(
        f"it is not clear what {target!r} is",
        cause="there is no such file or directory, and it is no image reference",
        hint=f"A prefix settles doubt: {', '.join(f'{one}:' for one in _SOURCES)}.",
    )


def _source(prefix: str) -> Source:
    module, name = _SOURCES[prefix]
    return cast("Source", getattr(import_module(f"seawall.image.source.{module}"), name)())
