"""The package archive of the machine that runs the tests, asked for real."""

import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from seawall.advisory.archive.read import ArchiveReader
from seawall.advisory.archive.sources import AptSource, apt_sources, for_distribution
from seawall.advisory.feed.interface import Dated, Skipped
from seawall.advisory.fetch import Fetcher
from seawall.image.package.dpkg import DpkgAnalyzer
from seawall.model.advisory import Advisory
from seawall.model.image import Distribution, Package

STATUS = Path("/var/lib/dpkg/status")


def _distribution() -> Distribution:
    lines = Path("/etc/os-release").read_text("utf-8").splitlines()
    values = {name: value.strip('"') for name, _, value in (line.partition("=") for line in lines)}
    return Distribution(
        id=values.get("ID", ""), version=values.get("VERSION_ID", ""), codename=values.get("VERSION_CODENAME", "")
    )


@pytest.fixture(scope="module")
def suites() -> tuple[AptSource, ...]:
    found = for_distribution(apt_sources(Path("/")), _distribution()) if STATUS.exists() else ()
    try:
        for suite in found:
            with urllib.request.urlopen(f"{suite.uri}/dists/{suite.suite}/InRelease", timeout=10):
                return found
    except OSError:
        pytest.skip("no package mirror can be reached")
    pytest.skip("this machine has no apt sources of its distribution")


@pytest.fixture(scope="module")
def packages() -> tuple[Package, ...]:
    return DpkgAnalyzer().analyze("var/lib/dpkg/status", memoryview(STATUS.read_bytes())).packages


def _newer(one: str, other: str) -> bool:
    return subprocess.run(["dpkg", "--compare-versions", one, "gt", other], check=False).returncode == 0


@pytest.mark.e2e
def test_machine_is_told_what_waits(
    suites: tuple[AptSource, ...], packages: tuple[Package, ...], tmp_path: Path
) -> None:
    items = list(ArchiveReader(Fetcher(), tmp_path).read(_distribution(), suites, packages))
    assert [item for item in items if isinstance(item, Dated)]
    assert [item for item in items if isinstance(item, Skipped) and item.broken] == []
    installed = dict(_sources(packages))
    for item in items:
        if isinstance(item, Advisory):
            (row,) = item.affected
            assert item.id.startswith("CVE-")
            assert _newer(row.ranges[0].fixed, installed[row.package])


def _sources(packages: tuple[Package, ...]) -> Iterator[tuple[str, str]]:
    for package in packages:
        source = package.source
        yield (source.name, source.version) if source else (package.name, package.version)
