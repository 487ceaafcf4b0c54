"""Policies end to end: YAML's shape → plan → hits → findings, about workloads and images."""

from collections.abc import Mapping
from datetime import date

import msgspec
import pytest

from seawall.errors import UsageError
from seawall.model.coverage import CoverageState
from seawall.model.finding import Stage, Subject
from seawall.model.identifiers import Purl
from seawall.model.image import Image, ImageConfig, Package
from seawall.model.kube.api import ObjectMeta
from seawall.model.kube.image_reference import parse_image_reference
from seawall.model.kube.pod import PodTemplate
from seawall.model.kube.workload import Workload
from seawall.model.scanned import ScannedImage
from seawall.policy.document import Policy, convert
from seawall.policy.judge import Plan, finding
from seawall.policy.registry import Facts

DAY = date(2026, 6, 1)


def policy(when: Mapping[str, object], name: str = "p", **spec: object) -> Policy:
    document = {
        "apiVersion": "seawall.dev/v1",
        "kind": "Policy",
        "metadata": {"name": name},
        "spec": {
            "title": "t",
            "severity": "high",
            "stages": ["deploy"],
            "categories": ["c"],
            "when": when,
            **spec,
        },
    }
    return convert(document, "here")


def workload(*containers: Mapping[str, object], namespace: str = "", **pod: object) -> Workload:
    template = msgspec.convert({"spec": {"containers": list(containers), **pod}}, PodTemplate)
    return Workload(
        api_version="apps/v1",
        kind="Deployment",
        metadata=ObjectMeta(name="web", namespace=namespace, labels={"app": "web"}),
        template=template,
        pod_path="spec.template.spec",
    )


def paths(one: Policy, target: Workload, facts: Facts | None = None) -> list[str]:
    plan = Plan([one], Stage.DEPLOY, DAY)
    return [
        finding(hit, facts or {}, Stage.DEPLOY).location.path for hit in plan.judge("workload", target, facts or {})
    ]


PRIVILEGED = {"name": "a", "image": "a:1", "securityContext": {"privileged": True}}


def test_one_finding_for_each_container_that_is_meant() -> None:
    target = workload(PRIVILEGED, {"name": "b"}, {**PRIVILEGED, "name": "c"})
    assert paths(policy({"container": {"privileged": True}}), target) == [
        "spec.template.spec.containers[0].securityContext.privileged",
        "spec.template.spec.containers[2].securityContext.privileged",
    ]


def test_criteria_of_one_group_hold_for_the_same_object() -> None:
    split = workload(PRIVILEGED, {"name": "b", "image": "x:latest"})
    joined = workload({**PRIVILEGED, "image": "x:latest"})
    one = policy({"container": {"privileged": True, "image": {"latest": True}}})
    assert paths(one, split) == []
    assert len(paths(one, joined)) == 1
    apart = policy({"all": [{"container": {"privileged": True}}, {"container": {"image": {"latest": True}}}]})
    assert len(paths(apart, split)) == 1


def test_a_path_names_the_pod_where_only_the_pod_decides() -> None:
    one = policy({"container": {"run-as-user": 0}})
    assert paths(one, workload({"name": "a"}, securityContext={"runAsUser": 0})) == [
        "spec.template.spec.securityContext.runAsUser"
    ]


def test_an_image_that_nobody_scanned_is_not_known_and_said_so() -> None:
    plan = Plan([policy({"vulnerability": {"fixable": True}}, "vulnerable")], Stage.DEPLOY, DAY)
    assert plan.judge("workload", workload({"name": "a", "image": "x:1"}), {}) == []
    (row,) = plan.coverage({})
    assert row.state is CoverageState.INFO
    assert row.area == "fact:image-scan"
    scanned: Facts = {"image-scan": {}}
    (row,) = plan.coverage(scanned)
    assert row.gap, "where images are scanned, one that was not is a gap"
    assert "vulnerable" in row.message


def test_what_is_false_anyway_needs_no_fact() -> None:
    plan = Plan([policy({"container": {"privileged": True, "vulnerability": {"fixable": True}}})], Stage.DEPLOY, DAY)
    assert plan.judge("workload", workload({"name": "a"}), {}) == []
    assert plan.coverage({}) == ()


def test_an_image_policy_is_about_the_image_when_it_is_built_and_the_workload_when_deployed() -> None:
    both = policy({"package": {"name": ["curl"]}}, stages=["build", "deploy"])
    curl = Package(type="deb", name="curl", version="1", purl=Purl("pkg:deb/debian/curl@1"))
    scan = Image(subject=Subject(kind="image", name="x:1"), config=ImageConfig(), packages=(curl,))
    image = ScannedImage(reference=parse_image_reference("x:1"), scan=scan)
    build = Plan([both], Stage.BUILD, DAY)
    (hit,) = build.judge("image", image, {})
    assert finding(hit, {}, Stage.BUILD).subject.name == "x:1"
    deploy = Plan([both], Stage.DEPLOY, DAY)
    facts: Facts = {"image-scan": {"x:1": image}}
    (hit,) = deploy.judge("workload", workload({"name": "a", "image": "x:1"}), facts)
    assert finding(hit, facts, Stage.DEPLOY).subject.name == "web"


def test_scopes() -> None:
    target = workload(PRIVILEGED, namespace="kube-system")
    when = {"container": {"privileged": True}}
    excluded = {"exclude": [{"namespaces": ["kube-*"], "reason": "agents"}]}
    expired = {"exclude": [{"namespaces": ["kube-*"], "reason": "agents", "until": "2026-05-31"}]}
    elsewhere = {"include": [{"namespaces": ["shop"]}]}
    labelled = {"include": [{"labels": {"app": "w*"}}]}
    assert paths(policy(when, scope=excluded), target) == []
    assert len(paths(policy(when, scope=expired), target)) == 1
    assert paths(policy(when, scope=elsewhere), target) == []
    assert len(paths(policy(when, scope=labelled), target)) == 1


