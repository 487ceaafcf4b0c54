"""Objects' JSON, kept small: a hundred thousand pods are half a gigabyte as text, and a tenth of that packed.

Objects of one kind resemble each other, so each is compressed against a dictionary made of the first ones (RFC 8878,
section 5). Unpacking costs some microseconds and happens when someone looks at an object.
"""

import zstandard

from seawall.kube.client.item import Item

_SAMPLES = 64
_DICTIONARY = 1 << 16
_LEVEL = 1


class Packer:
    """Packs the objects of one kind."""

    def __init__(self) -> None:
        self._samples: list[bytes] = []
        self._compress = zstandard.ZstdCompressor(level=_LEVEL)
        self._decompress = zstandard.ZstdDecompressor()
        self._with_dictionary: zstandard.ZstdDecompressor | None = None

    def pack(self, item: Item) -> bytes:
        """An object's JSON, packed; for :meth:`unpack` of this same packer."""
        if self._with_dictionary is None:
            return self._learn(item.json)
        return b"\1" + self._compress.compress(item.json)

    def unpack(self, packed: bytes) -> bytes:
        """The JSON that was packed."""
        if packed[:1] == b"\1" and self._with_dictionary is not None:
            return self._with_dictionary.decompress(packed[1:])
        return self._decompress.decompress(packed[1:])

    def _learn(self, json: bytes) -> bytes:
        """Pack without a dictionary, and make one of the first objects, end to end."""
        packed = b"\0" + self._compress.compress(json)
        self._samples.append(json)
        if len(self._samples) == _SAMPLES:
            content = b"".join(self._samples)[-_DICTIONARY:]
            dictionary = zstandard.ZstdCompressionDict(content, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
            self._compress = zstandard.ZstdCompressor(level=_LEVEL, dict_data=dictionary)
            self._with_dictionary = zstandard.ZstdDecompressor(dict_data=dictionary)
            self._samples.clear()
        return packed
