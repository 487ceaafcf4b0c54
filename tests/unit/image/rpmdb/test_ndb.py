import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.errors import InputError
from seawall.image.package.hostile import Complaints
from seawall.image.rpmdb import ndb


def database(blobs: list[bytes], free: set[int]) -> bytes:
    """Slots (those in ``free`` are empty), then the blobs, each rounded up to blocks."""
    slots, body, start = b"", b"", 4096
    for number, blob in enumerate(blobs, 1):
        stored = struct.pack("<4s3I", b"BlbS", number, 1, len(blob)) + blob
        stored += b"\0" * (-(len(stored) + 12) % 16) + struct.pack("<2I4s", 0, len(blob), b"BlbE")
        package = 0 if number in free else number
        slots += struct.pack("<4s3I", b"Slot", package, (start + len(body)) // 16, len(stored) // 16)
        body += stored
    slots += struct.pack("<4s3I", b"Slot", 0, 0, 0) * ((4096 - 32 - len(slots)) // 16)
    return struct.pack("<4s7I", b"RpmP", 0, 1, 1, len(blobs) + 1, 0, 0, 0) + slots + body


def read(data: bytes) -> tuple[list[bytes], list[str]]:
    complaints = Complaints("Packages")
    found = list(ndb.blobs(memoryview(data), complaints.add))
    return found, [problem.message for problem in complaints.problems(anything_read=True)]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=20), st.sets(st.integers(1, 20)))
def test_what_is_written_is_read(blobs: list[bytes], free: set[int]) -> None:
    kept = [blob for number, blob in enumerate(blobs, 1) if number not in free]
    assert read(database(blobs, free)) == (kept, [])


@pytest.mark.parametrize("data", [b"", b"RpmP", b"x" * 64, b"RpmP\1" + bytes(60)])
def test_what_is_no_database_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        read(data)


def test_records_that_share_their_bytes_are_not_multiplied() -> None:
    data = bytearray(database([b"x" * 3000], set()))
    for at in range(48, 4096, 16):
        data[at : at + 16] = data[32:48]
    found, said = read(bytes(data))
    assert len(found) == 2
    assert said


@settings(max_examples=150, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=20),
    cut=st.integers(32, 6000),
)
def test_damage_is_a_complaint(changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(database([bytes([number]) * 90 for number in range(12)], {3}))
    for at, value in changes:
        data[4 + at] = value
    try:
        found, _ = read(bytes(data[:cut]))
    except InputError:
        return
    assert sum(map(len, found)) <= len(data)
