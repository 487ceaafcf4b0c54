"""The commands against a real API server: inventory, export, audit; least rights; nothing is changed."""

import asyncio
import json
from datetime import date
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from tests.cluster.cluster import Cluster

from seawall.cli.main import cli
from seawall.kube.client.blocking import with_client
from seawall.kube.client.client import Client
from seawall.kube.client.config import load
from seawall.workflow.cluster.audit import AuditRequest
from seawall.workflow.cluster.follower import Change, Follower
from seawall.workflow.cluster.source import ClusterQuery
from seawall.workflow.cluster.watch import follow

pytestmark = pytest.mark.e2e

_RBAC = Path(__file__).parents[3] / "deploy" / "rbac.yaml"


def _app(namespace: str) -> list[dict[str, object]]:
    container = {"name": "web", "image": "registry.example/web:1.0", "securityContext": {"privileged": True}}
    labels = {"app": "web"}
    meta = {"name": "web", "namespace": namespace}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container], "serviceAccountName": "web"}}
    spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec},
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": meta,
            "spec": {"selector": labels, "ports": [{"port": 80}]},
        },
        {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": {"password": "hunter2hunter2"}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"db_password": "swordfish-and-chips"}},
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "naked", "namespace": namespace},
            "spec": {"containers": [container]},
        },
    ]


@pytest.fixture
def app(control_plane: Cluster, namespace: str) -> list[dict[str, object]]:
    objects = _app(namespace)
    control_plane.apply(*objects)
    control_plane._wait("two pods", lambda: len(_pods(control_plane, namespace)) == 3, 60)
    return objects


def _pods(where: Cluster, namespace: str) -> list[dict[str, dict[str, object]]]:
    items: list[dict[str, dict[str, object]]] = where.get(f"/api/v1/namespaces/{namespace}/pods")["items"]
    return items


def _run(*words: object, code: int = 0) -> Result:
    done = CliRunner().invoke(cli, ["cluster", *map(str, words)])
    assert done.exit_code == code, done.output
    return done


def _json(*words: object) -> dict[str, object]:
    answer: dict[str, object] = json.loads(_run(*words).stdout)
    return answer


def _prints(report: dict[str, object]) -> set[tuple[str, str, str]]:
    return {(one["policy"], one["subject"]["kind"], one["fingerprint"]) for one in report["findings"]}  # type: ignore[attr-defined] # a list of findings


def test_the_inventory_is_what_kubectl_says(
    control_plane: Cluster, namespace: str, app: list[dict[str, object]]
) -> None:
    found = _json("inventory", "--kubeconfig", control_plane.kubeconfig, "-n", namespace, "-o", "json")
    kinds = ("deployments", "replicasets", "pods", "services", "secrets", "configmaps", "serviceaccounts")
    listed = control_plane.kubectl("get", ",".join(kinds), "-n", namespace, "-o", "json")
    expected = {(one["kind"], one["metadata"]["name"]) for one in json.loads(listed)["items"]}
    rows = found["objects"]
    assert isinstance(rows, list)
    there = {(row["kind"], row["name"]) for row in rows}
    assert expected <= there
    assert {kind for kind, _ in there - expected} <= {"Namespace", "EndpointSlice"} | _cluster_scoped(rows)
    chains = {row["owners"][-1] for row in rows if row["kind"] == "Pod" and row.get("owners")}
    assert chains == {"Deployment/web"}
    secret = next(row for row in rows if row["kind"] == "Secret")
    assert secret["details"]["keys"] == ["password"]
    assert "hunter2" not in json.dumps(found)
    assert "swordfish" not in json.dumps(found)


def _cluster_scoped(rows: list[dict[str, object]]) -> set[object]:
    return {row["kind"] for row in rows if not row.get("namespace")}


