import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.advisory.feed.kev import Kev
from seawall.advisory.files import in_memory
from seawall.errors import InputError
from seawall.model.advisory import KnownExploited

CATALOGUE: dict[str, Any] = {
    "title": "Catalogue",
    "catalogVersion": "2026.01.27",
    "dateReleased": "2026-01-27T20:51:50.7688Z",
    "count": 1,
    "vulnerabilities": [
        {
            "cveID": "CVE-2026-24858",
            "vulnerabilityName": "A bypass",
            "dateAdded": "2026-01-27",
            "dueDate": "2026-01-30",
            "knownRansomwareCampaignUse": "Known",
        }
    ],
}


def test_entry_becomes_record(read: Callable[..., Any]) -> None:
    result = read(Kev(), "kev.json", json.dumps(CATALOGUE).encode())
    assert result.dates == ["2026-01-27T20:51:50.7688Z"]
    (record,) = result.records
    assert isinstance(record, KnownExploited)
    assert (record.id, record.added, record.due) == ("CVE-2026-24858", "2026-01-27", "2026-01-30")
    assert (record.ransomware, record.name) == (True, "A bypass")


@pytest.mark.parametrize("entry", [{}, {"cveID": "x"}, {"cveID": "CVE-2026-1", "dateAdded": "soon"}, 3])
def test_bad_entry_is_counted_and_the_rest_kept(entry: object, read: Callable[..., Any]) -> None:
    catalogue = {**CATALOGUE, "vulnerabilities": [entry, *CATALOGUE["vulnerabilities"]]}
    result = read(Kev(), "kev.json", json.dumps(catalogue).encode())
    assert len(result.records) == 1
    assert [item.broken for item in result.skipped] == [True]


def test_recognises_catalogues_not_their_schema() -> None:
    assert Kev().recognises(in_memory("a.json", json.dumps(CATALOGUE).encode()))
    schema = b'{"$schema": "x", "properties": {"catalogVersion": 1, "vulnerabilities": {"cveID": 1}}}'
    assert not Kev().recognises(in_memory("schema.json", schema))


def test_broken_catalogue_is_an_error(read: Callable[..., Any]) -> None:
    with pytest.raises(InputError):
        read(Kev(), "kev.json", b'{"vulnerabilities": {}}')


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_mutated_documents_never_crash(mess: Callable[..., None], random: Random) -> None:
    mess(Kev(), "kev.json", json.dumps(CATALOGUE).encode(), random)
