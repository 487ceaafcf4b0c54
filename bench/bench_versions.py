"""Version keys: microseconds a key, a compare, beside `packaging` for Python's own order.

Versions come from ../shared/corpus where it is at hand, else from a small list repeated.
"""

import sys
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from packaging.version import InvalidVersion, Version

from seawall.advisory.version import key_function, scheme_of

VECTORS = Path(__file__).parents[2] / "shared" / "corpus" / "version-vectors" / "osv-scalibr"
FILES = {
    "deb": "debian-versions-generated.txt",
    "apk": "alpine-versions-generated.txt",
    "rpm": "redhat-versions.txt",
    "pypi": "pypi-versions-generated.txt",
    "npm": "semver-versions.txt",
    "maven": "maven-versions-generated.txt",
    "composer": "packagist-versions-generated.txt",
    "gem": "rubygems-versions-generated.txt",
}
FALLBACK = ["1:2.3.4-5+deb12u1", "0.1.0", "2.0.0-rc.1", "1.2.3_alpha1-r4", "20240101"]


Ordered = TypeVar("Ordered", bytes, Version)


def versions(name: str) -> list[str]:
    """The versions of one vector file."""
    path = VECTORS / name
    if not path.is_file():
        return FALLBACK * 1000
    lines = (line.split() for line in path.read_text("utf-8").splitlines() if line and line[0] not in "#/")
    found = [word for parts in lines if len(parts) == 3 for word in (parts[0], parts[2])]
    return (found * (1 + 10_000 // len(found)))[:10_000]


def microseconds(work: Callable[[str], object], inputs: Sequence[str]) -> float:
    """The best of five rounds over all inputs, for one of them."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for one in inputs:
            work(one)
        best = min(best, time.perf_counter() - start)
    return best * 1e6 / len(inputs)


def comparing(keys: Sequence[Ordered]) -> float:
    """Microseconds to compare neighbours, the loop's own cost included."""
    pairs = list(pairwise(keys))
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for first, second in pairs:
            first < second  # noqa: B015 - the comparison is what is timed
        best = min(best, time.perf_counter() - start)
    return best * 1e6 / len(pairs)


def ours() -> float:
    """Print each scheme's figures; the worst cost of a key."""
    worst = 0.0
    for kind, name in FILES.items():
        words = versions(name)
        make = key_function(scheme_of(kind))
        build = microseconds(make, words)
        worst = max(worst, build)
        compare = comparing([make(word) for word in words])
        print(f"{kind:9} {build:6.2f} us a key   {compare:6.3f} us a compare   ({len(words)} versions)")
    return worst


def main() -> int:
    """Print; fail when the target is missed."""
    worst = ours()
    words = []
    for word in versions(FILES["pypi"]):
        try:
            Version(word)
            words.append(word)
        except InvalidVersion:
            continue
    theirs = microseconds(Version, words)
    slow = comparing([Version(word) for word in words])
    print(f"packaging {theirs:6.2f} us a parse {slow:6.3f} us a compare")
    print(f"ratio: the dearest key costs {worst / 10:.2f} of the 10 us allowed")
    return 0 if worst <= 10 else 1


if __name__ == "__main__":
    sys.exit(main())
