import gzip
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.advisory.feed import epss
from seawall.advisory.feed.epss import Epss
from seawall.advisory.files import in_memory
from seawall.errors import InputError, LimitError
from seawall.model.advisory import ExploitScore

SCORES = b"""#model_version:v2025.03.14,score_date:2026-08-16T00:00:00Z
cve,epss,percentile
CVE-1999-0001,0.03351,0.87650
CVE-1999-0002,1.2e-05,1.0
"""


@pytest.mark.parametrize("data", [SCORES, gzip.compress(SCORES)])
def test_line_becomes_record(data: bytes, read: Callable[..., Any]) -> None:
    result = read(Epss(), "epss_scores-current.csv.gz", data)
    assert result.dates == ["2026-08-16"]
    first, second = result.records
    assert isinstance(first, ExploitScore)
    assert (first.id, first.score, first.percentile) == ("CVE-1999-0001", 0.03351, 0.8765)
    assert second.score == pytest.approx(1.2e-05)


@pytest.mark.parametrize(
    "line", [b"CVE-1,2,3", b"CVE-2024-1,nan,0.1", b"CVE-2024-1,0.1", b"x" * 9000, b"CVE-2024-1,1.1,1"]
)
def test_bad_line_is_counted_and_the_rest_kept(line: bytes, read: Callable[..., Any]) -> None:
    result = read(Epss(), "epss.csv", SCORES + line + b"\n")
    assert len(result.records) == 2
    assert [item.where for item in result.skipped] == ["epss.csv line 5"]


def test_without_header_is_an_error(read: Callable[..., Any]) -> None:
    with pytest.raises(InputError, match="header line"):
        read(Epss(), "epss.csv", b"a,b\n1,2\n")
    with pytest.raises(InputError, match="cannot be decompressed"):
        read(Epss(), "epss.csv.gz", gzip.compress(SCORES)[:-12])


def test_bomb_is_a_limit(monkeypatch: pytest.MonkeyPatch, read: Callable[..., Any]) -> None:
    monkeypatch.setattr(epss, "_LIMIT", 1 << 20)
    with pytest.raises(LimitError, match="larger than 1 MiB"):
        read(Epss(), "epss.csv.gz", gzip.compress(bytes(2 << 20)))


def test_recognises_by_header() -> None:
    assert Epss().recognises(in_memory("epss_scores.csv.gz", gzip.compress(SCORES)))
    assert not Epss().recognises(in_memory("other.csv", b"a,b\n"))


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.booleans())
def test_mutated_files_never_crash(mess: Callable[..., None], random: Random, packed: bool) -> None:
    mess(Epss(), "epss_scores.csv.gz", gzip.compress(SCORES) if packed else SCORES, random)
