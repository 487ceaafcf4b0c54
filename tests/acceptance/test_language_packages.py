"""Language packages' metadata of the public corpus: read as their own package managers would."""

import io
import json
import tarfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from seawall.image.package.java import JavaAnalyzer
from seawall.image.package.java_groups import known_group
from seawall.image.package.python import PythonAnalyzer

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
TESTDATA = CORPUS / "inventories" / "syft-testdata.zip"
FEEDS = CORPUS / "feeds.tar"
JARS = "syft/pkg/cataloger/java/testdata/jar-metadata/"

pytestmark = [
    pytest.mark.acceptance,
    pytest.mark.skipif(not TESTDATA.is_file(), reason="needs ../shared/corpus/inventories/syft-testdata.zip"),
]


@pytest.fixture(scope="module")
def testdata() -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(TESTDATA) as archive:
        yield archive


@pytest.mark.parametrize(
    ("folder", "suffix", "expected"),
    [
        (
            "api-all-2.0.0-sources",
            "jar",
            {
                "org.apache.directory.api:api-all": "2.0.0",
                "org.apache.directory.api:api-asn1-api": "2.0.0",
            },
        ),
        ("jackson-core-2.15.2", "jar", {"com.fasterxml.jackson.core:jackson-core": "2.15.2"}),
        (
            "com.fasterxml.jackson.core.jackson-core-2.15.2",
            "jar",
            {"com.fasterxml.jackson.core:jackson-core": "2.15.2"},
        ),
        ("commons-lang3-3.12.0", "jar", {"org.apache.commons:commons-lang3": "3.12.0"}),
        ("micronaut-aop-4.9.11", "jar", {"io.micronaut:micronaut-aop": "4.9.11"}),
        ("opensaml-core-3.4.6", "jar", {"org.opensaml:opensaml-core": "3.4.6"}),
        (
            "multiple-matching-2.11.5",
            "jar",
            {f"org.multiple:multiple-matching-{number}": "2.11.5" for number in (1, 2, 3)},
        ),
        ("org.multiple-thename", "jar", {"com.multiple:thename": "10.11.12", "org.multiple:thename": "10.11.12"}),
        ("jenkins-plugins/gradle/2.11", "hpi", {"org.jenkins-ci.plugins:gradle": "2.11"}),
    ],
)
def test_java_archives(testdata: zipfile.ZipFile, folder: str, suffix: str, expected: dict[str, str]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in testdata.namelist():
            if name.startswith(f"{JARS}{folder}/") and not name.endswith("/"):
                archive.writestr(name.removeprefix(f"{JARS}{folder}/"), testdata.read(name))
    facts = JavaAnalyzer().analyze(f"opt/{folder}.{suffix}", memoryview(buffer.getvalue()))
    assert facts.problems == ()
    assert {package.name: package.version for package in facts.packages} == expected


def test_python_metadata(testdata: zipfile.ZipFile) -> None:
    analyzer = PythonAnalyzer()
    found: dict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
    broken = []
    for name in testdata.namelist():
        if not name.endswith(("/METADATA", "/PKG-INFO")) or "INFO/" not in name.upper():
            continue
        facts = analyzer.analyze(name, memoryview(testdata.read(name)))
        broken += [problem.path.split("/")[-2] for problem in facts.problems]
        for package in facts.packages:
            found[package.name, package.version].add(package.licenses)
    assert found == {
        ("pygments", "2.6.1"): {("BSD License",)},
        ("requests", "2.22.0"): {("Apache 2.0",)},
        ("someotherpkg", "3.19.0"): {("Apache 2.0",)},
        ("somerequests", "3.22.0"): {("BSD License",)},
    }
    assert {name[:1] for name in broken} == {"v", "w", "x", "y"}  # their whole content is the word "bogus"


@pytest.mark.skipif(not FEEDS.is_file(), reason="needs ../shared/corpus/feeds.tar")
def test_known_groups_are_those_that_advisories_name() -> None:
    """For each artifact of the advisories that is well-known by name, its group is among those that they name."""
    names: dict[str, set[str]] = defaultdict(set)
    with tarfile.open(FEEDS) as feeds:
        member = next(item for item in feeds if item.name.endswith("osv/Maven/all.zip"))
        content = feeds.extractfile(member)
        assert content is not None
        with zipfile.ZipFile(io.BytesIO(content.read())) as archive:
            for name in archive.namelist():
                for affected in json.loads(archive.read(name)).get("affected", []):
                    package = affected.get("package", {})
                    if package.get("ecosystem") == "Maven":
                        group, _, artifact = package["name"].partition(":")
                        names[artifact].add(group)
    assert len(names) > 100
    moved = {"bcprov-jdk16"}  # two names in turn, of which the advisories know the first
    wrong = {
        artifact: (groups, known_group(artifact, "999"))
        for artifact, groups in names.items()
        if artifact not in moved
        and known_group(artifact, "999")
        and not {known_group(artifact, version) for version in ("0.1", "3.0", "5.0", "999")} & groups
    }
    assert wrong == {}
