"""Package databases of the public corpus, and rpm databases that rpm and Berkeley DB themselves write here."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from email.parser import Parser
from pathlib import Path
from zipfile import ZipFile

import pytest

from seawall.image.package.apk import ApkAnalyzer
from seawall.image.package.dpkg import DpkgAnalyzer
from seawall.image.package.rpm import RpmAnalyzer
from seawall.model.image import Package

pytestmark = pytest.mark.acceptance

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus" / "inventories" / "syft-testdata.zip"
needs_corpus = pytest.mark.skipif(not CORPUS.exists(), reason="no corpus: inventories/syft-testdata.zip")
needs_rpm = pytest.mark.skipif(shutil.which("rpmbuild") is None, reason="no rpmbuild here")

SPEC = """
Name: harbour
Version: 1.2.3~rc1
Release: 4.el9
Summary: One
License: MIT AND Apache-2.0
Vendor: Seawall tests
Epoch: 2
ModularityLabel: harbour:18:8090020230316:a75119d5
%description
One
%package -n pier
Summary: Two
Version: 7
Epoch: 0
BuildArch: noarch
%description -n pier
Two
%install
mkdir -p %{buildroot}/usr/bin %{buildroot}/usr/share/pier
echo > %{buildroot}/usr/bin/harbour
for i in $(seq 3000); do echo > %{buildroot}/usr/share/pier/$i.jar; done
%files
/usr/bin/harbour
%files -n pier
/usr/share/pier
"""


def read(name: str) -> memoryview:
    with ZipFile(CORPUS) as archive:
        return memoryview(archive.read(name))


def names(suffix: str) -> list[str]:
    if not CORPUS.exists():
        return []
    with ZipFile(CORPUS) as archive:
        return sorted(name for name in archive.namelist() if suffix in name and not name.endswith("/"))


@needs_corpus
@pytest.mark.parametrize("name", names("apk/db/installed"))
def test_apk(name: str) -> None:
    content = read(name)
    entries = [
        dict(line.partition(":")[::2] for line in one.split("\n")) for one in str(content, "utf-8").split("\n\n")
    ]
    facts = ApkAnalyzer().analyze("lib/apk/db/installed", content)
    expected = [(one["P"], one["V"], one["o"]) for one in entries if {"P", "V", "o"} <= one.keys()]
    assert [(p.name, p.version, p.source and p.source.name) for p in facts.packages] == expected
    whole = content.nbytes and content[-1] == ord("\n") and len(expected) == sum("P" in one for one in entries)
    assert "corrupt" in name or bool(facts.problems) != bool(whole)


@needs_corpus
@pytest.mark.parametrize("name", names("dpkg/status"))
def test_dpkg(name: str) -> None:
    content = read(name)
    plain = [Parser().parsestr(one.lstrip("\n")) for one in str(content, "utf-8").split("\n\n")]
    expected = [
        (one["Package"], one["Version"])
        for one in plain
        if one["Package"] and one["Version"] and not str(one["Status"]).endswith(("config-files", "not-installed"))
    ]
    facts = DpkgAnalyzer().analyze("var/lib/" + name.rpartition("/lib/")[2], content)
    if name.endswith((".md5sums", ".preinst")):
        assert not facts.packages
        return
    assert [(package.name, package.version) for package in facts.packages] == expected
    assert facts.packages or facts.problems or not content.nbytes


@pytest.fixture(scope="module")
def rpm_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packages built and installed by rpm itself, into a database of its own."""
    top = tmp_path_factory.mktemp("rpm")
    (top / "harbour.spec").write_text(SPEC)
    build = ["rpmbuild", "-bb", "--target", "x86_64", "--define", f"_topdir {top}", str(top / "harbour.spec")]
    subprocess.run(build, check=True, capture_output=True)
    files = [str(path) for path in top.glob("RPMS/*/*.rpm")]
    install = ["rpm", "--dbpath", str(top / "db"), "-i", "--justdb", "--nodeps", "--ignorearch", "--ignoreos", *files]
    subprocess.run(install, check=True, capture_output=True)
    return top / "db" / "rpmdb.sqlite"


def described(packages: tuple[Package, ...]) -> list[tuple[str, ...]]:
    return sorted(
        (p.name, p.version, p.architecture, p.source.name, p.source.version, p.vendor, *p.licenses, p.modularity)
        for p in packages
        if p.source
    )


EXPECTED = [
    (
        "harbour", "2:1.2.3~rc1-4.el9", "x86_64", "harbour", "2:1.2.3~rc1-4.el9",
        "Seawall tests", "MIT AND Apache-2.0", "harbour:18",
    ),
    (
        "pier", "7-4.el9", "noarch", "harbour", "1.2.3~rc1-4.el9",
        "Seawall tests", "MIT AND Apache-2.0", "harbour:18",
    ),
]  # fmt: skip


@needs_rpm
def test_rpm_sqlite(rpm_database: Path) -> None:
    facts = RpmAnalyzer().analyze("var/lib/rpm/rpmdb.sqlite", memoryview(rpm_database.read_bytes()))
    assert not facts.problems
    assert described(facts.packages) == EXPECTED
    assert len(facts.owned) == 3001
    assert facts.owned["usr/bin/harbour"] == "harbour"


@needs_rpm
@pytest.mark.skipif(shutil.which("db_load") is None, reason="no db_load here (Berkeley DB's tools)")
@pytest.mark.parametrize("page", [512, 4096, 65536])
@pytest.mark.parametrize("order", [1234, 4321])
def test_rpm_berkeley_db(rpm_database: Path, tmp_path: Path, page: int, order: int) -> None:
    with closing(sqlite3.connect(rpm_database)) as connection:
        rows = connection.execute("SELECT hnum, blob FROM Packages").fetchall()
    pairs = [(0, b"\0\0\0\x02"), *rows]
    dump = f"VERSION=3\nformat=bytevalue\ntype=hash\ndb_pagesize={page}\ndb_lorder={order}\nHEADER=END\n"
    byteorder = "little" if order == 1234 else "big"
    for number, blob in pairs:
        dump += f" {number.to_bytes(4, byteorder).hex()}\n {blob.hex()}\n"
    subprocess.run(["db_load", str(tmp_path / "Packages")], input=dump + "DATA=END\n", text=True, check=True)
    facts = RpmAnalyzer().analyze("var/lib/rpm/Packages", memoryview((tmp_path / "Packages").read_bytes()))
    assert not facts.problems
    assert described(facts.packages) == EXPECTED
    assert len(facts.owned) == 3001
