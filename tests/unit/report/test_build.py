import random

from hypothesis import given
from hypothesis import strategies as st

from seawall.model import Report
from seawall.report.build import order, summarise


def test_summary_counts_what_is_open(sample: Report) -> None:
    summary = sample.summary
    assert (summary.findings, summary.accepted, summary.fixable, summary.kev, summary.gaps) == (9, 1, 7, 1, 1)
    assert list(summary.by_severity) == ["critical", "high", "medium", "low", "negligible", "unknown"]
    assert sum(summary.by_severity.values()) == summary.findings
    assert summary.by_policy == {"vulnerability": 9}


def test_an_empty_summary_still_names_every_severity() -> None:
    assert set(summarise([], [], []).by_severity.values()) == {0}


@given(seed=st.integers(0, 1000))
def test_order_does_not_depend_on_the_input_s(seed: int, sample_findings: Report) -> None:
    shuffled = list(sample_findings.findings)
    random.Random(seed).shuffle(shuffled)
    assert order(shuffled) == sample_findings.findings


def test_worst_first(large: Report) -> None:
    ranks = [finding.severity.rank for finding in large.findings]
    assert ranks == sorted(ranks, reverse=True)
