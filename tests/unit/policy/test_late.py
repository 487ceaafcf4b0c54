from datetime import date

import pytest

from seawall.errors import UsageError
from seawall.model.finding import Stage
from seawall.policy.document import Policy, convert
from seawall.policy.judge import Plan
from seawall.policy.late import at_first_use, compiled


def _policy(when: dict[str, object]) -> Policy:
    spec = {"title": "t", "severity": "low", "stages": ["deploy"], "categories": ["c"], "when": when}
    return convert({"apiVersion": "seawall.dev/v1", "kind": "Policy", "metadata": {"name": "p"}, "spec": spec}, "here")


def test_made_at_once_unless_asked_otherwise() -> None:
    made: list[int] = []

    def make() -> type[str]:
        made.append(1)
        return str

    assert compiled(make)(5) == "5"
    with at_first_use():
        late = compiled(make)
    assert made == [1]
    assert (late(6), late(7)) == ("6", "7")
    assert made == [1, 1]
    compiled(make)
    assert made == [1, 1, 1]


@pytest.mark.parametrize("when", [{"workload": {"cel": "1 +"}}, {"workload": {"name": {"matches": "("}}}])
def test_a_mistake_is_told_before_judging_unless_the_policy_was_checked(when: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        Plan([_policy(when)], Stage.DEPLOY, date(2026, 6, 1))
    assert Plan([_policy(when)], Stage.DEPLOY, date(2026, 6, 1), checked=True).policies


def test_a_checked_policy_is_compiled_when_an_object_comes_that_it_is_about() -> None:
    wrong = _policy({"service": {"no-such-criterion": True}})
    with pytest.raises(UsageError, match="no-such-criterion"):
        Plan([wrong], Stage.DEPLOY, date(2026, 6, 1))
    plan = Plan([wrong], Stage.DEPLOY, date(2026, 6, 1), checked=True)
    assert plan.roots == {"service"}
    plan.prepare({"workload"})
    assert plan.judge("workload", object(), {}) == []
    with pytest.raises(UsageError, match="policy p: a service has no 'no-such-criterion'"):
        plan.prepare({"service"})
