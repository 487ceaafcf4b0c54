from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from seawall.model import Finding, Location, PolicyName, Severity, Stage, Subject, fingerprint
from seawall.policy.accepted import Annotated, Rule, accepted_policies, apply, apply_annotations

TODAY = date(2026, 11, 24)
NAMES = ("privileged-container", "host-path", "host-port")
PATTERNS = st.sampled_from(["privileged-container", "host-*", "*", "none", "host-p?rt"])
RULES = st.builds(
    Rule,
    id=st.sampled_from([(), (), ("CVE-2024-1",)]),
    package=st.sampled_from([(), (), ("curl",)]),
    subject=st.sampled_from([(), ("web",), ("other",)]),
    policy=st.lists(PATTERNS, max_size=2).map(tuple),
    reason=st.just("r"),
    expires=st.sampled_from([date(2026, 1, 1), date(2027, 1, 1)]),
    place=st.just("f:1"),
)
NOTES = st.lists(st.sampled_from([*NAMES, "none"]), max_size=2).map(
    lambda names: Annotated(
        subject=Subject(kind="Pod", name="web"),
        file="a.yaml",
        place="a.yaml:1",
        text="; ".join(f"{name}: because (until 2027-01-01)" for name in names),
    )
)


def _findings() -> list[Finding]:
    return [
        Finding(
            policy=PolicyName(name),
            stage=Stage.DEPLOY,
            severity=Severity.HIGH,
            title="t",
            subject=Subject(kind="Pod", name=who),
            location=Location(file="a.yaml", line=3, path="spec"),
            fingerprint=fingerprint(name, who),
        )
        for name in NAMES
        for who in ("web", "api")
    ]


@given(st.lists(RULES, max_size=3), st.lists(NOTES, max_size=2))
def test_no_other_finding_is_accepted_and_no_other_counts(rules: list[Rule], marked: list[Annotated]) -> None:
    names = accepted_policies(rules, marked, NAMES)
    assert names == [name for name in NAMES if name in names]
    every = _findings()
    some = [one for one in every if one.policy in names]
    all_risks, some_risks = apply(every, rules, TODAY), apply(some, rules, TODAY)
    assert all_risks[1] == some_risks[1]
    whole = apply_annotations(all_risks[0], marked, TODAY)
    part = apply_annotations(some_risks[0], marked, TODAY)
    assert whole[1:] == part[1:]
    assert [one for one in whole[0] if one.policy in names] == list(part[0])
    assert all(one.accepted is None for one in whole[0] if one.policy not in names)
