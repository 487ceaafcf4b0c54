import json
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from seawall.kube.locate import _PLAIN, locate
from seawall.kube.outline import Outline
from seawall.kube.places import Places
from seawall.kube.steps import take_index, take_key
from seawall.model.kube import Json, Origin

KEYS = st.sampled_from(["a", "b", "app.kubernetes.io/name", "c d", "8080", "x:y", "é", "a.b", "-", "#h"])
VALUES = st.recursive(
    st.one_of(
        st.sampled_from(["x", "x: y", "# no", "two\nlines\n", "", "a" * 30 + " b" * 10, "- z"]),
        st.integers(),
        st.none(),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)
TEXT = """\
# a comment
apiVersion: v1
kind: Pod
metadata: {name: p,
  labels: {app.kubernetes.io/name: p}}
spec:
  containers:
  - name: a
    image: nginx   # a comment

    args:
      - "--x"
      - --y
  -
    name: b
    securityContext: &sc
      privileged: true
  - name: c
    securityContext: *sc
  - {name: d, image: e}
  volumes:
    - name: v
      hostPath: {path: /x}
"""


def paths(value: Json, path: str = "") -> Iterator[tuple[str, str]]:
    """All paths in a value, with their last keys."""
    if isinstance(value, dict):
        for key, inner in value.items():
            at = f"{path}.{key}" if path else key
            yield at, key
            yield from paths(inner, at)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield f"{path}[{index}]", ""
            yield from paths(inner, f"{path}[{index}]")


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("", 1), ("kind", 3), ("metadata.labels.app.kubernetes.io/name", 5), ("spec.containers", 7),
        ("spec.containers[0]", 8),
        ("spec.containers[0].image", 9), ("spec.containers[0].args[1]", 13), ("spec.containers[1].name", 15),
        ("spec.containers[1].securityContext.privileged", 17), ("spec.containers[2].securityContext.privileged", 17),
        ("spec.containers[2].securityContext", 19), ("spec.containers[3].image", 20), ("spec.containers[9].image", 7),
        ("spec.containers[0].securityContext.privileged", 8), ("spec.volumes[0].hostPath.path", 23),
        ("nothing.here", 2),
    ],
)  # fmt: skip
def test_lines_of_a_pod(path: str, line: int) -> None:
    expected = line if path != "" else 1
    assert locate(Origin(text=TEXT.encode()), path) == expected


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4), st.booleans(), st.booleans())
def test_the_line_holds_the_key(value: dict[str, Json], flow: bool, indented: bool) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True, width=25, indent=4 if indented else 2)
    lines, outline, places = text.split("\n"), Outline(text), Places(text.encode())
    known = [path for path, _ in paths(value)]
    for path, key in paths(value):
        line = places.line(path)
        if known.count(path) == 1 and not any(
            one != path and one.startswith(path[:-1]) and "." in key for one in known
        ):
            assert key.split(" ")[0] in lines[line]
        quick = outline.line(path)
        assert quick is None or quick == line


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=4), st.booleans(), st.booleans())
def test_plain_values_say_nothing_about_lines(value: dict[str, Json], flow: bool, indented: bool) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True, width=25, indent=4 if indented else 2)
    _without_values(text, [path for path, _ in paths(value)])


@given(
    st.text("ab:-[]{}#'\"&*!|>x, \n\n.<", max_size=80), st.sampled_from(["a", "a.b[0]", "a[1].b", "[0]", "b.<<", ""])
)
def test_nor_do_they_in_broken_texts(text: str, path: str) -> None:
    _without_values(text, [path])


@given(
    st.lists(
        st.sampled_from(["a:", "a: x1", "- a: {b: c}", "  b: [x, y]", "  - z", "b: {a: [b]}", " c: x:", '"', "a: 'x"])
    )
)
def test_nor_do_they_in_lines_of_any_order(lines: list[str]) -> None:
    _without_values("\n".join(lines), ["a", "a.b", "a[0].b", "[0].a.b", "b.a[0]", "a.c"])


def _without_values(text: str, known: list[str]) -> None:
    whole, bare = Outline(text), Outline(_PLAIN.sub(b"x", text.encode()).decode())
    table = bare.table()
    for path in [*known, *(f"{one}{more}" for one in known for more in ("[0]", "[1].a", ".a", ".b.c", ".x"))]:
        assert whole.line(path) == bare.line(path)
        assert table is None or table.line(path) == Outline(text).line(path)


@given(st.lists(VALUES, min_size=1, max_size=3))
def test_json_is_located_too(value: list[Json]) -> None:
    text = json.dumps({"items": value}, indent=2, ensure_ascii=False).encode()
    for path, _ in paths({"items": value}):
        assert 1 <= locate(Origin(text=text), path) <= text.count(b"\n") + 1


@given(st.text("ab:-[]{}#'\"&*!|> \n\t.<", max_size=60), st.sampled_from(["a", "a.b[0]", "a[1].b", "[0]", "b.<<", ""]))
def test_never_raises(text: str, path: str) -> None:
    assert 4 <= locate(Origin(text=text.encode(), line=4), path) <= 5 + text.count("\n")


def test_items_of_a_list_and_later_documents() -> None:
    text = b"kind: List\nitems:\n- kind: Pod\n- kind: Service\n  spec:\n    type: X\n"
    assert locate(Origin(text=text, line=11, item="items[1]"), "spec.type") == 16
    assert locate(Origin(text=text, line=11, item="items[1]"), "") == 14


def test_merged_keys_are_where_they_are_written() -> None:
    text = b"x: &x\n  a: 1\nz:\n  <<: *x\n  b: 2\n"
    assert locate(Origin(text=text), "z.a") == 2
    assert locate(Origin(text=text), "z.b") == 5


def test_steps_know_keys_with_dots() -> None:
    assert take_key("a.b.c", "a.b") == "c"
    assert take_key("a.b[0]", "a.b") == "[0]"
    assert take_key("ab", "a") is None
    assert take_index("[12].a") == (12, "a")
    assert take_index("a[1]") is None
