from hypothesis import given
from hypothesis import strategies as st

from seawall.model.kube import LabelSelector, Requirement

KEYS = st.sampled_from(["a", "b", "c"])
VALUES = st.sampled_from(["1", "2", ""])
LABELS = st.dictionaries(KEYS, VALUES)
REQUIREMENTS = st.builds(
    Requirement,
    key=KEYS,
    operator=st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist", "Gt", ""]),
    values=st.lists(VALUES, max_size=2).map(tuple),
)


def plainly(selector: LabelSelector, labels: dict[str, str]) -> bool:
    for key, value in selector.match_labels.items():
        if key not in labels or labels[key] != value:
            return False
    for one in selector.match_expressions:
        has = one.key in labels
        holds = {
            "In": has and labels.get(one.key) in one.values,
            "NotIn": not has or labels[one.key] not in one.values,
            "Exists": has,
            "DoesNotExist": not has,
        }
        if not holds.get(one.operator, False):
            return False
    return True


@given(LABELS, st.lists(REQUIREMENTS, max_size=3), LABELS)
def test_equals_the_definition(
    match_labels: dict[str, str], expressions: list[Requirement], labels: dict[str, str]
) -> None:
    selector = LabelSelector(match_labels=match_labels, match_expressions=tuple(expressions))
    assert selector.matches(labels) == plainly(selector, labels)


def test_an_empty_selector_selects_everything() -> None:
    assert LabelSelector().empty
    assert LabelSelector().matches({"a": "1"})
