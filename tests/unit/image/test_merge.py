from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.image.facts import HardLink, LayerFacts
from seawall.image.merge import Merged, merge
from seawall.image.package.interface import FileFacts
from seawall.image.path import ancestors, key
from seawall.model.identifiers import Purl
from seawall.model.image import Package

DATABASE = "var/lib/db"


def facts_of(path: str, *names: str, database: bool = False) -> FileFacts:
    packages = tuple(
        Package(type="x", name=name.partition("=")[0], version=name.partition("=")[2] or "1", purl=Purl(""))
        for name in names
    )
    return FileFacts(analyzer="db" if database else "file", path=path, database=database, packages=packages)


def layer(
    *facts: FileFacts, files: str = "", directories: str = "", whiteouts: str = "", opaque: str = "", **more: object
) -> LayerFacts:
    files += " " + " ".join(one.path for one in facts)
    return LayerFacts(
        size=0,
        members=0,
        facts=facts,
        whiteouts=tuple(whiteouts.split()),
        opaque=tuple(opaque.split(",")) if opaque else (),
        files=b"".join(key(one.encode()).to_bytes(8, "little") for one in files.split()),
        directories=b"".join(key(one.encode()).to_bytes(8, "little") for one in directories.split()),
        **more,  # type: ignore[arg-type]
    )


def placed(merged: Merged) -> set[tuple[str, str, int, int | None]]:
    return {(one.package.name, one.package.version, one.layer, one.deleted_in) for one in merged.packages()}


def stack(*layers: LayerFacts) -> Merged:
    return merge(layers, frozenset({DATABASE}))


def test_database_packages_belong_to_the_layer_that_brought_the_version() -> None:
    merged = stack(
        layer(facts_of(DATABASE, "a", "b", "c", database=True)),
        layer(),
        layer(facts_of(DATABASE, "a", "b=2", "d", database=True)),
    )
    assert placed(merged) == {
        ("a", "1", 0, None),
        ("b", "1", 0, 2),
        ("b", "2", 2, None),
        ("c", "1", 0, 2),
        ("d", "1", 2, None),
    }


def test_what_comes_back_is_there_from_then_on() -> None:
    merged = stack(
        layer(facts_of(DATABASE, "a", "b", database=True)),
        layer(facts_of(DATABASE, "b", database=True)),
        layer(facts_of(DATABASE, "a", "b", database=True)),
    )
    assert placed(merged) == {("a", "1", 2, None), ("b", "1", 0, None)}


def test_a_database_that_moves_keeps_its_packages() -> None:
    merged = stack(
        layer(facts_of(DATABASE, "a", database=True)),
        layer(facts_of("usr/lib/db", "a", database=True), whiteouts=DATABASE),
    )
    assert placed(merged) == {("a", "1", 0, None)}
    assert not merged.lost


def test_a_deleted_database_takes_no_package_along() -> None:
    merged = stack(layer(facts_of(DATABASE, "a", database=True)), layer(whiteouts="var"), layer())
    assert placed(merged) == {("a", "1", 0, None)}
    assert merged.lost == {DATABASE: 1}


def test_files_are_hidden() -> None:
    for hiding in (
        layer(whiteouts="opt/x"),
        layer(whiteouts="opt"),
        layer(opaque="opt"),
        layer(opaque=","),
        layer(files="opt"),
        layer(files="opt/x/package"),
        layer(directories="opt/x/package"),
    ):
        assert placed(stack(layer(facts_of("opt/x/package", "a")), hiding)) == {("a", "1", 0, 1)}
    for harmless in (layer(whiteouts="op"), layer(opaque="opt/x/package"), layer(directories="opt opt/x")):
        assert placed(stack(layer(facts_of("opt/x/package", "a")), harmless)) == {("a", "1", 0, None)}


def test_a_whiteout_hides_lower_layers_only() -> None:
    merged = stack(layer(facts_of("p", "a")), layer(facts_of("p", "b"), whiteouts="p"))
    assert placed(merged) == {("a", "1", 0, 1), ("b", "1", 1, None)}


def test_the_same_file_again_stays_where_it_came_from() -> None:
    merged = stack(layer(facts_of("p", "a")), layer(facts_of("p", "a")))
    assert placed(merged) == {("a", "1", 0, None)}


def test_links() -> None:
    merged = stack(
        layer(facts_of("usr/lib/db", "a", database=True), symlinks={"lib": "usr/lib", "var/lib": "lib"}),
        layer(facts_of("lib/db", "b", database=True)),
    )
    assert merged.followed("var/lib/db") == "usr/lib/db"
    assert placed(merged) == {("a", "1", 0, 1), ("b", "1", 1, None)}
    merged.add(2, layer(whiteouts="lib"))
    assert merged.followed("lib/db") == "lib/db"


def test_link_loops_end() -> None:
    merged = stack(layer(symlinks={"a": "b", "b": "a", "c": "c/c"}))
    assert merged.followed("a/x")
    assert merged.followed("c/x")


def test_hard_links_into_lower_layers() -> None:
    merged = stack(layer(facts_of("p", "a")), layer(hard_links=(HardLink(path="q", target="p"),), files="q"))
    assert {one.packages[0].name for path in ("p", "q") for one in merged.live[path]} == {"a"}


paths = st.sampled_from(["a", "a/b", "a/b/c", "d", "d/b"])
operations = st.lists(st.tuples(st.sampled_from("fwox"), paths), max_size=4)


@settings(max_examples=200)
@given(st.lists(operations, max_size=5))
def test_like_a_filesystem(history: list[list[tuple[str, str]]]) -> None:
    """Against a plain model: f writes a wanted file, x another file, w deletes, o makes opaque."""
    layers: list[LayerFacts] = []
    model: dict[str, str] = {}
    for index, steps in enumerate(history):
        wanted = {path for kind, path in steps if kind == "f"}
        other = {path for kind, path in steps if kind == "x"} - wanted
        hidden = {path for kind, path in steps if kind == "w"}
        opaque = {path for kind, path in steps if kind == "o"}
        layers.append(
            layer(
                *(facts_of(path, f"p{index}") for path in sorted(wanted)),
                files=" ".join(other),
                whiteouts=" ".join(hidden),
                opaque=",".join(opaque),
            )
        )
        for path in list(model):
            over = ancestors(path)
            if path in wanted | other | hidden or any(one in wanted | other | hidden | opaque for one in over):
                del model[path]
        model.update(dict.fromkeys(wanted, f"p{index}"))
    merged = stack(*layers)
    assert {path: few[0].packages[0].name for path, few in merged.live.items()} == model
