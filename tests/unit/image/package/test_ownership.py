from itertools import repeat

import pytest

from seawall.image.package.hostile import Complaints
from seawall.image.package.ownership import Owners, kept


def chosen(paths: list[bytes]) -> list[bytes]:
    complaints = Complaints("list")
    found = list(kept(paths, complaints))
    assert not complaints.problems(anything_read=True)
    return found


@pytest.mark.parametrize(
    "path",
    [
        b"/usr/bin/ls",
        b"/bin/ls",
        b"/usr/libexec/git-core/git-remote-http",
        b"/opt/tool/bin/tool",
        b"/usr/lib/docker/cli-plugins/docker-buildx",
        b"/usr/lib/python3/dist-packages/six-1.16.0.dist-info/METADATA",
        b"/usr/lib/python3/dist-packages/six-1.16.0.egg-info",
        b"/usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO",
        b"/usr/share/nodejs/semver/package.json",
        b"/usr/share/java/log4j.jar",
    ],
)
def test_what_another_analyzer_may_report_is_kept(path: bytes) -> None:
    assert chosen([path]) == chosen([path.lstrip(b"/")]) == [path[1:]]


@pytest.mark.parametrize(
    "path",
    [
        b"/usr/share/doc/bash/copyright",
        b"/usr/lib/x86_64-linux-gnu/libc.so.6",
        b"/usr/lib/.build-id/aa/bb",
        b"/usr/lib/node_modules/npm/LICENSE",
        b"/etc/passwd",
        b"",
        b"/",
    ],
)
def test_the_rest_is_not(path: bytes) -> None:
    assert chosen([path]) == []


def test_directories_that_hold_files_are_not_kept() -> None:
    listing = [b"/usr", b"/usr/lib", b"/usr/lib/apt", b"/usr/lib/apt/apt-helper", b"/usr/lib/apt/solver.py"]
    assert chosen(listing) == [b"usr/lib/apt/apt-helper"]


def test_one_package_with_endless_files_is_told() -> None:
    complaints = Complaints("list")
    Owners(complaints).add("evil", repeat(b"/usr/share/" + b"x" * 100_000))
    assert "so many files" in complaints.problems(anything_read=True)[0].message


def test_a_database_with_endless_programs_is_told() -> None:
    complaints = Complaints("list")
    owners = Owners(complaints)
    for number in range(4):
        owners.add("evil", (b"bin/%d%d" % (number, at) + b"x" * 30_000 for at in range(1000)))
    assert sum(map(len, owners.files)) <= 64 << 20
    assert "so many programs" in complaints.problems(anything_read=True)[0].message
