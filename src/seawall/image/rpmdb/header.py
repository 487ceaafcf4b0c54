"""rpm's header: the record of one package, as every kind of rpm database stores it.

Format: two big-endian counts (index entries, bytes of data), the index (tag, type, offset, count: four 32-bit
numbers an entry), the data ("RPM V4 package format", section Header; rpm's ``lib/header.c``). Databases leave the
magic number out. Only the tags that are asked for are decoded.
"""

import struct
from collections.abc import Iterator

from seawall.errors import InputError
from seawall.model.record import Record

BLOB_LIMIT = 64 << 20
"""Largest header, bytes; the largest known ones (kernels, TeX Live) are below 20 MB."""

_INDEX_LIMIT = 0xFFFF
_STRINGS_LIMIT = 1_000_000
_PATH_LIMIT = 4096

_NAME, _VERSION, _RELEASE, _EPOCH, _VENDOR, _LICENSE, _ARCH = 1000, 1001, 1002, 1003, 1011, 1014, 1022
_OLD_FILE_NAMES, _SOURCE_RPM, _DIR_INDEXES, _BASE_NAMES, _DIR_NAMES = 1027, 1044, 1116, 1117, 1118
_MODULARITY_LABEL = 5096
_STRING_TAGS = frozenset(
    {_NAME, _VERSION, _RELEASE, _VENDOR, _LICENSE, _ARCH, _SOURCE_RPM, _MODULARITY_LABEL}
)  # fmt: skip
_WANTED = _STRING_TAGS | {_EPOCH, _OLD_FILE_NAMES, _DIR_INDEXES, _BASE_NAMES, _DIR_NAMES}

_INT32, _STRING, _STRING_ARRAY, _I18N_STRING = 4, 6, 8, 9


class Header(Record, frozen=True, kw_only=True):
    """What a header says of its package; bytes as they are stored, empty where nothing is said.

    Attributes:
        epoch: 0 where there is none.
        source_rpm: ``openssl-3.0.7-27.el9.src.rpm``.
        modularity_label: ``nodejs:18:8090020230316:…``.
        directories: in which the package's files lie, each with a slash at its end.
        base_names: of the files, in the order of ``directory_numbers``.
        directory_numbers: where in ``directories`` each file's directory stands.
        old_paths: whole paths, as rpm before 4 wrote them.
    """

    name: bytes = b""
    version: bytes = b""
    release: bytes = b""
    epoch: int = 0
    architecture: bytes = b""
    vendor: bytes = b""
    license: bytes = b""
    source_rpm: bytes = b""
    modularity_label: bytes = b""
    directories: list[bytes] = []
    base_names: list[bytes] = []
    directory_numbers: tuple[int, ...] = ()
    old_paths: list[bytes] = []

    def paths(self) -> Iterator[bytes]:
        """The package's files, put together one by one: a hostile header may repeat a long directory forever."""
        yield from self.old_paths
        for number, name in zip(self.directory_numbers, self.base_names, strict=True):
            yield self.directories[number] + name


def parse(blob: bytes) -> Header:
    """Read a header.

    Raises:
        InputError: its counts or offsets contradict its size.
    """
    if len(blob) < 8:
        raise InputError("an rpm header is shorter than its own start")
    entries, size = struct.unpack_from(">2I", blob)
    start = 8 + entries * 16
    if entries > _INDEX_LIMIT or start + size > len(blob):
        raise InputError(f"an rpm header claims {entries} entries and {size} bytes of data, but has {len(blob)} bytes")
    index: dict[int, tuple[int, int, int]] = {}
    for tag, kind, offset, count in struct.iter_unpack(">4I", blob[8:start]):
        if tag in _WANTED:
            index.setdefault(tag, (kind, offset, count))
    return _header(index, blob[start : start + size])


def _header(index: dict[int, tuple[int, int, int]], data: bytes) -> Header:
    strings = {tag: _string(index[tag], data) for tag in _STRING_TAGS & index.keys()}
    epochs = _numbers(index.get(_EPOCH), data)
    directories, names = _strings(index.get(_DIR_NAMES), data), _strings(index.get(_BASE_NAMES), data)
    numbers = _numbers(index.get(_DIR_INDEXES), data)
    if len(names) != len(numbers) or (numbers and max(numbers) >= len(directories)):
        raise InputError("an rpm header's list of files contradicts itself")
    if any(len(directory) > _PATH_LIMIT for directory in directories):
        raise InputError("an rpm header names a directory longer than any path may be")
    return Header(
        name=strings.get(_NAME, b""),
        version=strings.get(_VERSION, b""),
        release=strings.get(_RELEASE, b""),
        epoch=epochs[0] if epochs else 0,
        architecture=strings.get(_ARCH, b""),
        vendor=strings.get(_VENDOR, b""),
        license=strings.get(_LICENSE, b""),
        source_rpm=strings.get(_SOURCE_RPM, b""),
        modularity_label=strings.get(_MODULARITY_LABEL, b""),
        directories=directories,
        base_names=names,
        directory_numbers=numbers,
        old_paths=_strings(index.get(_OLD_FILE_NAMES), data) if not names else [],
    )


def _string(entry: tuple[int, int, int], data: bytes) -> bytes:
    kind, offset, count = entry
    end = data.find(b"\0", offset)
    if kind not in {_STRING, _STRING_ARRAY, _I18N_STRING} or count < 1 or offset >= len(data) or end < 0:
        raise InputError("an rpm header holds a text outside its data")
    return data[offset:end]


def _strings(entry: tuple[int, int, int] | None, data: bytes) -> list[bytes]:
    if entry is None:
        return []
    kind, offset, count = entry
    if kind not in {_STRING, _STRING_ARRAY} or count > min(_STRINGS_LIMIT, len(data)):
        raise InputError(f"an rpm header holds a list of {count} texts, more than it has room for")
    strings = data[offset:].split(b"\0", count)
    if len(strings) <= count:
        raise InputError("an rpm header holds a list of texts outside its data")
    return strings[:count]


def _numbers(entry: tuple[int, int, int] | None, data: bytes) -> tuple[int, ...]:
    if entry is None:
        return ()
    kind, offset, count = entry
    if kind != _INT32 or count > _STRINGS_LIMIT or offset + 4 * count > len(data):
        raise InputError("an rpm header holds numbers outside its data")
    return struct.unpack_from(f">{count}I", data, offset)
