import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.model.finding import Evidence
from seawall.report.text import columns, count, fit, fit_end, links, moment, octets, pad, paragraph, plain, seen, size


@given(st.text())
def test_plain_text_is_printable_and_on_one_line(value: str) -> None:
    assert plain(value).isprintable()
    assert plain(plain(value)) == plain(value)
    assert all(line.isprintable() for line in paragraph(value).split("\n"))


@given(st.text(), st.integers(0, 40))
def test_cut_text_fits(value: str, width: int) -> None:
    value = plain(value)
    assert columns(fit(value, width)) <= width
    assert columns(pad(value, width)) == width or width == 0


def test_wide_characters_take_two_columns() -> None:
    assert columns("日本") == 4
    assert fit("日本語", 5) == "日本…"
    assert columns("e\u0301") == 1
    assert fit_end("a/very/long/path.yaml", 10) == "…path.yaml"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("\x1b[31m", "\\x1b[31m"),
        ("a\nb\tc", "a b c"),
        ("\udcff\u202e", "\\udcff\\u202e"),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_escapes_are_shown(value: str, shown: str) -> None:
    assert plain(value) == shown


@given(st.binary())
def test_bytes_that_were_no_text_come_back(data: bytes) -> None:
    assert octets(data.decode("utf-8", "surrogateescape")) == data


def test_other_surrogates_are_replaced() -> None:
    assert octets("\ud800") == b"?"


def test_only_web_addresses_are_links() -> None:
    good = ["https://a.example/b", "http://a"]
    assert list(links([*good, "javascript:alert(1)", "https://", "https://a b", "https://a\x1b", "ftp://a"])) == good


def test_numbers_for_people() -> None:
    assert [count(1, "gap"), count(2_000, "gap"), count(0, "policy", "policies")] == [
        "1 gap",
        "2,000 gaps",
        "0 policies",
    ]
    assert [size(7), size(74_800_000), size(3 * 10**12)] == ["7 B", "74.8 MB", "3.0 TB"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-11-24", "2026-11-24T00:00:00Z"),
        ("2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z"),
        ("2026-11-24T08:00:00.123+00:00", "2026-11-24T08:00:00Z"),
        ("2026-11-24T08:00:00", "2026-11-24T08:00:00Z"),
        ("2026-11-24T08:00:00+02:00", ""),
        ("yesterday", ""),
        ("", ""),
    ],
)
def test_days_and_times(value: str, shown: str) -> None:
    assert moment(value) == shown


def test_what_decided_has_its_path_only_where_it_stands_somewhere() -> None:
    evidence = (Evidence(path="spec.hostPID", value="true"), Evidence(path="", value="no such\x1b container"))
    assert seen(evidence) == ["spec.hostPID = true", "no such\\x1b container"]
