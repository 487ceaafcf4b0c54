import random
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from seawall.advisory.database import SCHEMA_VERSION, Database, DatabaseBuilder
from seawall.advisory.version import key, scheme_of
from seawall.errors import InputError
from seawall.model import (
    Advisory,
    Affected,
    ExploitScore,
    FeedInfo,
    KnownExploited,
    Severity,
    Status,
    SupportPeriod,
    VersionRange,
)
from seawall.model.identifiers import VulnerabilityId

OSV = FeedInfo(name="osv", licence="CC-BY-4.0")


def identifier(number: int) -> VulnerabilityId:
    return VulnerabilityId(f"CVE-2025-{number:04}")


def advisory(number: int, *, fixed: str = "", package: str = "openssl", feed: str = "debian") -> Advisory:
    ranges = (VersionRange(fixed=fixed),) if fixed else ()
    return Advisory(
        id=identifier(number),
        feed=feed,
        affected=(
            Affected(
                ecosystem="debian-12",
                package=package,
                ranges=ranges,
                status=Status.FIXED if fixed else Status.AFFECTED,
            ),
        ),
    )


def build(root: Path, *records: Advisory) -> None:
    builder = DatabaseBuilder(root)
    builder.put(OSV, records)
    builder.build()


def test_rows_come_back(tmp_path: Path) -> None:
    build(tmp_path, advisory(1, fixed="3.0-1"), advisory(2), advisory(3, package="curl"))
    with Database.open(tmp_path) as database:
        assert {row.id for row in database.lookup("debian-12", "openssl")} == {"CVE-2025-0001", "CVE-2025-0002"}
        assert database.lookup("debian-12", "nothing") == ()
        assert database.lookup("debian-99", "openssl") == ()
        assert database.shards["debian-12"].packages == 2


def test_candidates_are_the_rows_that_may_hold(tmp_path: Path) -> None:
    dice = random.Random(7)
    versions = [f"{dice.randint(0, 3)}.{dice.randint(0, 9)}-{dice.randint(1, 3)}" for _ in range(60)]
    build(tmp_path, *(advisory(number, fixed=version) for number, version in enumerate(versions)), advisory(99))
    scheme = scheme_of("deb")
    with Database.open(tmp_path) as database:
        rows = database.lookup("debian-12", "openssl")
        for version in versions:
            installed = key(scheme, version)
            expected = {row.id for row in rows if row.holds(installed)}
            assert {row.id for row in database.candidates("debian-12", "openssl", installed)} == expected


def test_ranges_and_lists_of_osv(tmp_path: Path) -> None:
    ranges = (VersionRange(introduced="1.0", fixed="1.5"), VersionRange(introduced="2.0", last_affected="2.3"))
    affected = Affected(ecosystem="pypi", package="Flask_Foo", ranges=ranges, versions=("0.1", "1.2"))
    build(tmp_path, Advisory(id=identifier(1), feed="osv", affected=(affected,)))
    with Database.open(tmp_path) as database:
        (row,) = database.lookup("pypi", "flask-foo")
        assert len(row.versions) == 1  # 1.2 is told by a range already
        held = {
            v
            for v in ("0.1", "0.2", "1.0", "1.4.9", "1.5", "2.0", "2.3", "2.3.1")
            if row.holds(key(scheme_of("pypi"), v))
        }
        assert held == {"0.1", "1.0", "1.4.9", "2.0", "2.3"}
        assert row.fix(key(scheme_of("pypi"), "0.1"))[1] == "1.5"


def test_the_vendor_is_believed_before_second_hand(tmp_path: Path) -> None:
    build(tmp_path, advisory(1, fixed="3.0-1"), advisory(1, feed="osv"), advisory(2, feed="osv"))
    with Database.open(tmp_path) as database:
        assert [(row.id[-1], row.feed) for row in database.lookup("debian-12", "openssl")] == [
            ("1", "debian"),
            ("2", "osv"),
        ]


