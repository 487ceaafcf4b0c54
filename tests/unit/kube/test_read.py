import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from seawall.kube.document import MAX_DOCUMENT
from seawall.kube.read import read_manifests, read_text
from seawall.model.coverage import CoverageState
from seawall.model.kube import KubeObject, Problem, Workload

SERVICE = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n"


def read(text: str) -> tuple[list[KubeObject], list[Problem]]:
    found = list(read_text(text.encode(), "f.yaml"))
    return [one for one in found if isinstance(one, KubeObject)], [one for one in found if isinstance(one, Problem)]


def test_one_broken_document_does_not_cost_the_others() -> None:
    objects, problems = read(f"{SERVICE}---\na: [\n---\n# only a comment\n---\n{SERVICE}")
    assert [(one.name, one.origin.line) for one in objects] == [("web", 1), ("web", 9)]
    assert [(one.line, one.state) for one in problems] == [(6, CoverageState.UNREADABLE)]


def test_templates_are_recognised() -> None:
    text = (
        f"{SERVICE}---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: {{{{ .Release.Name }}}}\n---\n"
        '{{- if .Values.x }}\na: b\n{{- end }}\n---\napiVersion: v1\nkind: Service\n'
        'metadata:\n  name: "{{ .Values.name }}"\n'
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n"
        "data:\n  alert: '{{ $labels.pod }}'\n  t: |\n    {{ .Values.x }}\n"
    )  # fmt: skip
    objects, problems = read(text)
    assert [one.kind for one in objects] == ["Service", "Service", "ConfigMap"]
    assert [(one.state, one.line) for one in problems] == [
        (CoverageState.UNSUPPORTED, 9),
        (CoverageState.UNSUPPORTED, 11),
        (CoverageState.PARTIAL, 18),
    ]


def test_problems_of_fields_have_their_lines() -> None:
    (made,), _ = read(
        "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n  - name: a\n    tty: maybe\n"
    )
    assert [(one.path, one.line) for one in made.problems] == [("spec.containers[0].tty", 9)]


def test_doubled_keys_are_reported_with_their_lines() -> None:
    objects, problems = read(f"{SERVICE}kind: Pod\nspec:\n  containers: [{{name: a}}]\n")
    assert [one.kind for one in objects] == ["Pod"]
    assert [(one.line, one.state) for one in problems] == [(5, CoverageState.PARTIAL)]


def test_json_one_many_and_lists() -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p"},
        "spec": {"containers": [{"name": "a", "tty": 3}]},
    }
    one = json.dumps(pod, indent=2)
    (made,), _ = read(one)
    assert isinstance(made, Workload)
    assert [(problem.path, problem.line) for problem in made.problems] == [("spec.containers[0].tty", 11)]
    many, _ = read(f"{one}\n{one}\n\n{one}")
    assert [made.origin.line for made in many] == [1, 16, 32]
    listed, _ = read(json.dumps({"kind": "List", "items": [pod, pod]}))
    assert [made.origin.item for made in listed] == ["items[0]", "items[1]"]
    flow, problems = read("{apiVersion: v1, kind: Service, metadata: {name: yes}}")
    assert [made.name for made in flow] == ["true"]
    assert problems == []


def test_doubled_keys_in_json() -> None:
    (made,), _ = read('{"apiVersion": "v1", "kind": "Pod", "kind": "Service", "metadata": {"name": "x"}}')
    assert made.kind == "Service"
    assert len(made.problems) == 1


def test_a_text_without_a_line_end() -> None:
    objects, problems = read("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: |\n    b")
    assert objects[0].raw["data"] == {"a": "b"}
    assert problems == []


def test_directives_and_ends_of_documents() -> None:
    objects, problems = read(f"%YAML 1.1\n---\n{SERVICE}...\n---\n{SERVICE}")
    assert len(objects) == 2
    assert problems == []


def test_a_bomb_and_a_giant_are_refused() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + at)}: &{chr(98 + at)} [{', '.join([f'*{chr(97 + at)}'] * 10)}]\n" for at in range(8)
    )
    _, problems = read(bomb)
    assert "aliases" in problems[0].message
    _, problems = read("a: " + "x" * MAX_DOCUMENT)
    assert "larger" in problems[0].message


def test_many_documents_keep_their_order(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("---\n".join(SERVICE.replace("web", f"s{at}") for at in range(200)))
    (tmp_path / "b.yaml").write_text("\x00")
    found = list(read_manifests([str(tmp_path)]))
    assert [one.name for one in found if isinstance(one, KubeObject)] == [f"s{at}" for at in range(200)]
    assert [one.message for one in found if isinstance(one, Problem)] == ["a binary file, not a manifest"]


@given(st.binary(max_size=120))
def test_any_bytes(data: bytes) -> None:
    list(read_text(data.replace(b"\r\n", b"\n")))


@given(
    st.lists(
        st.sampled_from(
            [
                "kind: Pod\n",
                "---\n",
                "a: [",
                "{",
                "}",
                '"',
                "\t",
                "spec:\n",
                "  - x\n",
                "&a ",
                "*a ",
                "\ufeff",
                "{{ x }}",
            ]
        ),
        max_size=20,
    )
)
def test_any_text(parts: list[str]) -> None:
    list(read_text("".join(parts).encode()))
