import gzip
import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from seawall.advisory.archive import read as module
from seawall.advisory.archive.changelog import Entry
from seawall.advisory.archive.index import read_packages, read_release
from seawall.advisory.archive.read import ArchiveReader, fixes
from seawall.advisory.archive.sources import AptSource
from seawall.advisory.feed.interface import Dated, FeedItem, Skipped
from seawall.advisory.fetch import Fetcher
from seawall.errors import InputError, LimitError, ServiceError
from seawall.model.advisory import Advisory, VersionRange
from seawall.model.identifiers import Purl
from seawall.model.image import Distribution, Package, SourcePackage

LOG = b"""openssl (3.0.18-1~deb12u2) bookworm-security; urgency=medium

  * CVE-2026-0001, CVE-2025-9999 (regression)

 -- A <a@x.example>  Sat, 24 Jan 2026 10:00:00 +0100

openssl (3.0.17-1~deb12u1) bookworm; urgency=medium

  * CVE-2025-9999

 -- A <a@x.example>  Sat, 24 May 2025 10:00:00 +0100
"""


class Mirror(Protocol):
    """The archive of ``conftest.py``."""

    root: Path
    uri: str

    def add(self, name: str, version: str, content: bytes, source: str = "") -> Path: ...

    def publish(self, suite: str = ..., origin: str = ..., codename: str = ...) -> None: ...


DEBIAN = Distribution(id="debian", version="12", codename="bookworm")


def _package(name: str, version: str, source: str = "") -> Package:
    origin = SourcePackage(name=source, version=version) if source else None
    return Package(type="deb", name=name, version=version, purl=Purl(""), source=origin, architecture="amd64")


INSTALLED = (_package("libssl3", "3.0.17-1~deb12u1", "openssl"), _package("libssl3", "3.0.17-1~deb12u1", "openssl"))


def _read(mirror: Mirror, tmp_path: Path, suite: str = "bookworm-security") -> list[FeedItem]:
    source = AptSource(uri=mirror.uri, suite=suite, components=("main",))
    reader = ArchiveReader(Fetcher(timeout=5, sleep=lambda _: None), tmp_path / "cache")
    return list(reader.read(DEBIAN, (source,), INSTALLED))


@pytest.fixture
def published(mirror: Mirror, deb: Callable[..., bytes]) -> Mirror:
    mirror.add("openssl-dummy", "3.0.18-1~deb12u2", deb({"usr/bin/x": b"x"}), "openssl")
    files = {"usr/share/doc/libssl3/changelog.Debian.gz": gzip.compress(LOG)}
    mirror.add("libssl3", "3.0.18-1~deb12u2", deb(files), "openssl")
    mirror.add("other", "9", deb({}))
    mirror.publish()
    return mirror


def test_waiting_version_tells_what_it_fixes(published: Mirror, tmp_path: Path) -> None:
    items = _read(published, tmp_path)
    (advisory,) = (item for item in items if isinstance(item, Advisory))
    assert advisory.id == "CVE-2026-0001", "what an installed version names is fixed there"
    (row,) = advisory.affected
    assert (row.ecosystem, row.package, row.fix_date) == ("debian-12", "openssl", "2026-01-24")
    assert row.ranges == (VersionRange(fixed="3.0.18-1~deb12u2"),)
    assert [item.date for item in items if isinstance(item, Dated)] == ["2026-11-21T00:53:02Z"]
    assert [item.reason for item in items if isinstance(item, Skipped)] == [
        "signature not checked (no gpgv or keyring)"
    ]


def test_second_read_fetches_no_package(published: Mirror, tmp_path: Path) -> None:
    first = _read(published, tmp_path)
    shutil.rmtree(published.root / "debian" / "pool")
    assert _read(published, tmp_path) == first
    assert not list((tmp_path / "cache" / "packages").iterdir())


def test_lies_are_not_believed(published: Mirror, tmp_path: Path) -> None:
    for path in (published.root / "debian" / "pool").iterdir():
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    reasons = {item.reason for item in _read(published, tmp_path) if isinstance(item, Skipped) and item.broken}
    assert reasons == {"changelog cannot be read"}
    index = next(published.root.glob("debian/dists/*/main/binary-amd64/Packages.gz"))
    index.write_bytes(gzip.compress(b"Package: evil\n"))
    with pytest.raises(InputError, match="SHA-256"):
        _read(published, tmp_path / "anew")


def test_other_distributions_suites_are_refused(mirror: Mirror, tmp_path: Path) -> None:
    mirror.publish(origin="Somebody")
    with pytest.raises(InputError, match="not of debian-12"):
        _read(mirror, tmp_path)
    with pytest.raises(InputError, match="no suite of debian-12"):
        _read(mirror, tmp_path, "nodistro")


def test_mirror_without_the_suite(mirror: Mirror, tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="does not exist"):
        _read(mirror, tmp_path)


def test_without_changelog_it_is_said(
    mirror: Mirror, tmp_path: Path, deb: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror.add("libssl3", "3.0.18-1~deb12u2", deb({"usr/bin/x": b"x"}), "openssl")
    mirror.publish()
    reasons = [item.reason for item in _read(mirror, tmp_path) if isinstance(item, Skipped)]
    assert reasons[1:] == ["newer version has no changelog that is small enough to fetch"]
    monkeypatch.setattr(module, "_TOTAL_LIMIT", 10)
    assert _read(mirror, tmp_path / "anew")


def test_fixes_counts_the_oldest_version_that_names_it() -> None:
    log = [
        Entry("3", "", ("CVE-2026-1111",)),
        Entry("2", "", ("CVE-2026-1111", "CVE-2026-2222")),
        Entry("1", "", ("CVE-2026-3333",)),
    ]
    assert {name: entry.version for name, entry in fixes(log, "1").items()} == {
        "CVE-2026-1111": "2",
        "CVE-2026-2222": "2",
    }
    assert fixes(log, "3") == {}


def test_release_and_index_of_strangers(tmp_path: Path) -> None:
    path = tmp_path / "Release"
    path.write_text("Origin: Debian\nSHA256:\n xx 12 a\n")
    with pytest.raises(InputError, match="names no files"):
        read_release(path)
    signed = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nOrigin: Debian\nSHA256:\n {} 1 - a\n{}\n"
    line = " " + "0" * 64 + " 12 main/x"
    path.write_text(signed.format("bad", line) + "-----BEGIN PGP SIGNATURE-----\nxx\n-----END PGP SIGNATURE-----\n")
    release = read_release(path, str(tmp_path / "no-keyring"))
    assert release.files == {"main/x": ("0" * 64, 12)}
    assert not release.verified
    hostile = (
        b"Package: a\nVersion: 1\nSource: a (1)\nSize: 1\nSHA256: " + b"0" * 64 + b"\nFilename: ../../etc/passwd\n"
    )
    assert list(read_packages(io.BytesIO(hostile), frozenset({"a"}))) == []
    with pytest.raises(LimitError):
        list(read_packages(io.BytesIO(b"Package: a\n" + b"x" * (3 << 20)), frozenset({"a"})))


@pytest.mark.skipif(shutil.which("gpgv") is None, reason="no gpgv")
def test_wrong_signature_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "InRelease"
    path.write_text("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nx\n-----BEGIN PGP SIGNATURE-----\n")
    (tmp_path / "ring.gpg").write_bytes(b"")
    with pytest.raises(InputError, match="no good signature"):
        read_release(path, str(tmp_path / "ring.gpg"))
