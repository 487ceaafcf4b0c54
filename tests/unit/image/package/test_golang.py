import struct
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.image.gobuild import BuildInfo, Module
from seawall.image.package.golang import GolangAnalyzer, main_version, standard_library
from seawall.image.package.interface import FileFacts
from seawall.model.coverage import CoverageState

MODULES = (
    "path\texample.com/me/cmd/tool\n"
    "mod\texample.com/me\tv1.4.0\th1:x=\n"
    "dep\tgithub.com/BurntSushi/toml\tv1.3.2\th1:x=\n"
    "dep\tgithub.com/docker/docker\tv24.0.0+incompatible\th1:x=\n"
    "dep\tk8s.io/api\tv0.28.0\n"
    "=>\tgithub.com/fork/api\tv0.28.1\th1:x=\n"
    "dep\tk8s.io/local\tv0.1.0\n"
    "=>\t./staging/local\t(devel)\t\n"
    "build\t-compiler=gc\n"
)
EXPECTED = [
    "pkg:golang/github.com/BurntSushi/toml@v1.3.2",
    "pkg:golang/github.com/docker/docker@v24.0.0%2Bincompatible",
    "pkg:golang/github.com/fork/api@v0.28.1",
    "pkg:golang/k8s.io/local@v0.1.0",
    "pkg:golang/stdlib@1.22.3",
    "pkg:golang/example.com/me@v1.4.0",
]
BASE = 0x400000


def marked(text: str) -> bytes:
    return b"0123456789abcdef" + text.encode() + b"fedcba9876543210" if text else b""


def length(text: bytes) -> bytes:
    size, out = len(text), bytearray()
    while size >= 0x80:
        out.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([*out, size]) + text


def inline_block(go: str = "go1.22.3", modules: str = MODULES) -> bytes:
    return b"\xff Go buildinf:\x08\x02".ljust(32, b"\0") + length(go.encode()) + length(marked(modules))


def pointed_block(address: int, *, bits: int, big: bool, go: str = "go1.22.3", modules: str = MODULES) -> bytes:
    """Before Go 1.18: pointers to string headers, which hold pointers to the texts; all behind each other here."""
    word = (">" if big else "<") + ("Q" if bits == 64 else "I")
    size = bits // 8
    texts = [go.encode(), marked(modules)]
    headers_at = address + 32
    texts_at = headers_at + 4 * size
    pointers = struct.pack(word[0] + 2 * word[1], headers_at, headers_at + 2 * size)
    headers = struct.pack(word[0] + 4 * word[1], texts_at, len(texts[0]), texts_at + len(texts[0]), len(texts[1]))
    head = b"\xff Go buildinf:" + bytes([size, int(big)]) + pointers
    return head.ljust(32, b"\0") + headers + b"".join(texts)


def elf(data: bytes, *, section: str = ".go.buildinfo", bits: int = 64, big: bool = False) -> bytes:
    """An ELF file with one data segment, and (unless ``section`` is empty) a section of that name for it."""
    order = ">" if big else "<"
    data_at = 512
    names = b"\0.shstrtab\0" + section.encode() + b"\0"
    names_at = data_at + len(data)
    table_at = names_at + len(names)
    count, names_index = (3, 2) if section else (0, 0)
    ident = b"\x7fELF" + bytes([2 if bits == 64 else 1, 2 if big else 1, 1]) + bytes(9)
    if bits == 64:
        header = struct.pack(
            order + "HHIQQQIHHHHHH", 2, 62, 1, 0, 64, table_at if section else 0, 0, 64, 56, 1, 64, count, names_index
        )
        segment = struct.pack(order + "IIQQQQQQ", 1, 6, data_at, BASE, BASE, len(data), len(data), 4096)
        row = order + "IIQQQQIIQQ"
    else:
        header = struct.pack(
            order + "HHIIIIIHHHHHH", 2, 3, 1, 0, 64, table_at if section else 0, 0, 52, 32, 1, 40, count, names_index
        )
        header += bytes(64 - 16 - len(header))
        segment = struct.pack(order + "IIIIIIII", 1, data_at, BASE, BASE, len(data), len(data), 6, 4096)
        row = order + "IIIIIIIIII"
    sections = [
        (0,) * 10,
        (11, 1, 3, BASE, data_at, len(data), 0, 0, 16, 0),
        (1, 3, 0, 0, names_at, len(names), 0, 0, 1, 0),
    ]
    table = b"".join(struct.pack(row, *fields) for fields in sections) if section else b""
    return (ident + header + segment).ljust(data_at, b"\0") + data + names + table


def read(content: bytes) -> FileFacts:
    return GolangAnalyzer().analyze("usr/bin/tool", memoryview(content))


def purls(content: bytes) -> list[str]:
    facts = read(content)
    assert facts.problems == ()
    return [package.purl for package in facts.packages]


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("section", [".go.buildinfo", ""])
def test_both_formats_on_every_kind_of_machine(bits: int, section: str, *, big: bool) -> None:
    assert purls(elf(inline_block(), section=section, bits=bits, big=big)) == EXPECTED
    block = pointed_block(BASE, bits=bits, big=big)
    assert purls(elf(block, section=section, bits=bits, big=big)) == EXPECTED


