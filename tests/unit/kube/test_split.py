from hypothesis import given
from hypothesis import strategies as st

from seawall.kube.split import split

LINES = st.lists(st.sampled_from(["---", "--- # c", "---x", "...", "  ---", "a: b", "", "--- |", "----"]), max_size=12)


def plainly(text: str) -> list[tuple[str, int]]:
    """Line by line: a separator ends a document; the rest of its line begins the next."""
    found, current, first = [], "", 1
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        if line[:3] in {"---", "..."} and (line[3:4] in {"", " ", "\n"}):
            if number > 1:
                found.append((current, first))
            current, first = line[3:], number
        else:
            current += line
    return [*found, (current, first)]


@given(LINES, st.booleans())
def test_equals_reading_line_by_line(lines: list[str], ended: bool) -> None:
    text = "\n".join(lines) + ("\n" if ended and lines else "")
    assert [(part.decode(), line) for part, line in split(text.encode())] == plainly(text)


def test_a_separator_inside_a_block_scalar_is_indented() -> None:
    assert len(list(split(b"a: |\n  ---\n  b\n---\nc: d\n"))) == 2
