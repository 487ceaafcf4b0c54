"""Where reports go: whole or not at all."""

from datetime import date
from pathlib import Path

import pytest

from seawall.cli.console import Console
from seawall.cli.options import destinations, write_reports
from seawall.errors import InputError, UsageError
from seawall.model.finding import Subject
from seawall.model.report import Report, Tool
from seawall.policy.gate import GateOptions, evaluate
from seawall.report.build import summarise

CONSOLE = Console(quiet=True, no_color=True)


def report() -> Report:
    return Report(
        tool=Tool(version="1", created=date(2026, 6, 1).isoformat()),
        subject=Subject(kind="manifests", name="here"),
        gate=evaluate((), GateOptions()),
        summary=summarise((), (), ()),
    )


def test_a_report_that_fails_half_way_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "out.json"
    old.write_text("old")

    def broken(_report: object, _kind: object, out: object, _style: object) -> None:
        print("half", file=out)  # type: ignore[call-overload]  # as a reporter would
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("seawall.report.write", broken)
    with pytest.raises(InputError, match="cannot be written: No space left on device"):
        write_reports(report(), (("json", str(old)),), CONSOLE)
    assert old.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_a_whole_report_replaces_the_old_file(tmp_path: Path) -> None:
    old = tmp_path / "out.json"
    old.write_text("old")
    write_reports(report(), (("json", str(old)),), CONSOLE)
    assert '"seawall.dev/report/v1"' in old.read_text()
    assert old.stat().st_mode & 0o777 in {0o644, 0o664, 0o600}
    with pytest.raises(InputError, match="cannot be written"):
        write_reports(report(), (("json", str(tmp_path / "nowhere" / "out.json")),), CONSOLE)


def test_what_is_no_file_is_written_directly(capfd: pytest.CaptureFixture[str]) -> None:
    write_reports(report(), (("csv", "/dev/null"), ("json", "-")), CONSOLE)
    assert '"seawall.dev/report/v1"' in capfd.readouterr().out


@pytest.mark.parametrize(
    ("outputs", "file"),
    [
        (("nonsense",), None),
        (("json", "csv"), "x"),
        (("json=a",), "x"),
        (("json=a", "csv=a"), None),
        (("json=",), None),
    ],
)
def test_places_that_make_no_sense_are_refused(outputs: tuple[str, ...], file: str | None) -> None:
    with pytest.raises(UsageError):
        destinations(outputs, file)


def test_a_link_leads_to_where_it_led_afterwards(tmp_path: Path) -> None:
    whole, link = tmp_path / "whole", tmp_path / "stdout"  # as /dev/stdout leads to a file that a shell opened
    whole.write_text("")
    link.symlink_to(whole)
    write_reports(report(), (("json", str(link)),), CONSOLE)
    assert link.is_symlink()
    assert whole.read_text().startswith("{")
