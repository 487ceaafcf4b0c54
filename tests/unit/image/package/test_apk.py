from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.image.package.apk import ApkAnalyzer
from seawall.image.package.interface import FileFacts
from seawall.model.coverage import CoverageState
from seawall.model.identifiers import Purl
from seawall.model.image import Package, SourcePackage

PATH = "lib/apk/db/installed"
MUSL = """C:Q1aCu0LmUDoAFSOX49uHvkYC1WasQ=
P:musl-utils
V:1.2.3-r0
A:x86_64
T:the musl c library: programs
L:MIT BSD GPL2+
o:musl
m:Timo Teräs <timo.teras@iki.fi>
F:sbin
R:ldconfig
a:0:0:755
Z:Q1Kja2+POZKxEkUOZqwSjC6kmaED4=
F:usr
F:usr/bin
R:getconf
F:usr/share/doc
R:README

"""


def analyze(text: str | bytes) -> FileFacts:
    return ApkAnalyzer().analyze(PATH, memoryview(text.encode() if isinstance(text, str) else text))


def test_a_package() -> None:
    assert analyze(MUSL) == FileFacts(
        analyzer="apk",
        path=PATH,
        database=True,
        packages=(
            Package(
                type="apk",
                name="musl-utils",
                version="1.2.3-r0",
                purl=Purl("pkg:apk/musl-utils@1.2.3-r0?arch=x86_64"),
                source=SourcePackage(name="musl", version="1.2.3-r0"),
                architecture="x86_64",
                licenses=("MIT BSD GPL2+",),
                vendor="Timo Teräs <timo.teras@iki.fi>",
                paths=("/" + PATH,),
            ),
        ),
        owned={"sbin/ldconfig": "musl-utils", "usr/bin/getconf": "musl-utils"},
    )


def test_without_an_origin_it_is_its_own() -> None:
    facts = analyze("P:zlib\nV:1.3-r0\n\nP:.build-deps\nV:20240101.120000\n\n")
    assert [package.source for package in facts.packages] == [SourcePackage(name="zlib", version="1.3-r0")]
    assert not facts.problems


def test_an_empty_database_has_no_packages() -> None:
    facts = analyze("")
    assert facts.database
    assert not facts.packages
    assert not facts.problems


def test_what_is_broken_is_told() -> None:
    facts = analyze(MUSL + "P:broken\n\nV:1\n\nP:evil\nV:1\x1b[2J\n\nP:zlib\nV:1.3-r0\no:\x1b\n\nP:cut\nV:1.")
    assert [package.name for package in facts.packages] == ["musl-utils", "zlib", "cut"]
    assert {problem.state for problem in facts.problems} == {CoverageState.PARTIAL}
    assert [problem.message for problem in facts.problems] == [
        "The package database ends in the middle of a line",
        "An entry without a valid package name and version was left out: broken and 2 more",
        "A package whose origin cannot be read is judged by its own name: zlib",
    ]
    assert [problem.state for problem in analyze("garbage\n").problems] == [CoverageState.UNREADABLE]


WORD = st.from_regex(r"[a-z0-9][a-z0-9+.-]{0,8}", fullmatch=True)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(WORD, WORD, WORD), max_size=6))
def test_what_is_written_is_read(rows: list[tuple[str, str, str]]) -> None:
    facts = analyze(
        "".join(f"V:{version}\nP:{name}\no:{origin}\nF:bin\nR:{name}\n\n" for name, version, origin in rows)
    )
    assert [(p.name, p.version, p.source and p.source.name) for p in facts.packages] == rows
    assert set(facts.owned) == {f"bin/{name}" for name, _, _ in rows}
    assert not facts.problems


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([b"P:a", b"V:1", b"F:", b"R:", b"o:", b"\n", b"\r", b"\xff", b"\0", b"bin"])).map(b"".join)
)
def test_bytes_never_raise(content: bytes) -> None:
    analyze(content)
