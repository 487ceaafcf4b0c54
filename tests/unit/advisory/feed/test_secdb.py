import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.advisory.feed.secdb import SecDb
from seawall.advisory.files import in_memory
from seawall.errors import InputError
from seawall.model.advisory import VersionRange
from seawall.model.finding import Status

MAIN: dict[str, Any] = {
    "apkurl": "{{urlprefix}}/{{distroversion}}/{{reponame}}/{{arch}}/{{pkg.name}}-{{pkg.ver}}.apk",
    "archs": ["x86_64"],
    "reponame": "main",
    "distroversion": "v3.19",
    "packages": [
        {"pkg": {"name": "openssl", "secfixes": {"3.1.4-r1": ["CVE-2023-5678", "CVE-2023-1 GHSA-x-y (+ more)"]}}},
        {"pkg": {"name": "busybox", "secfixes": {"0": ["CVE-2021-42373"], "1.36-r1": None}}},
    ],
}


@pytest.mark.parametrize("as_yaml", [False, True])
def test_fix_becomes_advisory(as_yaml: bool, read: Callable[..., Any]) -> None:
    data = yaml.safe_dump(MAIN).encode() if as_yaml else json.dumps(MAIN).encode()
    result = read(SecDb(), "v3.19/main.yaml" if as_yaml else "v3.19/main.json", data)
    found = {record.id: record.affected[0] for record in result.records}
    assert set(found) == {"CVE-2023-5678", "CVE-2023-1", "GHSA-x-y", "CVE-2021-42373"}
    fixed = found["CVE-2023-5678"]
    assert (fixed.ecosystem, fixed.package, fixed.status) == ("alpine-3.19", "openssl", Status.FIXED)
    assert fixed.ranges == (VersionRange(fixed="3.1.4-r1"),)
    never = found["CVE-2021-42373"]
    assert (never.ranges, never.status) == ((), Status.NOT_AFFECTED)


@pytest.mark.parametrize(
    ("path", "shard"), [("wolfi/security.json", "wolfi"), ("chainguard/os/security.json", "chainguard")]
)
def test_rolling_distributions_are_told_by_their_path(path: str, shard: str, read: Callable[..., Any]) -> None:
    data = json.dumps({**MAIN, "distroversion": None, "reponame": "os"}).replace('"distroversion": null, ', "").encode()
    assert {record.affected[0].ecosystem for record in read(SecDb(), path, data).records} == {shard}


def test_unknown_distribution_is_an_error(read: Callable[..., Any]) -> None:
    with pytest.raises(InputError, match="which distribution"):
        read(SecDb(), "x/security.json", json.dumps({**MAIN, "distroversion": ""}).encode())


def test_what_is_left_out_is_said(read: Callable[..., Any]) -> None:
    odd = {**MAIN, "packages": [{"pkg": 3}, {"pkg": {"name": "x", "secfixes": {"1-r0": ["???"]}}}]}
    result = read(SecDb(), "main.json", json.dumps(odd).encode())
    assert [item.reason for item in result.skipped] == ["package cannot be read", "no believable identifier"]


@pytest.mark.parametrize("data", [b"a: &a [1]\nb: *a", b"a: [", b"{1: {2: 3}, ? [a] : b}", b"\x80\x00"])
def test_bad_yaml_is_an_error(data: bytes, read: Callable[..., Any]) -> None:
    with pytest.raises(InputError):
        read(SecDb(), "v3.19/main.yaml", data)


def test_recognises_by_its_words() -> None:
    assert SecDb().recognises(in_memory("main.json", json.dumps(MAIN).encode()))
    assert not SecDb().recognises(in_memory("main.json", b'{"reponame": "x"}'))


def test_downloads_two_files_a_release() -> None:
    assert [one.path for one in SecDb().downloads(frozenset({"alpine-3.19"}))] == [
        "v3.19/main.json",
        "v3.19/community.json",
    ]
    assert SecDb().downloads(frozenset({"Alpine:v3.19"})) == SecDb().downloads(frozenset({"alpine-3.19"}))
    assert SecDb().downloads(frozenset({"npm"})) == ()
    assert len(SecDb().downloads(frozenset({"Alpine"}))) == len(SecDb().downloads(frozenset())) > 20


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(("v3.19/main.json", "v3.19/main.yaml")))
def test_mutated_documents_never_crash(mess: Callable[..., None], random: Random, path: str) -> None:
    mess(SecDb(), path, json.dumps(MAIN).encode(), random)
