import io
import json
import re
from typing import Any

import pytest
from msgspec.structs import replace

from seawall.model import Report, ReportedPolicy, Severity
from seawall.report.gitlab import GitlabReporter
from seawall.report.interface import Style


def document(report: Report) -> dict[str, Any]:
    out = io.StringIO()
    GitlabReporter().write(report, out, Style())
    return dict(json.loads(out.getvalue()))


@pytest.mark.parametrize("kind", ["sample", "manifests", "empty", "hostile", "large"])
def test_the_schema_s_bounds(kind: str, request: pytest.FixtureRequest) -> None:
    whole = document(request.getfixturevalue(kind))
    assert whole["scan"]["type"] in {"container_scanning", "sast"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", whole["scan"]["start_time"])
    for one in whole["vulnerabilities"]:
        assert one["id"]
        assert len(one["name"]) <= 255
        assert 1 <= len(one["identifiers"]) <= 20
        assert all(
            identifier["type"] and identifier["name"] and identifier["value"] for identifier in one["identifiers"]
        )
        if whole["scan"]["type"] == "container_scanning":
            assert re.fullmatch(r"[^:]+(:\d+[^:]*)?:[^:]+", one["location"]["image"])
            assert one["location"]["dependency"]["package"]["name"]
        else:
            assert one["location"]["file"]


def test_accepted_findings_are_left_out(sample: Report) -> None:
    names = [one["identifiers"][0]["name"] for one in document(sample)["vulnerabilities"]]
    assert len(names) == 9
    assert "CVE-2020-8203" not in names


def test_manifests_are_a_sast_report_with_lines(manifests: Report) -> None:
    first = document(manifests)["vulnerabilities"][0]
    assert first["location"] == {"file": "deploy/agent.yaml", "start_line": 12}
    assert first["severity"] == "Critical"


def test_a_description_says_why_it_matters(manifests: Report) -> None:
    name = manifests.findings[0].policy
    words = ReportedPolicy(name=name, title="t", severity=Severity.HIGH, description="What.", rationale="Why\x1b.")
    found = document(replace(manifests, policies=(words,)))["vulnerabilities"][0]["description"]
    assert found.split("\n")[1:3] == ["What.", "Why\\x1b."]
