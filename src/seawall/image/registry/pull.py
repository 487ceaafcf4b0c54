"""From a reference to an opened image: the manifest and the configuration are read and verified, layers are not."""

import msgspec

from seawall.errors import InputError, ServiceError
from seawall.image.registry import manifest, platform
from seawall.image.registry.blob import RegistryBlob
from seawall.image.registry.endpoint import Endpoint, endpoints
from seawall.image.registry.manifest import ImageManifest, Index
from seawall.image.registry.reference import Reference, parse
from seawall.image.registry.session import Session
from seawall.image.source.interface import OpenedImage, ScanOptions
from seawall.log import get
from seawall.model.identifiers import Digest

_log = get(__name__)
_MAX_NESTING = 4


def open_image(target: str, options: ScanOptions, asking: Session) -> OpenedImage:
    """Find the manifest and the configuration, at a mirror first where there is one.

    Raises:
        UsageError: the reference, platform or a mirror's address is wrong.
        InputError: there is no such image, it is none, or it is not what its digest says.
        ServiceError: no registry can be reached, or it refuses.
    """
    reference = parse(target)
    wanted = platform.parse_platform(options.platform) if options.platform else None
    places = endpoints(reference, options.mirrors, asking)
    for number, place in enumerate(places):
        try:
            opened = _open_at(places[number:], reference, wanted, asking)
            return msgspec.structs.replace(opened, name=target)
        except (InputError, ServiceError) as error:
            if place is places[-1]:
                raise
            _log.warning("mirror %s does not help: %s", place.host, error)
    raise AssertionError("there is always the registry itself")  # pragma: no cover


def _open_at(
    places: tuple[Endpoint, ...], reference: Reference, wanted: manifest.Platform | None, asking: Session
) -> OpenedImage:
    place, what = places[0], str(reference)
    digest, found = _resolve(place, reference, wanted, what)
    config = place.fetch("blobs", found.config.digest, {"Accept": "*/*"}, limit=manifest.MAX_CONFIG).content
    if len(config) != found.config.size:
        raise InputError(
            f"the configuration of {what} has the wrong length",
            cause=f"the manifest says {found.config.size} bytes, there are {len(config)}",
        )
    manifest.verify(config, found.config.digest, f"the configuration of {what}")
    diff_ids = manifest.diff_ids(config, len(found.layers), what)
    if wanted is not None:
        platform.require(config, wanted, what)
    layers = tuple(
        RegistryBlob(digest=Digest(layer.digest), diff_id=diff_id, size=layer.size, places=places, asking=asking)
        for layer, diff_id in zip(found.layers, diff_ids, strict=True)
    )
    return OpenedImage(name=what, digest=digest, config=config, layers=layers)


def _resolve(
    place: Endpoint, reference: Reference, wanted: manifest.Platform | None, what: str
) -> tuple[Digest, ImageManifest]:
    """From the tag or digest through nested indexes to one image's manifest and its digest."""
    name, size = reference.pinned, None
    for _ in range(_MAX_NESTING):
        digest, found, length = _manifest(place, name, what)
        if size is not None and length != size:
            raise InputError(f"the manifest of {what} has the wrong length", cause=f"{length} bytes instead of {size}")
        if isinstance(found, ImageManifest):
            return digest, found
        entry = platform.select(found, wanted or platform.this_machine(), what)
        name, size = manifest.check_digest(entry.digest), entry.size
    raise InputError(f"{what} nests more than {_MAX_NESTING} indexes")


def _manifest(place: Endpoint, name: str, what: str) -> tuple[Digest, ImageManifest | Index, int]:
    answer = place.fetch("manifests", name, {"Accept": manifest.ACCEPT}, limit=manifest.MAX_MANIFEST)
    said = answer.headers.get("docker-content-digest", "")
    expected = name if ":" in name else said
    if expected:
        manifest.verify(answer.content, expected, f"the manifest of {what}")
    digest = Digest(expected) if expected else manifest.digest_of(answer.content)
    kind = answer.headers.get("content-type", "")
    return digest, manifest.parse(answer.content, kind, what), len(answer.content)
