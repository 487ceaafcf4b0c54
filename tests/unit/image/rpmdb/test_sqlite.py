import sqlite3
import struct
from contextlib import closing, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.errors import InputError
from seawall.image.package.hostile import Complaints
from seawall.image.rpmdb.sqlite import SqliteFile


def no_complaint(kind: str, example: str = "") -> None:
    raise AssertionError(kind + example)


def database(blobs: list[bytes], page: int = 512, deleted: int = 0) -> tuple[bytes, list[bytes]]:
    """What SQLite itself writes, and what it reads."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"PRAGMA page_size = {page}")
        connection.execute("CREATE TABLE Other (name TEXT)")
        connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
        connection.execute("CREATE INDEX names ON Other (name)")
        connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(blob,) for blob in blobs])
        connection.execute("DELETE FROM Packages WHERE hnum <= ?", (deleted,))
        connection.commit()
        rows = [row[0] for row in connection.execute("SELECT blob FROM Packages ORDER BY hnum")]
        return connection.serialize(), rows


@settings(max_examples=60, deadline=None)
@given(
    blobs=st.lists(st.tuples(st.binary(min_size=1, max_size=4), st.integers(1, 6000)), max_size=40),
    page=st.sampled_from([512, 1024, 4096, 65536]),
    deleted=st.integers(0, 5),
)
def test_it_reads_what_sqlite_reads(blobs: list[tuple[bytes, int]], page: int, deleted: int) -> None:
    data, rows = database([seed * times for seed, times in blobs], page, deleted)
    assert list(SqliteFile(memoryview(data), no_complaint).blobs("Packages")) == rows


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"SQLite format 3\0",
        b"x" * 200,
        b"SQLite format 3\0" + b"\0" * 100,
        b"SQLite format 3\0\x02\x01" + bytes(600),
    ],
)
def test_what_is_no_database_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        SqliteFile(memoryview(data), no_complaint)


def test_a_database_without_the_table_is_refused() -> None:
    data, _ = database([])
    with pytest.raises(InputError, match="no table Nothing"):
        list(SqliteFile(memoryview(data), no_complaint).blobs("Nothing"))


def test_a_cycle_of_pages_ends() -> None:
    data, rows = database([b"x" * 300] * 30)
    looped = bytearray(data)
    root = next(
        start for start in range(512, len(data), 512) if data[start] == 5
    )  # the only interior page: every child becomes the page itself
    cells = int.from_bytes(data[root + 3 : root + 5], "big")
    for pointer in struct.unpack_from(f">{cells}H", data, root + 12)[1:]:
        looped[root + pointer : root + pointer + 4] = (root // 512 + 1).to_bytes(4, "big")
    complaints = Complaints("rpmdb.sqlite")
    found = list(SqliteFile(memoryview(looped), complaints.add).blobs("Packages"))
    assert 0 < len(found) < len(rows)
    assert complaints.problems(anything_read=True)


def test_cells_that_share_their_bytes_are_not_multiplied() -> None:
    data, rows = database([b"x" * 60] * 4, 65536)
    shared = bytearray(data)
    start = next(start for start in range(65536, len(data), 65536) if data[start + 3 : start + 5] == b"\0\4")
    shared[start + 3 : start + 5] = (20_000).to_bytes(2, "big")
    shared[start + 8 : start + 40_008] = data[start + 8 : start + 10] * 20_000
    complaints = Complaints("rpmdb.sqlite")
    found = list(SqliteFile(memoryview(shared), complaints.add).blobs("Packages"))
    assert set(found) <= set(rows)
    assert sum(map(len, found)) <= len(data)
    assert complaints.problems(anything_read=True)


@settings(max_examples=150, deadline=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), max_size=30),
    cut=st.integers(0, 1 << 20),
)
def test_damage_never_raises_anything_else(changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(DAMAGED)
    for at, value in changes:
        data[at % len(data)] = value
    view = memoryview(bytes(data[: cut % (2 * len(data))]))
    with suppress(InputError):
        blobs = list(SqliteFile(view, Complaints("rpmdb.sqlite").add).blobs("Packages"))
        assert sum(map(len, blobs)) <= len(view)


DAMAGED, _ = database([bytes([number]) * (number * 97) for number in range(1, 30)], 512, 3)