CLUSTERS: list[tuple[dict[str, object], str, bool | None]] = [
    ({"include": [{"clusters": ["prod-*"]}]}, "prod-1", True),
    ({"include": [{"clusters": ["prod-*"]}]}, "test-1", False),
    ({"include": [{"clusters": ["prod-*"]}]}, "", None),
    ({"include": [{"clusters": ["prod-*"], "namespaces": ["elsewhere"]}]}, "", False),
    ({"include": [{"clusters": ["prod-*"]}, {"namespaces": ["shop"]}]}, "", True),
    ({"exclude": [{"clusters": ["test-*"]}]}, "prod-1", True),
    ({"exclude": [{"clusters": ["test-*"]}]}, "test-1", False),
    ({"exclude": [{"clusters": ["test-*"]}]}, "", None),
    ({"exclude": [{"clusters": ["test-*"]}, {"namespaces": ["shop"]}]}, "", False),
    ({"exclude": [{"clusters": ["test-*"], "until": "2026-05-31"}]}, "", True),
    ({"include": [{"clusters": ["prod-*"]}], "exclude": [{"namespaces": ["shop"]}]}, "", False),
]


@pytest.mark.parametrize(("scope", "cluster", "expected"), CLUSTERS)
def test_a_scope_by_clusters_never_fits_where_the_name_is_not_known(
    scope: dict[str, object], cluster: str, expected: bool | None
) -> None:
    plan = Plan([policy({"container": {"privileged": True}}, scope=scope)], Stage.DEPLOY, DAY)
    facts: Facts = {"cluster-name": cluster} if cluster else {}
    hits = plan.judge("workload", workload(PRIVILEGED, namespace="shop"), facts)
    rows = [row.area for row in plan.coverage({})]
    assert (bool(hits) if not rows else None) == expected
    assert rows == ([] if expected is not None else ["fact:cluster-name"])


@pytest.mark.parametrize(
    ("glob", "fits"),
    [("nginx*", True), ("docker.io/library/nginx*", True), ("docker.io/library/nginx:1", True), ("quay.io/*", False)],
)
def test_a_scope_by_images_knows_them_as_written_and_written_out(glob: str, fits: bool) -> None:
    target = workload({"name": "a", "image": "nginx:1", "securityContext": {"privileged": True}})
    for part, expected in (("include", fits), ("exclude", not fits)):
        one = policy({"container": {"privileged": True}}, scope={part: [{"images": [glob]}]})
        assert bool(Plan([one], Stage.DEPLOY, DAY).judge("workload", target, {})) is expected


def test_all_missing_facts_are_told_not_only_the_first_that_a_policy_lacked() -> None:
    vulnerable = {"image": {"vulnerability": {"severity": "high"}}}
    one = policy({"any": [{"container": {"privileged": True}}, {"container": vulnerable}]}, scope=CLUSTERS[2][0])
    plan = Plan([one], Stage.DEPLOY, DAY)
    for container in (PRIVILEGED, {"name": "a", "image": "a"}):
        plan.judge("workload", workload(container, namespace="shop"), {})
    assert [row.area for row in plan.coverage({})] == ["fact:cluster-name", "fact:image-scan"]


def test_a_fingerprint_knows_no_order() -> None:
    one = policy({"container": {"privileged": True}})
    plan = Plan([one], Stage.DEPLOY, DAY)
    first, second = (
        [finding(hit, {}, Stage.DEPLOY).fingerprint for hit in plan.judge("workload", target, {})]
        for target in (workload(PRIVILEGED, {"name": "b"}), workload({"name": "b"}, PRIVILEGED))
    )
    assert first == second


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        ({"container": {"privilegd": True}}, "a container has no 'privilegd'. Did you mean privileged"),
        ({"kontainer": {}}, "a condition has no 'kontainer'. Did you mean container"),
        ({"container": {"privileged": 1}}, "takes true or false"),
        ({"container": {}}, "is a mapping"),
        ({"all": {}}, "takes a list|has no 'all'"),
        ({"cel": "object.("}, "has an error"),
        ({"cel": 3}, "takes an expression"),
        ({"workload": {"replicas": "many"}}, "takes a number"),
        ({"container": {"name": {"matches": "(a"}}}, r"is no pattern: missing \)"),
        ({"vulnerability": {"severity": "bad"}}, "takes one of"),
        ({"any": [{"container": {"any": 3}}]}, "takes a list"),
        ({"count": {"of": {"container": {"privileged": True}}, "at-leats": 1}}, "`count` takes"),
    ],
)
def test_mistakes_are_refused_at_load_with_a_hint(when: dict[str, object], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence) as told:
        Plan([policy(when)], Stage.DEPLOY, DAY)
    assert told.value.hint


def test_nesting_has_a_bound() -> None:
    when: dict[str, object] = {"container": {"privileged": True}}
    for _ in range(100):
        when = {"not": when}
    with pytest.raises(UsageError, match="nested deeper"):
        Plan([policy(when)], Stage.DEPLOY, DAY)


def test_a_count_over_time_is_not_known_from_manifests() -> None:
    one = policy({"count": {"of": {"container": {"privileged": True}}, "at-least": 1, "within": "5m"}})
    plan = Plan([one], Stage.DEPLOY, DAY)
    assert plan.judge("workload", workload(PRIVILEGED), {}) == []
    assert [row.area for row in plan.coverage({})] == ["fact:time-window"]
