"""Three answers: the compiled nodes against Kleene's truth tables written out plainly."""

from hypothesis import given
from hypothesis import strategies as st

from seawall.policy.nodes import All, AnyOf, Exists, Leaf, Node, Not
from seawall.policy.registry import UNKNOWN, Criterion, Facts, Group, Type

ANSWERS = st.sampled_from([True, False, None])
GROUP = Group(name="thing", doc="", path=lambda _: "at", label=str)


def leaf(answer: object) -> Node:
    """A criterion with a fixed answer."""
    get = lambda _item, _facts: UNKNOWN if answer is None else answer  # noqa: E731 -- a getter is a callable
    criterion = Criterion(group="thing", name="field", type=Type.BOOL, get=get, needs="x")
    return Leaf(GROUP, criterion, lambda value: value is True, True)


def build(tree: object) -> Node:
    if not isinstance(tree, tuple):
        return leaf(tree)
    word, children = tree
    if word == "not":
        return Not(build(children))
    nodes = [build(child) for child in children]
    return All(nodes) if word == "all" else AnyOf(nodes)


def plain(tree: object) -> bool | None:
    """Kleene's strong logic: false < unknown < true; and is the least, or the greatest, not turns round."""
    order = {False: 0, None: 1, True: 2}
    back = {0: False, 1: None, 2: True}
    if not isinstance(tree, tuple):
        return tree if tree is None else bool(tree)
    word, children = tree
    if word == "not":
        return back[2 - order[plain(children)]]
    answers = [order[plain(child)] for child in children]
    return back[min(answers) if word == "all" else max(answers)]


TREES = st.recursive(
    ANSWERS,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=4)),
    ),
    max_leaves=12,
)


@given(TREES)
def test_nodes_follow_kleene(tree: object) -> None:
    assert build(tree).test(None, {}) is plain(tree)


@given(TREES)
def test_the_trace_ends_in_the_same_answer(tree: object) -> None:
    node = build(tree)
    assert node.trace(None, {}).answer is node.test(None, {})


def exists(answers: list[bool | None], least: int, most: int | None) -> Node:
    get = lambda item, _facts: UNKNOWN if item is None else item  # noqa: E731
    criterion = Criterion(group="thing", name="field", type=Type.BOOL, get=get, needs="x")
    child = Leaf(GROUP, criterion, lambda value: value is True, True)
    return Exists(GROUP, (lambda _item, _facts: answers,), child, at_least=least, at_most=most)


@given(st.lists(ANSWERS, max_size=6))
def test_some_object_of_a_group(answers: list[bool | None]) -> None:
    assert exists(answers, 1, None).test(None, {}) is (plain(("any", answers)) if answers else False)


@given(st.lists(ANSWERS, max_size=5), st.integers(0, 4), st.integers(0, 4) | st.none())
def test_counts_are_sure_only_when_every_completion_agrees(
    answers: list[bool | None], least: int, most: int | None
) -> None:
    completions: list[list[bool]] = [[]]
    for answer in answers:
        options = [True, False] if answer is None else [answer]
        completions = [[*done, option] for done in completions for option in options]
    top = len(answers) if most is None else most
    results = {least <= sum(done) <= top for done in completions}
    expected = results.pop() if len(results) == 1 else None
    if (least, most) != (1, None):
        assert exists(answers, least, most).test(None, {}) is expected


def test_an_unknown_group_is_unknown() -> None:
    node = Exists(GROUP, (lambda _item, _facts: UNKNOWN,), leaf(True))
    facts: Facts = {}
    assert node.test(None, facts) is None
    assert node.trace(None, facts).answer is None
