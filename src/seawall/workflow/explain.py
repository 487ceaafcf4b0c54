"""Why a policy finds something in an object of a manifest or in an image, or does not."""

import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from seawall.errors import InputError, SeawallError, UsageError
from seawall.kube.assume import read_assumed
from seawall.kube.read import read_manifests
from seawall.kube.source import STDIN, SUFFIXES
from seawall.model.finding import Stage, Subject
from seawall.model.kube.inventory import Inventory
from seawall.model.kube.object import KubeObject, Problem
from seawall.model.record import Record
from seawall.policy.compile import CompiledPolicy
from seawall.policy.criteria.objects import roots_of, subject_of
from seawall.policy.criteria.relations import INVENTORY
from seawall.policy.document import Policy
from seawall.policy.explanation import Trace
from seawall.policy.judge import Plan
from seawall.policy.registry import Facts
from seawall.policy.scope import CLUSTER_NAME

if TYPE_CHECKING:
    from seawall.workflow.scan import ScanRequest

Scan = Callable[[str], "ScanRequest"]
"""How an image target is to be scanned."""
_NOBODY = Subject(kind="", name="")


class Explanation(Record, frozen=True, kw_only=True):
    """Why a policy finds something in an object or image, or does not.

    Attributes:
        subject: the object or image.
        file, line: where an object stands.
        verdict: ``finding``, ``none``, ``unknown`` (a fact is missing), ``out-of-scope`` (the condition holds, the
            policy's scope leaves the object out).
        missing: facts that were missing.
        gaps: what could not be read of it, or not matched, a sentence each: there may be more to find.
        trace: the condition with its values, answers and paths.
    """

    subject: Subject
    file: str = ""
    line: int = 0
    verdict: Literal["finding", "none", "unknown", "out-of-scope"]
    missing: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    trace: Trace


def explain(
    policy: Policy,
    targets: tuple[str, ...],
    on: date,
    scan: Scan,
    *,
    only: str = "",
    assume: Path | None = None,
    cluster: str = "",
) -> list[Explanation]:
    """What a policy sees in the objects of manifests, and in images.

    A target is an image where the policy is judged at build, and it is none of the files and directories that hold
    manifests; of a policy that is judged at build only, every target is.

    Args:
        policy: the policy.
        targets: files and directories of manifests, ``-``, or images as ``seawall scan`` takes them.
        on: the day.
        scan: how an image is to be scanned.
        only: the one object that is meant, ``KIND/NAME`` or ``KIND/NAMESPACE/NAME``.
        assume: a file that names what exists elsewhere.
        cluster: the cluster that manifests are for, where it is known.

    Raises:
        InputError: a target does not exist or cannot be read, or holds no such object, or nothing that the policy is
            about.
        UsageError: ``only`` is given for images.
        ServiceError: a registry cannot be reached.
    """
    images = [target for target in targets if _is_image(policy, target)]
    manifests = tuple(target for target in targets if target not in images)
    if only and images:
        raise UsageError(f"{images[0]} is an image, and --object names an object of a manifest")
    found: list[Explanation] = []
    if manifests:
        facts: Facts = {"today": on, CLUSTER_NAME: cluster} if cluster else {"today": on}
        found += _objects(policy, manifests, facts, on, only=only, assume=assume)
    return [*found, *(_image(policy, scan(target), on) for target in images)]


def _is_image(policy: Policy, target: str) -> bool:
    if Stage.BUILD not in policy.spec.stages:
        return False
    if policy.spec.stages == (Stage.BUILD,):
        return True
    if target == STDIN or not os.path.exists(target):
        return target != STDIN and not target.lower().endswith(SUFFIXES)
    from seawall.image.source import detect  # noqa: PLC0415 -- only what may be an image pays for it

    try:
        return detect(target)[0].prefix != "dir"
    except SeawallError:
        return False


