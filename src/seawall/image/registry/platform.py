"""Which image of an index is wanted: platforms, their variants, and what only looks like one.

Sources: OCI image specification 1.1, *Image Index* (``platform``); the usual variants are those of containerd's
platforms module.
"""

import platform as machine

import msgspec

from seawall.errors import InputError, UsageError
from seawall.image.plain import plain
from seawall.image.registry.manifest import INDEXES, Descriptor, Index, Platform

_ATTESTATION = "vnd.docker.reference.type"
_ARCHITECTURES = {
    "x86_64": ("amd64", ""),
    "aarch64": ("arm64", ""),
    "armv7l": ("arm", "v7"),
    "armv6l": ("arm", "v6"),
    "i686": ("386", ""),
    "i386": ("386", ""),
    "loongarch64": ("loong64", ""),
}
_DEFAULT_VARIANTS = {("arm64", "v8"): "", ("arm", ""): "v7", ("amd64", "v1"): ""}


def this_machine() -> Platform:
    """Linux on this machine's processor."""
    return _normal("linux", machine.machine().lower())


def parse_platform(text: str) -> Platform:
    """``os/architecture[/variant]``, or an architecture of Linux.

    Raises:
        UsageError: it is neither.
    """
    parts = text.strip().lower().split("/")
    if len(parts) == 1:
        parts.insert(0, "linux")
    if len(parts) > 3 or not all(parts):
        raise UsageError(f"{text!r} is no platform", hint="It is OS/ARCHITECTURE[/VARIANT], like linux/arm64.")
    return _normal(*parts)


def _normal(system: str, name: str, variant: str = "") -> Platform:
    """With the architecture as images name it (``x86_64`` is ``amd64`` there)."""
    architecture, usual = _ARCHITECTURES.get(name, (name, ""))
    return Platform(os=system, architecture=architecture, variant=variant or usual)


def select(index: Index, wanted: Platform, what: str) -> Descriptor:
    """The manifest for a platform, or an index that may hold it.

    The exact variant wins, then one without a variant, then, where no variant was asked for, the first. An entry
    without a platform is taken where nothing else fits and it is the only one.

    Raises:
        InputError: there is none; the sentence lists what there is.
    """
    entries = [entry for entry in index.manifests if not _is_attestation(entry)]
    fitting = [entry for entry in entries if entry.platform is not None and fits(entry.platform, wanted)]
    if fitting:
        return min(fitting, key=lambda entry: _distance(entry.platform or Platform(), wanted))
    unnamed = [entry for entry in entries if entry.platform is None or not entry.platform.architecture]
    nested = [entry for entry in unnamed if entry.media_type in INDEXES]
    if nested or (unnamed and len(entries) == 1):
        return (nested or unnamed)[0]
    there = ", ".join(sorted({plain(str(entry.platform), 40) for entry in entries if entry.platform})[:40])
    raise InputError(
        f"{what} has no image for {wanted}",
        cause=f"there is {there}" if there else "it names no platforms",
        hint="Choose one with --platform." if there else "",
    )


def require(config: bytes, wanted: Platform, what: str) -> None:
    """Hold a single image, which is no index to choose from, to the platform that was asked for.

    Args:
        config: the image's raw configuration.
        wanted: the platform.
        what: the image, for people.

    Raises:
        InputError: it is for another platform, or does not say for which.
    """
    try:
        there = msgspec.json.decode(config, type=Platform)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{what} does not say which platform it is for", cause=str(error)) from error
    if not fits(there, wanted):
        raise InputError(f"{what} has no image for {wanted}", cause=f"it is one image, for {plain(str(there), 40)}")


def _is_attestation(entry: Descriptor) -> bool:
    """BuildKit's attestations stand in the index as images of an unknown platform."""
    if entry.annotations and _ATTESTATION in entry.annotations:
        return True
    return entry.platform is not None and entry.platform.os == "unknown"


def _variant(platform: Platform) -> str:
    return _DEFAULT_VARIANTS.get((platform.architecture, platform.variant), platform.variant)


def fits(there: Platform, wanted: Platform) -> bool:
    """Whether an image for one platform is what was wanted, or an older variant that runs there too."""
    if (there.os, there.architecture) != (wanted.os, wanted.architecture):
        return False
    return not wanted.variant or _distance(there, wanted) < 2


def _distance(there: Platform, wanted: Platform) -> int:
    """0 the same variant, 1 an older one that runs there too, 2 another."""
    mine, theirs = _variant(wanted), _variant(there)
    if mine == theirs:
        return 0
    older = wanted.architecture == "arm" and theirs < mine
    return 1 if older or not theirs else 2
