"""Time to read package databases, against the shortest way that the standard library offers.

The status file of 1,000 packages against ``email.parser``; an rpm database of 500 packages with 200 files each
against SQLite itself, which only fetches the records and reads nothing in them.
"""

import sqlite3
import struct
import sys
import time
from collections.abc import Callable
from contextlib import closing
from email.parser import HeaderParser

from seawall.image.package.dpkg import DpkgAnalyzer
from seawall.image.package.rpm import RpmAnalyzer

ENTRY = """Package: library{0}
Status: install ok installed
Priority: optional
Section: libs
Installed-Size: 7231
Maintainer: Debian OpenSSL Team <pkg-openssl-devel@alioth-lists.debian.net>
Architecture: amd64
Multi-Arch: same
Source: source{0} (3.0.15-1)
Version: 3.0.15-1~deb12u{0}
Depends: libc6 (>= 2.34), libgcc-s1 (>= 3.3.1), library (>= 2), debconf (>= 0.5) | debconf-2.0
Description: Secure Sockets Layer toolkit - shared libraries
 This package is part of the implementation of the SSL and TLS cryptographic protocols for
 secure communication over the Internet.
Homepage: https://www.openssl.org/

"""


def header(number: int) -> bytes:
    """An rpm header of 200 files, of which 10 are programs."""
    strings = {1000: b"package%d" % number, 1001: b"1.2.3", 1002: b"4.el9", 1022: b"x86_64", 1014: b"MIT"}
    index, data = b"", b""
    for tag, value in strings.items():
        index += struct.pack(">4I", tag, 6, len(data), 1)
        data += value + b"\0"
    data = data.ljust(len(data) + 3 & ~3, b"\0")
    index += struct.pack(">4I", 1116, 4, len(data), 200)
    data += struct.pack(">200I", *(int(at % 20 > 0) for at in range(200)))
    for tag, count, stored in (
        (1118, 2, b"/usr/bin/\0/usr/share/doc/package/\0"),
        (1117, 200, b"".join(b"file%d.txt\0" % at for at in range(200))),
        (1081, 1, b"x" * 20_000 + b"\0"),  # what stands for the changelog
    ):
        index += struct.pack(">4I", tag, 8, len(data), count)
        data += stored
    return struct.pack(">2I", len(index) // 16, len(data)) + index + data


def best(work: Callable[[], object], times: int = 9) -> float:
    """The shortest of some runs, in milliseconds of processor time: others may use the machine."""

    def once() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return min(once() for _ in range(times)) * 1000


def fetch(data: bytes) -> int:
    """All records through SQLite."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(data)
        return sum(len(row[0]) for row in connection.execute("SELECT blob FROM Packages"))


def main() -> int:
    """Print milliseconds and ratios."""
    status = "".join(ENTRY.format(number) for number in range(1000))
    parser = HeaderParser()
    view = memoryview(status.encode())
    ours = best(lambda: DpkgAnalyzer().analyze("var/lib/dpkg/status", view))
    plain = best(lambda: [parser.parsestr(one)["Version"] for one in status.split("\n\n")], 3)
    print(f"dpkg, 1,000 packages: {ours:.1f} ms; email.parser {plain:.1f} ms; ratio {ours / plain:.2f}")
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
        connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(header(at),) for at in range(500)])
        connection.commit()
        data = connection.serialize()
    ours = best(lambda: RpmAnalyzer().analyze("var/lib/rpm/rpmdb.sqlite", memoryview(data)))
    plain = best(lambda: fetch(data))
    print(f"rpm, 500 packages, {len(data) >> 20} MiB: {ours:.1f} ms; SQLite's fetch {plain:.1f} ms; {ours / plain:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
