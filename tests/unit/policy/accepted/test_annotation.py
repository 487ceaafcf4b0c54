"""Risks accepted by an object's annotation."""

from datetime import date

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from seawall.kube.normalise import normalise
from seawall.model.finding import Finding, Location, Stage, Subject, fingerprint
from seawall.model.identifiers import PolicyName
from seawall.model.kube.object import KubeObject
from seawall.model.severity import Severity
from seawall.policy.accepted.annotation import ANNOTATION, Annotated, Entry, annotated, apply_annotations, parse

DAY = date(2026, 6, 1)


def _finding(policy: str, *, kind: str = "Deployment", name: str = "web", file: str = "a.yaml") -> Finding:
    return Finding(
        policy=PolicyName(policy),
        stage=Stage.DEPLOY,
        severity=Severity.HIGH,
        title=policy,
        subject=Subject(kind=kind, name=name, namespace="shop"),
        location=Location(file=file),
        fingerprint=fingerprint(policy, kind, name),
    )


def _marked(text: str) -> Annotated:
    subject = Subject(kind="Deployment", name="web", namespace="shop")
    return Annotated(subject=subject, file="a.yaml", place="a.yaml:1", text=text)


def test_an_object_is_marked_by_itself_or_by_the_template_of_its_pods() -> None:
    def texts(own: dict[str, str], template: dict[str, str], kind: str = "Deployment") -> list[str]:
        spec = {"template": {"metadata": {"annotations": template}, "spec": {"containers": []}}}
        document = {
            "apiVersion": "apps/v1",
            "kind": kind,
            "metadata": {"name": "web", "annotations": own},
            "spec": spec,
        }
        objects = [one for one in normalise(msgspec.json.encode(document)) if isinstance(one, KubeObject)]
        return [one.text for one in annotated(objects)]

    assert texts({ANNOTATION: "a"}, {}) == ["a"]
    assert texts({}, {ANNOTATION: "b"}) == ["b"]
    assert texts({ANNOTATION: "a"}, {ANNOTATION: "b"}) == ["a", "b"]
    assert texts({ANNOTATION: "a"}, {ANNOTATION: "a"}) == ["a"]
    assert texts({ANNOTATION: "a"}, {}, kind="ConfigMap") == ["a"]


def test_entries_are_read() -> None:
    entries, wrong = parse(
        "host-network: the agent; needs it (see #4) (until 2027-01-31); latest-tag: dev (until 2026-12-01);"
    )
    assert entries == [
        Entry(policy="host-network", reason="the agent; needs it (see #4)", until=date(2027, 1, 31)),
        Entry(policy="latest-tag", reason="dev", until=date(2026, 12, 1)),
    ]
    assert wrong == []


def test_an_entry_without_reason_end_or_name_does_not_count() -> None:
    entries, wrong = parse("a: (until 2027-01-31); b: because; just text; c: x (until tomorrow)")
    assert entries == []
    assert "has no reason" in wrong[0]
    assert "no end" in wrong[1]
    assert "is no day" in wrong[-1]


def test_only_the_same_object_of_the_same_file_is_covered() -> None:
    found = [
        _finding("a"),
        _finding("b"),
        _finding("a", kind="Service"),
        _finding("a", file="other.yaml"),
        _finding("a", name="else"),
    ]
    judged, risks, rows = apply_annotations(found, [_marked("a: why (until 2026-06-01)")], DAY)
    assert [one.accepted is not None for one in judged] == [True, False, False, False, False]
    assert judged[0].accepted is not None
    assert (judged[0].accepted.reason, judged[0].accepted.expires) == ("why", "2026-06-01")
    assert [(risk.state, risk.matched) for risk in risks] == [("used", 1)]
    assert rows == ()


def test_an_expired_entry_covers_nothing_and_is_reported() -> None:
    judged, risks, _ = apply_annotations(
        [_finding("a")], [_marked("a: why (until 2026-05-31); z: y (until 2027-01-01)")], DAY
    )
    assert judged[0].accepted is None
    assert [(risk.state, risk.matched) for risk in risks] == [("expired", 1), ("unused", 0)]


def test_what_does_not_count_is_a_row() -> None:
    _, risks, rows = apply_annotations([_finding("a")], [_marked("a: why")], DAY)
    assert risks == ()
    assert len(rows) == 1
    assert not rows[0].gap
    assert "a.yaml:1" in rows[0].message


@given(st.text(max_size=300))
def test_any_text_is_taken(text: str) -> None:
    entries, wrong = parse(text)
    assert all(entry.reason for entry in entries)
    assert bool(text.strip(" ;\n\t")) or not (entries or wrong) or wrong


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True),
            st.from_regex(r"[a-z][a-z ,.]{0,30}[a-z]", fullmatch=True),
            st.dates(),
        ),
        max_size=5,
    )
)
def test_what_is_written_is_read(entries: list[tuple[str, str, date]]) -> None:
    text = "; ".join(f"{policy}: {reason} (until {until})" for policy, reason, until in entries)
    read, wrong = parse(text)
    assert wrong == []
    assert [(one.policy, one.until) for one in read] == [(policy, until) for policy, _, until in entries]
