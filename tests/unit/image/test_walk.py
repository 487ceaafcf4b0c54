import io
import tarfile
from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.errors import InputError
from seawall.image import tar
from seawall.image.package.interface import FileFacts, Wanted
from seawall.image.path import key, normalise
from seawall.image.stream import TarStream
from seawall.image.walk import Walk
from seawall.image.wanted import Matcher

MAGIC = b"\x7fELF"


class Analyzer:
    name: ClassVar[str] = "test"
    version: ClassVar[int] = 1
    wanted: ClassVar[Wanted] = Wanted(
        paths=frozenset({"etc/os-release", "a/b"}),
        names=frozenset({"package.json"}),
        suffixes=(".jar", ".dist-info/METADATA"),
        directories=frozenset({"var/lib/dpkg/status.d"}),
        executables=True,
        magics=(MAGIC,),
        markers=(b"<marker>",),
    )

    def analyze(self, path: str, content: memoryview) -> FileFacts:
        return FileFacts(analyzer=self.name, path=path)


def walk_of(content: bytes, *, keyed: bool = True) -> Walk:
    return Walk(TarStream(io.BytesIO(content), "layer"), Matcher([Analyzer()]), keyed=keyed)


def read(content: bytes) -> dict[bytes, bytes]:
    """What the walk finds of regular files that somebody wants."""
    walk, matcher = walk_of(content), Matcher([Analyzer()])
    found = {}
    for one in walk:
        base = one.path.rpartition(b"/")[2]
        wanted = matcher.named(one.path) or matcher.executable(one.head, one.member.mode, base)
        if one.member.kind == tar.REGULAR and wanted:
            found[one.path] = bytes(walk.content(one.member))
    walk.finish()
    return found


def reference(content: bytes) -> dict[bytes, bytes]:
    """The same by the standard library."""
    matcher, found = Matcher([Analyzer()]), {}
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for member in archive:
            data = archive.extractfile(member) if member.isreg() else None
            if data is None:
                continue
            name, body = normalise(member.name.encode("utf-8", "surrogateescape")), data.read()
            if matcher.named(name) or matcher.executable(body[:16], member.mode, name.rpartition(b"/")[2]):
                found[name] = body
    return found


parts = st.sampled_from(["etc", "os-release", "package.json", "x.jar", "a", "b", ".hidden", "é", "..", ".", "n" * 120])
names = st.lists(parts, min_size=1, max_size=4).map("/".join)
bodies = st.one_of(st.binary(max_size=40), st.just(MAGIC + b"x" * 700), st.just(b"y" * 512))


@settings(max_examples=120)
@given(st.lists(st.tuples(names, bodies), max_size=12), st.sampled_from([0, 1, 2]))
def test_finds_what_tarfile_finds(members: list[tuple[str, bytes]], form: int) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form, encoding="utf-8", errors="surrogateescape") as archive:
        for name, body in members:
            info = tarfile.TarInfo(name)
            info.size = len(body)
            try:
                archive.addfile(info, io.BytesIO(body))
            except ValueError:
                continue  # ustar cannot say it
    assert read(buffer.getvalue()) == reference(buffer.getvalue())


def test_data_across_chunks(make_tar: Callable[..., bytes]) -> None:
    large = bytes(range(256)) * 10_000
    members = [("pad", b"p" * 700_000), ("x.jar", large), ("more", b"q" * 3_000_000), ("etc/os-release", b"ID=x")]
    assert read(make_tar(*members)) == {b"x.jar": large, b"etc/os-release": b"ID=x"}


@pytest.mark.parametrize("pad", [2046, 2047, 2048, 2049])
def test_header_at_the_end_of_a_chunk(make_tar: Callable[..., bytes], pad: int) -> None:
    body = MAGIC + b"z" * 100
    content = make_tar(("pad", b"p" * (pad - 1) * 512), ("program", body), ("x.jar", b"1"), ("other", b"abcd"))
    assert read(content) == {b"program": body, b"x.jar": b"1"}


