"""``audit --images`` against a pod that really runs an image from a real registry."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from tests.cluster.cluster import Cluster

from seawall.cli.main import cli

if TYPE_CHECKING:
    from tests.e2e.conftest import Registry

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

Rows = list[dict[str, object]]


def _deployment(name: str, image: str) -> dict[str, object]:
    labels = {"app": name}
    command = ["sh", "-c", "trap exit TERM; sleep 600 & wait"]
    container = {"name": "app", "image": image, "command": command}
    spec = {"containers": [container], "terminationGracePeriodSeconds": 1}
    template = {"metadata": {"labels": labels}, "spec": spec}
    body = {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": body}


def test_each_digest_that_runs_is_scanned_once(
    cluster: Cluster, node_namespace: str, registry: "Registry", tmp_path: Path
) -> None:
    """Four pods of two Deployments run one digest, under two tags; a fifth image runs from no registry."""
    port = registry.host.rpartition(":")[2]
    for tag in ("1", "2"):
        registry.push(f"oci-archive:{cluster.bin / 'busybox.tar'}", f"team/tool:{tag}")
    cluster.expose(int(port))
    for tag in ("1", "2"):
        made = _deployment(f"tool-{tag}", f"{registry.host}/team/tool:{tag}")
        cluster.kubectl("create", "-n", node_namespace, "-f", "-", stdin=json.dumps(made))
    for tag in ("1", "2"):
        cluster.kubectl("rollout", "status", f"deployment/tool-{tag}", "-n", node_namespace, "--timeout=60s")
    config = ("--kubeconfig", cluster.kubeconfig, "-n", node_namespace)
    options = ("--images", "--insecure", "--profile", "all", "--db", tmp_path / "none", "-o", "json")
    done = CliRunner(env={"XDG_CACHE_HOME": str(tmp_path)}).invoke(
        cli, list(map(str, ["cluster", "audit", *config, *options]))
    )
    assert done.exit_code == 0, done.output
    report: dict[str, Rows] = json.loads(done.stdout)
    said = [row["message"] for row in report["coverage"] if row["area"] in {"images", "image"}]
    assert said == ["1 of 1 running images were scanned."]
    rooted = [row["subject"] for row in report["findings"] if row["policy"] == "image-runs-as-root"]
    assert {row["name"] for row in rooted if isinstance(row, dict)} >= {"tool-1", "tool-2"}
