"""The way in: any target to what is in it."""

from seawall.image.source import detect
from seawall.image.source.interface import ScanOptions
from seawall.model.image import Image


def load(target: str, options: ScanOptions) -> Image:
    """Find out all that is in a target.

    Args:
        target: as the user wrote it: ``nginx:1.27``, ``archive:image.tar``, ``/``, ``bom.json``, …
        options: how to read it.

    Raises:
        UsageError: it is not clear what the target is.
        InputError: it cannot be read, or lies about its digests.
        ServiceError: a registry cannot be reached or refuses.
    """
    source, rest = detect(target)
    return source.load(rest, options)