def test_huge_programs_are_held_in_part(make_tar: Callable[..., bytes]) -> None:
    size, at = 40 << 20, 30 << 20
    body = bytearray(b"\x01" * size)
    body[:4] = MAGIC
    body[at : at + 8] = b"<marker>"
    walk = walk_of(make_tar(("pad", b"p" * 1000), ("program", bytes(body)), ("x.jar", b"1")))
    seen = []
    for found in walk:
        content = walk.executable(found.member, Analyzer.wanted.markers)
        seen.append(found.path)
        if found.path == b"program":
            assert len(content) == size
            assert content[: 1 << 20] == body[: 1 << 20]
            assert content[at:] == body[at:]
            assert not any(content[5 << 20 : 5 << 20 | 0xFFF])
    assert seen == [b"program", b"x.jar"]


def test_keys_of_all_members(make_tar: Callable[..., bytes]) -> None:
    walk = walk_of(make_tar(("./d/", None), ("./d/f", b"1"), ("/e/../g", "-> d/f"), ("x.jar", b"2"), ("h", "=> d/f")))
    list(walk)
    assert sorted(walk.files) == sorted(map(key, (b"d/f", b"g", b"x.jar", b"h")))
    assert list(walk.directories) == [key(b"d")]
    assert walk.members == 5
    bottom = walk_of(make_tar(("d/f", b"1")), keyed=False)
    list(bottom)
    assert not bottom.files


@pytest.mark.parametrize("cut", [100, 512, 700, 1024, 1500])
def test_truncated(make_tar: Callable[..., bytes], cut: int) -> None:
    content = make_tar(("x.jar", b"y" * 2000))[:cut]
    if cut == 512:
        content += b"y" * 600
    with pytest.raises(InputError, match="truncated"):
        read(content)


def test_empty_and_endless() -> None:
    assert read(b"") == {}
    assert read(bytes(1024)) == {}
    assert read(bytes(512)) == {}


def sparse(form: str) -> bytes:
    """A file of 5,000 bytes with two fragments, as GNU tar writes it."""
    data = b"A" * 100 + b"B" * 50
    pieces = [(0, 100), (4000, 50)]
    info = tarfile.TarInfo("x.jar")
    if form == "1.0":
        head = "\n".join(["2", *(str(number) for pair in pieces for number in pair), ""]).encode()
        data = head.ljust(512, b"\0") + data
        info.name = "GNUSparseFile.0/x.jar"
        info.pax_headers = {
            "GNU.sparse.major": "1",
            "GNU.sparse.minor": "0",
            "GNU.sparse.name": "x.jar",
            "GNU.sparse.realsize": "5000",
        }
    else:
        info.pax_headers = {"GNU.sparse.size": "5000", "GNU.sparse.map": "0,100,4000,50"}
    info.size = len(data)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(data))
        after = tarfile.TarInfo("etc/os-release")
        after.size = 4
        archive.addfile(after, io.BytesIO(b"ID=x"))
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["0.1", "1.0"])
def test_pax_sparse(form: str) -> None:
    whole = b"A" * 100 + bytes(3900) + b"B" * 50 + bytes(950)
    assert read(sparse(form)) == {b"x.jar": whole, b"etc/os-release": b"ID=x"}


def test_old_gnu_sparse_with_extension_blocks() -> None:
    pieces = [(index * 1000, 10) for index in range(30)]
    block = bytearray(tarfile.TarInfo("x.jar").tobuf(tarfile.GNU_FORMAT))
    block[124:136], block[156:157] = b"%011o\0" % 300, b"S"
    encoded = [b"%011o\0%011o\0" % pair for pair in pieces]
    block[386:482], block[482], block[483:495] = b"".join(encoded[:4]), 1, b"%011o\0" % 40_000
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    extensions = b"".join(encoded[4:25]) + b"\1".ljust(8, b"\0") + b"".join(encoded[25:]).ljust(512, b"\0")
    data = b"".join(bytes([65 + index]) * 10 for index in range(30)).ljust(512, b"\0")
    content = bytes(block) + extensions + data + tarfile.TarInfo("after").tobuf() + bytes(1024)
    whole = bytearray(40_000)
    for index, (offset, length) in enumerate(pieces):
        whole[offset : offset + length] = bytes([65 + index]) * length
    assert read(content) == {b"x.jar": bytes(whole)}


@settings(max_examples=150)
@given(st.data())
def test_any_damage_is_one_error(data: st.DataObject) -> None:
    content = bytearray(sparse(data.draw(st.sampled_from(["0.1", "1.0"]))))
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(content) - 1))
        content[position] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    with suppress(InputError):
        read(bytes(content))