def test_details_are_joined(tmp_path: Path) -> None:
    builder = DatabaseBuilder(tmp_path)
    ghsa, cve = VulnerabilityId("GHSA-aaaa-bbbb-cccc"), identifier(1)
    rated = Advisory(
        id=ghsa, aliases=(cve,), feed="osv", title="A  flaw", severity=Severity.HIGH, severity_source="ghsa"
    )
    builder.put(OSV, [rated, Advisory(id=VulnerabilityId("DSA-1"), covers=(cve,), feed="osv")])
    builder.put(FeedInfo(name="epss", licence=""), [ExploitScore(id=cve, score=0.25, percentile=0.75)])
    old = KnownExploited(id=identifier(2), added="2025-01-01", name="Old")
    builder.put(FeedInfo(name="kev", licence=""), [KnownExploited(id=cve, added="2025-02-02"), old])
    builder.put(
        FeedInfo(name="endoflife", licence=""), [SupportPeriod(product="debian", release="12", ends="2026-06-10")]
    )
    builder.build()
    with Database.open(tmp_path) as database:
        details = database.details(cve)
        assert details is not None
        assert (details.title, details.aliases, details.notices) == ("A flaw", (ghsa,), ("DSA-1",))
        assert (details.epss, details.kev, details.ratings) == (0.25, "2025-02-02", (("ghsa", Severity.HIGH),))
        assert database.resolve("DSA-1") == database.resolve(ghsa) == (cve,)
        lonely = database.details(identifier(2))
        assert lonely is not None
        assert lonely.title == "Old"
        period = database.support("debian", "12")
        assert period is not None
        assert period.ends == "2026-06-10"


def test_search_by_any_identifier_and_by_package(tmp_path: Path) -> None:
    build(tmp_path, advisory(1), advisory(2, package="curl"))
    with Database.open(tmp_path) as database:
        assert [hit.package for hit in database.search("cve-2025-0002")] == ["curl"]
        assert [hit.row.id for hit in database.search("openssl")] == ["CVE-2025-0001"]
        assert database.search("nothing") == ()


def test_names_longer_than_keys_may_be(tmp_path: Path) -> None:
    build(tmp_path, advisory(1, package="a" * 600), advisory(2, package="a" * 601))
    with Database.open(tmp_path) as database:
        assert [row.id for row in database.lookup("debian-12", "a" * 601)] == ["CVE-2025-0002"]


def test_no_database_says_what_to_do(tmp_path: Path) -> None:
    assert not Database.exists(tmp_path)
    with pytest.raises(InputError, match="seawall db update"):
        Database.open(tmp_path)


def test_another_version_says_what_to_do(tmp_path: Path) -> None:
    build(tmp_path, advisory(1))
    card = next(tmp_path.glob("generations/*/card.msgpack"))
    card.write_bytes(msgspec.msgpack.encode({"schema": SCHEMA_VERSION + 1, "news": True}))
    with pytest.raises(InputError, match=r"version 2.*seawall db update"):
        Database.open(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"\xc1garbage", b"\x80"])
def test_a_damaged_card_says_what_to_do(tmp_path: Path, damage: bytes) -> None:
    build(tmp_path, advisory(1))
    next(tmp_path.glob("generations/*/card.msgpack")).write_bytes(damage)
    with pytest.raises(InputError, match=r"damaged.*seawall db update"):
        Database.open(tmp_path)


@pytest.mark.parametrize("size", [0, 100, 4096])
def test_a_shortened_file_is_an_error_not_a_crash(tmp_path: Path, size: int) -> None:
    build(tmp_path, advisory(1))
    path = next(tmp_path.glob("generations/*/shard-debian-12.mdb"))
    path.write_bytes(path.read_bytes()[:size])
    with Database.open(tmp_path) as database, pytest.raises(InputError, match=r"damaged.*seawall db update"):
        database.lookup("debian-12", "openssl")


def test_garbage_of_the_right_size_is_an_error(tmp_path: Path) -> None:
    build(tmp_path, advisory(1))
    path = next(tmp_path.glob("generations/*/shard-debian-12.mdb"))
    path.write_bytes(b"\x55" * path.stat().st_size)
    with Database.open(tmp_path) as database, pytest.raises(InputError, match="damaged"):
        database.lookup("debian-12", "openssl")


def test_a_reader_keeps_its_generation_while_new_ones_come(tmp_path: Path) -> None:
    build(tmp_path, advisory(1))
    with Database.open(tmp_path) as old:
        build(tmp_path, advisory(2))
        build(tmp_path, advisory(3))
        assert [row.id for row in old.lookup("debian-12", "openssl")] == ["CVE-2025-0001"]
        with Database.open(tmp_path) as new:
            assert [row.id for row in new.lookup("debian-12", "openssl")] == ["CVE-2025-0003"]
        assert len(list((tmp_path / "generations").iterdir())) == 2
    build(tmp_path, advisory(4))
    assert len(list((tmp_path / "generations").iterdir())) == 1


