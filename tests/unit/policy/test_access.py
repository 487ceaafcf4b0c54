"""What an RBAC rule allows: against Kubernetes' own words for it, and for any rule at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.errors import UsageError
from seawall.model.kube.rbac import RbacRule
from seawall.policy.access import compile_actions, parse_action

VERBS = ("get", "list", "create", "*")
RESOURCES = ("pods", "pods/exec", "*/exec", "secrets", "*")
GROUPS = ("", "apps", "*")


def rule(verbs: str, resources: str, groups: tuple[str, ...] = ("",)) -> RbacRule:
    """A rule, short."""
    return RbacRule(verbs=tuple(verbs.split()), resources=tuple(resources.split()), api_groups=groups)


@pytest.mark.parametrize(
    ("action", "allowed", "what"),
    [
        ("get secrets", True, rule("get", "secrets")),
        ("get|list secrets", True, rule("list", "secrets")),
        ("get secrets", True, rule("*", "*", ("*",))),
        ("get secrets", False, rule("get", "pods")),
        ("get secrets", False, rule("get", "secrets", ("apps",))),
        ("create pods/exec", True, rule("create", "pods/exec")),
        ("create pods/exec", True, rule("create", "*/exec")),
        ("create pods/exec", False, rule("create", "pods")),
        ("create pods/exec", False, rule("create", "pods/*")),
        ("create pods", False, rule("create", "*/pods")),
        ("create deployments.apps", True, rule("create", "deployments", ("apps",))),
        ("create deployments.apps", False, rule("create", "deployments")),
        ("bind roles.rbac.authorization.k8s.io", True, rule("bind", "roles", ("rbac.authorization.k8s.io",))),
        ("get secrets", True, rule("get", "secrets", ())),
        ("get secrets", False, RbacRule(verbs=("*",), non_resource_urls=("*",))),
    ],
)
def test_allows(action: str, allowed: bool, what: RbacRule) -> None:
    assert compile_actions(action)(what) is allowed
    assert compile_actions(["delete nothing.example", action])(what) is allowed


def plain(verb: str, resource: str, group: str, what: RbacRule) -> bool:
    """The same, one combination after the other, as Kubernetes' functions do it."""
    sub = resource.partition("/")[2]
    for verbs in what.verbs:
        for one in what.resources:
            for groups in what.api_groups:
                named = one in ("*", resource) or (sub != "" and one == "*/" + sub)
                if verbs in ("*", verb) and groups in ("*", group) and named:
                    return True
    return False


RULES = st.builds(
    lambda verbs, resources, groups: RbacRule(verbs=tuple(verbs), resources=tuple(resources), api_groups=tuple(groups)),
    st.lists(st.sampled_from(VERBS), max_size=3),
    st.lists(st.sampled_from(RESOURCES), max_size=3),
    st.lists(st.sampled_from(GROUPS), min_size=1, max_size=2),
)


@settings(max_examples=100)
@given(
    RULES,
    st.sampled_from(("get", "create")),
    st.sampled_from(("pods", "pods/exec", "secrets")),
    st.sampled_from(GROUPS),
)
def test_like_kubernetes(what: RbacRule, verb: str, to: str, of: str) -> None:
    action = f"{verb} {to}.{of}" if of else f"{verb} {to}"
    assert parse_action(action).allowed(what) is plain(verb, to, of, what)


@pytest.mark.parametrize("wrong", ["", "get", "get ", " pods", "get pods all", "get pods.", "get .apps"])
def test_wrong_actions_are_refused(wrong: str) -> None:
    with pytest.raises(UsageError):
        parse_action(wrong)


@pytest.mark.parametrize("wrong", [3, None, [], [3], {"a": "b"}])
def test_what_is_no_action_is_refused(wrong: object) -> None:
    with pytest.raises(UsageError):
        compile_actions(wrong)


def test_every_verb_one_by_one_is_everything() -> None:
    assert rule("*", "*", ("*",)).everything
    assert rule("get list watch create update patch delete", "*", ("*",)).everything
    assert not rule("get list watch", "*", ("*",)).everything
    assert not rule("*", "pods", ("*",)).everything


def test_a_rule_for_people() -> None:
    named = RbacRule(verbs=("get",), resources=("secrets",), api_groups=("",), resource_names=("a",))
    assert str(named) == "get secrets named a"
    assert str(rule("create", "deployments", ("apps",))) == "create deployments of apps"
