"""The plug point for sources.

A source recognises a target and loads it. Sources of layered images (registry, archive, layout) open an
:class:`OpenedImage`, which :mod:`seawall.image.layered` reads; a root filesystem and an SBOM make the
:class:`~seawall.model.Image` themselves.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, ClassVar, Protocol

from seawall.model.identifiers import Digest
from seawall.model.image import Image
from seawall.model.record import Record

Progress = Callable[[str, int, int], None]
"""Called with (what, bytes done, bytes in all or 0); must be cheap and thread-safe."""


class ScanOptions(Record, frozen=True, kw_only=True):
    """What a user may say about how a target is read.

    Attributes:
        platform: ``os/architecture[/variant]``, or empty for this machine's.
        cache: directory of layer results; null turns caching off.
        workers: threads.
        insecure: plain HTTP or unchecked certificates are allowed beyond loopback.
        ca_file: extra PEM bundle.
        mirrors: registry host → mirror host.
        timeout: seconds to wait for a network answer.
        progress: called as bytes are read.
    """

    platform: str = ""
    cache: Path | None = None
    workers: int = 2
    insecure: bool = False
    ca_file: str = ""
    mirrors: dict[str, str] = {}
    timeout: float = 30.0
    progress: Progress | None = None


class LayerBlob(Protocol):
    """A layer as it is stored, not yet read."""

    @property
    def digest(self) -> Digest:
        """Of the stored bytes; empty where the source does not say it (``docker save`` of plain tars)."""
        ...

    @property
    def diff_id(self) -> Digest:
        """Of the uncompressed tar (from the configuration), or empty."""
        ...

    @property
    def size(self) -> int:
        """Stored bytes, or 0 where not known."""
        ...

    def open(self) -> AbstractContextManager[BinaryIO]:
        """The stored bytes from the beginning; may be called again."""
        ...


class OpenedImage(Record, frozen=True, kw_only=True):
    """A layered image, opened: everything small is read, the layers are not.

    Attributes:
        name: as the user wrote it, without the prefix.
        digest: of the manifest; of the configuration where there is no manifest.
        config: the raw configuration (already verified against its digest where one is known).
        layers: lowest first.
    """

    name: str
    digest: Digest
    config: bytes
    layers: tuple[LayerBlob, ...]


class Source(Protocol):
    """One kind of target."""

    prefix: ClassVar[str]
    """What settles doubt on the command line: ``registry:…``, ``archive:…``, ``layout:…``, ``dir:…``, ``sbom:…``."""

    def accepts(self, target: str) -> bool:
        """Whether the target (without prefix) looks like one of this source's. Cheap; no network."""
        ...

    def load(self, target: str, options: ScanOptions) -> Image:
        """Find out all that is in it.

        Raises:
            InputError: it cannot be read, or lies about its digests.
            ServiceError: a registry cannot be reached or refuses.
        """
        ...
