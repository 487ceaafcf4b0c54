"""Real feeds, in their services' own layout: nothing that they say is lost without a word."""

import csv
import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from seawall.advisory.feed.interface import Skipped
from seawall.advisory.feed.osv import Osv
from seawall.advisory.feed.registry import feeds
from seawall.advisory.files import feed_files
from seawall.errors import SeawallError
from seawall.model.advisory import Advisory
from seawall.model.finding import Status
from seawall.workflow.advisories import Outcome, import_paths
from seawall.workflow.feeds.ask import search, status

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
FEEDS = CORPUS / "feeds.tar"

pytestmark = [
    pytest.mark.acceptance,
    pytest.mark.skipif(not FEEDS.exists(), reason="the corpus ../shared/corpus/feeds.tar is not here"),
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("db")


@pytest.fixture(scope="module")
def outcome(database: Path) -> Outcome:
    return import_paths((FEEDS,), database)


def test_every_feed_is_taken_in(outcome: Outcome) -> None:
    records: dict[str, int] = {}
    for info in outcome.feeds:
        assert not info.error
        name = info.name.partition(":")[0]
        records[name] = records.get(name, 0) + info.records
    assert records == {
        "alpine": 16673,
        "debian": 5915,
        "epss": 360142,
        "kev": 2904,
        "nvd": 39,
        "osv": 24217,
        "redhat": 27,
    }
    assert not outcome.unreadable


def test_what_gave_no_record_is_known_by_reason(outcome: Outcome) -> None:
    reasons: dict[str, int] = {}
    for info in outcome.feeds:
        for reason, count in info.skipped.items():
            reasons[reason] = reasons.get(reason, 0) + count
    broken = {info.name: info.broken for info in outcome.feeds if info.broken}
    assert broken == {"debian": 1, "redhat:redhat/csaf-vex-samples.zip": 1}, "wrong on purpose, both"
    assert reasons["withdrawn"] == 151
    assert reasons["notice about no vulnerability (bug fix or enhancement)"] == 1197
    unknown = {name.rpartition("/")[2] for name in outcome.unrecognised}
    assert "all.zip" not in unknown, "every file of every OSV archive is recognised"


def _fixed(document: dict[str, object]) -> set[str]:
    """The fixed versions of a document, read slowly and plainly."""
    affected = json.loads(json.dumps(document.get("affected") or []))
    ranges = [one for row in affected if row.get("package") for one in row.get("ranges") or []]
    return {event["fixed"] for one in ranges if one["type"] != "GIT" for event in one["events"] if "fixed" in event}


def test_no_osv_record_disappears() -> None:
    """Each document gives its advisory with all its packages and fixed versions, or says why not."""
    feed = Osv()
    checked = 0
    for file in feed_files(FEEDS):
        assert not isinstance(file, Skipped)
        if "/osv/" not in file.path:
            continue
        with file.open() as stream:
            document = json.loads(stream.read())
        items = list(feed.read(file))
        advisories = [item for item in items if isinstance(item, Advisory)]
        skipped = [item for item in items if isinstance(item, Skipped)]
        if advisories:
            (found,) = advisories
            assert found.id == document["id"]
            assert len(found.affected) + len(skipped) == len(document["affected"])
            assert {one.fixed for row in found.affected for one in row.ranges if one.fixed} == _fixed(document)
        else:
            assert skipped
        checked += 1
    assert checked == 25_533


def test_scores_are_those_of_the_file(outcome: Outcome, database: Path) -> None:
    with _packed_text("epss/epss_scores-current.csv.gz") as text:
        rows = list(csv.reader(line for line in text if not line.startswith("#")))[1:]
    wanted = {name: (float(score), float(percentile)) for name, score, percentile in rows}
    hits = search(database, "CVE-2023-38545")
    assert {hit.epss for hit in hits} == {wanted["CVE-2023-38545"][0]}
    assert sum(info.records for info in outcome.feeds if info.name == "epss") == len(wanted)


def _packed_text(ending: str) -> io.TextIOWrapper:
    """A packed text file of the corpus."""
    for file in feed_files(FEEDS):
        if not isinstance(file, Skipped) and file.path.endswith(ending):
            with file.open() as stream:
                return io.TextIOWrapper(io.BytesIO(gzip.decompress(stream.read())), "utf-8")
    raise AssertionError(ending)


def test_vendors_words_on_one_vulnerability(outcome: Outcome, database: Path) -> None:
    assert outcome.created
    found = {(hit.ecosystem, hit.package): hit for hit in search(database, "CVE-2023-38545")}
    assert found["debian-12", "curl"].fixed == ("7.88.1-10+deb12u4",)
    assert found["rhel-8", "curl"].status == Status.NOT_AFFECTED
    assert found["rhel-9", "libcurl"].severity == "high"
    assert found["wolfi", "curl"].fixed == ("8.4.0-r0",)


def test_shards_of_the_corpus(outcome: Outcome, database: Path) -> None:
    assert outcome.records
    shards = set(status(database).shards)
    assert {"pypi", "npm", "golang", "cargo", "maven", "nuget", "composer", "gem", "bitnami"} <= shards
    assert {"debian-12", "alpine-3.19", "ubuntu-22.04", "almalinux-9", "rocky-9", "rhel-9", "wolfi"} <= shards
    assert {"ubuntu-22.04-esm", "ubuntu-20.04-fips"} <= shards


def test_other_scanners_feeds_are_not_mistaken() -> None:
    """Each file is of one feed at most, and reading it raises nothing unforeseen."""
    names = ("redhat/", "alpine/", "nvd/", "ubuntu/", "wolfi/", "kev/")
    for file in feed_files(FEEDS):
        if isinstance(file, Skipped) or not file.path.removeprefix("feeds.tar/feeds/").startswith(names):
            continue
        takers = [feed.name for feed in feeds().values() if feed.recognises(file)]
        assert len(takers) <= 1
        assert "/nvd/" not in file.path or takers in ([], ["nvd"])


def test_truncated_feeds_are_errors_not_crashes(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "half.zip", "w") as archive:
        for number, file in enumerate(feed_files(FEEDS)):
            if not isinstance(file, Skipped) and number % 97 == 0:
                with file.open() as stream:
                    data = stream.read()
                archive.writestr(file.path, data[: len(data) // 2])
    for file in feed_files(tmp_path / "half.zip"):
        assert not isinstance(file, Skipped)
        for feed in feeds().values():
            if feed.recognises(file):
                try:
                    list(feed.read(file))
                except SeawallError as error:
                    assert error.sentence()  # noqa: PT017 -- whether it raises is not what is asked
