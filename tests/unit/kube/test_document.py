import pytest

from seawall.kube.document import DocumentReader, slow
from seawall.model.coverage import CoverageState
from seawall.model.kube import Origin

READER = DocumentReader()
AT = Origin(file="f", line=10)


@pytest.mark.parametrize(
    "text",
    ["a: b\n", "a: yes\n", "a: |\n  b", "a: 'b'", "# c\n", "", "\n\n", "%YAML 1.1\n", "a: é\n", "a: &x 1\nb: *x\n"],
)
def test_both_doors_lead_to_the_same(text: str) -> None:
    assert READER.read(text.encode(), AT) == slow(text.encode(), AT)


@pytest.mark.parametrize(
    ("text", "line", "state"),
    [
        ("a: 1\nb: [\n", 11, CoverageState.UNREADABLE),
        ("a: 1\nb: {{ .Values.x }}\n", 11, CoverageState.UNSUPPORTED),
        ("a: 1\nb: '{{ .Values.x }}'\n", 11, CoverageState.PARTIAL),
        ("a: 1\na: 2\n", 11, CoverageState.PARTIAL),
        ("a: 1\nb: .nan\n", 11, CoverageState.UNREADABLE),
        ("a: \xff\n", 10, CoverageState.UNREADABLE),
    ],
)
def test_problems_have_lines(text: str, line: int, state: CoverageState) -> None:
    _, problems = READER.read(text.encode("latin-1"), AT)
    assert [(one.file, one.line, one.state) for one in problems] == [("f", line, state)]


def test_a_number_too_large_for_json_becomes_what_kubernetes_makes_of_it() -> None:
    assert READER.read(b"a: 123456789012345678901234567890\n", AT) == (b'{"a":1.2345678901234568e29}', [])


def test_programs_that_write_braces_are_no_templates() -> None:
    json, problems = READER.read(b"a: '{{ $labels.pod }} is down'\nb: '{{workflow.name}}'\n", AT)
    assert json is not None
    assert problems == []
