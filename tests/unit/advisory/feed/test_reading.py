import json
from pathlib import Path

import pytest

from seawall.advisory.feed.reading import Reading, Unit, unit_name
from seawall.advisory.feed.registry import chosen
from seawall.errors import InputError
from seawall.model.advisory import FeedInfo

GOOD = json.dumps(
    {
        "id": "GHSA-1234-1234-1234",
        "modified": "2026-01-01T00:00:00Z",
        "affected": [{"package": {"ecosystem": "npm", "name": "x"}, "versions": ["1"]}],
    }
)
BAD = '{"id": 3, "modified": ""}'


def _tree(root: Path, files: dict[str, str]) -> Reading:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Reading(root, chosen(("osv", "kev")))


def _consume(unit: Unit) -> FeedInfo:
    count = sum(1 for _ in unit.records())
    info = unit.complete(FeedInfo(name=unit.name, licence=""))
    assert info.records == 0
    return FeedInfo(name=info.name, licence="", date=info.date, records=count, skipped=info.skipped, broken=info.broken)


def test_units_are_folders_and_whole_feeds(tmp_path: Path) -> None:
    kev = json.dumps(
        {"catalogVersion": "1", "vulnerabilities": [{"cveID": "CVE-2026-1111", "dateAdded": "2026-01-01"}]}
    )
    reading = _tree(
        tmp_path, {"npm/a.json": GOOD, "npm/b.json": GOOD, "other/c.json": GOOD, "kev.json": kev, "x.txt": ""}
    )
    found = {info.name: info.records for info in map(_consume, reading.units())}
    assert found == {"kev": 1, f"osv:{tmp_path.name}/npm": 2, f"osv:{tmp_path.name}/other": 1}
    assert reading.unrecognised.total() == 1
    assert not reading.unreadable


def test_one_broken_file_is_counted(tmp_path: Path) -> None:
    unit = next(_tree(tmp_path, {"a.json": GOOD, "b.json": BAD, "c.json": GOOD}).units())
    info = _consume(unit)
    assert (info.records, info.broken, info.skipped) == (2, 1, {"file cannot be read": 1})
    assert info.date == "2026-01-01T00:00:00Z"
    assert unit.examples["file cannot be read"][0].startswith("b.json: ")


@pytest.mark.parametrize("files", [{"a.json": BAD}, {"a.json": GOOD, "b.json": BAD, "c.json": BAD}])
def test_mostly_broken_unit_is_an_error(files: dict[str, str], tmp_path: Path) -> None:
    unit = next(_tree(tmp_path, files).units())
    with pytest.raises(InputError, match="not what this feed writes"):
        list(unit.records())


def test_broken_archive_of_no_known_feed_is_told(tmp_path: Path) -> None:
    reading = _tree(tmp_path, {"npm/a.json": GOOD})
    (tmp_path / "z.zip").write_bytes(b"PK\x03\x04 and no more")
    assert [_consume(unit).records for unit in reading.units()] == [1]
    assert [one.where for one in reading.unreadable] == ["z.zip"]


def test_names() -> None:
    known = chosen(())
    assert unit_name(known["osv"], "PyPI/all.zip") == "osv:PyPI/all.zip"
    assert unit_name(known["kev"], "feeds/kev") == "kev"
