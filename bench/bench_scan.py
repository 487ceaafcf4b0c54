"""How fast an image is read, against the floor: inflating (ISA-L) and hashing its layers, and nothing else.

    python bench/bench_scan.py [ROUNDS]

Each figure is a whole process; times are the best of the rounds, the floor and the cold scan taken in turns so
that both see the same machine. Images are made once (see images.py).
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import NamedTuple

import images

FLOOR = """
import hashlib, sys
from concurrent.futures import ThreadPoolExecutor
from isal import isal_zlib
class Hashed:
    def __init__(self, path):
        self.file, self.hash = open(path, "rb", buffering=0), hashlib.sha256()
    def read(self, size):
        data = self.file.read(size); self.hash.update(data); return data
    def readinto(self, buffer):
        count = self.file.readinto(buffer); self.hash.update(memoryview(buffer)[:count]); return count
def floor(path):
    reader, buffer = isal_zlib._GzipReader(Hashed(path), 262144), memoryview(bytearray(1 << 20))
    while reader.readinto(buffer):
        pass
with ThreadPoolExecutor(2) as pool:
    list(pool.map(floor, sys.argv[1:]))
"""
SCAN = """
import pathlib, sys
from seawall.image.load import load
from seawall.image.source.interface import ScanOptions
cache = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
load(sys.argv[1], ScanOptions(cache=cache, workers=2, platform="linux/amd64"))
"""


class Run(NamedTuple):
    """A process: seconds from start to end, seconds of processor, and peak memory in megabytes."""

    seconds: float
    processor: float
    megabytes: float


def start(code: str, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a measured process."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.Popen([sys.executable, "-c", code, *arguments], env=environment)


def run(code: str, *arguments: str) -> Run:
    """Run one to its end."""
    began = time.perf_counter()
    process = start(code, *arguments)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"a measured process failed: {arguments}")
    return Run(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def best(runs: Sequence[Run]) -> Run:
    """The least time and the most memory."""
    seconds, processor = (min(one[field] for one in runs) for field in (0, 1))
    return Run(seconds, processor, max(one.megabytes for one in runs))


def row(what: str, found: Run, figure: float, target: float, unit: str) -> None:
    """One line of the answer."""
    mark = "" if figure <= target else "   beyond the target"
    print(
        f"{what:30} {found.seconds:6.2f} s ({found.processor:5.2f} s of processor) {found.megabytes:4.0f} MB"
        f"  {figure:7.2f} (≤ {target:g}) {unit}{mark}"
    )


def main() -> None:
    """Print the figures."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    home = images.one_gigabyte()
    layers = sorted((home / "blobs/sha256").iterdir(), key=lambda path: -path.stat().st_size)
    paths = [str(path) for path in layers if path.stat().st_size > 1 << 20]
    run(SCAN, str(home))  # bytecode and page cache
    pairs = [(run(FLOOR, *paths), run(SCAN, str(home))) for _ in range(rounds)]
    floor, cold = best([pair[0] for pair in pairs]), best([pair[1] for pair in pairs])
    print(f"floor: inflate and hash {len(paths)} layers: {floor.seconds:.2f} s ({floor.processor:.2f} s of processor)")
    row("1 GB, six layers, cold", cold, cold.seconds / floor.seconds, 1.6, "times the floor")
    row("  the same in processor time", cold, cold.processor / floor.processor, 1.6, "times the floor's")
    row("1 GB, peak memory", cold, cold.megabytes, 250, "MB")
    with tempfile.TemporaryDirectory() as cache:
        run(SCAN, str(home), cache)
        again = best([run(SCAN, str(home), cache) for _ in range(rounds)])
        row("again, from the cache", again, again.seconds, 0.2, "s, whole process")
        together(home.as_posix(), cache, again)
    root = best([run(SCAN, f"dir:{home / 'root'}") for _ in range(rounds)])
    row("the same as a root filesystem", root, root.seconds, 1.0, "s, whole process")
    archive = best([run(SCAN, str(images.archive(home))) for _ in range(2)])
    row("the same from docker save", archive, archive.seconds / floor.seconds, 1.6, "times the floor")
    many = run(SCAN, str(images.many_files()))
    row("3,000,000 files, peak memory", many, many.megabytes, 250, "MB")
    print(f"3,000,000 files: {3 / many.processor:.2f} million members a second of processor")


def together(home: str, cache: str, alone: Run) -> None:
    """Eight scans at once, on a filled and on an empty cache: nobody waits for a lock, only for a processor."""
    for state in ("filled", "empty"):
        began = time.perf_counter()
        processes = [start(SCAN, home, cache) for _ in range(8)]
        if any(process.wait() for process in processes):
            raise SystemExit("one of eight scans failed")
        print(f"eight at once, {state} cache: {time.perf_counter() - began:.2f} s (one, filled: {alone.seconds:.2f})")
        shutil.rmtree(cache, ignore_errors=True)


if __name__ == "__main__":
    main()
