"""Kyverno's own policies imported: what they say of their own test resources, they say here."""

import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml

from seawall.kube.read import read_manifests
from seawall.model.finding import Stage
from seawall.model.kube.inventory import Inventory
from seawall.model.kube.object import KubeObject
from seawall.policy.criteria.objects import roots_of
from seawall.policy.criteria.relations import INVENTORY
from seawall.policy.document import Policy
from seawall.policy.judge import Plan
from seawall.workflow.policy_import import import_policies

_ARCHIVE = Path(__file__).parents[2].parent / "shared" / "corpus" / "policy-fixtures" / "kyverno-pss-bp.zip"
_DAY = date(2026, 6, 1)

pytestmark = pytest.mark.acceptance


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not _ARCHIVE.is_file():
        pytest.skip(f"{_ARCHIVE.name} is not at hand")
    folder = tmp_path_factory.mktemp("kyverno")
    with zipfile.ZipFile(_ARCHIVE) as archive:
        archive.extractall(folder)
    return folder


def _rows(corpus: Path) -> Iterator[tuple[str, str, str]]:
    """(case, expected, answer) for each result of Kyverno's tests whose policy could be imported."""
    for test in sorted(corpus.rglob(".kyverno-test/kyverno-test.yaml")):
        files = tuple(sorted(test.parent.parent.glob("*.yaml")))
        if not files:
            continue
        made = [(one.source, policy) for one in import_policies(files).policies for policy in one.policies]
        objects = [
            one
            for one in read_manifests([str(path) for path in sorted(test.parent.glob("*.yaml")) if path != test])
            if isinstance(one, KubeObject)
        ]
        for row in yaml.safe_load(test.read_text())["results"]:
            names = {str(name).rpartition("/")[2] for name in row.get("resources", [row.get("resource")])}
            policies = [
                p for source, p in made if source == row["policy"] and p.name.endswith((row["rule"], row["policy"]))
            ]
            for one in (one for one in objects if one.kind == row.get("kind") and one.name in names):
                yield from (
                    (f"{p.name} {one.kind} {one.name}", row["result"], _answer(p, one, objects)) for p in policies
                )


def _answer(policy: Policy, one: KubeObject, objects: list[KubeObject]) -> str:
    plan = Plan([policy], Stage.DEPLOY, _DAY)
    facts: dict[str, object] = {INVENTORY: Inventory(objects), "today": _DAY}
    hits = [hit for root in roots_of(type(one)) for hit in plan.judge(root, one, facts)]
    return "fail" if hits else "unknown" if plan.unknown else "pass"


def test_verdicts_are_kyvernos(corpus: Path) -> None:
    rows = list(_rows(corpus))
    different = [row for row in rows if row[1] != row[2] and (row[1], row[2]) != ("skip", "pass")]
    assert not different
    assert len(rows) > 300


def test_nothing_is_dropped_in_silence(corpus: Path) -> None:
    result = import_policies((corpus,))
    assert all(one.policies or one.profiles or one.left_out for one in result.policies)
    assert result.imported >= 15