def _objects(
    policy: Policy, paths: tuple[str, ...], facts: Facts, on: date, *, only: str, assume: Path | None
) -> Iterator[Explanation]:
    stage = next(one for one in (Stage.DEPLOY, *policy.spec.stages) if one in policy.spec.stages)
    found = list(read_manifests(paths))
    objects = [one for one in found if isinstance(one, KubeObject)]
    problems = [one for one in found if isinstance(one, Problem) and one.state != "info"]
    facts[INVENTORY] = Inventory(objects, read_assumed(str(assume)) if assume else ())
    wanted = [one for one in objects if not only or _is(one, only)]
    if not wanted:
        raise _nothing(only, objects, problems)
    (compiled,) = Plan([policy], stage, on).policies
    about = [one for one in wanted if compiled.root in roots_of(type(one))]
    if not about:
        kinds = ", ".join(sorted({one.kind for one in wanted}))
        raise InputError(f"policy {policy.name} is about a {compiled.root}, and here is only: {kinds}")
    for one in about:
        gaps = (*one.problems, *(each for each in problems if each.file == one.origin.file))
        made = _explained(compiled, one, stage, on, facts)
        yield replace(
            made, subject=subject_of(one), file=one.origin.file, line=one.origin.line, gaps=tuple(map(_said, gaps))
        )


def _is(one: KubeObject, name: str) -> bool:
    """Whether ``KIND/NAME`` or ``KIND/NAMESPACE/NAME`` means this object."""
    kind, _, rest = name.partition("/")
    return kind.lower() == one.kind.lower() and rest in {one.name, f"{one.namespace}/{one.name}"}


def _said(problem: Problem) -> str:
    return f"{':'.join(str(part) for part in (problem.file, problem.line, problem.path) if part)}: {problem.message}"


def _nothing(only: str, objects: list[KubeObject], problems: list[Problem]) -> InputError:
    cause = _said(problems[0]) if problems else ""
    if only and objects:
        names = ", ".join(f"{one.kind}/{one.name}" for one in objects[:10])
        return InputError(f"there is no object {only}", cause=cause, hint=f"There are: {names}.")
    return InputError("there is no Kubernetes object to explain", cause=cause)


def _image(policy: Policy, request: "ScanRequest", on: date) -> Explanation:
    from seawall.policy import accepted  # noqa: PLC0415 -- only images need what scans images
    from seawall.workflow.image_policies import fits, scanned  # noqa: PLC0415
    from seawall.workflow.scan import examine  # noqa: PLC0415

    rules = accepted.load_asked(request.ignore_file)
    (compiled,) = Plan([policy], Stage.BUILD, on).policies
    if compiled.root != "image":
        raise InputError(f"policy {policy.name} is about a {compiled.root}, and {request.target} is an image")
    image, findings, coverage, _ = examine(request)
    if not fits(policy, image):
        cause = "it asks for an image's name, configuration or history"
        raise InputError(f"policy {policy.name} does not apply to a {image.subject.kind}", cause=cause)
    judged, _ = accepted.apply(findings, rules, on=on, layers=image.layers)
    gaps = tuple(f"{row.area} {row.state}: {row.message}" for row in coverage if row.gap)
    target = scanned(image, judged, on)
    return replace(_explained(compiled, target, Stage.BUILD, on, {"today": on}), subject=image.subject, gaps=gaps)


def _explained(compiled: CompiledPolicy, target: object, stage: Stage, on: date, facts: Facts) -> Explanation:
    plan = Plan([compiled.policy], stage, on)
    hits = plan.judge(compiled.root, target, facts)
    trace = compiled.node.trace(target, facts)
    missing = sorted(plan.unknown.get(compiled.policy.name, ()))
    verdict: Literal["finding", "none", "unknown", "out-of-scope"] = "none"
    if hits:
        verdict = "finding"
    elif trace.answer is None or CLUSTER_NAME in missing:
        verdict = "unknown"
    elif trace.answer:
        verdict = "out-of-scope"
    return Explanation(subject=_NOBODY, verdict=verdict, missing=tuple(missing), trace=trace)
