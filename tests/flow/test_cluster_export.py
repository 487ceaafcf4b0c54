"""An export stands for a cluster: inventory, audit and describe from a directory, and `check` of the same."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from seawall.cli.main import cli
from seawall.kube.client.resource import Resource
from seawall.kube.export import Exporter, ExportIndex
from seawall.kube.served import SERVED

_DIGESTS = ("sha256:" + "a" * 64, "sha256:" + "b" * 64)


def _owner(kind: str, name: str) -> list[dict[str, object]]:
    return [{"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": "1", "controller": True}]


def _objects() -> list[dict[str, object]]:
    spec = {"containers": [{"name": "app", "image": "registry.example/app:1"}]}
    meta = {"name": "web", "namespace": "shop"}
    template = {"metadata": {"labels": {"app": "web"}}, "spec": spec}
    controller = {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    made: list[dict[str, object]] = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": controller},
        {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {"name": "web-1", "namespace": "shop", "ownerReferences": _owner("Deployment", "web")},
            "spec": controller,
        },
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "old", "namespace": "shop"},
            "data": {"k": "aHVudGVy"},
        },
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": "old"},
            "status": {"nodeInfo": {"osImage": "Debian GNU/Linux 10 (buster)", "kubeletVersion": "v1.30.0"}},
        },
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": "strange"},
            "status": {"nodeInfo": {"osImage": "Talos (v1.9.0)", "kubeletVersion": "none"}},
        },
        {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "wrong"}, "status": {"nodeInfo": 7}},
    ]
    for number, digest in enumerate(_DIGESTS):
        status = {
            "phase": "Running",
            "containerStatuses": [
                {"name": "app", "image": "registry.example/app:1", "imageID": f"registry.example/app@{digest}"}
            ],
        }
        labels = {"app": "web"}
        owner = _owner("ReplicaSet", "web-1")
        metadata = {"name": f"web-1-{number}", "namespace": "shop", "labels": labels, "ownerReferences": owner}
        made.append(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": metadata,
                "spec": spec | {"nodeName": "n1"},
                "status": status,
            }
        )
    return made


@pytest.fixture
def export(tmp_path: Path) -> Path:
    target = tmp_path / "export"
    by_kind: dict[str, Resource] = {one.kind: one for one in SERVED if one.group != "serving.knative.dev"}
    found: dict[Resource, dict[tuple[str, str], bytes]] = {}
    for one in _objects():
        meta = one["metadata"]
        assert isinstance(meta, dict)
        key = (str(meta.get("namespace", "")), str(meta["name"]))
        found.setdefault(by_kind[str(one["kind"])], {})[key] = json.dumps(one).encode()
    with Exporter(target) as exporter:
        for resource, objects in found.items():
            exporter.write(resource, objects)
        titles = tuple(one.title for one in found)
        exporter.finish(ExportIndex(cluster="test", server_version="v1.34.1", resources=titles))
    return target


def _run(*words: object) -> Result:
    done = CliRunner().invoke(cli, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done


def test_inventory(export: Path) -> None:
    found = json.loads(_run("cluster", "inventory", "pods", "--from", export, "-o", "json").stdout)
    assert [row["owners"] for row in found["objects"]] == [["ReplicaSet/web-1", "Deployment/web"]] * 2
    digests = [row["details"]["containers"][0]["digest"] for row in found["objects"]]
    assert digests == list(_DIGESTS)
    assert found["images"] == 2
    assert "web-1-0" in _run("cluster", "inventory", "po", "--from", export).stdout
    assert "shop" in _run("cluster", "inventory", "--from", export).stdout


def test_audit_knows_what_only_a_cluster_does(export: Path) -> None:
    report = json.loads(_run("cluster", "audit", "--from", export, "--profile", "all", "-o", "json").stdout)
    found = {(one["policy"], one["subject"]["name"]) for one in report["findings"]}
    assert ("different-images-under-one-tag", "web") in found
    assert ("secret-unused", "old") in found
    assert not {name for _, name in found} & {"web-1", "web-1-0", "web-1-1"}
    assert "secret-in-manifest" not in {policy for policy, _ in found}


def test_nothing_is_found_for_want_of_what_may_not_be_read(export: Path) -> None:
    index = export / "seawall-export.json"
    whole = index.read_text()
    policies = "no-network-policy", "namespace-without-network-policy", "namespace-without-quota"
    wanted = {*policies, "metadata-service-reachable", "service-account-missing", "owner-missing"}
    for path in export.rglob("*.json"):
        text = path.read_text().replace(
            '"name": "web-1"', '"name": "gone"', 1
        )  # the ReplicaSet, of whose pods some say web-1
        path.write_text(text.replace('"spec": {"containers"', '"spec": {"serviceAccountName": "app", "containers"'))

    def found() -> set[str]:
        report = json.loads(_run("cluster", "audit", "--from", export, "--profile", "all", "-o", "json").stdout)
        return wanted & {one["policy"] for one in report["findings"]}

    assert found() == wanted
    kinds = {"NetworkPolicy", "ResourceQuota", "ServiceAccount", "ReplicaSet"}
    rows = [
        {"area": f"resource:{one.title}", "state": "unreadable", "message": "It may not be read."}
        for one in SERVED
        if one.kind in kinds
    ]
    index.write_text(json.dumps(json.loads(whole) | {"coverage": rows}))
    assert not found()
    page = _run("cluster", "describe", "deployment/web", "-n", "shop", "--from", export).stdout
    assert "not known: networkpolicies could not be read" in page
    assert "no network policy" not in page


def test_check_of_an_export_finds_what_the_audit_does(export: Path) -> None:
    audit = json.loads(_run("cluster", "audit", "--from", export, "--profile", "all", "-o", "json").stdout)
    again = export.parent / "again"
    _run("cluster", "export", again, "--from", export)
    check = json.loads(_run("check", again, "--profile", "all", "-o", "json").stdout)
    live = {one["fingerprint"] for one in audit["findings"] if one["stage"] == "deploy"}
    assert "node-release-out-of-support" in {one["policy"] for one in audit["findings"]}
    assert live == {one["fingerprint"] for one in check["findings"]}
    assert b"aHVudGVy" not in b"".join(path.read_bytes() for path in again.rglob("*.json"))


def test_describe(export: Path) -> None:
    page = _run("cluster", "describe", "deploy/web", "-n", "shop", "--from", export).stdout
    assert "2 pods of 2 asked for, on n1 (2)" in page
    assert "no network policy selects it" in page
    found = json.loads(_run("cluster", "describe", "pod/web-1-0", "-n", "shop", "--from", export, "-o", "json").stdout)
    assert found["owners"] == ["ReplicaSet/web-1", "Deployment/web"]


def test_nodes_whose_system_is_out_of_support(export: Path, tmp_path: Path) -> None:
    """By the table that needs no database; what is not in it is not known."""
    words = ("--from", export, "--only", "node-os-unsupported", "--db", tmp_path / "none", "--as-of", "2026-06-01")
    found = json.loads(_run("cluster", "audit", *words, "-o", "json").stdout)
    assert [one["subject"]["name"] for one in found["findings"]] == ["old"]
    (row,) = [row for row in found["coverage"] if row["area"] == "fact:node-support"]
    assert row["state"] == "partial"
    assert "seawall db update" in row["message"]
    page = json.loads(_run("cluster", "describe", "node/old", *words, "-o", "json").stdout)
    assert [one["policy"] for one in page["findings"]] == ["node-os-unsupported"]


def test_a_page_says_what_matters_of_each_kind(export: Path) -> None:
    node = _run("cluster", "describe", "node/old", "--from", export).stdout
    assert "os            Debian GNU/Linux 10 (buster)" in node
    assert "keys          k" in _run("cluster", "describe", "secret/old", "-n", "shop", "--from", export).stdout
    assert "wrong" in _run("cluster", "inventory", "nodes", "--from", export).stdout
    assert "Node/wrong" in _run("cluster", "describe", "node/wrong", "--from", export).stdout


def test_mistakes_are_said(export: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    for words, said in (
        (["inventory", "--from", str(tmp_path)], "no export"),
        (["inventory", "gadgets", "--from", str(export)], "no kind 'gadgets'"),
        (["describe", "deploy/none", "--from", str(export)], "no Deployment/none"),
        (["describe", "web", "--from", str(export)], "names no object"),
        (["watch", "--from", str(export)], "does not change"),
    ):
        done = runner.invoke(cli, ["cluster", *words], standalone_mode=False)
        assert said in str(done.exception)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    done = runner.invoke(
        cli, ["cluster", "export", str(tmp_path / "full"), "--from", str(export)], standalone_mode=False
    )
    assert "no export" in str(done.exception)
