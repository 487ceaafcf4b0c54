"""Judge a scanned image by build-stage policies: the scanner's gate as a profile."""

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from seawall.model.coverage import Coverage, CoverageState
from seawall.model.finding import Finding, Stage, fingerprint
from seawall.model.image import Image
from seawall.model.kube.image_reference import parse_image_reference
from seawall.model.scanned import ScannedImage
from seawall.policy.document import Json, Policy
from seawall.policy.judge import Hit, Plan, finding
from seawall.policy.registry import Facts

_CONTENTS = frozenset({"package", "vulnerability"})
_INNER = frozenset({"all", "any", "not", "count", "of", "image"})
_BOUNDS = frozenset({"at-least", "at-most"})


def judge_image(
    image: Image, vulnerabilities: Sequence[Finding], policies: Sequence[Policy], on: date
) -> tuple[tuple[Finding, ...], tuple[Coverage, ...]]:
    """What policies of the stage build find in an image, and what they could not know; others are left alone.

    ``vulnerabilities`` are the image's, as findings, accepted ones marked.
    """
    asked = [one for one in policies if Stage.BUILD in one.spec.stages]
    fitting = [one for one in asked if fits(one, image)]
    plan = Plan(fitting, Stage.BUILD, on)
    facts: Facts = {"today": on}
    hits = plan.judge("image", scanned(image, vulnerabilities, on), facts)
    rows = (_left_out(len(asked) - len(fitting), image.subject.kind),) if len(fitting) < len(asked) else ()
    return tuple(_finding(hit, facts) for hit in hits), (*rows, *plan.coverage(facts))


def fits(policy: Policy, image: Image) -> bool:
    """Whether a policy can be judged about it: a file system or SBOM has no name, configuration or history."""
    return image.subject.kind == "image" or _about_contents(policy.spec.when)


def scanned(image: Image, vulnerabilities: Sequence[Finding], on: date) -> ScannedImage:
    """A scanned image as policies see it."""
    return ScannedImage(
        reference=parse_image_reference(image.subject.name),
        scan=image,
        vulnerabilities=tuple(vulnerabilities),
        scanned=on.isoformat(),
        on=on,
    )


def _about_contents(condition: Json) -> bool:
    """Whether a condition asks for packages and vulnerabilities only, which a file system or SBOM has, too."""
    if isinstance(condition, list):
        return all(_about_contents(item) for item in condition)
    if not isinstance(condition, dict):
        return False
    return all(
        key in _CONTENTS | _BOUNDS or (key in _INNER and _about_contents(value)) for key, value in condition.items()
    )


def _left_out(number: int, kind: str) -> Coverage:
    words = f"{number} policies about an image's name, configuration and history do not apply to a {kind}."
    return Coverage(area="policies", state=CoverageState.INFO, message=words)


def _finding(hit: Hit, facts: Facts) -> Finding:
    """The finding; like a vulnerability's, its fingerprint knows no tag, so that the next build's is the same."""
    made, focus = finding(hit, facts, Stage.BUILD), hit.compiled.focus
    part = focus.group.label(hit.item) if focus is not None and hit.item is not hit.target else ""
    return replace(made, fingerprint=fingerprint(made.policy, "image", part))
