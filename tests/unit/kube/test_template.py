from seawall.kube.template import template_line, unrendered


def test_expressions_of_helm_are_found_by_path() -> None:
    value = {
        "a": [{"b": "{{ .Values.x }}"}, "{{ $labels.x }}"],
        "c": '{{- include "x" . }}',
        "d": "{{ .Values.x }}\nmore",
    }
    assert [path for path, _ in unrendered(value)] == ["a[0].b", "c"]


def test_the_first_line_with_one() -> None:
    assert template_line(b"a: b\nc: {{ x }}\n") == 1
    assert template_line(b"a: b\n") is None
