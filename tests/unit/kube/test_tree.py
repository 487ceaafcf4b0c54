import pytest

from seawall.kube.tree import MAX_EXPANDED, YamlError, load
from seawall.model.kube import Json


def read(text: str) -> tuple[Json, list[str]]:
    notes: list[str] = []
    return load(text.encode(), lambda line, message: notes.append(f"{line}: {message}")), notes


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("# only a comment\n", None), ("a: yes\nb: 'yes'\n", {"a": True, "b": "yes"}),
        ("a: !!str 1\nb: !!int '1'\nc: !!float 1\nd: !custom 1\n", {"a": "1", "b": 1, "c": 1.0, "d": "1"}),
        ("a: !!binary aGk=\n", {"a": "hi"}), ("y: 1\n", {"true": 1}), ("a: ! 1\n", {"a": "1"}),
        ("8080: a\non: b\n1.0: c\n", {"8080": "a", "true": "b", "1": "c"}),
        ("x: &x {a: 1, b: 2}\nz:\n  <<: *x\n  b: 3\n", {"x": {"a": 1, "b": 2}, "z": {"a": 1, "b": 3}}),
        ("z:\n  b: 3\n  <<: {a: 1, b: 2}\n", {"z": {"a": 1, "b": 2}}),
        ("z:\n  <<: [{a: 1}, {a: 2, c: 3}]\n", {"z": {"a": 1, "c": 3}}), ("'<<': 1\n", {"<<": 1}),
        ("a: =\n", {"a": "="}), ("a: 2001-01-01\n", {"a": "2001-01-01"}), ("a: |\n  x\n", {"a": "x\n"}),
        ("a: &a 1\nb: *a\na2: &a 2\nc: *a\n", {"a": 1, "b": 1, "a2": 2, "c": 2}),
    ],
)  # fmt: skip
def test_documents_as_kubernetes_reads_them(text: str, value: Json) -> None:
    assert read(text) == (value, [])


def test_keys_that_stand_twice_are_reported_and_the_last_counts() -> None:
    value, notes = read("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n")
    assert value == {"a": 3, "b": {"c": 2}}
    assert [note.partition(":")[0] for note in notes] == ["3", "4"]


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + at)}: &{chr(98 + at)} [{', '.join([f'*{chr(97 + at)}'] * 10)}]\n" for at in range(8)
)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a: [", "expected"), ("a: b: c", "not allowed"), ("a: *b", "no anchor"), ("a: &a [*a]", "no anchor"),
        ("? {a: b}\n: c", "key of a mapping"), ("null: a", "key of a mapping"), ("a: .inf", "JSON"),
        ("a: !!int x", "no int"), ("a: !!binary '?'", "[Bb]ase64|padding"), ("<<: 1", "merged"),
        ("[" * 102 + "]" * 102, "deeper"),
        ("a: 1\n--- \nb: 2", "second document"), (BOMB, "aliases"), ("a: \x01", "not allowed"),
        ("a\t: [\t", "expected"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(text: str, part: str) -> None:
    with pytest.raises(YamlError, match=part):
        read(text)


def test_many_small_aliases_are_no_bomb() -> None:
    count = MAX_EXPANDED // 64 // 100
    value, _ = read("a: &a {b: c}\nd: [" + ", ".join(["*a"] * count) + "]\n")
    assert isinstance(value, dict)
    assert value["d"] == [{"b": "c"}] * count


def test_the_line_of_an_error() -> None:
    with pytest.raises(YamlError) as error:
        read("a: 1\nb: 2\nc: [1\nd: 2\n")
    assert error.value.line == 3
