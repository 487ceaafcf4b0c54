"""Judging many policies at once answers as judging each by itself; what is remembered stays bounded."""

from datetime import date

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.kube.normalise import normalise
from seawall.model.finding import Stage
from seawall.model.kube.inventory import Inventory
from seawall.model.kube.object import KubeObject
from seawall.policy.criteria.objects import roots_of
from seawall.policy.judge import Plan
from seawall.policy.load import library
from seawall.policy.registry import Facts

DAY = date(2026, 6, 1)
POLICIES = sorted(library().policies.values(), key=lambda policy: policy.name)
OBJECTS = [
    made
    for policy in POLICIES[::4]
    for example in policy.examples
    for raw in ([example.object] if example.object else [])
    for made in normalise(msgspec.json.encode(raw))
    if isinstance(made, KubeObject)
]
TOGETHER = Plan(POLICIES, Stage.DEPLOY, DAY)
APART = [Plan([policy], Stage.DEPLOY, DAY) for policy in POLICIES if Stage.DEPLOY in policy.spec.stages]


def judged(plan: Plan, item: KubeObject) -> list[tuple[str, str, object]]:
    facts: Facts = {"today": DAY, "inventory": Inventory([item])}
    hits = [hit for root in roots_of(type(item)) for hit in plan.judge(root, item, facts)]
    return [(hit.compiled.policy.name, hit.compiled.root, hit.item) for hit in hits]


@given(st.sampled_from(OBJECTS))
@settings(max_examples=25, deadline=None)
def test_together_is_as_apart(item: KubeObject) -> None:
    together = judged(TOGETHER, item)
    apart = [hit for plan in APART for hit in judged(plan, item)]
    assert sorted(name for name, _, _ in together) == sorted(name for name, _, _ in apart)
    assert all(hit in apart for hit in together)


def test_what_is_not_known_is_noted_for_the_same_policies() -> None:
    item = next(one for one in OBJECTS if one.kind == "Pod")
    together = Plan(POLICIES, Stage.DEPLOY, DAY)
    judged(together, item)
    judged(together, item)
    apart: set[str] = set()
    for policy in POLICIES:
        plan = Plan([policy], Stage.DEPLOY, DAY)
        judged(plan, item)
        apart |= set(plan.unknown)
    assert set(together.unknown) == apart
