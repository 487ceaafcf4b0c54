"""Judging many policies at once answers as judging each by itself; what is remembered stays bounded."""

from datetime import date

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.kube.normalise import normalise
from seawall.model.finding import Stage
from seawall.model.kube.inventory import Inventory
from seawall.model.kube.object import KubeObject
from seawall.policy.cel import TARGET
from seawall.policy.compile import compile_policy
from seawall.policy.criteria.objects import roots_of
from seawall.policy.document import Policy, convert
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
BY_NODE = [compile_policy(policy, Stage.DEPLOY) for policy in POLICIES if Stage.DEPLOY in policy.spec.stages]
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


def by_nodes(item: KubeObject) -> list[tuple[str, str, object]]:
    """The same, by each policy's whole condition alone: no guards, nothing remembered."""
    facts: Facts = {"today": DAY, "inventory": Inventory([item]), TARGET: item}
    found: list[tuple[str, str, object]] = []
    for root in roots_of(type(item)):
        for one in BY_NODE:
            if one.root == root and one.focus is not None:
                found += [(one.name, root, part) for part in one.focus.matching(item, facts)]
            elif one.root == root and one.node.test(item, facts):
                found.append((one.name, root, item))
    return found


@given(st.sampled_from(OBJECTS))
@settings(max_examples=60, deadline=None)
def test_together_is_as_the_conditions_say(item: KubeObject) -> None:
    together, alone = judged(TOGETHER, item), by_nodes(item)
    assert sorted(name for name, _, _ in together) == sorted(name for name, _, _ in alone)
    assert all(hit in alone for hit in together)


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


_LEAVES: st.SearchStrategy[dict[str, object]] = st.sampled_from(
    [
        {"privileged": True},
        {"privileged": False},
        {"read-only-root-filesystem": False},
        {"name": ["a", "b"]},
        {"name": {"matches": "^[ab]"}},
        {"name": {"not": "a"}},
        {"capabilities-added": {"any": ["SYS_ADMIN", "NET_RAW"]}},
        {"capabilities-added": {"empty": True}},
        {"memory-limit": {"exists": False}},
        {"memory-limit": {"less-than": "128Mi"}},
        {"mount": {"read-only": False}},
        {"image-latest": True},
        {"port": {"number": {"less-than": 1024}}},
        {"not": {"probe": {"kind": "liveness"}}},
        {"vulnerability": {"fixable": True}},  # not known: no image was scanned
    ]
)
_OF_WORKLOADS: st.SearchStrategy[dict[str, object]] = st.sampled_from(
    [
        {"kind": ["Deployment", "Pod"]},
        {"host-users": {"not": False}},
        {"labels": {"app": True}},
        {"annotations": {"not": {"any-key": ".*note.*"}}},
        {"namespace-pod-security": "baseline"},  # not known: no inventory
        {"exposed-by": {"empty": False}},
        {"container": {"any": [{"name": "a"}, {"privileged": True}]}},
        {"container": {"image": {"signed-by": {"none": ["key"]}}}},
    ]
)


def _nested(leaves: st.SearchStrategy[dict[str, object]]) -> st.SearchStrategy[dict[str, object]]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(lambda one: {"not": one}, inner),
            st.builds(
                lambda word, some: {word: some},
                st.sampled_from(["all", "any"]),
                st.lists(inner, min_size=1, max_size=3),
            ),
            st.builds(lambda one, other: {**one, **other}, inner, inner),
        ),
        max_leaves=6,
    )


_INNER = _nested(_LEAVES)
_WHEN = st.one_of(
    st.builds(lambda one: {"workload": one}, _nested(_OF_WORKLOADS)),
    st.builds(lambda one: {"container": one}, _INNER),
    st.builds(lambda one, host: {"workload": {"host-pid": host}, "container": one}, _INNER, st.booleans()),
    st.builds(lambda one: {"not": {"container": one}}, _INNER),
    st.builds(lambda one, least: {"count": {"of": {"container": one}, "at-least": least}}, _INNER, st.integers(0, 3)),
)
_CONTAINER = st.fixed_dictionaries(
    {"name": st.sampled_from("abc")},
    optional={
        "securityContext": st.fixed_dictionaries(
            {},
            optional={
                "privileged": st.booleans(),
                "readOnlyRootFilesystem": st.booleans(),
                "capabilities": st.builds(lambda some: {"add": some}, st.lists(st.sampled_from(["SYS_ADMIN", "KILL"]))),
            },
        ),
        "resources": st.sampled_from([{"limits": {"memory": "64Mi"}}, {"limits": {"memory": "1Gi"}}, {}]),
        "volumeMounts": st.sampled_from([[{"name": "v", "mountPath": "/v"}], []]),
        "image": st.sampled_from(["nginx", "nginx:1"]),
        "ports": st.sampled_from([[{"containerPort": 80}], [{"containerPort": 80, "hostPort": 80}, {}]]),
        "livenessProbe": st.sampled_from([{"exec": {"command": ["x"]}}, {"httpGet": {"port": 80}}]),
    },
)


@given(st.lists(_WHEN, min_size=1, max_size=12), st.lists(_CONTAINER, min_size=1, max_size=3), st.booleans())
@settings(max_examples=100, deadline=None)
def test_random_policies_together_answer_as_their_conditions_do(
    conditions: list[dict[str, object]], containers: list[dict[str, object]], host_pid: bool
) -> None:
    policies = [_policy(f"p{at}", when) for at, when in enumerate(conditions)]
    plan = Plan(policies, Stage.DEPLOY, DAY)
    facts: Facts = {"today": DAY}
    items = [_pod(some, host_pid=host_pid) for some in (containers, containers[:1], containers[1:])]
    for item in [*items, *items]:  # the second time from what is remembered
        hits = {hit.compiled.name for hit in plan.judge("workload", item, facts)}
        answers = {one.name: one.node.test(item, facts) for one in plan.policies}
        assert hits == {name for name, answer in answers.items() if answer}
        assert set(plan.unknown) >= {name for name, answer in answers.items() if answer is None}


def _pod(containers: list[dict[str, object]], *, host_pid: bool) -> KubeObject:
    spec = {"hostPID": host_pid, "containers": containers, "volumes": [{"name": "v", "emptyDir": {}}]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": spec}
    (item,) = (one for one in normalise(msgspec.json.encode(pod)) if isinstance(one, KubeObject))
    return item


def _policy(name: str, when: dict[str, object]) -> Policy:
    spec = {"title": "t", "severity": "high", "stages": ["deploy"], "categories": ["test"], "when": when}
    document = {"apiVersion": "seawall.dev/v1", "kind": "Policy", "metadata": {"name": name}, "spec": spec}
    return convert(document, "here")
