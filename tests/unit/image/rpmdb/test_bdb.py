import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.errors import InputError
from seawall.image.package.hostile import Complaints
from seawall.image.rpmdb.bdb import BerkeleyFile


def page(order: str, numbers: tuple[int, int], entries: int, offset: int, kind: int) -> bytes:
    number, following = numbers
    return struct.pack(order + "8x3I2H2B", number, 0, following, entries, offset, 0, kind)


def database(blobs: list[bytes], order: str = "<", size: int = 512, kind: int = 13) -> bytes:
    """One bucket page a pair, values on the page where they fit, else on a chain of overflow pages."""
    pages: list[bytes] = [b""]
    for number, blob in enumerate([b"\0\0\0\7", *blobs]):
        key = b"\1" + struct.pack(order + "I", number)
        value, chain = b"\1" + blob, b""
        if len(blob) > size // 2:
            first = len(pages) + 1
            value = struct.pack(order + "B3x2I", 3, first, len(blob))
            parts = [blob[at : at + size - 26] for at in range(0, len(blob), size - 26)]
            for at, part in enumerate(parts):
                following = first + at + 1 if at + 1 < len(parts) else 0
                chain += (page(order, (first + at, following), 1, len(part), 7) + part).ljust(size, b"\0")
        body = value + key
        offsets = struct.pack(order + "2H", size - len(key), size - len(body))
        head = page(order, (len(pages), 0), 2, size - len(body), kind) + offsets
        pages += [head + bytes(size - len(head) - len(body)) + body]
        pages += [chain[at : at + size] for at in range(0, len(chain), size)]
    meta = struct.pack(order + "8x4I4B2I", 0, 0x061561, 9, size, 0, 8, 0, 0, 0, len(pages) - 1)
    pages[0] = meta.ljust(size, b"\0")
    return b"".join(pages)


def read(data: bytes) -> tuple[list[bytes], list[str]]:
    complaints = Complaints("Packages")
    found = list(BerkeleyFile(memoryview(data), complaints.add).blobs())
    return found, [problem.message for problem in complaints.problems(anything_read=True)]


@settings(max_examples=100, deadline=None)
@given(
    blobs=st.lists(st.tuples(st.binary(min_size=1, max_size=4), st.integers(1, 800)), max_size=12),
    order=st.sampled_from("<>"),
    size=st.sampled_from([512, 1024, 4096, 65536]),
    kind=st.sampled_from([2, 13]),
)
def test_what_is_written_is_read(blobs: list[tuple[bytes, int]], order: str, size: int, kind: int) -> None:
    values = [seed * times for seed, times in blobs]
    if size == 65536:  # an offset of 65536 cannot be written, so Berkeley DB's largest page has one byte less room
        size = 32768
    assert read(database(values, order, size, kind)) == (values, [])


def changed(at: int, value: int) -> bytes:
    data = bytearray(database([b"abc"]))
    data[at] = value
    return bytes(data)


@pytest.mark.parametrize("data", [b"", bytes(512), changed(25, 9), changed(21, 3), changed(24, 1), changed(26, 1)])
def test_what_is_no_such_database_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        read(data)


def test_a_chain_that_bites_its_tail_is_a_complaint() -> None:
    data = bytearray(database([b"x" * 2000, b"small"]))
    third = 3 * 512
    assert data[third + 25] == 7
    data[third + 16 : third + 20] = struct.pack("<I", 3)
    found, said = read(bytes(data))
    assert found == [b"small"]
    assert said


def test_items_that_overlap_are_a_complaint() -> None:
    data = bytearray(database([b"abc"]))
    struct.pack_into("<2H", data, 2 * 512 + 26, 300, 400)
    found, said = read(bytes(data))
    assert not found
    assert "damaged" in said[0]


def test_a_file_that_was_cut_off_says_so() -> None:
    found, said = read(database([b"one", b"x" * 2000])[:-512])
    assert found == [b"one"]
    assert any("cut off" in sentence for sentence in said)


@settings(max_examples=150, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(12, 1 << 14), st.integers(0, 255)), max_size=20),
    cut=st.integers(0, 1 << 14),
    order=st.sampled_from("<>"),
)
def test_damage_is_a_complaint_or_an_input_error(changes: list[tuple[int, int]], cut: int, order: str) -> None:
    data = bytearray(database([bytes([number]) * number * 60 for number in range(1, 16)], order))
    for at, value in changes:
        data[at % len(data)] = value
    try:
        found, _ = read(bytes(data[: max(cut, 512)]))
    except InputError:
        return
    assert all(len(blob) <= len(data) for blob in found)
