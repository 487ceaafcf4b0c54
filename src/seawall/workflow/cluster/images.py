"""Scan what runs in a cluster: each digest once, several at a time."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from seawall.errors import SeawallError
from seawall.image.source.interface import ScanOptions
from seawall.model.coverage import Coverage, CoverageState
from seawall.model.kube import parse_image_reference
from seawall.model.kube.running import RunningPod
from seawall.model.record import Record
from seawall.model.scanned import ScannedImage
from seawall.workflow.scan import ScanRequest, examine


class ImageRequest(Record, frozen=True, kw_only=True):
    """How running images are scanned.

    Attributes:
        options: how they are read; ``options.workers`` are scanned at a time.
        database: the advisory database's directory.
        on: the day.
    """

    options: ScanOptions
    database: Path
    on: date


Scans = dict[str, ScannedImage]
"""The image as a container names it → what is in it."""


def scan_running(pods: Iterable[RunningPod], request: ImageRequest) -> tuple[Scans, list[Coverage]]:
    """Scan the images that pods run, by digest; one that cannot be had is a row of the coverage."""
    by_target: dict[str, set[str]] = {}
    for pod in pods:
        for container in pod.containers:
            if container.digest:
                name = parse_image_reference(container.image).name
                by_target.setdefault(f"registry:{name}@{container.digest}", set()).add(container.image)
    scans: Scans = {}
    rows: list[Coverage] = []
    progress, total, done = request.options.progress, len(by_target), 0
    if progress is not None:
        progress("images", 0, total)
    with ThreadPoolExecutor(max_workers=max(1, request.options.workers)) as pool:
        for names, outcome in pool.map(lambda one: (one[1], _scan(one[0], request)), sorted(by_target.items())):
            done += 1
            if progress is not None:
                progress("images", done, total)
            if isinstance(outcome, Coverage):
                rows.append(outcome)
            else:
                scans |= dict.fromkeys(names, outcome)
    failed = len(rows)
    state = CoverageState.OK if not failed else CoverageState.PARTIAL
    rows.insert(
        0, Coverage(area="images", state=state, message=f"{total - failed} of {total} running images were scanned.")
    )
    return scans, rows


def _scan(target: str, request: ImageRequest) -> ScannedImage | Coverage:
    try:
        options = replace(request.options, progress=None)  # one bar for all, not one a layer
        image, findings, _, _ = examine(
            ScanRequest(target=target, options=options, database=request.database, on=request.on)
        )
    except SeawallError as error:
        message = f"{target.removeprefix('registry:')} could not be scanned: {error.sentence()}"
        return Coverage(area="image", state=CoverageState.UNREADABLE, message=message)
    return ScannedImage(
        reference=parse_image_reference(target.removeprefix("registry:")),
        scan=image,
        vulnerabilities=findings,
        scanned=request.on.isoformat(),
        on=request.on,
    )
