"""Judge a scanned image by build-stage policies: the scanner's gate as a profile."""

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from seawall.model.coverage import Coverage
from seawall.model.finding import Finding, Stage, fingerprint
from seawall.model.image import Image
from seawall.model.kube.image_reference import parse_image_reference
from seawall.model.scanned import ScannedImage
from seawall.policy.document import Policy
from seawall.policy.judge import Hit, Plan, finding
from seawall.policy.registry import Facts


def judge_image(
    image: Image, vulnerabilities: Sequence[Finding], policies: Sequence[Policy], on: date
) -> tuple[tuple[Finding, ...], tuple[Coverage, ...]]:
    """What policies of the stage build find in an image, and what they could not know; others are left alone.

    ``vulnerabilities`` are the image's, as findings, accepted ones marked.
    """
    plan = Plan(policies, Stage.BUILD, on)
    facts: Facts = {"today": on}
    scanned = ScannedImage(
        reference=parse_image_reference(image.subject.name),
        scan=image,
        vulnerabilities=tuple(vulnerabilities),
        scanned=on.isoformat(),
    )
    hits = plan.judge("image", scanned, facts)
    return tuple(_finding(hit, facts) for hit in hits), plan.coverage()


def _finding(hit: Hit, facts: Facts) -> Finding:
    """The finding; like a vulnerability's, its fingerprint knows no tag, so that the next build's is the same."""
    made, focus = finding(hit, facts, Stage.BUILD), hit.compiled.focus
    part = focus.group.label(hit.item) if focus is not None and hit.item is not hit.target else ""
    return replace(made, fingerprint=fingerprint(made.policy, "image", part))
