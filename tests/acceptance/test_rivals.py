"""Verdict tables: other tools' fixtures, their verdicts and ours, and every difference with its reason.

``data/rivals.yaml`` maps their checks to our policies, ``data/differences.yaml`` explains where verdicts differ;
``docs/reference/differences.md`` is made of both (run this file to write it).
"""

import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from seawall.kube.read import read_text
from seawall.model.finding import Stage
from seawall.model.kube import Inventory, KubeObject
from seawall.policy.criteria.objects import roots_of
from seawall.policy.document import Policy
from seawall.policy.judge import Plan
from seawall.policy.load import library
from seawall.policy.profile import select
from seawall.policy.registry import Facts

pytestmark = pytest.mark.acceptance

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT.parent / "shared" / "corpus" / "policy-fixtures"
DATA = Path(__file__).parent / "data"
PAGE = ROOT / "docs" / "reference" / "differences.md"
ARCHIVES = {
    "kubescape": "kubescape-rules-tests",
    "checkov": "checkov-k8s",
    "polaris": "polaris-checks",
    "kube-linter": "kube-linter-tests",
    "kyverno": "kyverno-pss-bp",
}
MANIFEST = (".yaml", ".yml", ".json")
NO_MANIFEST = frozenset(
    {
        "KubeletInfo",
        "KubeProxyInfo",
        "ControlPlaneInfo",
        "ClusterDescribe",
        "DescribeRepositories",
        "ListEntitiesForPolicies",
        "PolicyVersion",
        "cloudProviderInfo",
    }
)
HARMLESS = re.compile(r"^(dont-fire|good|success)")
DAY = date(2026, 6, 1)
needs_fixtures = pytest.mark.skipif(not FIXTURES.is_dir(), reason="policy-fixtures of ../shared/corpus are not at hand")


class Case(NamedTuple):
    """A fixture: files, and whether the other tool finds something in them (in one object, where it is named)."""

    rival: str
    check: str
    name: str
    fails: bool
    files: tuple[tuple[str, bytes], ...]
    object: str = ""


class Difference(NamedTuple):
    """A fixture on which we say something else."""

    rival: str
    check: str
    name: str
    theirs: str
    ours: str


def archive(rival: str) -> dict[str, bytes]:
    """All files of a rival's fixtures."""
    with zipfile.ZipFile(FIXTURES / f"{ARCHIVES[rival]}.zip") as files:
        return {name: files.read(name) for name in files.namelist() if name.endswith(MANIFEST)}


def kubescape() -> Iterator[Case]:
    """``rules/CHECK/test/CASE``: expected.json is empty where all is well."""
    files = archive("kubescape")
    for path in sorted(files):
        if not path.endswith("/expected.json"):
            continue
        folder = path.rpartition("/")[0]
        given = [(name, data) for name, data in files.items() if name.startswith(f"{folder}/input")]
        yield Case("kubescape", path.split("/")[1], folder.rpartition("/")[2], bool(json.loads(files[path])), (*given,))


def checkov() -> Iterator[Case]:
    """``example_CHECK/…PASSED.yaml`` and ``…FAILED.yaml``; of the graph checks the folders Passing and Failing."""
    folders: dict[tuple[str, str], list[tuple[str, bytes]]] = {}
    for path, data in sorted(archive("checkov").items()):
        parts = path.split("/")
        if parts[3].startswith("example_") and (verdict := re.search("passed|failed", parts[-1], re.IGNORECASE)):
            fails = verdict[0].lower() == "failed"
            if "podPassed-containerFailed" not in path:
                yield Case("checkov", parts[3].removeprefix("example_"), parts[-1], fails, ((path, data),))
        elif (found := re.search(r"/resources/(\w+)/((?:Failing|Passing)\w*(?:/\d+)?)/", path)) is not None:
            folders.setdefault((found[1], found[2]), []).append((path, data))
        elif (found := re.search(r"/checks/resources/(\w+)/template.yaml", path)) is not None:
            yield from _named(path, data, found[1])
    for (check, name), files in folders.items():
        yield Case("checkov", f"graph/{check}", name, name.startswith("Fail"), tuple(files))


def _named(path: str, data: bytes, check: str) -> Iterator[Case]:
    expected = yaml.safe_load(archive("checkov")[path.replace("template", "expected")])
    for verdict, names in expected.items():
        for name in names or ():
            yield Case("checkov", f"graph/{check}", name, verdict == "fail", ((path, data),), name.split(".")[2])


def polaris() -> Iterator[Case]:
    """``test/checks/CHECK/{success,failure}….yaml``."""
    for path, data in sorted(archive("polaris").items()):
        check, name = path.split("/")[-2:]
        if name.startswith(("success", "failure")):
            yield Case("polaris", check, name, name.startswith("failure"), ((path, data),))


def kube_linter() -> Iterator[Case]:
    """``tests/checks/CHECK.yml``: objects called dont-fire are fine, the others that the check is about are not."""
    passes = tables()["kube-linter-passes"]
    for path, data in sorted(archive("kube-linter").items()):
        check = Path(path).stem
        roots = {compiled.root for compiled in plan("kube-linter", check).policies} if "/checks/" in path else set()
        for one in objects([(path, data)]):
            if roots.intersection(roots_of(type(one))):
                fine = HARMLESS.match(one.name) is not None or one.name in passes.get(check, ())
                yield Case("kube-linter", check, f"{one.kind}/{one.name}", not fine, ((path, data),), one.name)


