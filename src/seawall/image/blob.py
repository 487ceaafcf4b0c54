"""Layers that lie in files: in an archive, or in a layout's directory."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import BinaryIO

from seawall.model.identifiers import Digest
from seawall.model.record import Record


class FileBlob(Record, frozen=True, kw_only=True):
    """A :class:`~seawall.image.source.interface.LayerBlob` with a way to open it."""

    digest: Digest = Digest("")
    diff_id: Digest = Digest("")
    size: int = 0
    opener: Callable[[], AbstractContextManager[BinaryIO]]

    def open(self) -> AbstractContextManager[BinaryIO]:
        """The stored bytes from the beginning."""
        return self.opener()
