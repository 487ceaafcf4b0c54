import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.advisory.feed import decoding
from seawall.advisory.files import in_memory
from seawall.errors import InputError, LimitError


@pytest.mark.parametrize(
    ("text", "good"),
    [("CVE-2024-3094", True), ("GHSA-36p3-wjmg-h94x", True), ("ALSA-2025:10073", True), ("x", False), ("a b", False),
     ("CVE-2024-3094\n", False), ("../../etc", False), ("A" * 101, False)],
)  # fmt: skip
def test_identifiers_are_believable(text: str, good: bool) -> None:
    assert decoding.believable(text) == good
    assert decoding.identifiers([text, text]) == ((text,) if good else ())


@pytest.mark.parametrize("text", ["2026-01-02", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456+00:00"])
def test_dates(text: str) -> None:
    assert decoding.date(text) == text


@pytest.mark.parametrize("text", [None, "", "0001-01-01T00:00:00Z", "yesterday", "2026-01-02; rm", "2026-1-2"])
def test_what_is_no_date(text: str | None) -> None:
    assert decoding.date(text) == ""


@given(st.text(max_size=500), st.integers(2, 60))
def test_line_is_one_line_and_no_longer(text: str, width: int) -> None:
    found = decoding.line(text, width)
    assert len(found) <= width
    assert "\n" not in found


def test_content_is_bounded() -> None:
    with pytest.raises(LimitError):
        decoding.content(in_memory("x", b"12345"), 4)
    assert decoding.content(in_memory("x", b"12345"), 5) == b"12345"


@pytest.mark.parametrize("data", [b"", b"{", b'{"a": 1}', b"[" * 50_000, b'"\xff"', b'["\\ud800"]'])
def test_what_is_no_such_json_is_an_error(data: bytes) -> None:
    with pytest.raises(InputError, match="not what this feed writes"):
        decoding.decode(in_memory("x.json", data), msgspec.json.Decoder(list[str]), 1 << 20)
