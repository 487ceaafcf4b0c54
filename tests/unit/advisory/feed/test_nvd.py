import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.advisory.feed.nvd import Nvd
from seawall.advisory.files import in_memory
from seawall.errors import InputError
from seawall.model.advisory import Advisory

V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"
OTHER = "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"
V2 = "AV:N/AC:L/Au:N/C:N/I:N/A:P"


def metric(vector: str, kind: str) -> dict[str, Any]:
    return {"type": kind, "cvssData": {"vectorString": vector, "baseScore": 7.5}}


CVE: dict[str, Any] = {
    "id": "CVE-2023-27314",
    "published": "2023-10-12T19:15:11.747",
    "lastModified": "2023-10-18T18:00:24.900",
    "vulnStatus": "Analyzed",
    "descriptions": [{"lang": "es", "value": "Un fallo"}, {"lang": "en", "value": "A  flaw\nin it"}],
    "metrics": {
        "cvssMetricV2": [metric(V2, "Secondary")],
        "cvssMetricV31": [metric(OTHER, "Secondary"), metric(V31, "Primary")],
    },
    "references": [{"url": "https://example.org/a"}, {"url": "javascript:x"}],
}
PAGE: dict[str, Any] = {
    "format": "NVD_CVE",
    "version": "2.0",
    "timestamp": "2023-10-18T18:04:18.493",
    "vulnerabilities": [{"cve": CVE}],
}


def test_a_cve_becomes_a_record_without_packages(read: Callable[..., Any]) -> None:
    result = read(Nvd(), "page.json", json.dumps(PAGE).encode())
    assert result.dates == ["2023-10-18T18:04:18.493"]
    (record,) = result.records
    assert isinstance(record, Advisory)
    assert (record.id, record.title, record.affected) == ("CVE-2023-27314", "A flaw in it", ())
    assert record.cvss_vectors == (V31, V2)
    assert record.references == ("https://nvd.nist.gov/vuln/detail/CVE-2023-27314", "https://example.org/a")


def test_rejected_and_broken_ones_are_counted(read: Callable[..., Any]) -> None:
    others = [{"cve": {"id": "CVE-2023-2", "vulnStatus": "Rejected"}}, {"cve": {"id": "?"}}, 3]
    page = {**PAGE, "vulnerabilities": [*others, *PAGE["vulnerabilities"]]}
    result = read(Nvd(), "page.json", json.dumps(page).encode())
    assert len(result.records) == 1
    assert [item.broken for item in result.skipped] == [False, True, True]


def test_recognises_its_own_pages_only() -> None:
    assert Nvd().recognises(in_memory("a.json", json.dumps(PAGE).encode()))
    assert not Nvd().recognises(in_memory("a.json", b'{"vulnerabilities": [{"cveID": "x"}]}'))


def test_a_broken_page_is_an_error(read: Callable[..., Any]) -> None:
    with pytest.raises(InputError):
        read(Nvd(), "page.json", b'{"vulnerabilities": {}}')


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_mutated_documents_never_crash(mess: Callable[..., None], random: Random) -> None:
    mess(Nvd(), "page.json", json.dumps(PAGE).encode(), random)
