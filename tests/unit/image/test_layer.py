import gzip
from collections.abc import Callable
from contextlib import suppress
from typing import Any, ClassVar

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.errors import InputError, LimitError
from seawall.image import layer as layer_module
from seawall.image.facts import HardLink, LayerFacts
from seawall.image.layer import moved, read_layer
from seawall.image.package.interface import FileFacts, Wanted
from seawall.image.source.interface import LayerBlob
from seawall.image.wanted import Matcher
from seawall.model.identifiers import Purl
from seawall.model.image import Package

Make = Callable[..., Any]


class Lines:
    """Each line of a wanted file is a package."""

    name: ClassVar[str] = "lines"
    version: ClassVar[int] = 1
    wanted: ClassVar[Wanted] = Wanted(
        paths=frozenset({"var/lib/db/list"}),
        names=frozenset({"package.json"}),
        executables=True,
        magics=(b"\x7fELF",),
        limit=100_000,
    )

    def analyze(self, path: str, content: memoryview) -> FileFacts:
        if bytes(content).startswith(b"crash"):
            raise RuntimeError("a defect")
        names = bytes(content).decode().split()
        return FileFacts(
            analyzer=self.name,
            path=path,
            packages=tuple(
                Package(type="x", name=name, version="1", purl=Purl(f"pkg:x/{name}@1"), paths=("/" + path,))
                for name in names
            ),
        )


def read(layer: LayerBlob) -> LayerFacts:
    return read_layer(layer, Matcher([Lines()]), name="layer x", keyed=True)


def found(facts: LayerFacts) -> dict[str, list[str]]:
    return {one.path: [package.name for package in one.packages] for one in facts.facts}


def test_wanted_files_become_facts(make_layer: Make) -> None:
    facts = read(
        make_layer(("var/lib/db/list", b"a b"), ("bin/x", b"\x7fELF z"), ("bin/sh", b"#!"), compress=gzip.compress)
    )
    assert found(facts) == {"var/lib/db/list": ["a", "b"], "bin/x": ["\x7fELF", "z"]}
    assert facts.members == 3


def test_whiteouts(make_layer: Make) -> None:
    facts = read(
        make_layer(
            ("a/.wh.b", b""), (".wh.top", b""), ("c/.wh..wh..opq", b""), ("./.wh..wh..opq", b""), (".wh..wh.plnk", b"")
        )
    )
    assert facts.whiteouts == ("a/b", "top")
    assert facts.opaque == ("c", "")


def test_names_never_escape(make_layer: Make) -> None:
    facts = read(make_layer(("../../var/lib/db/list", b"a"), ("/x/../package.json", b"b")))
    assert found(facts) == {"var/lib/db/list": ["a"], "package.json": ["b"]}


def test_hard_links_to_wanted_and_from_wanted_names(make_layer: Make) -> None:
    facts = read(
        make_layer(
            ("package.json", b"a"),
            ("copy/package.json", "=> package.json"),
            ("store/0123", b"b" * 70_000),
            ("other/package.json", "=> ./store/0123"),
            ("gone/package.json", "=> nowhere"),
            ("bin/x", b"\x7fELF"),
            ("bin/y", "=> bin/x"),
        )
    )
    assert found(facts) == {
        "package.json": ["a"],
        "copy/package.json": ["a"],
        "other/package.json": ["b" * 70_000],
        "bin/x": ["\x7fELF"],
        "bin/y": ["\x7fELF"],
    }
    assert facts.facts[-2].packages[0].paths == ("/bin/y",)
    assert facts.hard_links == (HardLink(path="gone/package.json", target="nowhere"),)


def test_symbolic_links_that_may_lead_to_a_database(make_layer: Make) -> None:
    facts = read(make_layer(("var/lib/db", "-> ../../data"), ("var/other", "-> x"), ("loop", "-> loop")))
    assert facts.symlinks == {"var/lib/db": "data"}


def test_large_files_and_defects_are_problems(make_layer: Make) -> None:
    facts = read(
        make_layer(
            ("package.json", b"x" * 100_001), ("bin/x", b"\x7fELF" + b"x" * 200_000), ("a/package.json", b"crash")
        )
    )
    messages = [one.message for one in facts.problems] + [two.message for one in facts.facts for two in one.problems]
    assert len(messages) == 3
    assert "RuntimeError" in messages[-1]


def test_wrong_digest_and_truncation(make_layer: Make) -> None:
    layer = make_layer(("package.json", b"a"))
    layer.content += b"\0"
    with pytest.raises(InputError, match="layer x does not have the digest"):
        read(layer)
    layer = make_layer(("package.json", b"a" * 5000))
    layer.content = layer.content[:3000]
    with pytest.raises(InputError, match="layer x is truncated"):
        read(layer)
    layer.content = b"not a tar at all" * 100
    with pytest.raises(InputError, match="layer x"):
        read(layer)


@pytest.mark.parametrize("limit", ["WHITEOUTS", "WANTED_BYTES", "FACTS"])
def test_bounds(make_layer: Make, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(layer_module, limit, 1)
    members = [(".wh.a", b""), (".wh.b", b""), ("a/package.json", b"x"), ("b/package.json", b"yz")]
    with pytest.raises(LimitError, match="layer x"):
        read(make_layer(*members))


def test_holds(make_layer: Make) -> None:
    facts = read(make_layer(("d", None), ("d/f", b"1"), ("d/l", "-> f")))
    assert facts.holds(["d", "d/f", "d/l", "d/x"]) == ({"d/f", "d/l"}, {"d"})
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=LayerFacts)
    assert again == facts


def test_moved() -> None:
    package = Package(type="x", name="a", version="1", purl=Purl("pkg:x/a@1"), paths=("/p", "/p!/inner"))
    facts = moved(FileFacts(analyzer="x", path="p", packages=(package,)), "q")
    assert facts.path == "q"
    assert facts.packages[0].paths == ("/q", "/p!/inner")


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_is_one_error(make_layer: Make, data: st.DataObject) -> None:
    layer = make_layer(
        ("package.json", b"a"), ("b/package.json", "=> package.json"), ("c/.wh.d", b""), ("var/lib/db", "-> /x")
    )
    damaged = bytearray(layer.content)
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, 3000))] = data.draw(st.integers(0, 255))
    layer.content, layer.digest, layer.diff_id = bytes(damaged), "", ""
    with suppress(InputError):
        read(layer)
