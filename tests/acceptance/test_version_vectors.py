"""Every pair of the public version vectors, in the order that the package managers themselves gave."""

import shutil
import subprocess
from pathlib import Path

import pytest

from seawall.advisory.version import key, scheme_of

pytestmark = pytest.mark.acceptance

VECTORS = Path(__file__).parents[2].parent / "shared" / "corpus" / "version-vectors" / "osv-scalibr"
KINDS = {"alpine": "apk", "debian": "deb", "redhat": "rpm", "packagist": "composer", "rubygems": "gem", "semver": "npm"}
CYCLES = {"1.1.0-01-glassfish < 1.1.0.Beta1"}
"""Maven's comparison goes in a circle here (1.1.0-01-glassfish < 1.1.0.Beta1 < 1.1.0 < 1.1.0-01-glassfish): no
order has all three, and a pre-release is kept below its release."""

needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason="version vectors of ../shared/corpus are not at hand")


def pairs(path: Path) -> list[tuple[str, str, str]]:
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    words = (tuple(line.split(" ")) for line in lines if line and not line.startswith(("#", "//")))
    return [(parts[0], parts[1], parts[2]) for parts in words]


@needs_vectors
@pytest.mark.parametrize("path", sorted(VECTORS.glob("*.txt")), ids=lambda path: path.stem)
def test_vectors(path: Path) -> None:
    kind = path.stem.split("-")[0]
    scheme = scheme_of(KINDS.get(kind, kind))
    wrong = []
    for first, operator, second in pairs(path):
        a, b = key(scheme, first), key(scheme, second)
        found = "<" if a < b else ">" if a > b else "="
        if found != operator:
            wrong.append(f"{first} {operator} {second}")
    assert [line for line in wrong if line not in CYCLES] == []


@needs_vectors
@pytest.mark.skipif(shutil.which("dpkg") is None, reason="there is no dpkg")
def test_dpkg_itself_agrees() -> None:
    scheme = scheme_of("deb")
    words = [
        word for first, _, second in pairs(VECTORS / "debian-versions-generated.txt")[::40] for word in (first, second)
    ]
    words += ["1:0", "0:1.0~", "1.0~rc1-1", "1.0+b1", "2.0.", "1.0a-1"]
    for first, second in zip(words, words[1:] + words[:1], strict=True):
        status = subprocess.run(
            ["dpkg", "--compare-versions", first, "lt", second], check=False, stderr=subprocess.DEVNULL
        ).returncode
        assert (status == 0) == (key(scheme, first) < key(scheme, second)), (first, second)
