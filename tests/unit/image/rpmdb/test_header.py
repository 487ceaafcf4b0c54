import struct
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.errors import InputError
from seawall.image.rpmdb.header import Header, parse

Writer = Callable[[dict[int, object]], bytes]
TEXT = st.binary(max_size=40).map(lambda raw: raw.replace(b"\0", b"x"))


@settings(max_examples=100, deadline=None)
@given(
    texts=st.lists(TEXT, min_size=8, max_size=8),
    epoch=st.integers(1, 2**32 - 1),
    files=st.dictionaries(st.tuples(st.integers(0, 3), TEXT), st.none(), max_size=6),
    others=st.dictionaries(st.integers(2000, 4000), TEXT, max_size=5),
)
def test_what_is_written_is_read(
    rpm_header: Writer,
    texts: list[bytes],
    epoch: int,
    files: dict[tuple[int, bytes], None],
    others: dict[int, bytes],
) -> None:
    tags: dict[int, object] = dict(zip((1000, 1001, 1002, 1011, 1014, 1022, 1044, 5096), texts, strict=True))
    tags |= {1003: epoch, **others}
    directories = [b"/", b"/usr/bin/", b"/usr/lib/x/", b"/etc/"]
    if files:
        tags |= {1118: directories, 1117: [name for _, name in files], 1116: [number for number, _ in files]}
    header = parse(rpm_header(tags))
    assert list(header.paths()) == [directories[number] + name for number, name in files]
    assert header == Header(
        name=texts[0],
        version=texts[1],
        release=texts[2],
        epoch=epoch,
        vendor=texts[3],
        license=texts[4],
        architecture=texts[5],
        source_rpm=texts[6],
        modularity_label=texts[7],
        directories=directories if files else [],
        base_names=[name for _, name in files],
        directory_numbers=tuple(number for number, _ in files),
    )


def test_headers_of_old_rpms_hold_whole_paths(rpm_header: Writer) -> None:
    header = parse(rpm_header({1000: b"a", 1027: [b"/bin/a", b"/etc/a"]}))
    assert list(header.paths()) == [b"/bin/a", b"/etc/a"]


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"\0" * 7,
        struct.pack(">2I", 0xFFFFFFFF, 0),
        struct.pack(">2I", 0, 1),
        struct.pack(">2I4I", 1, 0, 1000, 6, 0, 1),
        struct.pack(">2I4I", 1, 2, 1000, 6, 0, 1) + b"ab",
        struct.pack(">2I4I", 1, 2, 1000, 4, 0, 1) + b"a\0",
        struct.pack(">2I4I", 1, 2, 1117, 8, 0, 0xFFFFFFFF) + b"a\0",
        struct.pack(">2I4I", 1, 2, 1117, 8, 0, 2) + b"a\0",
        struct.pack(">2I4I", 1, 2, 1117, 8, 0, 1) + b"a\0",
        struct.pack(">2I4I", 1, 4, 1003, 4, 1, 1) + b"abcd",
    ],
)
def test_a_header_that_contradicts_itself_is_refused(blob: bytes) -> None:
    with pytest.raises(InputError):
        parse(blob)


def test_a_directory_that_no_path_can_have_is_refused(rpm_header: Writer) -> None:
    with pytest.raises(InputError, match="longer than any path"):
        parse(rpm_header({1118: [b"/" * 5000], 1117: [b"a"] * 9, 1116: [0] * 9}))


def test_a_file_in_no_directory_is_refused(rpm_header: Writer) -> None:
    with pytest.raises(InputError, match="list of files"):
        parse(rpm_header({1117: [b"a"], 1118: [b"/"], 1116: [1]}))


@settings(max_examples=200, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=12),
    cut=st.integers(0, 200),
)
def test_damage_is_an_input_error_or_nothing(rpm_header: Writer, changes: list[tuple[int, int]], cut: int) -> None:
    blob = bytearray(rpm_header({1000: b"bash", 1003: 2, 1118: [b"/bin/"], 1117: [b"a", b"b"], 1116: [0, 0]}))
    for at, value in changes:
        blob[at % len(blob)] = value
    with suppress(InputError):
        parse(bytes(blob[: max(cut, 8)]))
