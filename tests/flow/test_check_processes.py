"""Many objects are judged, and their findings written, in several processes: with what one process would say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from seawall import forked


def _manifests(folder: Path, number: int) -> Path:
    """Workloads that differ, with what several containers, scopes and other objects make of them."""
    documents = []
    for at in range(number):
        container = {"image": f"registry.example/app:{at % 7}", "securityContext": {"privileged": at % 3 == 0}}
        spec = {"containers": [{"name": name, **container} for name in ("main", "side")[: 1 + at % 2]]}
        labels = {"app": f"web-{at}"}
        documents += [
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": f"web-{at}", "namespace": f"team-{at % 4}"},
                "spec": {
                    "selector": {"matchLabels": labels},
                    "template": {"metadata": {"labels": labels}, "spec": spec},
                },
            },
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": f"web-{at}", "namespace": f"team-{at % 4}"},
                "spec": {"selector": {"app": f"web-{at + at % 2}"}, "ports": [{"port": 80}], "type": "NodePort"},
            },
        ]
    path = folder / "all.yaml"
    path.write_text(yaml.dump_all(documents))
    return path


def _checked(path: Path, processors: int, output: str) -> bytes:
    script = (
        f"from seawall import forked; forked.processors = lambda: {processors}; "
        "from seawall.cli.main import main; main()"
    )
    command = [sys.executable, "-c", script, "check", str(path), "--profile", "all", "--output", output]
    done = subprocess.run([*command, "--as-of", "2026-06-01"], capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked on Unix only")
@pytest.mark.parametrize("output", ["json", "sarif", "table"])
def test_several_processes_say_what_one_says(tmp_path: Path, output: str) -> None:
    path = _manifests(tmp_path, 200)
    assert _checked(path, 3, output) == _checked(path, 1, output)


def test_no_more_processes_than_processors() -> None:
    assert 1 <= forked.processors() <= 4
