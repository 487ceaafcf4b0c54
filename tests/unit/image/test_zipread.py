import contextlib
import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.errors import InputError, LimitError
from seawall.image.zipread import Archive, Member


def pack(members: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED, before: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    buffer.write(before)
    with zipfile.ZipFile(buffer, "a", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    archive = Archive(memoryview(content))
    return {member.name.decode(): bytes(archive.read(member, 1 << 20)) for member in archive.members()}


@given(
    st.dictionaries(st.text("abc/.é", min_size=1, max_size=8), st.binary(max_size=200), max_size=8),
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
    st.binary(max_size=40),
)
@settings(max_examples=100)
def test_reads_what_zipfile_writes(members: dict[str, bytes], method: int, before: bytes) -> None:
    assert unpack(pack(members, method=method, before=before)) == members


def test_only_wanted_names() -> None:
    archive = Archive(memoryview(pack({"a.class": b"", "b.jar": b"", "c.class": b""})))
    assert [member.name for member in archive.members((b".jar", b".war"))] == [b"b.jar"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_no_member_grows_beyond_the_limit(method: int) -> None:
    archive = Archive(memoryview(pack({"a": bytes(1000)}, method=method)))
    (member,) = archive.members()
    assert bytes(archive.read(member, 1000)) == bytes(1000)
    assert archive.head(member, 10) == bytes(10)
    with pytest.raises(LimitError, match="larger than 999 bytes"):
        archive.read(member, 999)


def test_stated_sizes_are_not_believed() -> None:
    archive = Archive(memoryview(pack({"a": bytes(5000)})))
    (member,) = archive.members()
    with pytest.raises(LimitError):
        archive.read(member._replace(size=1), 100)
    with pytest.raises(InputError, match="too early"):
        archive.read(member._replace(compressed=member.compressed - 3), 10_000)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"flags": 1}, "encrypted"),
        ({"method": 12}, "unknown method 12"),
        ({"offset": 1 << 40}, "damaged"),
        ({"offset": 3}, "damaged"),
        ({"compressed": 1 << 40}, "damaged"),
    ],
)
def test_members_that_cannot_be_read(change: dict[str, int], sentence: str) -> None:
    archive = Archive(memoryview(pack({"a": b"text"})))
    (member,) = archive.members()
    changed = Member(**{**member._asdict(), **change})
    with pytest.raises(InputError, match=sentence):
        archive.read(changed, 100)
    with pytest.raises(InputError, match=sentence):
        archive.head(changed, 100)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06", b"junk" * 30, b"PK\x05\x06" + b"\xff" * 18])
def test_no_archive(content: bytes) -> None:
    with pytest.raises(InputError):
        Archive(memoryview(content))


def test_a_cut_off_directory_is_said_after_what_could_be_read() -> None:
    content = bytearray(pack({"a": b"1", "b": b"2"}))
    second = content.rindex(b"PK\x01\x02")
    content[second : second + 4] = b"XXXX"
    members = Archive(memoryview(content)).members()
    assert next(members).name == b"a"
    with pytest.raises(InputError, match="broken after 1 members"):
        next(members)


def test_zip64() -> None:
    """Made by hand: all values that zip64 can hold are there and nowhere else."""
    name, data = b"a.txt", b"hello"
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 45, 0, 0, 0, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF, 5, 0) + name
    extra = struct.pack("<HHQQQ", 1, 24, 5, 5, 0)
    central = (
        struct.pack(
            "<4sHHHHHHIIIHHHHHII",
            *(b"PK\1\2", 45, 45, 0, 0, 0, 0, 0, 0xFFFFFFFF, 0xFFFFFFFF, 5, len(extra), 0, 0, 0, 0, 0xFFFFFFFF),
        )
        + name
        + extra
    )
    start = len(local) + len(data)
    end64 = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(central), start)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, start + len(central), 1)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    content = local + data + central + end64 + locator + end
    assert unpack(content) == {"a.txt": b"hello"}
    assert unpack(b"#!/bin/sh launcher\n" + content) == {"a.txt": b"hello"}


@given(st.data())
@settings(max_examples=150)
def test_never_raises_but_input_errors(data: st.DataObject) -> None:
    content = bytearray(pack({"a": b"text" * 9, "b/c": b"x"}))
    for _ in range(data.draw(st.integers(0, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.none() | st.integers(0, len(content)))
    with contextlib.suppress(InputError, UnicodeDecodeError):
        unpack(bytes(content[:cut]))
