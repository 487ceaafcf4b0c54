"""Real applications, checked with every policy: no crash, no silent skip, every finding with its place."""

import re
from datetime import date
from functools import cache
from pathlib import Path

import msgspec
import pytest
import yaml

from seawall.model.report import Report
from seawall.workflow.check import CheckRequest, check

pytestmark = pytest.mark.acceptance

MANIFESTS = Path(__file__).parents[2].parent / "shared" / "corpus" / "manifests"
APPLICATIONS = (
    "ingress-nginx",
    "istio-samples",
    "kubernetes-examples",
    "kubernetes-goat",
    "metallb",
    "online-boutique",
    "sock-shop",
)
ENDINGS = (".yaml", ".yml", ".json")
DOCUMENT = re.compile(rb"^---.*$", re.MULTILINE)
KIND = re.compile(rb"^(?:kind:|\s{0,4}\"kind\":)", re.MULTILINE)
WHOLE = frozenset({"unreadable", "unsupported", "info"})
"""States of rows about a whole document: broken, a template, a kustomization."""
COUNT = re.compile(r"^([0-9,]+) objects")
needs_manifests = pytest.mark.skipif(not MANIFESTS.is_dir(), reason="manifests of ../shared/corpus are not at hand")


@cache
def report(application: str) -> Report:
    """An application's report, with every policy of the library."""
    request = CheckRequest(paths=(str(MANIFESTS / application),), on=date(2026, 6, 1), profiles=("all",))
    return check(request)


def checked(application: str) -> int:
    """How many objects the report says were checked."""
    row = next(row for row in report(application).coverage if row.area == "manifests")
    found = COUNT.match(row.message)
    return int(found[1].replace(",", "")) if found else 0


def documents(application: str) -> tuple[int, int]:
    """How many objects PyYAML reads with a kind (items of Lists each), and how many documents it cannot read."""
    objects, broken = 0, 0
    for path in sorted((MANIFESTS / application).rglob("*")):
        if not path.is_file() or not path.name.endswith(ENDINGS):
            continue
        for text in DOCUMENT.split(path.read_bytes().replace(b"\r\n", b"\n")):
            try:
                value = yaml.load(text, Loader=yaml.CBaseLoader)
            except yaml.YAMLError:
                broken += KIND.search(text) is not None
                continue
            if isinstance(value, dict) and value.get("kind") and value.get("apiVersion"):
                items = value.get("items")
                objects += len(items) if value["kind"] == "List" and isinstance(items, list) else 1
    return objects, broken


@needs_manifests
@pytest.mark.parametrize("application", APPLICATIONS)
def test_every_document_is_checked_or_told(application: str) -> None:
    objects, broken = documents(application)
    told = [row for row in report(application).coverage if row.area == "document"]
    assert checked(application) + sum(row.state in WHOLE for row in told) >= objects
    assert checked(application) <= objects + broken
    assert len(told) >= broken


@needs_manifests
@pytest.mark.parametrize("application", APPLICATIONS)
def test_every_finding_has_its_place(application: str) -> None:
    for one in report(application).findings:
        assert Path(one.location.file).is_file(), one
        assert one.location.line, one
        assert one.title
        assert one.remediation


@needs_manifests
@pytest.mark.parametrize("application", APPLICATIONS)
def test_the_report_can_be_written(application: str) -> None:
    made = report(application)
    assert msgspec.json.decode(msgspec.json.encode(made.findings[0]))
    assert made.summary.findings == len(made.findings)
    assert not [row for row in made.coverage if "expression" in row.area and "could not" not in row.message]


@needs_manifests
def test_an_application_made_to_be_attacked_is_seen_through() -> None:
    found = {one.policy for one in report("kubernetes-goat").findings}
    assert {"privileged-container", "cluster-admin-bound", "container-runtime-socket", "host-pid"} <= found
