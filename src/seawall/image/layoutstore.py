"""OCI image layouts: content by digest, in a directory or in a tar of one.

Source: OCI image specification, ``image-layout.md``.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import BinaryIO, Final, Protocol

from seawall.errors import InputError, LimitError
from seawall.image.archive import Archive, open_regular
from seawall.image.blob import FileBlob
from seawall.image.limits import JSON_BYTES
from seawall.image.registry import manifest
from seawall.image.registry.manifest import Descriptor, ImageManifest, Index
from seawall.image.registry.platform import parse_platform, require, select, this_machine
from seawall.image.source.interface import OpenedImage
from seawall.model.identifiers import Digest

_NESTED: Final = 8
_NAMES: Final = ("org.opencontainers.image.ref.name", "io.containerd.image.name")


class Store(Protocol):
    """Where a layout's files are."""

    path: str

    def read(self, name: str) -> bytes:
        """A small file.

        Raises:
            InputError: there is none of that name.
            LimitError: it is not small.
        """
        ...

    def size(self, name: str) -> int:
        """Bytes of a file; -1 where there is none."""
        ...

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A file's bytes."""
        ...


class DirectoryStore:
    """A layout in a directory."""

    def __init__(self, path: str) -> None:
        self.path = path

    def read(self, name: str) -> bytes:
        """A small file."""
        if self.size(name) < 0:
            raise InputError(f"{self.path} has no {name}", cause="the layout is incomplete", hint="Copy it again.")
        with self.open(name) as file:
            data = file.read(JSON_BYTES + 1)
        if len(data) > JSON_BYTES:
            raise LimitError(f"{name} in {self.path} is larger than {JSON_BYTES >> 20} MiB")
        return data

    def size(self, name: str) -> int:
        """Bytes of a file; -1 where there is none."""
        try:
            return os.stat(os.path.join(self.path, name)).st_size
        except OSError:
            return -1

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A file's bytes."""
        return open_regular(os.path.join(self.path, name))


class ArchiveStore:
    """A layout in a tar."""

    def __init__(self, archive: Archive) -> None:
        self.path = archive.path
        self._archive = archive

    def read(self, name: str) -> bytes:
        """A small file."""
        return self._archive.read(name)

    def size(self, name: str) -> int:
        """Bytes of a file; -1 where there is none."""
        place = self._archive.find(name)
        return -1 if place is None else place.size

    def open(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A file's bytes."""
        place = self._archive.find(name)
        if place is None:
            raise InputError(f"{self.path} has no {name}", cause="it is incomplete")
        return self._archive.open(place)


def open_image(store: Store, reference: str, platform: str, name: str) -> OpenedImage:
    """Open an image of a layout.

    Args:
        store: where its files are.
        reference: a name or tag (``ref.name`` annotation), a digest, or empty where there is one image only.
        platform: as the user wrote it, or empty for this machine's.
        name: of the image, for people.

    Raises:
        UsageError: the platform is none.
        InputError: there is no such image, something is missing, or a digest is wrong.
    """
    index = manifest.parse(store.read("index.json"), manifest.INDEXES[0], name)
    if not isinstance(index, Index):
        raise InputError(f"{store.path} is no OCI layout", cause="its index.json is no index")
    descriptor = _chosen(index, reference, store.path)
    wanted = parse_platform(platform) if platform else this_machine()
    for _ in range(_NESTED):
        found = manifest.parse(_verified(store, descriptor), descriptor.media_type, name)
        if isinstance(found, ImageManifest):
            opened = _opened(store, Digest(descriptor.digest), found, name)
            if platform:
                require(opened.config, wanted, name)
            return opened
        descriptor = select(found, wanted, name)
    raise InputError(f"the indexes of {name} are nested deeper than {_NESTED}")


def blob_path(digest: str) -> str:
    """Where a layout keeps the content of a digest.

    Raises:
        InputError: it is no digest (and might be a way out of the layout).
    """
    return "blobs/" + manifest.check_digest(digest).replace(":", "/")


def _chosen(index: Index, reference: str, path: str) -> Descriptor:
    """The entry of the layout's own index that the reference names, or its only one."""
    entries = list(index.manifests)
    if reference:
        entries = [entry for entry in entries if reference in _called(entry)]
        if not entries:
            raise InputError(f"{path} has no image {reference!r}", cause=_there(index))
    named = [entry for entry in entries if entry.platform is None or entry.platform.os != "unknown"] or entries
    if not named:
        raise InputError(f"{path} has no images")
    if len({entry.digest for entry in named}) == 1:
        return named[0]
    if not reference and all(entry.platform and not set(_called(entry)) - {entry.digest} for entry in named):
        return select(index, this_machine(), path)
    raise InputError(f"{path} has {len(named)} images", cause=_there(index), hint="Name one: layout:PATH:TAG.")


def _called(entry: Descriptor) -> Iterator[str]:
    """All that an entry may be asked for by: its digest, its names, and their tags."""
    yield entry.digest
    for key in _NAMES:
        if name := (entry.annotations or {}).get(key):
            yield name
            yield name.rpartition("/")[2]
            yield name.rpartition(":")[2]


def _there(index: Index) -> str:
    names = [next((name for name in list(_called(entry))[1:2]), entry.digest) for entry in index.manifests[:20]]
    return f"there is {', '.join(names)}" if names else "there is none"


def _verified(store: Store, descriptor: Descriptor) -> bytes:
    content = store.read(blob_path(descriptor.digest))
    manifest.verify(content, descriptor.digest, f"{descriptor.digest} in {store.path}")
    return content


def _opened(store: Store, digest: Digest, found: ImageManifest, name: str) -> OpenedImage:
    config = _verified(store, found.config)
    diff_ids = manifest.diff_ids(config, len(found.layers), name)
    blobs = []
    for layer, diff_id in zip(found.layers, diff_ids, strict=True):
        path = blob_path(layer.digest)
        size = store.size(path)
        if size != layer.size:
            cause = "it is missing" if size < 0 else f"it has {size} bytes, expected {layer.size}"
            raise InputError(f"layer {layer.digest} of {name} is incomplete", cause=cause, hint="Copy the image again.")
        blobs.append(
            FileBlob(digest=Digest(layer.digest), diff_id=diff_id, size=size, opener=partial(store.open, path))
        )
    return OpenedImage(name=name, digest=digest, config=config, layers=tuple(blobs))
