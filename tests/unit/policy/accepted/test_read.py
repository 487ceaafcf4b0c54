import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.errors import UsageError
from seawall.policy.accepted import default_file, load
from seawall.policy.accepted.read import parse


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("accept:\n  - reason: r\n    expires: 2027-01-01\n", 2, "names nothing"),
        ("accept:\n  - id: CVE-1\n    expires: 2027-01-01\n", 2, "no reason"),
        ("accept:\n  - id: CVE-1\n    reason: r\n", 2, "no expires"),
        ("accept:\n  - id: CVE-1\n    reason: r\n    expires: soon\n", 4, "no day"),
        ("accept:\n  - id: CVE-1\n    reason: r\n    expires: 2027-02-30\n", 4, "no day"),
        ("accept:\n  - id: CVE-1\n    reason: r\n    expires: 20270101\n", 4, "no day"),
        ("accept:\n  - id: CVE-1\n    reason: ' '\n    expires: 2027-01-01\n", 3, "needs a text"),
        ("accept:\n  - id: ~\n    reason: r\n    expires: 2027-01-01\n", 2, "needs a text"),
        ("accept:\n  - id: []\n    reason: r\n    expires: 2027-01-01\n", 2, "empty list"),
        ("accept:\n  - id: CVE-1\n    cve: CVE-2\n", 3, "'cve' is no key"),
        ("accept:\n  - id: CVE-1\n    id: CVE-2\n", 3, "stands twice"),
        ("accept:\n  - layer: top\n    reason: r\n    expires: 2027-01-01\n", 2, "neither an index"),
        ("accept:\n  - CVE-1\n", 2, "mapping"),
        ("accept: {id: CVE-1}\n", 1, "no list"),
        ("ignore: []\n", 1, "'ignore' is no key"),
        ("accept:\n  - id: [\n", 3, "YAML"),
        ("- a\n", 1, "mapping"),
        ("? [a]\n: b\n", 1, "no key"),
    ],
)
def test_errors_name_the_line(text: str, line: int, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text.encode(), "accept.yaml")
    assert caught.value.what.startswith(f"accept.yaml:{line}:")
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["", "accept:\n", "accept: []", "# nothing yet\n"])
def test_an_empty_file_has_no_rules(text: str) -> None:
    assert parse(text.encode(), "f") == ()


def test_json_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "accept.json"
    path.write_text('{\n\t"accept": [{"id": "CVE-1", "reason": "r \\u00e9", "expires": "2027-01-01"}]\n}\n')
    assert load(path)[0].id == ("CVE-1",)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert default_file(str(tmp_path)) == ""
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path / "none.yaml")
    big = tmp_path / ".seawall-accept.yaml"
    big.write_bytes(b"#" * ((4 << 20) + 1))
    assert default_file(str(tmp_path)) == str(big)
    with pytest.raises(UsageError, match="larger"):
        load(big)


@pytest.mark.parametrize("data", [b"[" * 100_000, b"{a: " * 5_000, b"\xff\xfe\x00", b"\x00", b"a: &x [*x]"])
def test_bombs_are_refused(data: bytes) -> None:
    with pytest.raises(UsageError):
        parse(data, "f")


@given(st.binary(max_size=200) | st.text(alphabet="accept: -id\n[]{}&*!'\"#~|>%@`", max_size=80).map(str.encode))
def test_any_bytes_give_rules_or_a_usage_error(data: bytes) -> None:
    with contextlib.suppress(UsageError):
        parse(data, "f")
