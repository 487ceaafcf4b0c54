"""Well-known applications in a real cluster: the inventory is what kubectl says, the audit what ``check`` says."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from tests.cluster.cluster import Cluster, unique

from seawall.cli.main import cli
from seawall.kube.served import SERVED

pytestmark = pytest.mark.e2e

_MANIFESTS = Path(__file__).parents[4] / "shared" / "corpus" / "manifests"
_APPLICATIONS = (
    "online-boutique/release/kubernetes-manifests.yaml",
    "sock-shop/complete-demo.yaml",
    "metallb/config/manifests/metallb-native.yaml",
    "kubernetes-goat/scenarios/*/deployment.yaml",
    "kubernetes-goat/scenarios/insecure-rbac/setup.yaml",
    "kubernetes-goat/scenarios/batch-check/job.yaml",
    "istio-samples/bookinfo/platform/kube/bookinfo.yaml",
    "istio-samples/httpbin/httpbin.yaml",
    "istio-samples/helloworld/helloworld.yaml",
    "kubernetes-examples/databases/cassandra/cassandra-statefulset.yaml",
    "kubernetes-examples/web/guestbook-go/*.yaml",
    # The last: its webhook is asked about every later Ingress, and nothing answers.
    "ingress-nginx/deploy/static/provider/cloud/deploy.yaml",
)
_NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n"
"""What every cluster has, so that policies about namespaces see the same."""
_ONLY_IN_FILES = {
    "namespace-not-written": "the API server writes the namespace into each object",
    "update-strategy-not-written": "the API server writes the usual strategy where there is none",
    "node-port-fixed": "a cluster writes the port that it chose into the same field as one that was asked for",
    "secret-in-manifest": "that a secret is in a cluster is right; that it is in a file is the finding",
}


class _Applied(NamedTuple):
    """A cluster with all applications, their files, and what kubectl refused."""

    where: Cluster
    files: Path
    refused: list[str]


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Applied]:
    if not _MANIFESTS.is_dir():
        pytest.skip("the corpus' manifests (../shared/corpus/manifests) are not here")
    folder = tmp_path_factory.mktemp("applications")
    (folder / "default.yaml").write_text(_NAMESPACE)
    with Cluster(unique("apps")) as where:
        refused: list[str] = []
        for number, path in enumerate(path for glob in _APPLICATIONS for path in sorted(_MANIFESTS.glob(glob))):
            (folder / f"{number:02}-{path.parent.name}.yaml").write_bytes(path.read_bytes())
            refused += _apply(where, path)
        yield _Applied(where, folder, refused)


def _apply(where: Cluster, path: Path) -> list[str]:
    """Apply a file; by the server, which leaves no copy of the file in the objects. Gives the errors."""
    words = [str(where.bin / "kubectl"), f"--kubeconfig={where.kubeconfig}", "apply", "--server-side", "-f", str(path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=120)
    return [line for line in done.stderr.splitlines() if not line.startswith("Warning:")]


def _report(*words: object) -> dict[str, list[dict[str, object]]]:
    done = CliRunner().invoke(cli, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    report: dict[str, list[dict[str, object]]] = json.loads(done.stdout)
    return report


def test_all_of_them_were_applied(applied: _Applied) -> None:
    assert applied.refused == []


def test_the_inventory_counts_what_kubectl_counts(applied: _Applied) -> None:
    config = ("--kubeconfig", applied.where.kubeconfig)
    found = _report("cluster", "inventory", "all", *config, "-o", "json")["objects"]
    ours = Counter((str(row["kind"]), str(row.get("namespace", ""))) for row in found)
    served = set(applied.where.kubectl("api-resources", "-o", "name", "--verbs=list").split())
    titles = [one.title for one in SERVED if one.title in served]
    words = ("get", ",".join(titles), "-A", "--no-headers", "-o", "custom-columns=K:.kind,N:.metadata.namespace")
    pairs = (line.split() for line in applied.where.kubectl(*words).splitlines())
    expected = Counter((kind, "" if space == "<none>" else space) for kind, space in pairs)
    assert ours == expected
    assert sum(ours.values()) > 300


def test_the_audit_finds_what_check_finds_in_the_files(applied: _Applied) -> None:
    checked = _report("check", applied.files, "--profile", "all", "-o", "json", "-q")
    live = _report("cluster", "audit", "--kubeconfig", applied.where.kubeconfig, "--profile", "all", "-o", "json", "-q")
    files, cluster = _findings(checked), _findings(live)
    objects = {subject for _, subject, _ in files}
    only_files = {policy for policy, _, _ in files - cluster}
    only_cluster = {policy for policy, subject, _ in cluster - files if subject in objects}
    assert only_files == _ONLY_IN_FILES.keys()
    assert only_cluster == set()
    assert len(files & cluster) > 1000


def _findings(report: dict[str, list[dict[str, object]]]) -> set[tuple[str, str, str]]:
    """Policy, object and fingerprint of what is said of single objects."""
    return {
        (str(one["policy"]), json.dumps(one["subject"]), str(one["fingerprint"]))
        for one in report["findings"]
        if one["stage"] == "deploy"
    }
