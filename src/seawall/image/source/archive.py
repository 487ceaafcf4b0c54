"""Archives of images, as ``docker save``, ``podman save``, skopeo (``docker-archive:``) and crane write them.

Source: moby's image specification 1.2, "Combined Image JSON + Filesystem Changeset Format". Since version 25
docker's archives are OCI layouts too, with the same ``manifest.json`` beside.
"""

import os
import re
from functools import partial
from typing import ClassVar, Final

import msgspec

from seawall.errors import InputError
from seawall.image.archive import Archive
from seawall.image.blob import FileBlob
from seawall.image.config import parse
from seawall.image.json import decode
from seawall.image.layoutstore import ArchiveStore, open_image
from seawall.image.registry import manifest
from seawall.image.registry.platform import parse_platform, require
from seawall.image.source.interface import OpenedImage, ScanOptions
from seawall.image.source.split import split
from seawall.model.identifiers import Digest
from seawall.model.image import Image

_BLOB: Final = re.compile(r"^blobs/(sha256|sha512)/([0-9a-f]{64,128})$")
_CONFIG: Final = re.compile(r"^([0-9a-f]{64})\.json$")
_COMPRESSED_LAYER: Final = re.compile(r"^([0-9a-f]{64})\.tar\.gz$")
_MAGICS: Final = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")


class _Entry(msgspec.Struct, rename="pascal"):
    config: str
    layers: tuple[str, ...]
    repo_tags: tuple[str, ...] | None = None


class ArchiveSource:
    """``archive:PATH``, ``archive:PATH:NAME:TAG``, ``archive:PATH:TAG``."""

    prefix: ClassVar[str] = "archive"

    def accepts(self, target: str) -> bool:
        """Whether it is a file that begins like a tar or a compressed one."""
        path, _ = split(target)
        if not os.path.isfile(path):
            return False
        try:
            with open(path, "rb") as file:
                head = file.read(512)
        except OSError:
            return path.endswith((".tar", ".tar.gz", ".tgz", ".tar.zst"))
        return head.startswith(_MAGICS) or head[257:262] == b"ustar"

    def load(self, target: str, options: ScanOptions) -> Image:
        """Read the image (see :func:`open_archive` for the errors)."""
        from seawall.image import layered  # noqa: PLC0415 - the reader is loaded when there is something to read

        path, name = split(target)
        return layered.read(open_archive(path, name, target, options.platform), options)


def open_archive(path: str, name: str, target: str, platform: str) -> OpenedImage:
    """Open an image of an archive.

    Args:
        path: of the file.
        name: which of its images: a name with tag, a tag, or empty where there is one only.
        target: as the user wrote it.
        platform: as the user wrote it, or empty: what its one image must be for, or which of several is wanted.

    Raises:
        UsageError: the platform is none.
        InputError: it is no image archive, incomplete or broken, or has several images and no name was given.
    """
    archive = Archive(path)
    if archive.find("manifest.json") is None:
        if archive.find("index.json") is not None:
            return open_image(ArchiveStore(archive), name, platform, target)
        raise InputError(
            f"{path} is no image archive",
            cause="it has neither manifest.json nor index.json",
            hint="Write one with docker save, podman save or skopeo copy.",
        )
    entry = _chosen(decode(archive.read("manifest.json"), list[_Entry], f"manifest.json in {path}"), name, path)
    config = archive.read(entry.config)
    digest = _config_digest(entry.config, config, path)
    if platform:
        require(config, parse_platform(platform), target)
    _, diff_ids = parse(config)
    if len(diff_ids) != len(entry.layers):
        raise InputError(
            f"{path} contradicts itself",
            cause=f"its manifest lists {len(entry.layers)} layers, the configuration {len(diff_ids)}",
        )
    blobs = tuple(_blob(archive, layer, diff_id) for layer, diff_id in zip(entry.layers, diff_ids, strict=True))
    return OpenedImage(name=target, digest=_manifest_digest(archive, digest) or digest, config=config, layers=blobs)


def _chosen(entries: list[_Entry], name: str, path: str) -> _Entry:
    there = [tag for entry in entries for tag in entry.repo_tags or ()]
    cause = f"there is {', '.join(there[:20])}" if there else "they have no names"
    if not entries:
        raise InputError(f"{path} has no images")
    if not name:
        if len(entries) > 1:
            raise InputError(f"{path} has {len(entries)} images", cause=cause, hint="Name one: archive:PATH:NAME:TAG.")
        return entries[0]
    exact = [entry for entry in entries if name in (entry.repo_tags or ())]
    ending = [
        entry for entry in entries if any(tag.endswith(("/" + name, ":" + name)) for tag in entry.repo_tags or ())
    ]
    for found in (exact, ending):
        if len(found) == 1:
            return found[0]
    found = [entry for entry in entries if name.removeprefix("sha256:") in entry.config]
    if len(found) == 1 and len(name) >= 12:
        return found[0]
    raise InputError(f"{path} has no single image {name!r}", cause=cause)


def _config_digest(name: str, config: bytes, path: str) -> Digest:
    """The configuration's digest; verified where its name says it."""
    digest = manifest.digest_of(config)
    if match := _CONFIG.match(name):
        manifest.verify(config, f"sha256:{match[1]}", f"the configuration in {path}")
    elif match := _BLOB.match(name):
        manifest.verify(config, f"{match[1]}:{match[2]}", f"the configuration in {path}")
    return digest


def _blob(archive: Archive, name: str, diff_id: Digest) -> FileBlob:
    place = archive.find(name)
    if place is None:
        raise InputError(f"{archive.path} is incomplete", cause=f"layer {name[:120]} is missing")
    digest = ""
    if match := _BLOB.match(name):
        digest = f"{match[1]}:{match[2]}"
    elif match := _COMPRESSED_LAYER.match(name):
        digest = f"sha256:{match[1]}"  # how go-containerregistry names them
    return FileBlob(digest=Digest(digest), diff_id=diff_id, size=place.size, opener=partial(archive.open, place))


def _manifest_digest(archive: Archive, config: Digest) -> Digest | None:
    """The digest of the manifest that has this configuration, where the archive is an OCI layout too."""
    if archive.find("index.json") is None:
        return None
    try:
        index = manifest.parse(archive.read("index.json"), manifest.INDEXES[0], archive.path)
        for entry in index.manifests if isinstance(index, manifest.Index) else ():
            content = archive.read(f"blobs/{manifest.check_digest(entry.digest).replace(':', '/')}")
            found = manifest.parse(content, entry.media_type, archive.path)
            if isinstance(found, manifest.ImageManifest) and found.config.digest == config:
                return Digest(entry.digest)
    except InputError:
        return None  # manifest.json is the truth about the archive; this would only have been a better name
    return None