def kyverno() -> Iterator[Case]:
    """Verdicts of kyverno-test.yaml by object; of Chainsaw the names of files."""
    files = archive("kyverno")
    for path, data in sorted(files.items()):
        folder, _, name = path.rpartition("/")
        check = folder.split("/")[-2]
        if name == "kyverno-test.yaml":
            given = ((f"{folder}/resource.yaml", files[f"{folder}/resource.yaml"]),)
            for result in yaml.safe_load(data)["results"]:
                for one in result.get("resources", ()) if result["result"] in {"pass", "fail"} else ():
                    last, fails = one.rpartition("/")[2], result["result"] == "fail"
                    narrow = f"{check}/{result['rule']}"
                    known = narrow if narrow in tables()["kyverno"] else check
                    yield Case("kyverno", known, f"{result['kind']}/{last}", fails, given, last)
        elif ".chainsaw-test" in folder and re.search(r"\b(bad|good)\b", name):
            yield Case("kyverno", check, name, "bad" in name, ((path, data),))


READERS = {
    "kubescape": kubescape,
    "checkov": checkov,
    "polaris": polaris,
    "kube-linter": kube_linter,
    "kyverno": kyverno,
}


@cache
def tables() -> dict[str, dict[str, list[str] | str]]:
    """Their checks and our policies."""
    loaded: dict[str, dict[str, list[str] | str]] = yaml.safe_load((DATA / "rivals.yaml").read_bytes())
    return loaded


@cache
def plan(rival: str, check: str) -> Plan:
    """Our policies for a check, ready; none where the table says why."""
    known = library(examples=False)
    names = tables()[rival].get(check, "")
    chosen: list[Policy] = []
    for name in names if isinstance(names, list) else ():
        if name.startswith("profile "):
            chosen += select(name.removeprefix("profile "), known.profiles, known.policies.values())
        else:
            chosen.append(known.policies[name])
    return Plan(chosen, Stage.DEPLOY, DAY)


def objects(files: Iterable[tuple[str, bytes]]) -> list[KubeObject]:
    """All objects of some files."""
    return [one for name, data in files for one in read_text(data, name) if isinstance(one, KubeObject)]


def finds(case: Case) -> bool:
    """Whether we find something in a fixture."""
    found = objects(case.files)
    facts: Facts = {"today": DAY, "inventory": Inventory(found)}
    judge = plan(case.rival, case.check).judge
    return any(
        judge(root, one, facts)
        for one in found
        if not case.object or one.name == case.object
        for root in roots_of(type(one))
    )


def cases(rival: str) -> Iterator[Case]:
    """Fixtures about manifests that have a policy; what a node or cloud is asked for is none."""
    for case in READERS[rival]():
        if not plan(rival, case.check).policies:
            continue
        kinds = {one.kind for one in objects(case.files)}
        if case.files and kinds and not kinds <= NO_MANIFEST:
            yield case


@cache
def compared() -> tuple[Counter[str], tuple[Difference, ...]]:
    """How many fixtures of each tool were compared, and where verdicts differ."""
    counts, differences = Counter[str](), []
    for rival in READERS:
        for case in cases(rival):
            counts[rival] += 1
            ours = finds(case)
            if ours != case.fails:
                words = ("finding" if case.fails else "none", "finding" if ours else "none")
                differences.append(Difference(case.rival, case.check, case.name, *words))
    return counts, tuple(differences)


@cache
def reasons() -> tuple[dict[str, str], ...]:
    """``{rival, check, case, reason}``; the case is a shell pattern."""
    return tuple(yaml.safe_load((DATA / "differences.yaml").read_bytes()) or ())


def reason_of(difference: Difference) -> str:
    """Why we differ; empty where nobody has said so."""
    for row in reasons():
        if (row["rival"], row["check"]) == difference[:2] and fnmatchcase(difference.name, row["case"]):
            return row["reason"]
    return ""


def page() -> str:
    """The page about the differences."""
    counts, differences = compared()
    lines = [
        "# Verdicts of other tools, and ours",
        "",
        "Made by `tests/acceptance/test_rivals.py` from the fixtures that the tools test themselves with; a difference",
        "without a reason fails that test. Fixtures about nodes' files and cloud accounts are no manifests: left out.",
        "",
        "| tool | fixtures compared | same verdict |",
        "|---|---|---|",
    ]
    different = Counter(one.rival for one in differences)
    lines += [f"| {rival} | {counts[rival]} | {counts[rival] - different[rival]} |" for rival in READERS]
    lines += ["", "## Differences", "", "| tool | check | fixture | theirs | ours | why |", "|---|---|---|---|---|---|"]
    lines += [f"| {' | '.join(one)} | {reason_of(one)} |" for one in differences]
    lines += ["", "## Checks without a policy of ours", "", "| tool | check | why |", "|---|---|---|"]
    for rival in READERS:
        rows = sorted(tables()[rival].items())
        lines += [f"| {rival} | {check} | {why} |" for check, why in rows if isinstance(why, str)]
    return "\n".join(lines) + "\n"


@needs_fixtures
@pytest.mark.parametrize("rival", READERS)
def test_every_check_of_a_manifest_is_mapped(rival: str) -> None:
    for case in READERS[rival]():
        kinds = {one.kind for one in objects(case.files)}
        if kinds and not kinds <= NO_MANIFEST:
            assert case.check in tables()[rival], f"{rival} {case.check}"


@needs_fixtures
def test_every_difference_has_a_reason() -> None:
    assert [one for one in compared()[1] if not reason_of(one)] == []


@needs_fixtures
def test_no_reason_is_stale() -> None:
    used = {reason_of(one) for one in compared()[1]}
    assert [row for row in reasons() if row["reason"] not in used] == []


@needs_fixtures
def test_most_verdicts_are_the_same() -> None:
    counts, differences = compared()
    assert sum(counts.values()) > 500
    assert len(differences) < 0.1 * sum(counts.values())


@needs_fixtures
def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "run `python tests/acceptance/test_rivals.py`"


if __name__ == "__main__":
    PAGE.write_text(page())
