import io
import json
from typing import Any

import pytest
from msgspec.structs import replace

from seawall.model import PolicyName, Report, ReportedPolicy, Severity
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


def described(policy: str, **more: object) -> ReportedPolicy:
    words: dict[str, Any] = {"description": "What.", "rationale": "Why.", "remediation": "Do this."} | more
    return ReportedPolicy(name=PolicyName(policy), title="t", severity=Severity.HIGH, **words)


def rules_of(report: Report, *policies: ReportedPolicy) -> dict[str, dict[str, Any]]:
    return {rule["id"]: rule for rule in run(replace(report, policies=policies))["tool"]["driver"]["rules"]}


def test_a_rule_says_what_why_and_what_to_do(manifests: Report) -> None:
    name = manifests.findings[0].policy
    rule = rules_of(
        manifests,
        described(name, categories=("privileges",), references=("CIS 5.2.2",), controls={"mitre": ("T1611.002",)}),
    )[name]
    assert rule["help"]["text"].split("\n\n") == [
        "What: What.",
        "Why it matters: Why.",
        "What to do: Do this.",
        "mitre: T1611.002",
        "References: CIS 5.2.2",
    ]
    assert rule["help"]["markdown"].startswith("**What**: What.\n\n**Why it matters**: Why.")
    assert rule["fullDescription"]["text"].endswith(" What.")
    assert rule["properties"]["tags"] == ["security", "deploy", "privileges", "mitre/T1611.002"]
    assert rule["helpUri"] == "https://attack.mitre.org/techniques/T1611/002/"


@pytest.mark.parametrize(
    ("references", "address"),
    [
        (("CIS 1", "https://x.example/a"), "https://x.example/a"),
        (("see CVE-2024-21626",), "https://www.cve.org/CVERecord?id=CVE-2024-21626"),
        (
            ("Pod Security Standards, baseline: x",),
            "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
        ),
        (("javascript://x",), None),
    ],
)
def test_a_rule_points_at_a_page_where_one_is_known(
    manifests: Report, references: tuple[str, ...], address: str | None
) -> None:
    name = manifests.findings[0].policy
    assert rules_of(manifests, described(name, references=references))[name].get("helpUri") == address


def test_a_vulnerability_s_rule_says_what_is_known_of_it(sample: Report) -> None:
    rules = rules_of(sample)
    assert "CVSS: 8.8" in rules["CVE-2024-2961"]["help"]["text"]
    assert "Exploited: yes" in rules["CVE-2024-2961"]["help"]["text"]
    assert rules["CVE-2024-5535"]["helpUri"] == "https://www.cve.org/CVERecord?id=CVE-2024-5535"


def test_a_policy_s_words_are_never_acted_on(manifests: Report) -> None:
    name = manifests.findings[0].policy
    hostile = "a\n[x](javascript:1) <img src=x> @all \x1b[2J"
    rule = rules_of(
        manifests,
        described(
            name,
            description=hostile * 100,
            rationale=hostile,
            references=(hostile, "https://x.example/<b>`"),
            controls={hostile: tuple(map(str, range(50)))},
        ),
    )[name]
    markdown = rule["help"]["markdown"].replace("  \n", "\n")
    assert not set(markdown.replace("**", "").replace("<https://x.example/%3Cb%3E%60>", "")) & set("[]<>`*\x1b")
    assert len(rule["fullDescription"]["text"]) <= 1024
    assert len(rule["properties"]["tags"]) == 10
