"""Profiles: which policies they take, of which release, and what is refused."""

from datetime import date

import msgspec
import pytest

from seawall.errors import UsageError
from seawall.kube.normalise import normalise
from seawall.model.finding import Stage
from seawall.model.kube.inventory import Inventory
from seawall.model.kube.object import KubeObject
from seawall.policy.criteria.objects import roots_of
from seawall.policy.criteria.relations import INVENTORY
from seawall.policy.judge import Plan
from seawall.policy.load import library
from seawall.policy.profile import NEWEST, convert_profile, in_force, select
from seawall.policy.registry import Facts
from seawall.policy.units import version

DAY = date(2026, 6, 1)
PLAIN = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "nginx"},
    "spec": {
        "replicas": 3,
        "selector": {"matchLabels": {"app": "nginx"}},
        "template": {
            "metadata": {"labels": {"app": "nginx"}},
            "spec": {"containers": [{"name": "nginx", "image": "nginx:1.14.2"}]},
        },
    },
}


def names(profile: str) -> set[str]:
    known = library(examples=False)
    return {policy.name for policy in select(profile, known.profiles, known.policies.values())}


def found(profile: str, document: object) -> list[str]:
    """The policies that find something in one object by itself, a name for each finding."""
    known = library(examples=False)
    plan = Plan(select(profile, known.profiles, known.policies.values()), Stage.DEPLOY, DAY)
    objects = [one for one in normalise(msgspec.json.encode(document)) if isinstance(one, KubeObject)]
    facts: Facts = {"today": DAY, INVENTORY: Inventory(objects)}
    hits = [hit for one in objects for root in roots_of(type(one)) for hit in plan.judge(root, one, facts)]
    return sorted(hit.compiled.name for hit in hits)


def test_a_plain_deployment_is_told_each_cause_once() -> None:
    assert found("default", PLAIN) == [
        "capabilities-not-dropped",
        "default-service-account-token",
        "may-run-as-root",
        "memory-limit-missing",
        "privilege-escalation-allowed",
        "seccomp-profile-missing",
        "writable-root-filesystem",
    ]
    assert found("ci", PLAIN) == ["may-run-as-root", "memory-limit-missing", "privilege-escalation-allowed"]
    strict = found("strict", PLAIN)
    assert len(strict) == len(set(strict))
    for once in (["net-raw-not-dropped", "no-capability-dropped"], ["no-network-policy"], ["resources-missing"]):
        assert not set(once) & set(strict)


def test_a_mount_of_the_node_is_told_once_by_default() -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "a", "namespace": "shop"},
        "spec": {
            "volumes": [{"name": "e", "hostPath": {"path": "/etc"}}],
            "containers": [
                {"name": "c", "image": "x:1", "volumeMounts": [{"name": "e", "mountPath": "/e", "readOnly": True}]}
            ],
        },
    }
    assert [name for name in found("default", pod) if "host" in name] == ["sensitive-host-path"]
    assert {"host-path-volume", "host-etc-mounted", "sensitive-host-path"} <= set(found("all", pod))


def test_all_has_the_pod_security_controls_of_the_newest_release() -> None:
    known = library(examples=False)
    controls = [one for one in known.policies.values() if one.spec.pod_security]
    newest = {one.name for one in controls if in_force(one, version(NEWEST))}
    assert names("all") & {one.name for one in controls} == newest
    assert len(newest) < len(controls)
    assert newest == names("pss-restricted")
    assert names("pss-baseline") < newest
    assert names("pss-restricted@v1.0") != newest == names("pss-restricted@latest") == names(f"pss-restricted@{NEWEST}")


def test_policies_are_taken_by_globs() -> None:
    document = {
        "apiVersion": "seawall.dev/v1",
        "kind": "Profile",
        "metadata": {"name": "mine"},
        "spec": {"title": "Mine", "include": [{"policies": ["host-p*"]}], "exclude": [{"policies": ["host-path-*"]}]},
    }
    mine = convert_profile(document, "here")
    policies = library(examples=False).policies
    assert {one.name for one in select("mine", {"mine": mine}, policies.values())} == {
        name for name in policies if name.startswith("host-p") and not name.startswith("host-path-")
    }


@pytest.mark.parametrize("name", ["nowhere", "pss-baseline@1", "pss-baseline@v2.0", "pss-baseline@v1.x", "@", ""])
def test_what_is_no_profile_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"there is no profile|is no Kubernetes release") as error:
        names(name)
    assert error.value.hint


def test_a_mistyped_profile_is_answered_with_what_was_meant_and_what_there_is() -> None:
    with pytest.raises(UsageError, match="there is no profile") as error:
        names("pss-baselin")
    assert error.value.hint.startswith("Did you mean pss-baseline?")
    assert "strict" in error.value.hint


@pytest.mark.parametrize("spec", [{}, {"title": "x"}, {"title": "x", "include": "all"}, {"title": 1, "include": []}])
def test_a_profile_of_a_wrong_shape_is_refused(spec: object) -> None:
    document = {"apiVersion": "seawall.dev/v1", "kind": "Profile", "metadata": {"name": "mine"}, "spec": spec}
    with pytest.raises(UsageError, match="is no valid profile"):
        convert_profile(document, "here")
