"""Language packages' readers: microseconds a file, beside what Python's own library takes to open the same file.

The files are made here, so that every machine measures the same ones.
"""

import email.parser
import io
import json
import time
import zipfile
from collections.abc import Callable

from seawall.image.package.golang import GolangAnalyzer
from seawall.image.package.interface import Analyzer
from seawall.image.package.java import JavaAnalyzer
from seawall.image.package.node import NodeAnalyzer
from seawall.image.package.python import PythonAnalyzer

ENTRIES = 3000
METADATA = (
    "Metadata-Version: 2.4\nName: Thing\nVersion: 1.2.3\nLicense-Expression: MIT\n"
    + "".join(f"Requires-Dist: dependency-{number}>=1.{number}; extra == 'all'\n" for number in range(60))
    + "\n"
    + "A long description of what it does, with examples.\n" * 400
).encode()
MANIFEST = json.dumps(
    {
        "name": "@scope/thing",
        "version": "1.2.3",
        "license": "MIT",
        "dependencies": {f"dependency-{number}": f"^1.{number}.0" for number in range(40)},
        "scripts": {f"task-{number}": "node script.js --flag" for number in range(20)},
    },
    indent=2,
).encode()


def jar() -> bytes:
    """A library of 3,000 classes as Maven builds it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")
        for number in range(ENTRIES):
            archive.writestr(f"org/acme/thing/part{number % 50}/Class{number}.class", b"\xca\xfe\xba\xbe" + bytes(200))
        archive.writestr("META-INF/maven/org.acme/thing/pom.properties", "version=1.2.3\n")
    return buffer.getvalue()


def elf_without_go() -> bytes:
    """The headers of a C program, which must be told from Go's at once, before 8 MiB of it."""
    names = b"\0.text\0.data\0.bss\0.shstrtab\0"
    header = b"\x7fELF\x02\x01\x01" + bytes(9) + bytes([2, 0, 62, 0, 1, 0, 0, 0]) + bytes(8 + 8)
    start = 64 + len(names)
    header += start.to_bytes(8, "little") + bytes(4) + (64).to_bytes(2, "little") + bytes(4)
    header += (64).to_bytes(2, "little") + (1).to_bytes(2, "little") + bytes(2)
    section = bytes(4) + (3).to_bytes(4, "little") + bytes(16) + (64).to_bytes(8, "little")
    return header + names + (section + len(names).to_bytes(8, "little")).ljust(64, b"\0") + bytes(8 << 20)


def best(work: Callable[[], object]) -> float:
    """Microseconds, the best of twenty."""
    times = []
    for _ in range(20):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times) * 1e6


def main() -> None:
    """Print a line for each reader."""
    archive, program = jar(), elf_without_go()
    cases: list[tuple[str, Analyzer, str, bytes, str, Callable[[], object]]] = [
        (
            "METADATA",
            PythonAnalyzer(),
            "x.dist-info/METADATA",
            METADATA,
            "email.parser",
            lambda: email.parser.BytesHeaderParser().parsebytes(METADATA),
        ),
        (
            "package.json",
            NodeAnalyzer(),
            "node_modules/@scope/thing/package.json",
            MANIFEST,
            "json",
            lambda: json.loads(MANIFEST),
        ),
        (
            f"jar, {ENTRIES:,} entries",
            JavaAnalyzer(),
            "thing-1.2.3.jar",
            archive,
            "zipfile",
            lambda: zipfile.ZipFile(io.BytesIO(archive)).namelist(),
        ),
        (
            "8 MiB program, not Go",
            GolangAnalyzer(),
            "usr/bin/x",
            program,
            "searching it",
            lambda: program.find(b"\xff Go buildinf:"),
        ),
    ]
    for what, analyzer, path, content, rival, other in cases:
        view = memoryview(content)
        ours = best(lambda analyzer=analyzer, path=path, view=view: analyzer.analyze(path, view))  # type: ignore[misc]
        theirs = best(other)
        print(f"{what:24} {ours:10.1f} µs   {rival:14} {theirs:10.1f} µs   {theirs / ours:6.1f} x")


if __name__ == "__main__":
    main()
