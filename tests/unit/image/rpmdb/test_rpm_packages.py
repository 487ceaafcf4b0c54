"""The analyzer of rpm packages, over databases with real headers."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.image.package.interface import FileFacts
from seawall.image.package.rpm import RpmAnalyzer
from seawall.model.coverage import CoverageState
from seawall.model.identifiers import Purl
from seawall.model.image import Package, SourcePackage

Writer = Callable[[dict[int, object]], bytes]
PATH = "var/lib/rpm/rpmdb.sqlite"
VIM: dict[int, object] = {
    1000: b"vim-minimal",
    1001: b"8.0.1763",
    1002: b"16.el8",
    1003: 2,
    1011: b"Red Hat, Inc.",
    1014: b"Vim and MIT",
    1022: b"x86_64",
    1044: b"vim-8.0.1763-16.el8.src.rpm",
    1118: [b"/usr/bin/", b"/usr/share/doc/vim/"],
    1117: [b"vi", b"README"],
    1116: [0, 1],
}


def database(headers: list[bytes]) -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
        connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(blob,) for blob in headers])
        connection.commit()
        return connection.serialize()


def analyze(headers: list[bytes]) -> FileFacts:
    return RpmAnalyzer().analyze(PATH, memoryview(database(headers)))


def test_a_package(rpm_header: Writer) -> None:
    assert analyze([rpm_header(VIM)]) == FileFacts(
        analyzer="rpm",
        path=PATH,
        database=True,
        packages=(
            Package(
                type="rpm",
                name="vim-minimal",
                version="2:8.0.1763-16.el8",
                purl=Purl("pkg:rpm/vim-minimal@8.0.1763-16.el8?arch=x86_64&epoch=2"),
                source=SourcePackage(name="vim", version="2:8.0.1763-16.el8"),
                architecture="x86_64",
                licenses=("Vim and MIT",),
                vendor="Red Hat, Inc.",
                paths=("/" + PATH,),
            ),
        ),
        owned={"usr/bin/vi": "vim-minimal"},
    )


def test_keys_are_no_packages(rpm_header: Writer) -> None:
    facts = analyze([rpm_header({1000: b"gpg-pubkey", 1001: b"fd431d51", 1002: b"4ae0493b"})])
    assert not facts.packages
    assert not facts.problems


def test_a_module_is_name_and_stream(rpm_header: Writer) -> None:
    facts = analyze([rpm_header({**VIM, 5096: b"nodejs:18:8090020230316:a75119d5"})])
    assert facts.packages[0].modularity == "nodejs:18"


def test_the_epoch_of_another_source_version_is_not_known(rpm_header: Writer) -> None:
    facts = analyze([rpm_header({**VIM, 1044: b"perl-5.26.3-419.el8.nosrc.rpm", 1003: 0})])
    assert facts.packages[0].version == "8.0.1763-16.el8"
    assert facts.packages[0].source == SourcePackage(name="perl", version="5.26.3-419.el8")


def test_a_damaged_header_is_told_and_the_rest_is_read(rpm_header: Writer) -> None:
    facts = analyze([b"\xff" * 40, rpm_header(VIM), rpm_header({1000: b"nameless"}), b"\xff" * 41])
    assert [package.name for package in facts.packages] == ["vim-minimal"]
    assert {problem.state for problem in facts.problems} == {CoverageState.PARTIAL}
    assert any("and 1 more" in problem.message for problem in facts.problems)


@settings(max_examples=100, deadline=None)
@given(changes=st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=20))
def test_damage_never_raises(rpm_header: Writer, changes: list[tuple[int, int]]) -> None:
    data = bytearray(database([rpm_header({**VIM, 1000: b"package%d" % number}) for number in range(9)]))
    for at, value in changes:
        data[at % len(data)] = value
    facts = RpmAnalyzer().analyze(PATH, memoryview(bytes(data)))
    assert len(facts.packages) <= 9