def test_files_export_and_api_give_the_same_findings(
    control_plane: Cluster, namespace: str, app: list[dict[str, object]], tmp_path: Path
) -> None:
    manifest = tmp_path / "app.yaml"
    manifest.write_text(yaml.safe_dump_all(app))
    config = ("--kubeconfig", control_plane.kubeconfig, "-n", namespace)
    checked = CliRunner().invoke(cli, ["check", str(manifest), "--profile", "all", "--output", "json"])
    live = _json("audit", *config, "--profile", "all", "-o", "json")
    export = tmp_path / "export"
    _run("export", export, *config, "--config-map-values")
    again = _json("audit", "--from", export, "-n", namespace, "--profile", "all", "-o", "json")
    assert _prints(live) == _prints(again)
    ours = {"Deployment", "Pod", "Service", "ConfigMap"}
    names = {str(one["metadata"]["name"]) for one in app}  # type: ignore[index] # manifests

    def about(report: dict[str, object], stage: str) -> set[tuple[str, str]]:
        rows = report["findings"]
        assert isinstance(rows, list)
        return {
            (one["policy"], one["fingerprint"])
            for one in rows
            if one["stage"] == stage and one["subject"]["kind"] in ours and one["subject"]["name"] in names
        }

    # The API server writes defaults out.
    missing = about(json.loads(checked.stdout), "deploy") - about(live, "deploy")
    assert {policy for policy, _ in missing} == {"update-strategy-not-written"}
    assert "hunter2" not in "".join(path.read_text() for path in export.rglob("*.json"))
    policies = {one["policy"] for one in live["findings"]}  # type: ignore[attr-defined] # a list
    assert {"privileged-container", "pod-without-owner"} <= policies
    assert not [one for one in live["findings"] if one["subject"]["kind"] == "ReplicaSet"]  # type: ignore[attr-defined]


def test_an_export_is_the_same_bytes_for_the_same_state(
    control_plane: Cluster, namespace: str, app: list[dict[str, object]], tmp_path: Path
) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        _run("export", folder, "--kubeconfig", control_plane.kubeconfig, "-n", namespace)
    one, two = ({path.relative_to(top): path.read_bytes() for path in top.rglob("*.json")} for top in folders)
    assert one == two
    assert not any(b"swordfish" in content or b"hunter2" in content for content in one.values())


def test_a_patched_pod_is_drift(control_plane: Cluster, namespace: str, app: list[dict[str, object]]) -> None:
    name = next(
        str(one["metadata"]["name"]) for one in _pods(control_plane, namespace) if "ownerReferences" in one["metadata"]
    )
    control_plane.kubectl("set", "image", f"pod/{name}", "web=evil.example/miner:1", "-n", namespace)
    live = _json("audit", "--kubeconfig", control_plane.kubeconfig, "-n", namespace, "--profile", "all", "-o", "json")
    findings = live["findings"]
    assert isinstance(findings, list)
    drifted = [one for one in findings if one["policy"] == "pod-differs-from-template"]
    assert [one["subject"]["name"] for one in drifted] == ["web"]
    assert "containers[web].image" in json.dumps(drifted[0]["evidence"])


def test_least_rights(control_plane: Cluster, namespace: str, app: list[dict[str, object]], tmp_path: Path) -> None:
    control_plane.kubectl("apply", "-f", str(_RBAC))
    config = _as_service_account(control_plane, tmp_path, "seawall", "seawall")
    full = _json("audit", "--kubeconfig", config, "-n", namespace, "--profile", "all", "-o", "json")
    assert not [row for row in full["coverage"] if row["area"].startswith("resource:")]  # type: ignore[attr-defined]
    config = _as_service_account(control_plane, tmp_path, "web", namespace)
    role = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": {"name": "pods", "namespace": namespace},
        "rules": [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["list"]}],
    }
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "pods", "namespace": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "pods"},
        "subjects": [{"kind": "ServiceAccount", "name": "web", "namespace": namespace}],
    }
    control_plane.apply(role, binding)
    part = _json("audit", "--kubeconfig", config, "-n", namespace, "--profile", "all", "-o", "json")
    areas = {row["area"] for row in part["coverage"]}  # type: ignore[attr-defined] # a list
    assert "resource:secrets" in areas
    assert "resource:pods" in areas
    assert "resource:deployments.apps" not in areas
    assert "privileged-container" in {one["policy"] for one in part["findings"]}  # type: ignore[attr-defined] # a list


