from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.image.limits import CHUNK
from seawall.image.program import Program


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 6 * CHUNK), st.lists(st.integers(1, CHUNK), max_size=6))
def test_what_is_held_is_true_and_what_matters_is_held(at: int, sizes: list[int]) -> None:
    size = 6 * CHUNK + 100
    data = bytearray(b"\x01" * size)
    data[at : at + 8] = b"<marker>"
    program = Program(size, (b"<marker>",))
    position = 0
    for step in [*sizes, *[CHUNK] * 8]:
        if position < size:
            program.add(memoryview(data)[position : position + step])
            position = program.filled
    assert program.filled == size
    held = bytes(program.view)
    assert not held.replace(b"<marker>", b"").translate(None, b"\0\1")
    assert held[:CHUNK] == data[:CHUNK]
    assert held[at:] == data[at:]
    assert held[-CHUNK:] == data[-CHUNK:]


def test_without_a_marker_only_the_ends_are_held() -> None:
    size = 10 * CHUNK
    program = Program(size, (b"<marker>",))
    for _ in range(10):
        program.add(memoryview(b"\x01" * CHUNK))
    assert bytes(program.view).count(b"\x01") <= 4 * CHUNK
    assert bytes(program.view[-CHUNK:]) == b"\x01" * CHUNK
