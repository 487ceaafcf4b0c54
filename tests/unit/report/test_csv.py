import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from seawall.model import Report
from seawall.report.csv import COLUMNS, CsvReporter, _cell
from seawall.report.interface import Style


def rows(report: Report) -> list[dict[str, str]]:
    out = io.StringIO()
    CsvReporter().write(report, out, Style())
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def test_one_row_a_finding(sample: Report) -> None:
    table = rows(sample)
    assert len(table) == len(sample.findings)
    assert set(table[0]) == set(COLUMNS)
    libc = next(row for row in table if row["vulnerability"] == "CVE-2024-2961")
    assert (libc["package_type"], libc["fixed"], libc["kev"], libc["epss"], libc["layer"]) == (
        "deb", "2.36-9+deb12u7", "true", "0.91", "0",
    )  # fmt: skip
    assert [row["accepted_until"] for row in table if row["accepted"]] == ["2027-01-31"]


def test_misconfigurations_have_file_and_line(manifests: Report) -> None:
    assert (rows(manifests)[0]["file"], rows(manifests)[0]["line"]) == ("deploy/agent.yaml", "12")


@given(st.text())
def test_no_cell_is_a_formula(value: str) -> None:
    assert _cell(value).strip()[:1] not in {"=", "+", "-", "@", "|", "%"}


def test_hostile_cells_stay_in_their_row(hostile: Report) -> None:
    assert len(rows(hostile)) == len(hostile.findings)
