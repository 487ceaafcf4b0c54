"""Matching against real data: this machine's own packages, and human labels."""

import gzip
import json
import shutil
import subprocess
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from seawall.advisory.database import Database, DatabaseBuilder
from seawall.advisory.feed.interface import Dated, Feed, Skipped
from seawall.advisory.feed.registry import feeds
from seawall.advisory.files import feed_files
from seawall.advisory.match import MatchResult, match
from seawall.model import Distribution, FeedInfo, FeedRecord, Image, Package, SourcePackage, Subject
from seawall.model.identifiers import Purl

pytestmark = pytest.mark.acceptance

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
FEEDS = CORPUS / "feeds.tar"
LABELS = CORPUS / "goldens" / "anchore-match-labels.jsonl.gz"
TRACKER = "debian/tracker-bookworm-derived.json"
ALMA = "osv/AlmaLinux/all.zip"
ALMA_8 = "sha256:cd49d7250ed7bb194d502d8a3e50bd775055ca275d1d9c2785aea72b890afe6a"

needs_feeds = pytest.mark.skipif(not FEEDS.is_file(), reason="feeds of ../shared/corpus are not at hand")


def unpack(directory: Path, name: str) -> Path:
    """One file of the corpus' archive of feeds."""
    with tarfile.open(FEEDS) as archive:
        member = next(one for one in archive if one.name.removeprefix("./").endswith(name))
        stream = archive.extractfile(member)
        assert stream is not None
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with stream, target.open("wb") as out:
            shutil.copyfileobj(stream, out)
    return target


def records(feed: Feed, path: Path) -> Iterator[FeedRecord]:
    for file in feed_files(path):
        if isinstance(file, Skipped) or not feed.recognises(file):
            continue
        yield from (item for item in feed.read(file) if not isinstance(item, Skipped | Dated))


def matched(root: Path, feed: str, path: Path, image: Image) -> MatchResult:
    builder = DatabaseBuilder(root)
    info = builder.put(FeedInfo(name=feed, licence="", date="2026-01-01"), records(feeds()[feed], path))
    assert info.records
    builder.build()
    with Database.open(root) as database:
        return match(image, database, on=date(2026, 1, 1))


def dpkg_packages() -> tuple[Package, ...]:
    form = r"${Package}\t${Version}\t${source:Package}\t${source:Version}\t${Architecture}\t${db:Status-Status}\n"
    text = subprocess.run(["dpkg-query", "-W", "-f", form], check=True, capture_output=True, text=True).stdout
    rows = [line.split("\t") for line in text.splitlines()]
    return tuple(
        Package(
            type="deb",
            name=name,
            version=version,
            purl=Purl(f"pkg:deb/debian/{name}@{version}?arch={architecture}"),
            source=SourcePackage(name=source, version=source_version),
            architecture=architecture,
        )
        for name, version, source, source_version, architecture, status in rows
        if status == "installed"
    )


def dpkg_says_older(first: str, second: str) -> bool:
    return subprocess.run(["dpkg", "--compare-versions", first, "lt", second], check=False).returncode == 0


@needs_feeds
@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="there is no dpkg")
def test_exactly_the_findings_that_dpkg_gives(tmp_path: Path) -> None:
    tracker = unpack(tmp_path, TRACKER)
    packages = dpkg_packages()
    image = Image(
        subject=Subject(kind="filesystem", name="/"),
        distribution=Distribution(id="debian", version="12"),
        packages=packages,
    )
    data = json.loads(tracker.read_bytes())
    older: dict[tuple[str, str], bool] = {}
    expected = set()
    for package in packages:
        assert package.source is not None
        for identifier, issue in data.get(package.source.name, {}).items():
            release = issue["releases"].get("bookworm")
            if release is None:
                continue
            fixed = release.get("fixed_version", "")
            if release["status"] == "resolved":
                pair = (package.source.version, fixed)
                if fixed in {"", "0"}:
                    continue
                if pair not in older:
                    older[pair] = dpkg_says_older(*pair)
                if not older[pair]:
                    continue
            expected.add((package.name, identifier))
    result = matched(tmp_path / "database", "debian", tracker, image)
    assert {(one.package.name, one.vulnerability.id) for one in result.matches} == expected


@needs_feeds
@pytest.mark.skipif(not LABELS.is_file(), reason="labels of ../shared/corpus are not at hand")
def test_every_labelled_truth_that_the_errata_can_reach(tmp_path: Path) -> None:
    labels: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    with gzip.open(LABELS, "rt", encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            if ALMA_8 not in str(entry["image"]):
                continue
            one = entry["package"]
            identifier = entry.get("effective_cve") or entry["vulnerability_id"]
            labels[one["name"], one["version"], identifier].add(entry["label"])
    distribution_s = {key for key in labels if "-" in key[1]}  # the labelled Python packages have no release
    packages = tuple(
        Package(type="rpm", name=name, version=version, purl=Purl(f"pkg:rpm/almalinux/{name}@{version}"))
        for name, version in sorted({key[:2] for key in distribution_s})
    )
    image = Image(
        subject=Subject(kind="image", name="almalinux"),
        distribution=Distribution(id="almalinux", version="8.6"),
        packages=packages,
    )
    result = matched(tmp_path / "database", "osv", unpack(tmp_path, ALMA), image)
    found = {(one.package.name, one.package.version, str(one.vulnerability.id)) for one in result.matches}
    true = {key for key in distribution_s if labels[key] == {"TP"}}
    false = {key for key in distribution_s if labels[key] == {"FP"}}
    with Database.open(tmp_path / "database") as database:
        reachable = {key for key in true if any(row.id == key[2] for row in database.lookup("almalinux-8", key[0]))}
    assert len(reachable) == 111
    assert reachable <= found
    assert found & false == set()
