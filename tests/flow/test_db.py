"""The advisory database as its users see it: fetched, carried in, broken on the way, asked."""

import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread

import click
import msgspec
import pytest

from seawall.cli.db import db_cmd
from seawall.errors import IncompleteError, InputError, ServiceError, UsageError
from seawall.model.advisory import FeedInfo
from seawall.workflow.advisories import Outcome, UpdateRequest, import_paths, update
from seawall.workflow.feeds.ask import search, status

_TICKS = count(1_700_000_000)
KEV = {
    "catalogVersion": "2026.01.27",
    "dateReleased": "2026-01-27T20:51:50Z",
    "vulnerabilities": [{"cveID": "CVE-2026-0001", "dateAdded": "2026-01-27"}],
}
EPSS = b"#model_version:v1,score_date:2026-08-16T00:00:00Z\ncve,epss,percentile\nCVE-2026-0001,0.5,0.9\n"
DEBIAN = {
    "curl": {
        "CVE-2026-0001": {
            "releases": {
                "bookworm": {"status": "resolved", "fixed_version": "7.88-2", "repositories": {}, "urgency": "low"}
            }
        }
    }
}


def _osv(identifier: str, package: str, **fields: object) -> bytes:
    row = {
        "package": {"ecosystem": "PyPI", "name": package},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
    }
    document = {"id": identifier, "modified": "2026-02-01T00:00:00Z", "summary": "A flaw", "affected": [row], **fields}
    return json.dumps(document).encode()


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def _write(root: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (next(_TICKS),) * 2)  # HTTP's dates count in seconds


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    """A copy of some feeds, as a mirror or a disk that is carried around has it."""
    root = tmp_path / "feeds"
    _write(
        root,
        {
            "osv/PyPI/all.zip": _zip(
                {
                    "GHSA-1.json": _osv("GHSA-aaaa-bbbb-cccc", "Flask", aliases=["CVE-2026-0001"]),
                    "GHSA-2.json": _osv("GHSA-dddd-eeee-ffff", "django", withdrawn="2026-01-01T00:00:00Z"),
                    "GHSA-3.json": b'{"id": "GHSA-x", "modified": "2026',
                }
            ),
            "kev/known_exploited_vulnerabilities.json": json.dumps(KEV).encode(),
            "epss/epss_scores-current.csv.gz": gzip.compress(EPSS),
            "debian/tracker.json": json.dumps(DEBIAN).encode(),
            "README.txt": b"hello",
        },
    )
    return root


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "db"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Quiet."""


@pytest.fixture
def mirror(feeds: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(feeds)))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def refresh(mirror: str, database: Path, tmp_path: Path) -> Callable[[], dict[str, FeedInfo]]:
    """Update from the mirror, and what came of it by feed."""

    def run() -> dict[str, FeedInfo]:
        outcome = update(
            UpdateRequest(
                database=database,
                downloads=tmp_path / "downloads",
                feeds=("osv", "kev", "epss", "debian"),
                ecosystems=frozenset({"PyPI", "debian-12"}),
                base=mirror,
            )
        )
        return {info.name: info for info in outcome.feeds}

    return run


def _seawall(*arguments: str) -> None:
    with click.Context(db_cmd) as context:
        db_cmd.main(list(arguments), standalone_mode=False, parent=context)


def test_import_tells_what_it_took_and_what_not(feeds: Path, database: Path) -> None:
    outcome = import_paths((feeds,), database)
    found = {info.name: info for info in outcome.feeds}
    assert set(found) == {"osv:PyPI/all.zip", "kev", "epss", "debian"}
    osv = found["osv:PyPI/all.zip"]
    assert (osv.records, osv.broken, osv.ecosystems) == (1, 1, ("pypi",))
    assert osv.skipped == {"withdrawn": 1, "file cannot be read": 1}
    assert osv.date == "2026-02-01T00:00:00Z"
    assert found["kev"].date == "2026-01-27T20:51:50Z"
    assert found["epss"].date == "2026-08-16"
    assert sum(outcome.unrecognised.values()) == 1
    assert outcome.records == 4
    assert not outcome.failed


def test_search_by_any_name(feeds: Path, database: Path) -> None:
    import_paths((feeds,), database)
    for query in ("CVE-2026-0001", "GHSA-aaaa-bbbb-cccc", "cve-2026-0001"):
        hits = search(database, query)
        assert [(hit.ecosystem, hit.package, hit.fixed) for hit in hits] == [
            ("debian-12", "curl", ("7.88-2",)),
            ("pypi", "flask", ("2.0",)),
        ]
        assert {(hit.id, hit.epss, hit.kev) for hit in hits} == {("CVE-2026-0001", 0.5, "2026-01-27")}
    assert [hit.package for hit in search(database, "flask", ecosystem="PyPI")] == ["flask"]
    assert search(database, "flask", ecosystem="debian-12") == ()
    assert search(database, "nothing") == ()
    with pytest.raises(UsageError, match="nothing about"):
        search(database, "flask", ecosystem="npm")


def test_archive_of_everything_is_the_same(feeds: Path, database: Path, tmp_path: Path) -> None:
    files = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in feeds.rglob("*") if path.is_file()}
    (tmp_path / "all.zip").write_bytes(_zip(files))
    outcome = import_paths((tmp_path / "all.zip",), database)
    assert {info.name: info.records for info in outcome.feeds} == {
        "osv:PyPI/all.zip": 1,
        "kev": 1,
        "epss": 1,
        "debian": 1,
    }


def test_import_replaces_its_unit_and_nothing_else(feeds: Path, database: Path) -> None:
    import_paths((feeds,), database)
    _write(feeds, {"osv/PyPI/all.zip": _zip({"a.json": _osv("GHSA-gggg-hhhh-iiii", "rich")})})
    import_paths((feeds / "osv",), database)
    assert [hit.package for hit in search(database, "CVE-2026-0001")] == ["curl"]
    assert search(database, "rich")
    assert {info.name for info in status(database).feeds} == {"osv:PyPI/all.zip", "kev", "epss", "debian"}


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda _: b"<html>Sorry</html>"])
def test_broken_feed_keeps_its_old_records(
    damage: Callable[[bytes], bytes], feeds: Path, refresh: Callable[[], dict[str, FeedInfo]], database: Path
) -> None:
    refresh()
    path = feeds / "osv" / "PyPI" / "all.zip"
    whole = path.read_bytes()
    _write(feeds, {"osv/PyPI/all.zip": damage(whole)})
    broken = refresh()["osv:PyPI/all.zip"]
    assert broken.error
    assert broken.records == 1
    assert search(database, "flask"), "the old records stay"
    assert [info.name for info in status(database).feeds if info.error] == ["osv:PyPI/all.zip"]
    _write(feeds, {"osv/PyPI/all.zip": whole})
    assert not refresh()["osv:PyPI/all.zip"].error


def test_update_fetches_only_what_changed(
    feeds: Path, refresh: Callable[[], dict[str, FeedInfo]], mirror: str, tmp_path: Path
) -> None:
    first = refresh()
    assert {info.records for info in first.values()} == {1}
    assert all(info.source.startswith(mirror) for info in first.values())
    stamps = {path: path.stat().st_mtime_ns for path in (tmp_path / "downloads").rglob("*.zip")}
    assert stamps
    again = refresh()
    assert {name: info.records for name, info in again.items()} == {name: info.records for name, info in first.items()}
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps
    (feeds / "kev" / "known_exploited_vulnerabilities.json").unlink()
    failed = refresh()
    assert [name for name, info in failed.items() if info.error] == ["kev"]
    assert failed["kev"].records == 1


def test_nothing_to_be_had(database: Path, tmp_path: Path, feeds: Path, mirror: str) -> None:
    request = UpdateRequest(database=database, downloads=tmp_path / "d", base=f"{mirror}/nowhere", feeds=("kev",))
    with pytest.raises(ServiceError, match="no feed could be fetched"):
        update(request)
    with pytest.raises(UsageError, match="no feed 'x'"):
        update(UpdateRequest(database=database, downloads=tmp_path / "d", feeds=("x",)))
    with pytest.raises(InputError, match="no advisory feed"):
        import_paths((feeds / "README.txt",), database)
    with pytest.raises(InputError, match="no advisory database"):
        status(database)


def test_pointer_names_the_file(database: Path, tmp_path: Path, feeds: Path, mirror: str) -> None:
    _write(feeds, {"vex/archive_latest.txt": b"csaf_vex_2026.tar.zst\n", "vex/csaf_vex_2026.tar.zst": b"not one"})
    request = UpdateRequest(
        database=database, downloads=tmp_path / "d", feeds=("redhat",), addresses={"redhat": f"{mirror}/vex"}
    )
    with pytest.raises(ServiceError):
        update(request)
    assert (tmp_path / "d" / "redhat" / "csaf_vex.tar.zst").read_bytes() == b"not one"
    _write(feeds, {"vex/archive_latest.txt": b"../../etc/passwd"})
    with pytest.raises(ServiceError, match="does not name a file"):
        update(request)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAWALL_CACHE_DIR", str(tmp_path / "cache"))


@pytest.mark.usefixtures("cache")
def test_command_line(feeds: Path, database: Path, mirror: str, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--db", str(database)]
    _seawall("import", str(feeds), *place)
    printed = capsys.readouterr()
    assert "osv:PyPI/all.zip" in printed.out
    assert "4 records" in printed.out
    assert "1 left out, withdrawn (such as GHSA-dddd-eeee-ffff)" in printed.err
    assert "not of a known feed: 1 file" in printed.err
    _seawall("status", *place)
    assert "debian-12" in capsys.readouterr().out
    _seawall("status", "--output", "json", *place)
    assert json.loads(capsys.readouterr().out)["shards"]["pypi"] == [1, 1]
    _seawall("search", "CVE-2026-0001", *place)
    assert "known exploited since 2026-01-27" in capsys.readouterr().out
    _seawall("search", "CVE-2026-0001", "--output", "json", *place)
    assert len(json.loads(capsys.readouterr().out)) == 2
    _seawall("search", "nothing", *place)
    assert "Nothing is known of 'nothing'" in capsys.readouterr().out
    _seawall("update", "--from", mirror, "--feed", "kev", "--quiet", *place)
    assert capsys.readouterr().out == ""
    _seawall("update", "--from", str(feeds), "--output", "json", *place)
    assert _outcome(capsys).records == 4


@pytest.mark.usefixtures("cache")
def test_command_line_exit_codes(feeds: Path, database: Path, mirror: str, tmp_path: Path) -> None:
    place = ["--db", str(database)]
    update_kev = ["update", "--from", mirror, "--feed", "kev", "--feed", "epss", *place]
    _seawall(*update_kev)
    (feeds / "kev" / "known_exploited_vulnerabilities.json").unlink()
    with pytest.raises(IncompleteError, match="1 of the feeds"):
        _seawall(*update_kev)
    (feeds / "epss" / "epss_scores-current.csv.gz").unlink()
    with pytest.raises(ServiceError, match="no feed could be fetched"):
        _seawall(*update_kev)
    (tmp_path / "half.zip").write_bytes((feeds / "osv" / "PyPI" / "all.zip").read_bytes()[:200])
    with pytest.raises(InputError):
        _seawall("import", str(tmp_path / "half.zip"), *place)
    with pytest.raises(UsageError, match="--ecosystem"):
        _seawall("update", "--from", str(feeds), "--ecosystem", "PyPI", *place)


def _outcome(capsys: pytest.CaptureFixture[str]) -> Outcome:
    return msgspec.json.decode(capsys.readouterr().out, type=Outcome)


def test_a_feed_that_is_imported_only_is_not_fetched(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nvd is not fetched, only imported"):
        update(UpdateRequest(database=tmp_path / "db", downloads=tmp_path / "feeds", feeds=("nvd",)))
