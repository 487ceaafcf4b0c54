import bz2
import contextlib
import gzip
import io
import lzma
from collections.abc import Callable
from random import Random

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.advisory.archive.changelog import entries
from seawall.advisory.archive.deb import changelog
from seawall.errors import InputError, SeawallError

LOG = gzip.compress(b"openssl (3.0) unstable; urgency=low\n")


@pytest.mark.parametrize(
    ("pack", "suffix"),
    [(lzma.compress, "xz"), (gzip.compress, "gz"), (zstandard.compress, "zst"), (bz2.compress, "bz2"), (bytes, "")],
)
def test_changelog_in_every_compression(deb: Callable[..., bytes], pack: Callable[[bytes], bytes], suffix: str) -> None:
    files = {
        "usr/bin/x": b"\x7fELF",
        "usr/share/doc/x/changelog.gz": gzip.compress(b"up"),
        "usr/share/doc/x/changelog.Debian.gz": LOG,
    }
    assert changelog(io.BytesIO(deb(files, pack, suffix)), "x.deb") == "openssl (3.0) unstable; urgency=low\n"


def test_native_package_and_none(deb: Callable[..., bytes]) -> None:
    assert changelog(io.BytesIO(deb({"usr/share/doc/x/changelog.gz": LOG})), "x.deb") is not None
    assert changelog(io.BytesIO(deb({"usr/share/doc/x/changelog.Debian.amd64.gz": LOG})), "x.deb") is not None
    assert changelog(io.BytesIO(deb({"usr/bin/x": b"x"})), "x.deb") is None


def test_rebuild_for_one_architecture_has_two_changelogs(deb: Callable[..., bytes]) -> None:
    rebuilt = gzip.compress(b"openssl (3.0+b1) unstable; urgency=low, binary-only=yes\n")
    files = {"usr/share/doc/x/changelog.Debian.amd64.gz": rebuilt, "usr/share/doc/x/changelog.Debian.gz": LOG}
    assert changelog(io.BytesIO(deb(files)), "x.deb") == "openssl (3.0) unstable; urgency=low\n"
    files = {"usr/share/doc/x/changelog.amd64.gz": rebuilt, "usr/share/doc/x/changelog.gz": LOG}
    assert [one.version for one in entries(changelog(io.BytesIO(deb(files)), "x.deb") or "")] == ["3.0+b1", "3.0"]


@pytest.mark.parametrize("data", [b"", b"!<arch>\n", b"!<arch>\n" + b"x" * 60, b"PK\x03\x04"])
def test_what_is_no_package_is_an_error(data: bytes) -> None:
    with pytest.raises(InputError, match=r"x\.deb is no Debian package"):
        changelog(io.BytesIO(data), "x.deb")


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_damaged_packages_never_crash(deb: Callable[..., bytes], random: Random) -> None:
    data = bytearray(deb({"usr/share/doc/x/changelog.Debian.gz": LOG}))
    for _ in range(random.randrange(1, 6)):
        data[random.randrange(len(data))] = random.randrange(256)
    with contextlib.suppress(SeawallError):
        changelog(io.BytesIO(data[: random.randrange(1, len(data) + 1)]), "x.deb")
