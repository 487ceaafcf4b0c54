import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.advisory.feed.debian import DebianTracker
from seawall.advisory.files import in_memory
from seawall.errors import InputError
from seawall.model.advisory import Advisory, Affected, VersionRange
from seawall.model.codename import debian_codename, debian_number
from seawall.model.finding import Status
from seawall.model.severity import Severity


def _release(**fields: object) -> dict[str, object]:
    return {"status": "open", "repositories": {"bookworm": "1-1"}, "urgency": "not yet assigned", **fields}


TRACKER: dict[str, Any] = {
    "openssl": {
        "CVE-2024-0001": {
            "scope": "remote",
            "debianbug": 1,
            "description": "A buffer\noverflow",
            "releases": {
                "bookworm": _release(status="resolved", fixed_version="3.0.1-1", urgency="high**"),
                "sid": _release(status="resolved", fixed_version="3.2-1", urgency="low"),
            },
        },
        "TEMP-0000000-ABCDEF": {"releases": {"trixie": _release(status="undetermined")}},
    }
}


def _row(read: Callable[..., Any], **fields: object) -> Affected:
    data = {"p": {"CVE-2024-1": {"releases": {"bookworm": _release(**fields)}}}}
    (record,) = read(DebianTracker(), "tracker.json", json.dumps(data).encode()).records
    assert isinstance(record, Advisory)
    (row,) = record.affected
    return row


def test_issue_becomes_advisory_with_a_row_a_release(read: Callable[..., Any]) -> None:
    result = read(DebianTracker(), "tracker.json", json.dumps(TRACKER).encode())
    first, second = result.records
    assert first.id == "CVE-2024-0001"
    assert first.title == "A buffer overflow"
    assert [row.ecosystem for row in first.affected] == ["debian-12", "debian-sid"]
    assert first.affected[0].ranges == (VersionRange(fixed="3.0.1-1"),)
    assert (first.affected[0].severity, first.affected[0].severity_source) == (Severity.HIGH, "debian")
    assert second.id == "TEMP-0000000-ABCDEF"
    assert result.skipped == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"status": "resolved", "fixed_version": "1.2-3"}, Status.FIXED),
        ({"status": "resolved", "fixed_version": "0"}, Status.NOT_AFFECTED),
        ({"status": "open"}, Status.AFFECTED),
        ({"status": "open", "nodsa": "Minor issue", "nodsa_reason": ""}, Status.DEFERRED),
        ({"status": "open", "nodsa": "Later", "nodsa_reason": "postponed"}, Status.DEFERRED),
        ({"status": "open", "nodsa": "No", "nodsa_reason": "ignored"}, Status.WILL_NOT_FIX),
        ({"status": "open", "urgency": "end-of-life"}, Status.END_OF_LIFE),
        ({"status": "undetermined"}, Status.UNDER_INVESTIGATION),
    ],
)
def test_status(fields: dict[str, object], status: Status, read: Callable[..., Any]) -> None:
    row = _row(read, **fields)
    assert row.status is status
    assert bool(row.ranges) == (status is Status.FIXED)


def test_unimportant_is_negligible_and_unrated_unknown(read: Callable[..., Any]) -> None:
    assert _row(read, urgency="unimportant").severity is Severity.NEGLIGIBLE
    unrated = _row(read)
    assert (unrated.severity, unrated.severity_source) == (Severity.UNKNOWN, "")


@pytest.mark.parametrize(
    ("issues", "reason"),
    [
        ({"bad id": {"releases": {}}}, "no believable identifier"),
        ({"CVE-2024-1": {"releases": []}}, "issue cannot be read"),
        ({"CVE-2024-1": {"releases": {"zurg": _release()}}}, "unknown release or status"),
        ({"CVE-2024-1": {"releases": {"sid": _release(status="?")}}}, "unknown release or status"),
        ([], "package cannot be read"),
    ],
)
def test_what_is_left_out_is_said(issues: object, reason: str, read: Callable[..., Any]) -> None:
    result = read(DebianTracker(), "t.json", json.dumps({"p": issues, "good": TRACKER["openssl"]}).encode())
    assert len(result.records) == 2
    assert [item.reason for item in result.skipped] == [reason]


@pytest.mark.parametrize("data", [b"{}", b"[1]", b"nothing", b'{"a": \xff}'])
def test_broken_file_is_an_error(data: bytes, read: Callable[..., Any]) -> None:
    with pytest.raises(InputError):
        read(DebianTracker(), "t.json", data)


def test_recognises_its_own() -> None:
    assert DebianTracker().recognises(in_memory("x", json.dumps(TRACKER).encode()))
    assert not DebianTracker().recognises(in_memory("x", b'{"cve": "CVE-2024-1", "releases": 1}'))


def test_codenames() -> None:
    assert debian_number("bookworm") == "12"
    assert debian_codename("13") == "trixie"
    assert debian_number("zurg") == debian_codename("99") == ""


def test_downloads_only_for_debian() -> None:
    assert DebianTracker().downloads(frozenset({"debian-12"}))
    assert not DebianTracker().downloads(frozenset({"npm"}))


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_mutated_documents_never_crash(mess: Callable[..., None], random: Random) -> None:
    mess(DebianTracker(), "tracker.json", json.dumps(TRACKER).encode(), random)
