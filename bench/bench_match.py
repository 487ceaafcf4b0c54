"""Matching: look-ups a second, re-match of 1,000 images of 300 packages, open and first look-up, database size.

Made-up advisories in the shape of Debian's (8,000 packages, 60,000 rows); nothing is read from outside.
"""

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from seawall.advisory.database import Database, DatabaseBuilder
from seawall.advisory.match import Matcher
from seawall.advisory.version import key, scheme_of
from seawall.model import (
    Advisory,
    Affected,
    Distribution,
    FeedInfo,
    Image,
    Package,
    SourcePackage,
    Status,
    Subject,
    VersionRange,
)
from seawall.model.identifiers import Purl, VulnerabilityId

PACKAGES = 8_000
ROWS = 60_000
IMAGES = 1_000
PER_IMAGE = 300
DAY = date(2026, 1, 1)


def advisories(dice: random.Random) -> Iterator[Advisory]:
    """Most fixed long ago, some not at all."""
    for number in range(ROWS):
        fixed = f"{dice.randint(1, 9)}.{dice.randint(0, 30)}-{dice.randint(1, 9)}"
        open_ = number % 20 == 0
        yield Advisory(
            id=VulnerabilityId(f"CVE-2025-{number:05}"),
            feed="debian",
            title="A flaw in a function that handles input",
            cvss_vectors=("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",),
            affected=(
                Affected(
                    ecosystem="debian-12",
                    package=f"source-{min(dice.randrange(PACKAGES), dice.randrange(PACKAGES))}",
                    ranges=() if open_ else (VersionRange(fixed=fixed),),
                    status=Status.AFFECTED if open_ else Status.FIXED,
                ),
            ),
        )


def image(dice: random.Random) -> Image:
    """An image of packages, nearly all up to date."""
    packages = []
    for number in dice.sample(range(PACKAGES), PER_IMAGE):
        version = f"{10 if dice.random() < 0.97 else dice.randint(1, 9)}.{dice.randint(0, 3)}-1"
        packages.append(
            Package(
                type="deb",
                name=f"binary-{number}",
                version=version,
                purl=Purl(f"pkg:deb/debian/binary-{number}@{version}"),
                source=SourcePackage(name=f"source-{number}", version=version),
                vendor="Debian",
            )
        )
    return Image(
        subject=Subject(kind="image", name="bench"),
        distribution=Distribution(id="debian", version="12"),
        packages=tuple(packages),
    )


def main() -> int:
    """Print; fail when a target is missed."""
    dice = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        builder = DatabaseBuilder(root)
        start = time.perf_counter()
        builder.put(FeedInfo(name="debian", licence="none", date="2026-01-01"), advisories(dice))
        builder.build()
        print(f"build        {ROWS / (time.perf_counter() - start):10,.0f} rows/s")
        size = sum(path.stat().st_size for path in root.glob("generations/*/*"))
        print(f"size         {size / 1e6:10.1f} MB on disk")
        return measure(root, [image(dice) for _ in range(IMAGES)])


def measure(root: Path, images: list[Image]) -> int:
    """The reader's figures."""
    start = time.perf_counter()
    with Database.open(root) as database:
        database.lookup("debian-12", "source-1")
        print(f"first        {1e3 * (time.perf_counter() - start):10.2f} ms to open and look up once")
        wanted = key(scheme_of("deb"), "10.1-1")
        names = [f"source-{number}" for number in range(PACKAGES)] * 5
        start = time.perf_counter()
        for name in names:
            database.candidates("debian-12", name, wanted)
        lookups = len(names) / (time.perf_counter() - start)
        print(f"look-ups     {lookups:10,.0f} packages/s, nothing remembered")
        matcher = Matcher(database)
        start = time.perf_counter()
        found = sum(len(matcher.match(one, on=DAY).matches) for one in images)
        seconds = time.perf_counter() - start
        rate = len(images) * PER_IMAGE / seconds
        print(f"re-match     {rate:10,.0f} packages/s: {len(images)} images in {seconds:.2f} s, {found:,} findings")
    print(f"ratio: {rate / 60_000:.2f} of the 60,000 packages/s asked for")
    return 0 if lookups >= 60_000 and seconds <= 5 else 1


if __name__ == "__main__":
    sys.exit(main())
