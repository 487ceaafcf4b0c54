"""A package's changelog, out of the package (deb(5): an ar archive that holds a tar of the files).

Read as a stream, no further than needed.
"""

import re
from typing import BinaryIO

from seawall.advisory import tar
from seawall.advisory.compression import decompressed
from seawall.errors import InputError

_MAGIC = b"!<arch>\n"
_HEADER = 60
_LIMIT = 2 << 30
_CHANGELOG_LIMIT = 16 << 20
_CHANGELOG = re.compile(r"(?:\./)?usr/share/doc/[a-z0-9+.-]+/changelog(?:\.Debian)?(?:\.[a-z0-9]+)?\.gz")


def changelog(file: BinaryIO, name: str) -> str | None:
    """The Debian changelog in a package; null where it has none (its documentation lies in another package).

    Args:
        file: the package, seekable.
        name: for error messages.

    Raises:
        InputError: it is no package, or damaged.
    """
    _seek_data(file, name)
    found: dict[str, str] = {}
    try:
        with decompressed(file, name, _LIMIT) as stream:
            for path, _, data in tar.members(stream):
                if _CHANGELOG.fullmatch(path):
                    with decompressed(data, path, _CHANGELOG_LIMIT) as plain:
                        text = plain.read().decode("utf-8", "replace")
                    if path.endswith("changelog.Debian.gz"):
                        return text
                    found[path] = text  # of a rebuild for one architecture, a native package's own, or upstream's
    except tar.BROKEN as error:
        raise InputError(f"{name} cannot be read", cause=str(error)) from error
    return "\n".join(found.values()) if found else None


def _seek_data(file: BinaryIO, name: str) -> None:
    """Move to the first byte of ``data.tar``."""
    if file.read(len(_MAGIC)) != _MAGIC:
        raise InputError(f"{name} is no Debian package")
    for _ in range(16):
        header = file.read(_HEADER)
        member, size = header[:16].rstrip(), header[48:58].strip()
        if len(header) != _HEADER or header[58:] != b"`\n" or not size.isdigit():
            break
        if member.startswith(b"data.tar"):
            return
        file.seek(int(size) + int(size) % 2, 1)
    raise InputError(f"{name} is no Debian package", cause="it holds no files")
