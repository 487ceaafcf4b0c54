import io
import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from seawall.model import Report
from seawall.report.interface import Style
from seawall.report.json import JsonReporter
from seawall.report.schema import document


def written(report: Report) -> str:
    out = io.StringIO()
    JsonReporter().write(report, out, Style())
    return out.getvalue()


@pytest.mark.parametrize("kind", ["sample", "manifests", "empty", "hostile", "large"])
def test_it_is_what_the_published_schema_says(kind: str, request: pytest.FixtureRequest) -> None:
    jsonschema.Draft202012Validator(document()).validate(json.loads(written(request.getfixturevalue(kind))))


@pytest.mark.parametrize("kind", ["sample", "manifests", "empty", "large"])
def test_it_comes_back_as_the_same_report(kind: str, request: pytest.FixtureRequest) -> None:
    report = request.getfixturevalue(kind)
    back = msgspec.json.decode(written(report), type=Report)
    assert msgspec.structs.replace(back, findings=tuple(back.findings)) == report


def test_lists_have_one_element_a_line(sample: Report) -> None:
    lines = [line for line in written(sample).splitlines() if line.startswith('  {"policy"')]
    assert len(lines) == len(sample.findings)


def test_the_schema_describes_its_fields() -> None:
    schema = document()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert "in kebab case" in schema["$defs"]["Coverage"]["properties"]["area"]["description"]
    assert "Attributes" not in json.dumps(schema)


def test_the_published_schema_is_current() -> None:
    published = Path(__file__).parents[3] / "docs" / "reference" / "report-v1.schema.json"
    assert json.loads(published.read_text("utf-8")) == json.loads(json.dumps(document())), "run make docs"