def _as_service_account(where: Cluster, folder: Path, name: str, namespace: str) -> Path:
    token = where.kubectl("create", "token", name, "-n", namespace).strip()
    config = yaml.safe_load(where.kubeconfig.read_text())
    config["users"] = [{"name": config["contexts"][0]["context"]["user"], "user": {"token": token}}]
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


def test_nothing_in_the_cluster_is_changed(
    control_plane: Cluster, namespace: str, app: list[dict[str, object]], tmp_path: Path
) -> None:
    """An account that may do nothing but look is enough for all commands, and no object's version moves."""
    control_plane.kubectl("apply", "-f", str(_RBAC))
    config = ("--kubeconfig", _as_service_account(control_plane, tmp_path, "seawall", "seawall"), "-n", namespace)
    role = yaml.safe_load(control_plane.kubectl("get", "clusterrole", "seawall-read", "-o", "yaml"))
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"get", "list", "watch"}
    before = _versions(control_plane, namespace)
    _run("inventory", *config)
    _run("audit", *config)
    _run("export", tmp_path / "export", *config)
    assert _versions(control_plane, namespace) == before


def _versions(where: Cluster, namespace: str) -> set[tuple[str, str, str]]:
    kinds = "deployments,replicasets,services,secrets,configmaps,serviceaccounts"
    items = json.loads(where.kubectl("get", kinds, "-n", namespace, "-o", "json"))["items"]
    return {
        (
            one["kind"],
            one["metadata"]["name"],
            str(one["metadata"].get("generation", one["metadata"]["resourceVersion"])),
        )
        for one in items
    }


def test_watching_tells_what_matters(control_plane: Cluster, namespace: str, app: list[dict[str, object]]) -> None:
    """Rolled, scaled and deleted while watching: each is told once, and what is held is what a fresh list says."""
    changes: list[Change] = []
    query = ClusterQuery(kubeconfig=str(control_plane.kubeconfig), namespace=namespace)
    request = AuditRequest(on=date(2026, 6, 1), profiles=("all",), cluster=query)
    follower = Follower(request, changes.append)

    async def work(client: Client) -> None:
        watching = asyncio.create_task(follow(client, namespace, follower, pytest.fail))
        await asyncio.sleep(2)
        for words in (
            ("set", "image", "deployment/web", "web=registry.example/web:2.0"),
            ("scale", "deployment/web", "--replicas=3"),
            ("create", "configmap", "more", "--from-literal=a=b"),
            ("delete", "service", "web"),
        ):
            await asyncio.to_thread(control_plane.kubectl, *words, "-n", namespace)
        await asyncio.sleep(2)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)

    with_client(load(query.kubeconfig), work)
    told = [(one.what, one.kind, one.name) for one in changes if one.namespace == namespace]
    assert sorted(told) == [
        ("changed", "Deployment", "web"),
        ("changed", "Deployment", "web"),
        ("created", "ConfigMap", "more"),
        ("deleted", "Service", "web"),
    ]
    details = {detail for one in changes for detail in one.details}
    assert details == {"image of web: registry.example/web:1.0 → registry.example/web:2.0", "replicas 2 → 3"}
    listed = control_plane.kubectl("get", "deploy,rs,po,svc,cm,secret,sa", "-n", namespace, "-o", "json")
    fresh = {
        (one["kind"], namespace, one["metadata"]["name"])
        for one in json.loads(listed)["items"]
        if one["kind"] != "Pod" or "ownerReferences" not in one["metadata"]  # what controllers make is not followed
    }
    kinds = {kind for kind, _, _ in fresh}
    assert {key for key in follower.inventory.by_name if key[0] in kinds and key[1] == namespace} == fresh
