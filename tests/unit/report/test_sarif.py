import io
import json
from typing import Any

import pytest

from seawall.model import Report
from seawall.report.interface import Style
from seawall.report.sarif import SarifReporter


def run(report: Report) -> dict[str, Any]:
    out = io.StringIO()
    SarifReporter().write(report, out, Style())
    log: dict[str, Any] = json.loads(out.getvalue())
    assert log["version"] == "2.1.0"
    (only,) = log["runs"]
    return dict(only)


@pytest.mark.parametrize("kind", ["sample", "manifests", "empty", "hostile", "large"])
def test_the_standard_s_rules(kind: str, request: pytest.FixtureRequest) -> None:
    report: Report = request.getfixturevalue(kind)
    one = run(report)
    rules = one["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert len(one["results"]) == len(report.findings)
    for result in one["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"none", "note", "warning", "error"}
        assert result["message"]["text"]
        assert result["suppressions"] is not None
        for location in result["locations"]:
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert uri
            assert uri.isascii()
            assert not set(uri) & set(' <>"{}|\\^`')
            assert location["physicalLocation"]["region"]["startLine"] >= 1


def test_manifests_point_at_lines(manifests: Report) -> None:
    places = [result["locations"][0] for result in run(manifests)["results"]]
    first = places[0]["physicalLocation"]
    assert first == {"artifactLocation": {"uri": "deploy/agent.yaml"}, "region": {"startLine": 12}}
    assert places[0]["logicalLocations"][0]["fullyQualifiedName"].startswith("spec.template")


def test_image_findings_point_into_the_image(sample: Report) -> None:
    place = run(sample)["results"][0]["locations"][0]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "var/lib/dpkg/status"
    assert place["logicalLocations"] == [
        {"name": "wget", "kind": "package", "fullyQualifiedName": "registry.example/shop/api:1.4:/var/lib/dpkg/status"}
    ]


def test_numbers_agree_with_severities(sample: Report) -> None:
    scores = {
        rule["id"]: rule["properties"].get("security-severity") for rule in run(sample)["tool"]["driver"]["rules"]
    }
    assert scores["CVE-2024-2961"] == "8.8"
    assert scores["CVE-2024-5535"] == "9.5"
    assert scores["CVE-2024-4741"] is None


def test_accepted_findings_are_suppressed(sample: Report) -> None:
    suppressed = [result for result in run(sample)["results"] if result["suppressions"]]
    assert [result["ruleId"] for result in suppressed] == ["CVE-2020-8203"]
    assert suppressed[0]["suppressions"][0]["justification"] == "not reachable (until 2027-01-31)"


def test_fingerprints_and_gaps(sample: Report) -> None:
    one = run(sample)
    prints = [result["partialFingerprints"]["seawall/v1"] for result in one["results"]]
    assert prints == [finding.fingerprint for finding in sample.findings]
    (gap,) = one["invocations"][0]["toolExecutionNotifications"]
    assert gap["descriptor"] == {"id": "coverage/feed"}
