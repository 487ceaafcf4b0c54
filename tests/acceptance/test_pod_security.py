"""The Pod Security Standards against the fixtures of their reference implementation, release by release."""

import zipfile
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest

from seawall.kube.read import read_text
from seawall.model.finding import Stage
from seawall.model.kube.object import KubeObject
from seawall.policy.criteria.objects import roots_of
from seawall.policy.judge import Plan
from seawall.policy.load import library
from seawall.policy.profile import select

pytestmark = pytest.mark.acceptance
CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
FIXTURES = CORPUS / "policy-fixtures" / "pod-security-admission.zip"


@lru_cache
def plan(level: str, release: str) -> Plan:
    known = library(examples=False)
    policies = select(f"pss-{level}@{release}", known.profiles, known.policies.values())
    return Plan(policies, Stage.DEPLOY, date(2026, 1, 1))


def verdict(level: str, release: str, manifest: bytes) -> list[str]:
    """The names of the controls that a manifest breaks."""
    found: list[str] = []
    for one in read_text(manifest):
        assert isinstance(one, KubeObject), one
        for root in roots_of(type(one)):
            found += [hit.compiled.policy.name for hit in plan(level, release).judge(root, one, {})]
    return found


@pytest.mark.skipif(not FIXTURES.is_file(), reason="the corpus is not at hand")
def test_every_fixture_is_judged_as_the_reference_does() -> None:
    wrong = {}
    with zipfile.ZipFile(FIXTURES) as archive:
        names = [name for name in archive.namelist() if name.endswith(".yaml")]
        for name in names:
            level, release, expected = name.split("/")[2:5]
            broken = verdict(level, release, archive.read(name))
            if bool(broken) != (expected == "fail"):
                wrong[name] = broken
    assert len(names) >= 200
    assert wrong == {}


@pytest.mark.skipif(not FIXTURES.is_file(), reason="the corpus is not at hand")
def test_every_failing_fixture_fails_for_the_control_that_it_is_named_after() -> None:
    known = library(examples=False).policies
    wrong = []
    with zipfile.ZipFile(FIXTURES) as archive:
        for name in archive.namelist():
            if "/fail/" not in name or not name.endswith(".yaml"):
                continue
            level, release = name.split("/")[2:4]
            control = Path(name).stem.rstrip("0123456789").replace("_", "").lower()
            broken = [known[policy].spec.pod_security for policy in verdict(level, release, archive.read(name))]
            if control not in {one.control.replace("_", "").lower() for one in broken if one is not None}:
                wrong.append((name, control, broken))
    assert wrong == []
