from datetime import date

import pytest

from seawall.kube.normalise import normalise
from seawall.model.finding import Finding, Stage
from seawall.model.kube.object import KubeObject
from seawall.policy.document import convert
from seawall.policy.judge import Hit, Plan, finding
from seawall.workflow.hits import Asked, judge_all
from seawall.workflow.judged import Bucket, LazyFindings, Run


def _bucket(name: str, hits: int) -> Bucket:
    spec = {"title": name, "severity": "low", "stages": ["deploy"], "categories": ["c"]}
    document = {
        "apiVersion": "seawall.dev/v1",
        "kind": "Policy",
        "metadata": {"name": name},
        "spec": {**spec, "when": {"service": {"name": {"exists": True}}}},
    }
    plan = Plan([convert(document, "here")], Stage.DEPLOY, date(2026, 6, 1))
    targets = [_service(at) for at in range(hits)]
    asked = [Asked(one, ("service",)) for one in targets]
    return judge_all([plan], asked, {}).get(name) or Bucket(plan.policies[0], [], {})


def _service(at: int) -> KubeObject:
    one = next(iter(normalise(b'{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s%d"}}' % at)))
    assert isinstance(one, KubeObject)
    return one


@pytest.fixture
def buckets() -> list[Bucket]:
    return [_bucket("a", 3), _bucket("b", 0), _bucket("c", 1), _bucket("d", 2)]


def test_a_bucket_gives_its_hits_back(buckets: list[Bucket]) -> None:
    hits = list(buckets[0])
    assert [hit.compiled.name for hit in hits] == ["a", "a", "a"]
    assert all(isinstance(hit, Hit) for hit in hits)
    assert buckets[0][1:] == hits[1:]
    assert buckets[0][-1] == hits[-1]


def test_findings_are_a_sequence_like_any_other(buckets: list[Bucket]) -> None:
    made: list[str] = []

    def make(hit: Hit) -> Finding:
        made.append(hit.compiled.name)
        return finding(hit, {}, Stage.DEPLOY)

    lazy = LazyFindings(Run(bucket, make) for bucket in buckets)
    assert (len(lazy), made) == (6, [])
    whole = tuple(lazy)
    assert [(one.policy, one.subject.name) for one in whole] == [
        ("a", "s0"), ("a", "s1"), ("a", "s2"), ("c", "s0"), ("d", "s0"), ("d", "s1"),
    ]  # fmt: skip
    made.clear()
    assert lazy[3] == whole[3]
    assert made == ["c"]
    assert [lazy[at] for at in range(-6, 6)] == [*whole, *whole]
    assert lazy[1:5] == whole[1:5]
    assert lazy[::-2] == whole[::-2]
    with pytest.raises(IndexError):
        lazy[6]


def test_no_bucket_no_finding() -> None:
    assert list(LazyFindings([])) == []
    assert len(LazyFindings([Run(_bucket("a", 0), lambda hit: finding(hit, {}, Stage.DEPLOY))])) == 0