def test_name_is_the_whole_module_path() -> None:
    package = read(elf(inline_block())).packages[0]
    assert (package.type, package.name, package.version) == ("golang", "github.com/BurntSushi/toml", "v1.3.2")
    assert package.paths == ("/usr/bin/tool",)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x7fELF", b"MZ" + bytes(99), elf(b"C program", section=".data"), elf(b"stripped", section="")],
)
def test_other_files_say_nothing(content: bytes) -> None:
    assert read(content) == FileFacts(analyzer="golang", path="usr/bin/tool")


@pytest.mark.parametrize(
    ("content", "state"),
    [
        (elf(b"x" * 64), CoverageState.PARTIAL),
        (elf(b"x" * 64, section=".gopclntab"), CoverageState.PARTIAL),
        (elf(inline_block()[:40]), CoverageState.PARTIAL),
        (elf(b"x", section="").replace(bytes(16), b"UPX!" + bytes(12), 1), CoverageState.UNKNOWN),
        (elf(inline_block("devel go1.23-abcdef Tue")), CoverageState.PARTIAL),
        (elf(inline_block(modules="path\tgithub.com/a/b\n")), CoverageState.PARTIAL),
        (elf(inline_block(modules="path\tx.y/z\nmod\tx.y/z\t(devel)\n")), CoverageState.INFO),
        (elf(inline_block(modules=MODULES + "dep\ta.b/c\tv1.0.0\n" * 20_000)), CoverageState.PARTIAL),
        (elf(inline_block(modules=MODULES + "dep\ta b\x1b\tv1.0.0\n")), CoverageState.PARTIAL),
    ],
)
def test_what_is_go_but_not_known_is_said(content: bytes, state: CoverageState) -> None:
    assert [problem.state for problem in read(content).problems] == [state]


def test_own_module_without_a_version_has_none_in_its_purl() -> None:
    packages = read(elf(inline_block(modules="path\tx.y/z\nmod\tx.y/z\t(devel)\n"))).packages
    assert [(package.purl, package.version) for package in packages][-1] == ("pkg:golang/x.y/z", "")


def test_the_toolchain_itself_is_the_standard_library() -> None:
    assert purls(elf(inline_block(modules="path\tcmd/go\n"))) == ["pkg:golang/stdlib@1.22.3"]


@pytest.mark.parametrize(
    ("go", "expected"),
    [
        ("go1.22.3", "1.22.3"),
        ("go1.20", "1.20"),
        ("go1.22.3 X:boringcrypto,loopvar", "1.22.3"),
        ("go1.22.3-fips", "1.22.3"),
        ("go1.21.0 (Red Hat 1.21.0-1.el9)", "1.21.0"),
        ("go1.24rc1", "1.24.0-rc.1"),
        ("go1.18beta2", "1.18.0-beta.2"),
        ("devel go1.23-abcdef", ""),
        ("devel +abcdef Tue", ""),
        ("", ""),
    ],
)
def test_standard_library(go: str, expected: str) -> None:
    assert standard_library(go) == expected


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("-s -w -X main.version=1.4.2", "v1.4.2"),
        ("-X main.goVersion=go1.20 -X main.commit=abc -X 'main.Version=v2.0.0-rc.1'", "v2.0.0-rc.1"),
        ("-X=example.com/me/internal/build.AppVersion=3.1", "v3.1"),
        ("-X github.com/prometheus/common/version.Version=2.45.0", "v2.45.0"),
        ("-X k8s.io/client-go/pkg/version.gitVersion=v0.28.0", ""),
        ("-X example.com/metoo/v.version=1.0.0", ""),
        ("-X main.version=dev", ""),
        ("", ""),
    ],
)
def test_main_version_as_the_linker_was_told(flags: str, expected: str) -> None:
    info = BuildInfo(go="go1.22", main=Module(path="example.com/me", version="(devel)"), settings={"-ldflags": flags})
    assert main_version(info) == expected


def test_quoted_settings() -> None:
    modules = 'path\tx.y/z\nmod\tx.y/z\t(devel)\nbuild\t-ldflags="-X \\"main.version=1.2.3\\""\n'
    assert purls(elf(inline_block(modules=modules)))[-1] == "pkg:golang/x.y/z@v1.2.3"


def mutations() -> Iterator[bytes]:
    yield elf(inline_block())
    yield elf(inline_block(), section="", bits=32)
    yield elf(pointed_block(BASE, bits=64, big=False))
    yield elf(pointed_block(BASE, bits=32, big=True), bits=32, big=True)


@given(
    st.sampled_from(list(mutations())),
    st.lists(st.tuples(st.integers(0, 1200), st.binary(min_size=1, max_size=8)), max_size=6),
    st.integers(0, 2000),
)
@settings(max_examples=150)
def test_never_raises(content: bytes, changes: list[tuple[int, bytes]], cut: int) -> None:
    mutated = bytearray(content)
    for position, junk in changes:
        mutated[position % len(mutated) : position % len(mutated) + len(junk)] = junk
    facts = read(bytes(mutated[: cut or None]))
    assert all(package.purl.startswith("pkg:golang/") for package in facts.packages)


@given(st.binary(max_size=200))
@settings(max_examples=100)
def test_never_raises_on_any_block(junk: bytes) -> None:
    read(elf(b"\xff Go buildinf:" + junk))
