"""The packages of the machine that runs the tests, as dpkg itself tells them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from seawall.image.package.dpkg import DpkgAnalyzer

pytestmark = [
    pytest.mark.acceptance,
    pytest.mark.skipif(
        shutil.which("dpkg-query") is None or not Path("/var/lib/dpkg/status").exists(), reason="no dpkg here"
    ),
]
FIELDS = "Package Version Architecture source:Package source:Version Maintainer"


def query(*arguments: str) -> list[str]:
    result = subprocess.run(["dpkg-query", *arguments], capture_output=True, text=True, check=False)
    return result.stdout.splitlines()


def test_packages_are_those_of_dpkg_query() -> None:
    shown = "\t".join(f"${{{field}}}" for field in ("db:Status-Status", *FIELDS.split()))
    rows = (line.split("\t") for line in query("-W", "-f", shown + "\n"))
    expected = sorted(row[1:] for row in rows if row[0] not in {"config-files", "not-installed"})
    facts = DpkgAnalyzer().analyze("var/lib/dpkg/status", memoryview(Path("/var/lib/dpkg/status").read_bytes()))
    found = sorted(
        [p.name, p.version, p.architecture, p.source.name, p.source.version, p.vendor]
        for p in facts.packages
        if p.source
    )
    assert not facts.problems
    assert len(found) > 50
    assert found == expected


def test_owners_are_those_of_dpkg_query() -> None:
    owned: dict[str, set[str]] = {}
    for file in Path("/var/lib/dpkg/info").glob("*.list"):
        facts = DpkgAnalyzer().analyze(str(file)[1:], memoryview(file.read_bytes()))
        assert not facts.problems
        for path, owner in facts.owned.items():
            owned.setdefault("/" + path, set()).add(owner)
    files = sorted(path for path in owned if Path(path).is_file())  # directories that are shared come along
    sample = files[:: max(1, len(files) // 500)]
    said: dict[str, set[str]] = {}
    for line in query("-S", *sample):
        owners, _, path = line.partition(": ")
        if not line.startswith("diversion by"):
            said.setdefault(path, set()).update(owner.partition(":")[0] for owner in owners.split(", "))
    assert {path: owned[path] for path in sample if path in said} == {
        path: said[path] for path in sample if path in said
    }
    assert len(said) > 0.9 * len(sample)
