import io
import re

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from seawall.model import Report
from seawall.report.interface import Style
from seawall.report.markdown import MarkdownReporter, code, text


def written(report: Report) -> str:
    out = io.StringIO()
    MarkdownReporter().write(report, out, Style())
    return out.getvalue()


@given(st.text(max_size=60))
def test_values_stay_text_in_every_place(value: str) -> None:
    render = MarkdownIt("commonmark").enable("table").render
    page = render(f"| a | b |\n|---|---|\n| x {text(value)} | {code(value)} |\n")
    assert set(re.findall(r"<(\w+)", page)) <= {"table", "thead", "tbody", "tr", "th", "td", "code"}
    assert page.count("<td>") == 2


def test_nobody_is_called_and_nothing_linked() -> None:
    assert text("@admin #1") == "&#64;&#8203;admin &#35;&#8203;1"
    assert "@" not in code("@babel/core")


def test_verdict_fixes_and_coverage(sample: Report) -> None:
    page = written(sample)
    assert page.startswith("### Seawall: gate failed\n")
    assert "clears 3 (critical)" in page
    assert "**Coverage: 1 gap" in page


def test_it_fits_into_a_comment(large: Report) -> None:
    page = written(large)
    assert len(page) < 65_536
    assert re.search(r"… and [\d,]+ more findings", page)
