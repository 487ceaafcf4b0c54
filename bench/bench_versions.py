"""Version keys: microseconds a key, a compare, beside `packaging` for Python's own order.

Versions come from ../shared/corpus where it is at hand, else from a small list repeated.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

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


def versions(name: str) -> list[str]:
    """The versions of one vector file."""
    path = VECTORS / name
    if not path.is_file():
        return FALLBACK * 1000
    lines = (line.split() for line in path.read_text("utf-8").splitlines() if line and line[0] not in "#/")
    found = [word for parts in lines if len(parts) == 3 for word in (parts[0], parts[2])]
    return (found * (1 + 10_000 // len(found)))[:10_000]


def microseconds(work: Callable[[], object], count: int) -> float:
    """The best of five rounds."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best * 1e6 / count


def ours() -> float:
    """Print each scheme's figures; the worst cost of a key."""
    worst = 0.0
    for kind, name in FILES.items():
        words = versions(name)
        make = key_function(scheme_of(kind))
        keys = [make(word) for word in words]
        build = microseconds(lambda words=words, make=make: [make(word) for word in words], len(words))  # type: ignore[misc]
        pairs = list(zip(keys, keys[1:], strict=False))
        compare = microseconds(lambda pairs=pairs: [a < b for a, b in pairs], len(pairs))  # type: ignore[misc]
        worst = max(worst, build)
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
    theirs = microseconds(lambda: [Version(word) for word in words], len(words))
    parsed = [Version(word) for word in words]
    pairs = list(zip(parsed, parsed[1:], strict=False))
    slow = microseconds(lambda: [a < b for a, b in pairs], len(pairs))
    print(f"packaging {theirs:6.2f} us a parse {slow:6.3f} us a compare")
    print(f"ratio: the dearest key costs {worst / 10:.2f} of the 10 us allowed")
    return 0 if worst <= 10 else 1


if __name__ == "__main__":
    sys.exit(main())
