"""The bounds on what an image may make Seawall do: everything in one is hostile.

Generous against real images (the largest known layers hold some 30 GiB and two million files), so that only
a bomb or a broken file meets them; small enough that it meets them within seconds.
"""

from typing import Final

CHUNK: Final = 1 << 20
"""Bytes of the uncompressed tar that are held at once, a layer; a multiple of tar's 512-byte block."""

LAYER_BYTES: Final = 64 << 30
"""The largest uncompressed layer."""

RATIOS: Final = ((1 << 30, 1100), (4 << 30, 200))
"""(from this many uncompressed bytes, the largest ratio to the compressed ones). DEFLATE cannot do more than
1032:1, so a file of zeros passes until 4 GiB; zstd's bombs end at 1 GiB."""

MEMBERS: Final = 20_000_000
"""The most members of a layer."""

PATH_BYTES: Final = 16_384
"""The longest name or link target of a member (Linux: 4,096)."""

PAX_BYTES: Final = 1 << 20
"""The largest extended header (pax) or long name, bytes."""

WHITEOUTS: Final = 500_000
"""The most deletions in a layer."""

WANTED_BYTES: Final = 16 << 30
"""The most bytes of wanted files in a layer."""

LARGE_FILE: Final = 32 << 20
"""From this size on, a wanted file waits until it is the only large one in memory."""

FACTS: Final = 1_000_000
"""The most packages of a layer, and files that there is something to say of."""

JSON_BYTES: Final = 16 << 20
"""The largest manifest, index or configuration."""

LAYERS: Final = 1_000
"""The most layers of an image (overlayfs: 500)."""
