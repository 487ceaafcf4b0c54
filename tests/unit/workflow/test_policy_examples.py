"""The runner of examples: what is judged where, facts decoded, answers told apart."""

from collections.abc import Mapping, Sequence

import pytest

from seawall.errors import UsageError
from seawall.policy.document import Policy, convert
from seawall.workflow.policy_examples import ExampleResult, run_examples


def policy(when: Mapping[str, object], *examples: Mapping[str, object], stages: Sequence[str] = ("deploy",)) -> Policy:
    spec = {"title": "t", "severity": "high", "stages": list(stages), "categories": ["c"], "when": when}
    document = {"apiVersion": "seawall.dev/v1", "kind": "Policy", "metadata": {"name": "p"}, "spec": spec}
    return convert({**document, "examples": list(examples)}, "here")


def run(when: Mapping[str, object], example: Mapping[str, object], *stages: str) -> ExampleResult:
    (result,) = run_examples(policy(when, example, stages=stages or ("deploy",)))
    return result


def pod(**container: object) -> dict[str, object]:
    containers = [{"name": "c", "image": "a:1", **container}]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": containers}}


def scan(**image: object) -> dict[str, object]:
    return {"image-scan": {"a:1": image}}


CRITICAL = {"image": {"vulnerability": {"severity": "critical"}}}
HURT = scan(vulnerabilities=[{"id": "CVE-1", "severity": "critical", "fixed-by": "2", "known-exploited": True}])


def test_an_object_that_matches_fails_and_says_where() -> None:
    example = {"expect": "fail", "object": pod(securityContext={"privileged": True})}
    result = run({"container": {"privileged": True}}, example)
    assert result.ok
    assert result.findings[0].location.path == "spec.containers[0].securityContext.privileged"


def test_an_expectation_that_is_wrong_is_told() -> None:
    result = run({"container": {"privileged": True}}, {"expect": "fail", "object": pod()})
    assert (result.answer, result.ok) == ("pass", False)


def test_without_a_scan_it_is_unknown_and_the_fact_is_named() -> None:
    result = run(CRITICAL, {"expect": "unknown", "object": pod()})
    assert result.ok
    assert result.missing == ("image-scan",)


def test_an_image_is_judged_as_built_and_as_deployed() -> None:
    result = run(CRITICAL, {"expect": "fail", "facts": HURT}, "build", "deploy")
    assert result.ok
    assert [one.stage.value for one in result.findings] == ["build", "deploy"]


def test_a_scan_is_joined_with_the_objects_that_name_the_image() -> None:
    example = {"expect": "fail", "object": pod(securityContext={"privileged": True}), "facts": HURT}
    when = {"container": {"privileged": True, "image": {"vulnerability": {"fixable": True, "known-exploited": True}}}}
    assert run(when, example).ok


def test_objects_know_each_other() -> None:
    policy_of_all = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "n"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
    }
    when = {"workload": {"ingress-isolated": False}}
    assert run(when, {"expect": "fail", "objects": [pod()]}).ok
    assert run(when, {"expect": "pass", "objects": [pod(), policy_of_all]}).ok


def test_the_day_can_be_given() -> None:
    when = {"image": {"age": {"older-than": "90d"}}}
    facts = {"today": "2026-01-10", **scan(created="2026-01-01")}
    assert run(when, {"expect": "pass", "facts": facts}, "build").ok
    assert run(when, {"expect": "fail", "facts": {**facts, "today": "2026-12-01"}}, "build").ok


def test_what_cannot_be_read_is_told() -> None:
    result = run({"container": {"privileged": True}}, {"expect": "pass", "object": pod(privileged=1, ports="x")})
    assert result.problems


def test_an_example_about_nothing_is_unknown() -> None:
    assert run({"container": {"privileged": True}}, {"expect": "pass"}).answer == "unknown"


@pytest.mark.parametrize("facts", [{"weather": 1}, {"image-scan": {"a": {"packages": 1}}}, {"today": "soon"}])
def test_facts_of_a_wrong_shape_are_refused(facts: Mapping[str, object]) -> None:
    with pytest.raises(UsageError, match="example 1"):
        run(CRITICAL, {"expect": "fail", "facts": facts})
