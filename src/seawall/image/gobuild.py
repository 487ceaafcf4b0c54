"""What the Go linker writes into a program about how it was built: Go's version, modules, settings.

Format: Go's own reader, package ``debug/buildinfo`` (file ``buildinfo.go``) and ``runtime/debug`` (``mod.go``,
``ParseBuildInfo``). Since Go 1.18 the texts stand in the block itself; before, the block points to them.
"""

import re
from typing import Literal

from seawall.image.elf import EXECUTE, Elf
from seawall.model.record import Record

_MAGIC = b"\xff Go buildinf:"
MARKERS = tuple(_MAGIC + kind for kind in (b"\x08\x02", b"\x08\x03", b"\x04\x02"))
"""How a block with its texts inside begins; programs that read such blocks hold the first 14 bytes elsewhere, too."""
_FIND = re.compile(re.escape(_MAGIC))
_ALIGN = 16
_HEADER = 32
_BIG_ENDIAN, _INLINE = 1, 2
_TEXT_LIMIT = 16 << 20
MODULE_LIMIT = 20_000
"""The most modules of one program that are read."""
_SENTINEL = 16


class Module(Record, frozen=True, kw_only=True):
    """A module that was built in: path and version as Go writes them (``v1.2.3``, ``(devel)`` or empty)."""

    path: str
    version: str = ""


class BuildInfo(Record, frozen=True, kw_only=True):
    """What a program says about itself.

    Attributes:
        go: the toolchain's version (``go1.22.3``, perhaps with words behind it).
        path: the main package's import path, or empty.
        main: the main module, or null.
        modules: the others, replaced ones in their replacements' place.
        settings: ``-ldflags``, ``vcs.revision``, …
    """

    go: str
    path: str = ""
    main: Module | None = None
    modules: tuple[Module, ...] = ()
    settings: dict[str, str] = {}


def is_go(elf: Elf) -> bool:
    """Whether a program's sections show that Go made it, whatever it says about its build."""
    names = elf.section_names
    return b".go.buildinfo\0" in names or b".gopclntab\0" in names or b".note.go.buildid\0" in names


def read(elf: Elf, content: memoryview) -> BuildInfo | None:
    """The build information of a program, or null where there is none or it is broken.

    Only where the section headers were stripped are the data themselves searched.
    """
    block = _block(elf.section(b".go.buildinfo")) if elf.section_names else _search(elf, content)
    if len(block) < _HEADER:
        return None
    go, modules = _inline(block) if block[15] & _INLINE else _pointed(elf, block)
    if not go:
        return None
    if len(modules) > 2 * _SENTINEL and modules[-_SENTINEL - 1] == 0x0A:  # the text stands between two marks
        modules = modules[_SENTINEL:-_SENTINEL]
    return _parse(go.decode("utf-8", "replace"), modules.decode("utf-8", "replace"))


def _search(elf: Elf, content: memoryview) -> memoryview:
    """The block in the data segments, of which no more is searched than the file is long: segments may overlap."""
    budget = len(content)
    for segment in elf.segments():
        data = content[segment.offset : segment.offset + min(segment.size, budget)]
        if not segment.flags & EXECUTE:
            budget -= len(data)
            block = _block(data)
            if len(block):
                return block
    return content[:0]


def _block(data: memoryview) -> memoryview:
    position = 0
    while found := _FIND.search(data, position):
        if found.start() % _ALIGN == 0:
            return data[found.start() :]
        position = found.start() + 1
    return data[:0]


def _inline(block: memoryview) -> tuple[bytes, bytes]:
    go, position = _text(block, _HEADER)
    return go, _text(block, position)[0]


def _text(block: memoryview, position: int) -> tuple[bytes, int]:
    """A text that is preceded by its length (unsigned LEB128), and where it ends; empty where it is cut off."""
    length = 0
    for shift in range(0, 63, 7):
        if position >= len(block):
            break
        byte = block[position]
        position += 1
        length |= (byte & 0x7F) << shift
        if byte < 0x80:
            end = position + length
            return (bytes(block[position:end]), end) if length <= _TEXT_LIMIT and end <= len(block) else (b"", end)
    return b"", len(block)


def _pointed(elf: Elf, block: memoryview) -> tuple[bytes, bytes]:
    size = block[14]
    if size not in {4, 8}:
        return b"", b""
    order: Literal["big", "little"] = "big" if block[15] & _BIG_ENDIAN else "little"

    def string(position: int) -> bytes:
        address = int.from_bytes(block[position : position + size], order)
        header = elf.at(address, 2 * size)
        start = int.from_bytes(header[:size], order)
        length = int.from_bytes(header[size:], order)
        return bytes(elf.at(start, length)) if length <= _TEXT_LIMIT else b""

    return string(16), string(16 + size)


def _parse(go: str, text: str) -> BuildInfo:
    path = ""
    main: Module | None = None
    modules: list[Module] = []
    settings: dict[str, str] = {}
    for line in text.split("\n"):
        kind, _, rest = line.partition("\t")
        if kind == "path":
            path = rest
        elif kind == "build":
            key, value = _setting(rest)
            settings[key] = value
        elif kind in {"mod", "dep"}:
            module = _module(rest)
            if kind == "mod":
                main = module
            elif len(modules) < MODULE_LIMIT:
                modules.append(module)
        elif kind == "=>" and modules and _module(rest).version not in {"", "(devel)"}:
            modules[-1] = _module(rest)  # without a version it is a local directory: the name that is known stays
    return BuildInfo(go=go, path=path, main=main, modules=tuple(modules), settings=settings)


def _module(text: str) -> Module:
    path, version, *_ = [*text.split("\t"), "", ""]
    return Module(path=path, version=version)


def _setting(text: str) -> tuple[str, str]:
    """``key=value``, where either may be quoted as Go quotes; the escapes that matter are those of the quote itself."""
    key, _, value = text.partition("=")
    if value[:1] == '"' == value[-1:] and len(value) > 1:
        value = re.sub(r"\\(.)", r"\1", value[1:-1])
    return key, value
