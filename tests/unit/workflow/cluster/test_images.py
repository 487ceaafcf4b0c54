from datetime import date
from pathlib import Path

from seawall.image.source.interface import ScanOptions
from seawall.model.coverage import CoverageState
from seawall.model.kube.running import RunningContainer, RunningPod
from seawall.workflow.cluster.images import ImageRequest, scan_running

_DIGEST = "sha256:" + "0" * 64


def test_an_image_that_cannot_be_had_is_a_row(tmp_path: Path) -> None:
    container = RunningContainer(name="a", image="127.0.0.1:1/app:1", image_id=f"127.0.0.1:1/app@{_DIGEST}")
    pods = [RunningPod(namespace="shop", name=f"app-{number}", containers=(container,)) for number in range(3)]
    told: list[tuple[str, int, int]] = []
    options = ScanOptions(insecure=True, timeout=1, progress=lambda *said: told.append(said))
    request = ImageRequest(options=options, database=tmp_path, on=date(2026, 6, 1))
    scans, rows = scan_running(pods, request)
    assert scans == {}
    assert [row.area for row in rows] == ["images", "image"]
    assert rows[0].state is CoverageState.PARTIAL
    assert f"127.0.0.1:1/app@{_DIGEST}" in rows[1].message
    assert told == [("images", 0, 1), ("images", 1, 1)]


def test_what_does_not_run_is_not_scanned(tmp_path: Path) -> None:
    pods = [RunningPod(namespace="shop", name="app", containers=(RunningContainer(name="a", image="app:1"),))]
    request = ImageRequest(options=ScanOptions(), database=tmp_path, on=date(2026, 6, 1))
    scans, rows = scan_running(pods, request)
    assert (scans, rows[0].state) == ({}, CoverageState.OK)
