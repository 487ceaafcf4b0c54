"""Where images come from: one file a source, all behind :class:`~seawall.image.source.interface.Source`."""

import os
from importlib import import_module
from typing import Final, cast

from seawall.errors import InputError, SeawallError, UsageError
from seawall.image.registry.reference import parse
from seawall.image.source.interface import Source

_SOURCES: Final = {
    "layout": ("layout", "LayoutSource"),
    "archive": ("archive", "ArchiveSource"),
    "sbom": ("sbom", "SbomSource"),
    "dir": ("rootfs", "RootfsSource"),
    "registry": ("registry", "RegistrySource"),
}
"""Prefix → (module here, class), in the order in which they are asked whether a target is theirs."""
_HINT: Final = f"A prefix settles doubt: {', '.join(f'{one}:' for one in _SOURCES)}."
_PATHS: Final = ("/", "./", "../", "~")
_FILES: Final = (".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".tar.bz2", ".json", ".xml", ".spdx", ".zip")
"""How a target begins or ends that can only be meant as a file: a typing error in its name asks no registry."""


def detect(target: str) -> tuple[Source, str]:
    """The source of a target, and the target without its prefix.

    What exists as a file or directory is taken as such; what does not is an image in a registry.

    Raises:
        UsageError: it is neither.
        InputError: it is a file of no kind that is known here, or should be one and does not exist.
    """
    prefix, colon, rest = target.partition(":")
    if colon and prefix in _SOURCES:
        if not rest:
            raise UsageError(f"target {target!r} is incomplete", hint=f"Write what follows {prefix}:.")
        return _source(prefix), rest
    missing = not os.path.lexists(target) and target.startswith(_PATHS) | target.lower().endswith(_FILES)
    for name in _SOURCES:
        if missing and name == "registry":
            break
        source = _source(name)
        if source.accepts(target):
            return source, target
    raise _unclear(target, missing=missing)


def _unclear(target: str, *, missing: bool) -> SeawallError:
    """Why no source wants a target."""
    if os.path.lexists(target):
        what = "an image archive, a layout or an SBOM as JSON" if os.path.isfile(target) else "a file or a directory"
        cause = f"it is not {what}" if os.path.exists(target) else "it is a link that leads nowhere"
        return InputError(f"{target} cannot be scanned", cause=cause, hint=_HINT)
    if missing:
        hint = "Is the path right? An image of that name in a registry is written registry:NAME."
        return InputError(f"there is no file or directory {target!r}", hint=hint)
    try:
        parse(target)
    except UsageError as error:
        cause = f"there is no such file or directory, and as an image's name it is wrong: {error.cause}"
        return UsageError(f"it is not clear what {target!r} is", cause=cause, hint=_HINT)
    return UsageError(f"it is not clear what {target!r} is", hint=_HINT)


def _source(prefix: str) -> Source:
    module, name = _SOURCES[prefix]
    return cast("Source", getattr(import_module(f"seawall.image.source.{module}"), name)())
