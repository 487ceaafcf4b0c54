"""scan(image) == scan(sbom(image)): the same packages and layers, whatever an image holds."""

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.image.source.interface import ScanOptions
from seawall.image.source.sbom import SbomSource
from seawall.model import purl
from seawall.model.coverage import Coverage, CoverageState
from seawall.model.finding import Subject
from seawall.model.identifiers import Digest, Purl
from seawall.model.image import Image, Layer, Package, SourcePackage
from seawall.model.report import Report, Summary, Tool
from seawall.report import reporter
from seawall.report.interface import Style

WORD = st.text(
    alphabet=st.characters(codec="ascii", categories=("L", "N")) | st.sampled_from("+.~-"), min_size=1, max_size=9
)
TEXT = st.text(alphabet=st.characters(exclude_categories=("C", "Z")), max_size=10)
VERSION = st.builds(lambda epoch, word: f"{epoch}:{word}" if epoch else word, st.integers(0, 2), WORD)
LAYERS = tuple(
    Layer(
        index=index,
        digest=Digest(f"sha256:{index:064x}"),
        diff_id=Digest(f"sha256:{index + 9:064x}"),
        instruction=f"RUN step {index} && x=y",
        size=index * 1000,
        created="2026-01-01T00:00:00Z",
        from_base=index == 0,
    )
    for index in range(3)
)
LICENSES = st.lists(
    st.sampled_from(["MIT", "GPL-2.0-only", "their own words", "A AND B", "MIT OR ISC"]), max_size=2, unique=True
)


@st.composite
def packages(draw: st.DrawFn) -> Package:
    kind = draw(st.sampled_from(["deb", "rpm", "apk", "npm", "maven", "golang", "pypi", "generic"]))
    name, version = draw(WORD), draw(VERSION)
    namespace = {"deb": "debian", "rpm": "redhat", "apk": "alpine", "npm": "@scope", "maven": "org.example"}.get(
        kind, ""
    )
    system = kind in {"deb", "rpm", "apk"}
    qualifiers = {"distro": "debian-12", "arch": "amd64"} if system else {}
    return Package(
        type=kind,
        name={"npm": f"@scope/{name}", "maven": f"org.example:{name}"}.get(kind, name),
        version=version,
        purl=purl.make(kind, name, version, namespace=namespace, qualifiers=qualifiers),
        source=draw(st.builds(SourcePackage, name=WORD, version=VERSION)) if system else None,
        architecture="amd64" if system else "",
        licenses=tuple(draw(LICENSES)),
        vendor=draw(TEXT),
        layer=draw(st.sampled_from([0, 1, 2])),
        paths=tuple(sorted(set(draw(st.lists(TEXT.map("/{}".format), max_size=2))))),
        from_base=draw(st.sampled_from([True, False, None])),
        owner=draw(st.sampled_from([Purl(""), Purl("pkg:deb/debian/owner@1?arch=amd64")])),
        deleted_in=draw(st.sampled_from([None, 2])),
        modularity=draw(st.sampled_from(["", "nginx:1.20"])),
    )


def written(image: Image, format_: str) -> str:
    severities = dict.fromkeys(("critical", "high", "medium", "low", "negligible", "unknown"), 0)
    summary = Summary(
        findings=0, accepted=0, by_severity=severities, by_policy={}, fixable=0, kev=0, packages=0, gaps=0
    )
    report = Report(
        tool=Tool(version="1", created="2026-01-01T00:00:00Z"),
        subject=image.subject,
        layers=image.layers,
        packages=image.packages,
        coverage=image.coverage,
        summary=summary,
    )
    out = io.StringIO()
    reporter(format_).write(report, out, Style())
    return out.getvalue()


def order(package: Package) -> tuple[str, str, str, int, str]:
    return (package.type, package.name, package.version, package.layer or 0, package.purl)


@pytest.mark.parametrize("format_", ["cyclonedx", "spdx"])
@given(st.lists(packages(), max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_the_same_packages_and_layers(tmp_path: Path, format_: str, found: list[Package]) -> None:
    unique = tuple(sorted(dict.fromkeys(found), key=order))
    subject = Subject(kind="image", name="app:1", digest="sha256:" + "1" * 64, distribution="debian-12")
    image = Image(subject=subject, layers=LAYERS, packages=unique)
    path = tmp_path / "bom.json"
    path.write_text(written(image, format_))
    source = SbomSource()
    assert source.accepts(str(path))
    again = source.load(str(path), ScanOptions())
    assert sorted(again.packages, key=repr) == sorted(image.packages, key=repr)
    assert again.layers == image.layers
    assert again.subject.digest == image.subject.digest
    assert again.subject.distribution == image.subject.distribution


@pytest.mark.parametrize("format_", ["cyclonedx", "spdx"])
def test_what_could_not_be_read_stays_unknown(tmp_path: Path, format_: str) -> None:
    gap = Coverage(area="file", state=CoverageState.PARTIAL, message="/bin/x: a = b, and no more")
    others = (
        Coverage(area="file", state=CoverageState.INFO, message="/bin/y: is odd"),
        Coverage(area="feed", state=CoverageState.STALE, message="old"),
    )
    image = Image(subject=Subject(kind="image", name="app:1"), layers=LAYERS, coverage=(gap, *others))
    path = tmp_path / "bom.json"
    path.write_text(written(image, format_))
    again = SbomSource().load(str(path), ScanOptions())
    assert gap in again.coverage
    assert not set(others) & set(again.coverage)
