"""What the commands ask of a cluster, as its own audit log tells: get, list, watch and questions about rights."""

import asyncio
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from tests.cluster.cluster import Cluster

from seawall.cli.main import cli
from seawall.kube.client.blocking import with_client
from seawall.kube.client.client import Client
from seawall.kube.client.config import load
from seawall.workflow.cluster.audit import AuditRequest
from seawall.workflow.cluster.follower import Follower
from seawall.workflow.cluster.source import ClusterQuery
from seawall.workflow.cluster.watch import follow

pytestmark = pytest.mark.e2e

_RBAC = Path(__file__).parents[3] / "deploy" / "rbac.yaml"
_USER = "system:serviceaccount:seawall:seawall"
_REVIEWS = {"selfsubjectaccessreviews", "selfsubjectrulesreviews"}
"""Created, but kept nowhere: a question in the shape of an object."""


@pytest.fixture
def kubeconfig(control_plane: Cluster, tmp_path: Path) -> Path:
    """Access by the account that deploy/rbac.yaml makes."""
    control_plane.kubectl("apply", "-f", str(_RBAC))
    token = control_plane.kubectl("create", "token", "seawall", "-n", "seawall").strip()
    config = yaml.safe_load(control_plane.kubeconfig.read_text())
    config["users"] = [{"name": config["contexts"][0]["context"]["user"], "user": {"token": token}}]
    path = tmp_path / "kubeconfig"
    path.write_text(yaml.safe_dump(config))
    return path


def _asked(where: Cluster, offset: int) -> Iterator[tuple[str, str]]:
    """Verb and resource (or path) of each request of the commands since a place in the log."""
    with where.layout.audit_log.open("rb") as log:
        log.seek(offset)
        for line in log:
            event = json.loads(line)
            if event["user"]["username"] == _USER:
                yield event["verb"], event.get("objectRef", {}).get("resource", event["requestURI"])


def _watch(kubeconfig: Path, namespace: str) -> None:
    query = ClusterQuery(kubeconfig=str(kubeconfig), namespace=namespace)
    request = AuditRequest(on=date(2026, 6, 1), profiles=("all",), cluster=query)
    follower = Follower(request, lambda _: None)

    async def work(client: Client) -> None:
        watching = asyncio.create_task(follow(client, namespace, follower, pytest.fail))
        await asyncio.sleep(2)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    with_client(load(query.kubeconfig), work)


@pytest.mark.parametrize("command", ["inventory", "describe", "export", "audit", "watch"])
def test_only_questions_are_asked(
    control_plane: Cluster, namespace: str, kubeconfig: Path, tmp_path: Path, command: str
) -> None:
    control_plane.kubectl("create", "deployment", "web", "--image=registry.example/web:1", "-n", namespace)
    control_plane.kubectl("create", "secret", "generic", "web", "--from-literal=a=b", "-n", namespace)
    offset = control_plane.layout.audit_log.stat().st_size
    words = {"describe": ["deployment/web"], "export": [str(tmp_path / "export")]}.get(command, [])
    if command == "watch":
        _watch(kubeconfig, namespace)
    else:
        done = CliRunner().invoke(cli, ["cluster", command, *words, "--kubeconfig", str(kubeconfig), "-n", namespace])
        assert done.exit_code == 0, done.output
    asked = set(_asked(control_plane, offset))
    assert ("list", "deployments") in asked
    assert ("watch", "deployments") in asked or command != "watch"
    changing = {(verb, what) for verb, what in asked if verb not in {"get", "list", "watch"}}
    assert changing <= {("create", review) for review in _REVIEWS}
