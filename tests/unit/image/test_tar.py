import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.errors import InputError, LimitError
from seawall.image import tar


def header(**fields: bytes) -> bytes:
    """One header block with a right checksum."""
    block = bytearray(512)
    places = {"name": 0, "mode": 100, "size": 124, "kind": 156, "link": 157, "magic": 257, "prefix": 345, "tail": 386}
    values = {"mode": b"0000644\0", "size": b"00000000000\0", "kind": b"0", "magic": b"ustar\x0000", **fields}
    for name, value in values.items():
        block[places[name] : places[name] + len(value)] = value
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (b"00000000017\0", 15),
        (b"        17 \0", 15),
        (b"777777777777", 0o777777777777),
        (b"\0" * 12, 0),
        (b"\x80" + (1 << 40).to_bytes(11, "big"), 1 << 40),
    ],
)
def test_numbers(field: bytes, value: int) -> None:
    assert tar.number(field) == value


@pytest.mark.parametrize("field", [b"-0000000017\0", b"1_7\0", b"9\0", b"\xff" * 12, b"\x80" + b"\x3f" * 11, b"0x17\0"])
def test_numbers_that_are_none(field: bytes) -> None:
    with pytest.raises(InputError):
        tar.number(field)


@given(st.integers(0, 1 << 60))
def test_numbers_are_what_tarfile_writes(value: int) -> None:
    assert tar.number(tarfile.itn(value, 12, tarfile.GNU_FORMAT)) == value  # type: ignore[attr-defined]


def test_wrong_checksum() -> None:
    block = bytearray(header(name=b"a"))
    block[0] ^= 1
    with pytest.raises(InputError, match="checksum"):
        tar.Headers().member(bytes(block))


def test_ustar_prefix_is_joined_and_gnu_has_none() -> None:
    headers = tar.Headers()
    assert headers.member(header(name=b"c", prefix=b"a/b")).name == b"a/b/c"
    assert headers.member(header(name=b"c", prefix=b"12345", magic=b"ustar  \0")).name == b"c"


def test_pax_and_gnu_names_describe_one_member_only() -> None:
    headers = tar.Headers()
    headers.describe(header(kind=b"x"), b"12 path=a/b\n" + b"14 linkpath=c\n" + b"10 size=7\n")
    member = headers.member(header(name=b"short", size=b"00000000003\0"))
    assert (member.name, member.stored) == (b"a/b", 7)
    headers.describe(header(kind=b"L"), b"long\0")
    headers.describe(header(kind=b"K"), b"target\0")
    assert headers.pending
    link = headers.member(header(name=b"short", kind=b"2"))
    assert (link.name, link.link, link.stored) == (b"long", b"target", 0)
    assert headers.member(header(name=b"short")).name == b"short"


def test_global_headers_are_ignored_as_runtimes_do() -> None:
    headers = tar.Headers()
    headers.describe(header(kind=b"g"), b"13 path=evil\n")
    assert headers.member(header(name=b"a")).name == b"a"


@pytest.mark.parametrize("data", [b"x", b"99 path=a\n", b"0 path=a\n", b"-1 a=b\n", b"10 path=ab", b"5 a\n", b"\0" * 8])
def test_broken_pax(data: bytes) -> None:
    with pytest.raises(InputError):
        tar.pax_records(data)


@given(st.dictionaries(st.sampled_from(["path", "linkpath", "comment", "SCHILY.xattr.a"]), st.text(max_size=20)))
def test_pax_records_are_what_tarfile_writes(records: dict[str, str]) -> None:
    info = tarfile.TarInfo("a")
    written = info._create_pax_generic_header(records, tarfile.XHDTYPE, "utf-8")  # type: ignore[attr-defined]
    size = tar.Headers.meta(written[:512]) if records else 0
    expected = {key: value.encode() for key, value in records.items() if key in {"path", "linkpath"}}
    assert tar.pax_records(written[512 : 512 + size]) == expected


def test_meta_data_is_bounded() -> None:
    with pytest.raises(LimitError):
        tar.Headers.meta(header(kind=b"x", size=b"77777777777\0"))


def test_names_are_bounded() -> None:
    headers = tar.Headers()
    headers.describe(header(kind=b"L"), b"a" * 20_000)
    with pytest.raises(LimitError):
        headers.member(header(name=b"a"))


def test_fragments() -> None:
    assert tar.fragments_of([b"0", b"5", b"10", b"0"], 10) == ((0, 5), (10, 0))
    for broken in ([b"0"], [b"a", b"1"], [b"5", b"6"], [b"5", b"1", b"0", b"1"]):
        with pytest.raises(InputError):
            tar.fragments_of(broken, 10)


def test_old_sparse_map() -> None:
    pair = b"00000000000\0" + b"00000000004\0"
    block = header(kind=b"S", tail=pair)
    assert tar.old_sparse_map(block, b"", 10) == ((0, 4),)
    extension = (b"00000000005\0" + b"00000000001\0").ljust(512, b"\0")
    full = header(kind=b"S", tail=pair + b"".join(b"%011o\0%011o\0" % (4, 0) for _ in range(3)))
    assert tar.old_sparse_map(full, extension, 10)[-1] == (5, 1)


@settings(max_examples=200)
@given(st.binary(min_size=512, max_size=512), st.binary(max_size=600))
def test_any_bytes(block: bytes, data: bytes) -> None:
    headers = tar.Headers()
    repaired = block[:148] + b"%06o\0 " % (sum(block[:148]) + 256 + sum(block[156:])) + block[156:]
    for candidate in (block, repaired):
        try:
            if headers.meta(candidate) >= 0:
                headers.describe(candidate, data)
            else:
                headers.member(candidate)
        except InputError:
            pass


def test_reference_archives() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        info = tarfile.TarInfo("d/" * 60 + "name")
        archive.addfile(info)
    assert tar.Headers().member(buffer.getvalue()[:512]).name == b"d/" * 60 + b"name"
