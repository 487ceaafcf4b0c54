import io
from xml.etree import ElementTree as ET

import pytest

from seawall.model import Report
from seawall.report.interface import Style
from seawall.report.junit import JunitReporter


def suites(report: Report) -> ET.Element:
    out = io.StringIO()
    JunitReporter().write(report, out, Style())
    return ET.fromstring(out.getvalue())


@pytest.mark.parametrize("kind", ["sample", "manifests", "empty", "hostile", "large"])
def test_numbers_agree_with_the_cases(kind: str, request: pytest.FixtureRequest) -> None:
    for suite in suites(request.getfixturevalue(kind)):
        assert suite.get("tests") == str(len(suite.findall("testcase")))
        assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
        assert suite.get("skipped") == str(len(suite.findall("testcase/skipped")))


def test_findings_fail_and_accepted_ones_are_skipped(sample: Report) -> None:
    root = suites(sample)
    names = {suite.get("name"): suite for suite in root}
    assert list(names) == ["vulnerability", "coverage", "gate"]
    assert names["vulnerability"].get("failures") == "9"
    (skipped,) = names["vulnerability"].findall("testcase/skipped")
    assert skipped.get("message") == "accepted: not reachable, until 2027-01-31"
    assert names["gate"].get("failures") == "1"


def test_files_and_lines(manifests: Report) -> None:
    case = suites(manifests)[1][0]
    assert (case.get("file"), case.get("line")) == ("deploy/agent.yaml", "12")


def test_a_report_without_findings_still_has_a_test(empty: Report) -> None:
    assert suites(empty).find("testsuite/testcase") is not None
