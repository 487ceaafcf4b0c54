"""Images in a registry, read straight from it: no container engine, nothing stored on disk."""

import os
from typing import ClassVar

from seawall.errors import UsageError
from seawall.image.registry.reference import parse
from seawall.image.source.interface import ScanOptions
from seawall.model.image import Image


class RegistrySource:
    """``registry:HOST/NAME:TAG@DIGEST``."""

    prefix: ClassVar[str] = "registry"

    def accepts(self, target: str) -> bool:
        """Whether it can be read as a reference, and no file of that name stands in its way."""
        try:
            parse(target)
        except UsageError:
            return False
        return not os.path.lexists(target)

    def load(self, target: str, options: ScanOptions) -> Image:
        """Read the image; :func:`~seawall.image.registry.pull.open_image` tells the errors."""
        from seawall.image import layered  # noqa: PLC0415 - loaded, like HTTP and TLS, when a registry is asked
        from seawall.image.registry.pull import open_image  # noqa: PLC0415 - as above
        from seawall.image.registry.retry import Patience  # noqa: PLC0415 - as above
        from seawall.image.registry.session import Session  # noqa: PLC0415 - as above
        from seawall.image.registry.transport import Transport  # noqa: PLC0415 - as above

        transport = Transport(ca_file=options.ca_file, insecure=options.insecure, timeout=options.timeout)
        try:
            return layered.read(open_image(target, options, Session(transport, Patience())), options)
        finally:
            transport.close()
