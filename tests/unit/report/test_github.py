import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.model import Report
from seawall.report.github import GithubReporter, command
from seawall.report.interface import Style

COMMAND = re.compile(r"::(error|warning|notice)( [a-z]+=[^:,]*(,[a-z]+=[^:,]*)*)?::.*")


def lines(report: Report) -> list[str]:
    out = io.StringIO()
    GithubReporter().write(report, out, Style())
    return out.getvalue().splitlines()


@pytest.mark.parametrize("kind", ["sample", "manifests", "empty", "hostile", "large"])
def test_every_line_is_one_command(kind: str, request: pytest.FixtureRequest) -> None:
    assert all(COMMAND.fullmatch(line) for line in lines(request.getfixturevalue(kind)))


@given(st.text(), st.text(min_size=1))
def test_no_text_breaks_out(message: str, title: str) -> None:
    written = command("error", message, title=title)
    assert written.count("\n") == 1
    assert COMMAND.fullmatch(written[:-1])


def test_annotations_stand_at_their_lines_worst_first(manifests: Report) -> None:
    first, second, third, _ = lines(manifests)
    assert first.startswith("::error file=deploy/agent.yaml,line=12,title=critical%3A privileged-container::")
    assert second.startswith("::error file=deploy/web.yaml,line=31")
    assert third.startswith("::warning file=deploy/web.yaml,line=24")


def test_an_image_s_findings_are_summed_up_by_package(sample: Report) -> None:
    text = lines(sample)
    assert any(
        "title=libssl3%2C openssl 3.0.11-1::" in line and "1 critical, 1 high, 1 unknown" in line for line in text
    )
    assert any(line.startswith("::warning title=Not covered%3A feed stale::") for line in text)
    assert any(line.startswith("::error title=Gate failed::") for line in text)
