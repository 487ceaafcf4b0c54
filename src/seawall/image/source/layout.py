"""OCI image layouts, as skopeo, buildah, umoci and buildkit write them: a directory, or a tar of one."""

import os
from typing import ClassVar

from seawall.image.layoutstore import ArchiveStore, DirectoryStore, Store, open_image
from seawall.image.source.interface import ScanOptions
from seawall.image.source.split import split
from seawall.model.image import Image


class LayoutSource:
    """``layout:PATH``, ``layout:PATH:TAG``, ``layout:PATH@DIGEST``."""

    prefix: ClassVar[str] = "layout"

    def accepts(self, target: str) -> bool:
        """Whether it is a directory with an index of images."""
        path, _ = split(target)
        return os.path.isfile(os.path.join(path, "index.json")) and os.path.isfile(os.path.join(path, "oci-layout"))

    def load(self, target: str, options: ScanOptions) -> Image:
        """Read the image (see :func:`seawall.image.layoutstore.open_image` for the errors)."""
        from seawall.image import layered  # noqa: PLC0415 - the reader is loaded when there is something to read
        from seawall.image.archive import Archive  # noqa: PLC0415 - as above

        path, reference = split(target)
        store: Store = DirectoryStore(path) if os.path.isdir(path) else ArchiveStore(Archive(path))
        return layered.read(open_image(store, reference, options.platform, target), options)
