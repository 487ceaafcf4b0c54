from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.image.package.hostile import Complaints, text
from seawall.model.coverage import CoverageState


@settings(deadline=None)
@given(st.binary(max_size=3000), st.integers(1, 600))
def test_text_is_short_and_printable(raw: bytes, limit: int) -> None:
    value = text(raw, limit)
    assert len(value) <= limit
    assert value.isprintable()


def test_text_keeps_what_is_fine() -> None:
    assert text(" Natanael Timo Teräs ".encode()) == "Natanael Timo Teräs"
    assert text(b"a\x1b[31m\xffb") == "a\ufffd[31m\ufffdb"


def test_complaints_of_a_kind_are_one_problem() -> None:
    complaints = Complaints("a/b")
    for example in ("one", "two", "three"):
        complaints.add("An entry was left out", example)
    complaints.add("It ends early")
    complaints.add("It is odd")
    complaints.add("It is odd")
    problems = complaints.problems(anything_read=True)
    assert [problem.message for problem in problems] == [
        "An entry was left out: one and 2 more",
        "It ends early",
        "It is odd (2 times)",
    ]
    assert {problem.state for problem in problems} == {CoverageState.PARTIAL}
    assert {problem.state for problem in complaints.problems(anything_read=False)} == {CoverageState.UNREADABLE}
