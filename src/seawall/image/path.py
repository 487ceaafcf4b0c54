"""Paths inside an image, as bytes: relative to its root, without ``.``, ``..``, doubled or outer slashes.

A name can never escape: ``..`` at the root stays at the root, as in a chroot.
"""

import zlib


def normalise(name: bytes) -> bytes:
    """The path that a tar member's name or a link's target stands for; empty for the root itself."""
    if not (name.startswith((b"/", b".")) or name.endswith(b"/") or b"//" in name or b"/." in name):
        return name
    parts: list[bytes] = []
    for part in name.split(b"/"):
        if part == b"..":
            del parts[-1:]
        elif part not in {b"", b"."}:
            parts.append(part)
    return b"/".join(parts)


def link_target(path: bytes, target: bytes) -> bytes:
    """Where the symbolic link at ``path`` points to, seen from the root."""
    if target.startswith(b"/"):
        return normalise(target)
    head, _, _ = path.rpartition(b"/")
    return normalise(head + b"/" + target)


def text(path: bytes) -> str:
    r"""A path for people and records; what is no UTF-8 shows as ``\xNN``."""
    return path.decode("utf-8", "backslashreplace")


def key(path: bytes) -> int:
    """64 bits that stand for a path where only its presence matters: eight bytes a member instead of a name."""
    return zlib.crc32(path) << 32 | zlib.adler32(path)


def ancestors(path: str) -> list[str]:
    """All directories above a path, the nearest first, without the root."""
    found = []
    while (cut := path.rfind("/")) > 0:
        path = path[:cut]
        found.append(path)
    return found
