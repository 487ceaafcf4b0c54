"""Check manifests: read, judge by a profile's policies, accept, gate."""

from typing import TYPE_CHECKING

from seawall.kube.assume import read_assumed
from seawall.kube.locate import locate
from seawall.kube.read import read_manifests
from seawall.model.coverage import Coverage, CoverageState
from seawall.model.finding import Location, Stage, Subject
from seawall.model.kube.inventory import Inventory
from seawall.model.kube.object import KubeObject, Problem
from seawall.model.report import Report
from seawall.policy.criteria.relations import INVENTORY
from seawall.policy.registry import Facts
from seawall.policy.scope import CLUSTER_NAME
from seawall.workflow.judging import JudgeRequest, Judging, chosen

if TYPE_CHECKING:
    from pathlib import Path  # loads slowly, and most runs name no file besides manifests

__all__ = ["CheckRequest", "check", "chosen"]


class CheckRequest(JudgeRequest, frozen=True, kw_only=True):
    """What to check, and how to judge it.

    Attributes:
        paths: files, directories, ``-``.
        assume: a file that names what exists elsewhere.
        cluster_name: the cluster that the manifests are for, where it is known; scopes may ask for it.
    """

    paths: tuple[str, ...]
    assume: "Path | None" = None
    cluster_name: str = ""


def check(request: CheckRequest) -> Report:
    """Check manifests.

    Raises:
        InputError: a path does not exist.
        UsageError: a policy, profile or accepted-risk file is wrong.
    """
    facts: Facts = {CLUSTER_NAME: request.cluster_name} if request.cluster_name else {}
    judging = Judging(request, (Stage.DEPLOY,), facts, _place)
    objects, problems = _read(request)
    inventory = Inventory(objects, read_assumed(str(request.assume)) if request.assume else ())
    facts[INVENTORY] = inventory
    for one in objects:
        if not inventory.owned(one):
            judging.judge(one)
    subject = Subject(kind="manifests", name=" ".join(request.paths)[:500])
    return judging.report(subject, _rows(len(objects), problems), objects)


def _read(request: CheckRequest) -> tuple[list[KubeObject], list[Problem]]:
    """All objects, and what could not be read of them."""
    objects: list[KubeObject] = []
    problems: list[Problem] = []
    for one in read_manifests(request.paths):
        if isinstance(one, Problem):
            problems.append(one)
        else:
            objects.append(one)
            problems.extend(one.problems)
    return objects, problems


def _place(target: object, path: str) -> Location:
    """The file and line of a path in an object."""
    if not isinstance(target, KubeObject):
        return Location(path=path)
    return Location(file=target.origin.file, line=locate(target.origin, path), path=path)


def _rows(objects: int, problems: list[Problem]) -> tuple[Coverage, ...]:
    state = CoverageState.OK if objects else CoverageState.MISSING
    words = "1 object was" if objects == 1 else f"{objects:,} objects were"
    message = f"{words} checked." if objects else "There was no Kubernetes object to check."
    rows = [Coverage(area="manifests", state=state, message=message)]
    for problem in problems:
        place = ":".join(str(part) for part in (problem.file, problem.line, problem.path) if part)
        rows.append(Coverage(area="document", state=problem.state, message=f"{place}: {problem.message}"))
    return tuple(rows)