def test_a_failed_build_leaves_the_old_generation(tmp_path: Path) -> None:
    build(tmp_path, advisory(1))

    def interrupt(what: str, done: int, of: int) -> None:
        if what == "rows":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        DatabaseBuilder(tmp_path).build(progress=interrupt)
    assert len(list((tmp_path / "generations").iterdir())) == 1
    with Database.open(tmp_path) as database:
        assert database.lookup("debian-12", "openssl")


def test_a_damaged_feed_is_said_and_the_others_are_built(tmp_path: Path) -> None:
    builder = DatabaseBuilder(tmp_path)
    builder.put(OSV, [advisory(1)])
    builder.put(FeedInfo(name="debian", licence=""), [advisory(number, package="curl") for number in range(2, 200)])
    path = tmp_path / "records" / "debian.zst"
    path.write_bytes(path.read_bytes()[:-20])
    card = builder.build()
    assert [bool(info.error) for info in card.feeds] == [True, False]
    with Database.open(tmp_path) as database:
        assert database.lookup("debian-12", "openssl")


BUILD_OFTEN = """
import sys
from pathlib import Path
from seawall.advisory.database import DatabaseBuilder
for _ in range(5):
    DatabaseBuilder(Path(sys.argv[1])).build()
"""


def test_builders_and_readers_at_once(tmp_path: Path) -> None:
    build(tmp_path, advisory(1))
    builders = [subprocess.Popen([sys.executable, "-c", BUILD_OFTEN, str(tmp_path)]) for _ in range(2)]
    while any(builder.poll() is None for builder in builders):
        with Database.open(tmp_path) as database:
            assert database.lookup("debian-12", "openssl")[0].id == "CVE-2025-0001"
    assert [builder.returncode for builder in builders] == [0, 0]


def test_one_process_may_open_a_generation_twice(tmp_path: Path) -> None:
    build(tmp_path, advisory(1))
    with Database.open(tmp_path) as one:
        with Database.open(tmp_path) as two:
            assert one.lookup("debian-12", "openssl") == two.lookup("debian-12", "openssl")
        assert one.lookup("debian-12", "openssl")


def test_threads_share_a_database(tmp_path: Path) -> None:
    build(tmp_path, *(advisory(number, package=f"p{number}") for number in range(50)))
    wrong: list[str] = []
    with Database.open(tmp_path) as database:

        def read() -> None:
            names = {identifier(number): f"p{number}" for number in range(50)}
            found = {name: [row.id for row in database.lookup("debian-12", name)] for name in names.values()}
            wrong.extend(name for one, name in names.items() if found[name] != [one])

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_a_notice_about_several_vulnerabilities_rates_its_own_packages_only(tmp_path: Path) -> None:
    affected = Affected(ecosystem="almalinux-9", package="kernel", ranges=(VersionRange(fixed="5.14-2.el9"),))
    notice = Advisory(
        id=VulnerabilityId("ALSA-2025:7"),
        covers=(identifier(1), identifier(2)),
        feed="osv",
        title="Critical: kernel security update",
        severity=Severity.CRITICAL,
        severity_source="almalinux",
        cvss_vectors=("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",),
        published="2025-06-01",
        references=("https://errata.example/ALSA-2025-7.html", "https://bugs.example/other"),
        affected=(affected,),
    )
    build(tmp_path, notice, advisory(1, fixed="3.0-1"))
    with Database.open(tmp_path) as database:
        details = database.details(identifier(1))
        assert details is not None
        assert (details.title, details.vectors, details.ratings, details.published) == ("", (), (), "")
        assert details.references == ("https://errata.example/ALSA-2025-7.html",)
        assert {row.severity for row in database.lookup("almalinux-9", "kernel")} == {Severity.CRITICAL}
        assert {row.severity for row in database.lookup("debian-12", "openssl")} == {Severity.UNKNOWN}


def test_a_release_that_was_looked_at_has_a_shard_without_any_rows(tmp_path: Path) -> None:
    builder = DatabaseBuilder(tmp_path)
    info = FeedInfo(name="archive:debian-12", licence="")
    builder.put(info, (), complete=lambda one: msgspec.structs.replace(one, ecosystems=("debian-12",)))
    builder.build()
    with Database.open(tmp_path) as database:
        assert database.shards["debian-12"].rows == 0
        assert database.lookup("debian-12", "openssl") == ()
        assert database.search("openssl") == ()
