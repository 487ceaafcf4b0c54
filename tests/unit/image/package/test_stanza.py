from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.image.package.hostile import Complaints
from seawall.image.package.stanza import stanzas


def reference(data: bytes) -> list[list[bytes]]:
    """Line by line, as slow as can be."""
    found: list[list[bytes]] = [[]]
    for line in data.replace(b"\r\n", b"\n").split(b"\n"):
        if line:
            found[-1].append(line)
        else:
            found.append([])
    return [lines for lines in found if any(not line.isspace() for line in lines)]


@settings(deadline=None)
@given(st.lists(st.sampled_from([b"\n", b"\n\n", b"\r\n", b"a: b", b" ", b"x"])).map(b"".join))
def test_they_are_what_empty_lines_divide(data: bytes) -> None:
    complaints = Complaints("x")
    found = [[line for line in stanza.split(b"\n") if line] for stanza in stanzas(data, 1 << 20, complaints)]
    assert found == reference(data)
    assert not complaints.problems(anything_read=True)


def test_a_huge_one_is_told() -> None:
    complaints = Complaints("x")
    data = b"a\n\n" + b"b" * (2 << 20) + b"\n\nc"
    assert list(stanzas(data, 1 << 20, complaints)) == [b"a", b"c"]
    assert "longer than 1 MiB" in complaints.problems(anything_read=True)[0].message


def test_endless_ones_are_told() -> None:
    complaints = Complaints("x")
    assert sum(1 for _ in stanzas(b"a\n\n" * 300_000, 1 << 20, complaints)) == 250_000
    assert "first 250000 entries" in complaints.problems(anything_read=True)[0].message
