import pytest

from seawall.image.package.ownership import kept


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
    assert list(kept([path])) == list(kept([path.lstrip(b"/")])) == [path[1:]]


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
    assert list(kept([path])) == []


def test_directories_that_hold_files_are_not_kept() -> None:
    listing = [b"/usr", b"/usr/lib", b"/usr/lib/apt", b"/usr/lib/apt/apt-helper", b"/usr/lib/apt/solver.py"]
    assert list(kept(listing)) == [b"usr/lib/apt/apt-helper"]
