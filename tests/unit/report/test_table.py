import io
import re
from types import ModuleType

import msgspec
import pytest

from seawall.model import Coverage, CoverageState, Gate, Report, Severity
from seawall.report.interface import Style
from seawall.report.table import TableReporter
from seawall.report.text import columns

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def lines(report: Report, **style: object) -> list[str]:
    out = io.StringIO()
    TableReporter().write(report, out, Style(**style))  # type: ignore[arg-type]  # a test's shorthand
    return out.getvalue().splitlines()


def test_layers_packages_fixes_and_verdicts(sample: Report) -> None:
    text = "\n".join(lines(sample))
    for wanted in (
        "Layer 1  RUN apt-get update",
        "libssl3, openssl 3.0.11-1",
        "upgrade libssl3, openssl 3.0.11-1 → 3.0.15-1, clears 3",
        "removed again by layer 1, still shipped",
        "exploited  EPSS 91%",
        "Gate failed (fail-on high)",
        "1 finding covered by accepted risks",
        "accepted risk ended on 2026-01-01",
        "accepted risk matches nothing",
        "Coverage: 1 gap",
        "! feed stale",
    ):
        assert wanted in text


@pytest.mark.parametrize("kind", ["sample", "manifests", "empty", "hostile", "large"])
def test_the_coverage_verdict_is_always_there_and_last_but_for_hints(kind: str, request: pytest.FixtureRequest) -> None:
    sections = "\n".join(lines(request.getfixturevalue(kind))).split("\n\n")
    verdict = next(number for number, section in enumerate(sections) if section.startswith("Coverage:"))
    assert all(section.startswith("Next") for section in sections[verdict + 1 :])


@pytest.mark.parametrize("kind", ["sample", "manifests", "empty", "hostile", "large"])
@pytest.mark.parametrize("width", [60, 80, 100, 160])
@pytest.mark.parametrize("verbose", [False, True])
def test_lines_keep_to_the_width(kind: str, width: int, verbose: bool, request: pytest.FixtureRequest) -> None:
    long = [
        line for line in lines(request.getfixturevalue(kind), width=width, verbose=verbose) if columns(line) > width
    ]
    assert [line for line in long if " " in line.strip()] == []


def test_colours_only_where_wanted_and_nothing_else_changes(sample: Report) -> None:
    plain, coloured = lines(sample), lines(sample, colour=True)
    assert not any("\x1b" in line for line in plain)
    assert any("\x1b[1;31mcritical" in line for line in coloured)
    assert [ANSI.sub("", line).rstrip() for line in coloured] == plain


def test_many_findings_are_summed_up_until_asked(large: Report) -> None:
    short, whole = lines(large), lines(large, verbose=True)
    assert len(short) < 80
    assert any("--verbose shows all 2,000" in line for line in short)
    assert len(whole) > 30


def test_manifests_show_file_line_object_and_remedy(manifests: Report) -> None:
    text = "\n".join(lines(manifests))
    assert text.index("deploy/agent.yaml") < text.index("deploy/web.yaml")
    assert "    31  critical    privileged-container  Deployment shop/web" in text
    assert "→ Set securityContext.privileged to false" in text


def test_nothing_found_is_not_nothing_known(empty: Report) -> None:
    assert "No findings." in lines(empty)
    assert "Coverage: complete" in lines(empty)


def test_verbose_shows_all_of_the_coverage(empty: Report) -> None:
    assert "  · package-database ok: dpkg: 88 packages" in lines(empty, verbose=True)


def test_coverage_that_was_not_recorded_is_no_complete_one(manifests: Report) -> None:
    assert "Coverage: nothing is recorded" in lines(manifests)
    assert Coverage(area="a", state=CoverageState.MISSING, message="m").gap


def test_many_misconfigurations_are_one_line_a_policy(make: ModuleType) -> None:
    found = [
        make.misconfigured("privileged-container", Severity.HIGH, f"d/{n:03}.yaml", n, f"web-{n}") for n in range(99)
    ]
    short = lines(make.report(found))
    assert "  high        privileged-container                                  99  d/000.yaml:0" in short
    assert any("--verbose shows all 99" in line for line in short)


def test_many_gaps_are_counted_until_asked(make: ModuleType) -> None:
    gaps = tuple(Coverage(area="file", state=CoverageState.PARTIAL, message=f"file {n} is cut") for n in range(30))
    report = make.report(coverage=gaps)
    assert "No findings, but not all is known: see below." in lines(report)
    assert sum("is cut" in line for line in lines(report)) == 8
    assert "  … and 22 more gaps; --verbose shows all" in lines(report)
    assert sum("is cut" in line for line in lines(report, verbose=True)) == 30


def test_a_gate_that_left_something_out_says_so(make: ModuleType) -> None:
    gate = Gate(asked=("fail-on high",), notes=("12 without a severity did not count; --fail-on unknown counts them",))
    shown = lines(make.report(gate=gate))
    assert "Gate passed (fail-on high)" in shown
    assert "  12 without a severity did not count; --fail-on unknown counts them" in shown


def test_notes_about_files_that_say_the_same_stand_together(sample: Report) -> None:
    def row(message: str, state: CoverageState = CoverageState.INFO) -> Coverage:
        return Coverage(area="file", state=state, message=message)

    notes = [row(f"/lib/{name}.jar: says neither its name nor its version") for name in "abcde"]
    others = [row(f"/bin/{name}: {name} is odd") for name in "vwxyz"]
    report = msgspec.structs.replace(sample, coverage=(*notes, *others, row("/x: is cut off", CoverageState.PARTIAL)))
    text = [" ".join(line.split()) for line in lines(report, width=200)]
    assert "· file info: /lib/a.jar, /lib/b.jar, /lib/c.jar and 2 more: says neither its name nor its version" in text
    assert "· file info: /bin/w: w is odd" in text
    assert "… and 3 more notes; --verbose shows all" in text
    everything = "\n".join(lines(report, width=200, verbose=True))
    assert all(row.message in everything for row in report.coverage)


@pytest.mark.parametrize(
    ("found", "hint"), [("critical", "high"), ("high", "high"), ("medium", "medium"), ("low", "low")]
)
def test_the_hint_about_the_gate_is_one_that_would_fail(make: ModuleType, found: str, hint: str) -> None:
    report = make.report((make.misconfigured("a", Severity(found), "a.yaml", 1),))
    assert f"  --fail-on {hint} makes this command fail in a pipeline" in lines(report)
