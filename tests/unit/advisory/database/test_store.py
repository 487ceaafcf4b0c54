import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.advisory.database import RecordStore
from seawall.errors import InputError
from seawall.model import (
    Advisory,
    Affected,
    ExploitScore,
    FeedInfo,
    FeedRecord,
    KnownExploited,
    SupportPeriod,
    VersionRange,
)
from seawall.model.identifiers import VulnerabilityId

CVE = VulnerabilityId("CVE-2025-1")
INFO = FeedInfo(name="osv:PyPI", licence="CC-BY-4.0")
RECORDS: tuple[FeedRecord, ...] = (
    Advisory(
        id=CVE,
        feed="osv",
        affected=(Affected(ecosystem="pypi", package="é" * 300, ranges=(VersionRange(fixed="1.0"),)),),
    ),
    ExploitScore(id=CVE, score=0.5, percentile=0.9),
    KnownExploited(id=CVE, added="2025-01-01", ransomware=True),
    SupportPeriod(product="debian", release="12", ends="2026-06-10"),
)


def broken() -> Iterator[FeedRecord]:
    yield RECORDS[0]
    raise InputError("the feed is torn")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    info = store.write(INFO, RECORDS)
    assert info.records == 4
    assert info.ecosystems == ("pypi",)
    assert tuple(store.records("osv:PyPI")) == RECORDS
    assert store.infos() == (info,)


def test_a_torn_feed_leaves_the_old_records(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    store.write(INFO, RECORDS)
    with pytest.raises(InputError):
        store.write(INFO, broken())
    assert tuple(store.records(INFO.name)) == RECORDS
    assert [path.name for path in (tmp_path / "records").iterdir()] == ["osv:PyPI.zst"]


def test_a_failure_is_noted_beside_the_old_records(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    store.write(INFO, RECORDS)
    assert store.fail(INFO, "no answer").records == 4
    assert store.info(INFO.name).error == "no answer"
    assert tuple(store.records(INFO.name)) == RECORDS
    assert store.fail(FeedInfo(name="new", licence=""), "no answer").records == 0


def test_names_cannot_leave_the_directory(tmp_path: Path) -> None:
    store = RecordStore(tmp_path)
    store.write(FeedInfo(name="../../evil", licence=""), ())
    assert [path.parent for path in tmp_path.rglob("*evil*")] == [tmp_path / "records"]
    store.remove("../../evil")
    assert store.names() == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.data())
def test_a_damaged_file_is_an_error_and_nothing_else(tmp_path: Path, data: st.DataObject) -> None:
    store = RecordStore(tmp_path)
    store.write(INFO, RECORDS)
    path = tmp_path / "records" / "osv:PyPI.zst"
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw[: data.draw(st.integers(0, len(raw)))])
    store.infos()
    with contextlib.suppress(InputError):
        list(store.records(INFO.name))


@pytest.mark.parametrize("size", [0, 10, -60, -20])
def test_a_shortened_file_is_noticed(tmp_path: Path, size: int) -> None:
    store = RecordStore(tmp_path)
    store.write(INFO, RECORDS)
    path = tmp_path / "records" / "osv:PyPI.zst"
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(InputError, match="osv:PyPI"):
        list(store.records(INFO.name))
