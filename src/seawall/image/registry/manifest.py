"""Manifests: what a registry's answer is, and what its layers are.

Sources: OCI image specification 1.1 (*Image Manifest*, *Image Index*, *Guidance for artifacts*), and docker's image
manifest version 2, schema 2. Pure functions over hostile bytes.
"""

import hashlib

import msgspec

from seawall.errors import InputError, LimitError
from seawall.image.plain import plain
from seawall.model.identifiers import Digest
from seawall.model.record import Record

MAX_MANIFEST = 4 << 20
MAX_CONFIG = 8 << 20
MAX_LAYERS = 1024
MAX_LAYER_SIZE = 1 << 40
INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
_MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
_SCHEMA1 = (
    "application/vnd.docker.distribution.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
)
_CONFIGS = ("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json")
_LAYERS = ("application/vnd.oci.image.layer.", "application/vnd.docker.image.rootfs.")
ACCEPT = ", ".join((*_MANIFESTS, *INDEXES))
_HASHES = {"sha256": 64, "sha512": 128}


class Platform(Record, frozen=True, kw_only=True):
    """Of an image; an empty variant matches the architecture's usual one."""

    os: str = ""
    architecture: str = ""
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(filter(None, (self.os, self.architecture, self.variant)))


class Descriptor(msgspec.Struct, frozen=True, kw_only=True, rename={"media_type": "mediaType"}):
    """A pointer to content (OCI image specification, *Content Descriptors*)."""

    digest: str
    size: int
    media_type: str = ""
    platform: Platform | None = None
    annotations: dict[str, str] | None = None
    urls: list[str] | None = None


class ImageManifest(Record, frozen=True, kw_only=True):
    """One image: its configuration, and its layers with the lowest first."""

    config: Descriptor
    layers: tuple[Descriptor, ...]


class Index(Record, frozen=True, kw_only=True):
    """Several images, one a platform; indexes may nest."""

    manifests: tuple[Descriptor, ...]


class _Document(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename={"media_type": "mediaType", "artifact_type": "artifactType", "fs_layers": "fsLayers"},
):
    media_type: str = ""
    artifact_type: str = ""
    manifests: list[Descriptor] | None = None
    config: Descriptor | None = None
    layers: list[Descriptor] | None = None
    fs_layers: list[msgspec.Raw] | None = None


class _RootFs(msgspec.Struct, frozen=True, kw_only=True):
    diff_ids: list[str] | None = None


class _Config(msgspec.Struct, frozen=True, kw_only=True):
    rootfs: _RootFs = _RootFs()


def digest_of(content: bytes, like: str = "sha256:") -> Digest:
    """The digest of some bytes, by the algorithm of another digest."""
    algorithm = like.partition(":")[0]
    return Digest(f"{algorithm}:{hashlib.new(algorithm, content).hexdigest()}")


def check_digest(text: str) -> Digest:
    """A digest from a manifest or header.

    Raises:
        InputError: it is not a sha256 or sha512 digest.
    """
    algorithm, _, value = text.partition(":")
    if len(value) != _HASHES.get(algorithm) or value.strip("0123456789abcdef"):
        raise InputError(f"{plain(text, 160)!r} is no digest", cause="it must be sha256: or sha512: and hexadecimal")
    return Digest(text)


def verify(content: bytes, digest: str, what: str) -> None:
    """Compare content with its digest.

    Raises:
        InputError: they differ.
    """
    found = digest_of(content, check_digest(digest))
    if found != digest:
        raise InputError(
            f"{what} is not what its digest says", cause=f"expected {digest}, got {found}", hint="Do not trust it."
        )


def parse(content: bytes, content_type: str, what: str) -> ImageManifest | Index:
    """Read a manifest or an index.

    Args:
        content: at most :data:`MAX_MANIFEST` bytes.
        content_type: the answer's, for documents that do not say what they are.
        what: its name in sentences.

    Raises:
        InputError: it is neither, or is no container image.
        LimitError: it has too many layers.
    """
    try:
        document = msgspec.json.decode(content, type=_Document)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"the manifest of {what} cannot be read", cause=plain(str(error))) from error
    kind = document.media_type or content_type.partition(";")[0].strip()
    if kind in _SCHEMA1 or document.fs_layers is not None:
        raise InputError(
            f"{what} is stored in docker's old format (schema 1)",
            cause="its content cannot be verified",
            hint="Push it again with a current tool.",
        )
    if document.manifests is not None and (document.layers is not None or document.config is not None):
        raise InputError(f"the manifest of {what} is ambiguous", cause="it is an index and an image at once")
    if document.manifests is not None and kind not in _MANIFESTS:
        return Index(manifests=tuple(document.manifests))
    if document.config is None or document.layers is None or kind in INDEXES:
        named = f"its type is {plain(kind)}" if kind else "it has neither layers nor manifests"
        raise InputError(f"{what} is no container image", cause=named)
    return _image(document, document.config, document.layers, what)


def _image(document: _Document, config: Descriptor, layers: list[Descriptor], what: str) -> ImageManifest:
    artifact = document.artifact_type or (config.media_type if config.media_type not in _CONFIGS else "")
    if artifact and config.media_type not in _CONFIGS:
        raise InputError(f"{what} is no container image", cause=f"it is an artifact of type {plain(artifact)}")
    if len(layers) > MAX_LAYERS:
        raise LimitError(f"{what} has {len(layers)} layers", cause=f"at most {MAX_LAYERS} are read")
    if not 0 <= config.size <= MAX_CONFIG:
        raise LimitError(
            f"the configuration of {what} has {config.size} bytes", cause=f"at most {MAX_CONFIG >> 20} MiB are read"
        )
    check_digest(config.digest)
    for layer in layers:
        _check_layer(layer, what)
    return ImageManifest(config=config, layers=tuple(layers))


def _check_layer(layer: Descriptor, what: str) -> None:
    check_digest(layer.digest)
    kind = layer.media_type
    if not 0 <= layer.size <= MAX_LAYER_SIZE:
        raise LimitError(f"{what} has a layer of {layer.size} bytes", cause="that is no size of a layer")
    if not kind.startswith(_LAYERS):
        raise InputError(f"{what} is no container image", cause=f"it has a layer of type {plain(kind) or 'unknown'}")
    if kind.endswith("+encrypted"):
        raise InputError(f"{what} has an encrypted layer", hint="Scan it before it is encrypted.")
    if "nondistributable" in kind or ".foreign." in kind or layer.urls:
        raise InputError(
            f"{what} has a layer that registries do not keep",
            cause=f"{layer.digest} is to be fetched from {plain(', '.join(layer.urls or ())) or 'elsewhere'}",
            hint="Seawall asks no address that an image names; pull it with another tool and scan the archive.",
        )


def diff_ids(config: bytes, layers: int, what: str) -> tuple[Digest, ...]:
    """The digests of the uncompressed layers, as the configuration lists them.

    Raises:
        InputError: it cannot be read, or lists another number of layers.
    """
    try:
        known = msgspec.json.decode(config, type=_Config).rootfs.diff_ids or []
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"the configuration of {what} cannot be read", cause=plain(str(error))) from error
    if len(known) != layers:
        raise InputError(
            f"manifest and configuration of {what} disagree", cause=f"{layers} layers against {len(known)}"
        )
    return tuple(check_digest(text) for text in known)
