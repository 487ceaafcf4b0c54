from typing import ClassVar

from hypothesis import given
from hypothesis import strategies as st

from seawall.image.package.interface import FileFacts, Wanted
from seawall.image.package.registry import analyzers
from seawall.image.wanted import Matcher, may_be_library


class Analyzer:
    name: ClassVar[str] = "test"
    version: ClassVar[int] = 1
    wanted: ClassVar[Wanted] = Wanted(
        paths=frozenset({"var/lib/db", "lib/apk/db/installed"}),
        names=frozenset({"package.json"}),
        suffixes=(".jar", "-info", ".dist-info/METADATA"),
        directories=frozenset({"var/d", "usr/lib/d"}),
        executables=True,
        magics=(b"\x7fELF", b"MZ"),
    )

    def analyze(self, path: str, content: memoryview) -> FileFacts:
        return FileFacts(analyzer=self.name, path=path)


def test_named() -> None:
    matcher = Matcher([Analyzer()])
    for path in (
        b"var/lib/db",
        b"lib/apk/db/installed",
        b"usr/lib/apk/db/installed",
        b"package.json",
        b"a/package.json",
        b"x.jar",
        b"a/x.jar",
        b"a.dist-info/METADATA",
        b"a/my-info",
        b"var/d/x",
        b"usr/lib/d/x",
        b"lib/d/x",
    ):
        assert [one.name for one in matcher.named(path)] == ["test"], path
    for path in (b"db", b"lib/db", b"package.json/x", b"jar", b"METADATA", b"var/d", b"var/d/e/f"):
        assert not matcher.named(path)


@given(st.lists(st.sampled_from(["var", "lib", "db", "d", "x.jar", "a-info", "b.dist-info", "METADATA"]), min_size=1))
def test_the_inline_test_never_loses_what_is_wanted(parts: list[str]) -> None:
    matcher, path = Matcher([Analyzer()]), "/".join(parts).encode()
    head, _, base = path.rpartition(b"/")
    inline = (
        base in matcher.bases
        or base.rpartition(b".")[2] in matcher.extensions
        or head in matcher.directories
        or base.endswith(matcher.endings)
    )
    assert inline or not matcher.named(path)


def test_executables() -> None:
    matcher = Matcher([Analyzer()])
    assert matcher.executable(b"\x7fELF..", 0o755, b"x")
    assert matcher.executable(b"\x7fELF..", 0o644, b"libx.so.1")
    assert not matcher.executable(b"\x7fELF..", 0o644, b"x.ko")
    assert not matcher.executable(b"MZ", 0o644, b"x")
    assert matcher.executable(b"MZ", 0o711, b"x")
    assert not matcher.executable(b"#!", 0o755, b"x")
    assert may_be_library(b"x")


def test_links_and_aliases() -> None:
    matcher = Matcher([Analyzer()])
    assert {b"var", b"var/lib", b"var/lib/db", b"var/d"} <= matcher.links
    real = {"var/lib/db": "data/db", "lib/apk/db/installed": "usr/lib/apk/db/installed"}
    assert not matcher.unreached(lambda path: real.get(path, path), {"test"})
    aliases = matcher.unreached(lambda path: real.get(path, path), set())
    assert aliases == {b"data/db": b"var/lib/db"}
    renamed = Matcher([Analyzer()], aliases).renamed
    assert renamed(b"data/db") == b"var/lib/db"
    assert renamed(b"data/db/x") == b"var/lib/db/x"
    assert renamed(b"data/dbx") == b"data/dbx"


def test_the_built_in_analyzers() -> None:
    found = analyzers()
    assert len({one.name for one in found}) == len(found) == 8
    assert b"package.json" in Matcher(found).bases
