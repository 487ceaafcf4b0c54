"""What holds for every format alike."""

import io
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.errors import UsageError
from seawall.model import Finding, Fingerprint, Location, PolicyName, Report, Severity, Stage, Subject, Tool
from seawall.report import FORMATS, reporter, write
from seawall.report.build import assemble
from seawall.report.interface import Style

# Controls (but line ends and tabs), C1 controls, bidirectional overrides, lone surrogates.
ACTED_ON = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
every_format = pytest.mark.parametrize("name", FORMATS)


def text(report: Report, name: str, style: Style | None = None) -> str:
    out = io.StringIO()
    write(report, name, out, style)
    return out.getvalue()


@every_format
def test_each_format_calls_itself_by_its_name(name: str) -> None:
    assert reporter(name).name == name


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match="table, json"):
        reporter("pdf")


@every_format
def test_hostile_text_is_neutralised(name: str, hostile: Report) -> None:
    written = text(hostile, name, Style(verbose=True))
    assert not ACTED_ON.search(written)
    written.encode()


@every_format
@pytest.mark.parametrize("kind", ["sample", "manifests", "empty", "hostile"])
def test_the_same_report_is_written_the_same_way(name: str, kind: str, request: pytest.FixtureRequest) -> None:
    report: Report = request.getfixturevalue(kind)
    assert text(report, name) == text(report, name)


@every_format
def test_each_finding_is_there(name: str, manifests: Report, sample: Report) -> None:
    if name in {"cyclonedx", "spdx"}:
        pytest.skip("a bill of materials lists packages")
    for wanted in ("privileged-container", "no-resource-limits"):
        assert wanted in text(manifests, name)
    if name != "markdown":
        assert "CVE-2024-2961" in text(sample, name, Style(width=200))


@every_format
@settings(max_examples=20)
@given(value=st.text(max_size=30))
def test_any_text_can_be_written(name: str, value: str) -> None:
    finding = Finding(
        policy=PolicyName("p"), stage=Stage.DEPLOY, severity=Severity.HIGH, title=value,
        subject=Subject(kind="Deployment", name=value), location=Location(file=value, line=1, path=value),
        remediation=value, fingerprint=Fingerprint("0" * 32),
    )  # fmt: skip
    report = assemble(
        tool=Tool(),
        subject=Subject(kind="manifests", name=value),
        findings=[finding],
        version_key=lambda _, v: v.encode(),
    )
    written = text(report, name)
    assert not ACTED_ON.search(written)
    if name in {"json", "sarif", "cyclonedx", "spdx", "gitlab"}:
        json.loads(written)
