"""The commands and the real API server, with a misbehaving proxy between: all is read, or one sentence says why not."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from click.testing import CliRunner, Result
from tests.cluster.cluster import Cluster
from tests.cluster.proxy import behind, cut_after, kubeconfig, slowly
from tests.cluster.synthetic import Fault, refuse, say

from seawall.cli.main import cli
from seawall.kube.client.errors import UnauthorizedError, UnreachableError

pytestmark = pytest.mark.e2e

_MAPS = 23
_POLICY = """\
apiVersion: seawall.dev/v1
kind: Policy
metadata: {name: a-map}
spec:
  title: A config map
  severity: low
  stages: [deploy]
  categories: [organisation]
  description: There is a config map.
  rationale: It is there.
  remediation: Leave it.
  when:
    object: {kind: ConfigMap}
"""


@pytest.fixture(scope="module")
def maps(control_plane: Cluster, module_namespace: str) -> list[str]:
    names = [f"map-{number:02}" for number in range(_MAPS)]
    metas = [{"name": one, "namespace": module_namespace} for one in names]
    control_plane.apply(*({"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta} for meta in metas))
    return ["kube-root-ca.crt", *names]


def _run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["cluster", *map(str, words)])


# --- the commands, each told which config maps it saw -----------------------------------------------------------------


def _inventory(config: Path, namespace: str, folder: Path) -> tuple[Result, list[str]]:
    done = _run("inventory", "configmaps", "--kubeconfig", config, "-n", namespace, "-o", "json")
    rows = json.loads(done.stdout)["objects"] if done.stdout else []
    return done, [row["name"] for row in rows]


def _export(config: Path, namespace: str, folder: Path) -> tuple[Result, list[str]]:
    done = _run("export", folder / "export", "--kubeconfig", config, "-n", namespace)
    file = folder / "export" / "namespaces" / namespace / "configmaps.json"
    lines = file.read_text().splitlines() if file.exists() else []
    return done, [json.loads(line)["metadata"]["name"] for line in lines]


def _audit(config: Path, namespace: str, folder: Path) -> tuple[Result, list[str]]:
    (folder / "policy.yaml").write_text(_POLICY)
    words = ("--policy", folder / "policy.yaml", "-o", "json")
    done = _run("audit", "--kubeconfig", config, "-n", namespace, *words)
    found = json.loads(done.stdout)["findings"] if done.stdout else []
    return done, [one["subject"]["name"] for one in found]


def _describe(config: Path, namespace: str, folder: Path) -> tuple[Result, list[str]]:
    """One that stands on the last page."""
    name = f"map-{_MAPS - 1}"
    done = _run("describe", f"configmap/{name}", "--kubeconfig", config, "-n", namespace, "-o", "json")
    return done, [json.loads(done.stdout)["name"]] if done.stdout else []


_COMMANDS = {"inventory": _inventory, "export": _export, "audit": _audit, "describe": _describe}


@pytest.fixture(params=_COMMANDS)
def command(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def _expected(command: str, maps: list[str]) -> list[str]:
    return [maps[-1]] if command == "describe" else sorted(maps)


# --- what goes wrong --------------------------------------------------------------------------------------------------


def _first_page(request: web.Request) -> bool:
    return request.path.endswith("/configmaps") and "continue" not in request.query


def _later_page(request: web.Request) -> bool:
    return request.path.endswith("/configmaps") and "continue" in request.query


_GONE = refuse(410, "The provided continue parameter is too old")
_CUT = say(b'{"kind":"ConfigMapList","items":[', cut=True)
_PAGE_OF_A_PROXY = say(b"<html>Back soon</html>")
_Faults = list[tuple[Callable[[web.Request], bool], Fault]]


@pytest.mark.parametrize(
    ("faults", "seconds"),
    [
        ([], 0),
        ([(_later_page, _GONE)], 0),
        ([(_later_page, _GONE), (_later_page, _GONE)], 0),
        ([(_first_page, refuse(429, Retry_After="1")), (_later_page, refuse(429, Retry_After="1"))], 2),
        ([(_first_page, refuse(500)), (_first_page, refuse(503)), (_later_page, refuse(500))], 0),
        ([(_later_page, _CUT), (_later_page, cut_after(400)), (_later_page, _PAGE_OF_A_PROXY)], 0),
        ([(_first_page, slowly(0.3)), (_later_page, slowly(0.3))], 0.6),
    ],
    ids=["none", "410", "410 twice", "429", "500s", "cut", "slow"],
)
def test_trouble_that_passes_loses_and_doubles_nothing(
    *,
    control_plane: Cluster,
    module_namespace: str,
    maps: list[str],
    tmp_path: Path,
    command: str,
    faults: _Faults,
    seconds: float,
) -> None:
    with behind(control_plane, tmp_path, *faults) as (config, _):
        began = time.monotonic()
        done, names = _COMMANDS[command](config, module_namespace, tmp_path)
        took = time.monotonic() - began
    assert done.exit_code == 0, done.output
    assert sorted(names) == _expected(command, maps)
    assert "could not be read" not in done.output
    assert took >= seconds


def test_an_answer_that_does_not_come_is_asked_for_again(
    *,
    control_plane: Cluster,
    module_namespace: str,
    maps: list[str],
    tmp_path: Path,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SEAWALL_TIMEOUT_SECONDS", "0.5")
    with behind(control_plane, tmp_path, (_first_page, slowly(3)), (_later_page, slowly(3))) as (config, _):
        done, names = _COMMANDS[command](config, module_namespace, tmp_path)
    assert done.exit_code == 0, done.output
    assert sorted(names) == _expected(command, maps)


def test_a_kind_that_cannot_be_read_is_said_and_the_rest_is_there(
    control_plane: Cluster, module_namespace: str, maps: list[str], tmp_path: Path
) -> None:
    with behind(control_plane, tmp_path, (_later_page, refuse(403, "no more of them"))) as (config, _):
        words = ("--kubeconfig", config, "-n", module_namespace, "-o", "json")
        done = _run("inventory", "configmaps", "serviceaccounts", *words)
    assert done.exit_code == 0, done.output
    assert [row["kind"] for row in json.loads(done.stdout)["objects"]] == ["ServiceAccount"]
    assert "configmaps could not be read: no more of them" in done.stderr


@pytest.mark.parametrize("name", ["export", "audit"])
def test_the_others_say_so_too(
    control_plane: Cluster, module_namespace: str, maps: list[str], tmp_path: Path, name: str
) -> None:
    """Half a list is no list: nothing of it is told, and the coverage says what is missing."""
    with behind(control_plane, tmp_path, (_later_page, refuse(403, "no more of them"))) as (config, _):
        done, names = _COMMANDS[name](config, module_namespace, tmp_path)
    assert done.exit_code == 0, done.output
    assert names == []
    told = (tmp_path / "export" / "seawall-export.json").read_text() if name == "export" else done.stdout
    assert "configmaps could not be read: no more of them" in told
    if name == "audit":
        with behind(control_plane, tmp_path, (_later_page, refuse(403))) as (config, _):
            strict = _run(
                "audit", "--kubeconfig", config, "-n", module_namespace, "--only", "privileged-container", "--strict"
            )
        assert getattr(strict.exception, "exit_code", 0) == 4


def test_an_expired_token_is_one_sentence(
    control_plane: Cluster, module_namespace: str, maps: list[str], tmp_path: Path, command: str
) -> None:
    """Refused twice: a credential that can be renewed would have been by then."""
    expired = (_later_page, refuse(401, "Unauthorized"))
    with behind(control_plane, tmp_path, expired, expired) as (config, _):
        done, names = _COMMANDS[command](config, module_namespace, tmp_path)
    assert isinstance(done.exception, UnauthorizedError)
    assert done.exception.exit_code == 5
    assert "log in to the cluster again" in done.exception.sentence()
    assert (done.stdout, names) == ("", [])
    assert not (tmp_path / "export").exists()


def test_a_server_that_is_not_there_is_one_sentence(tmp_path: Path, command: str) -> None:
    config = tmp_path / "kubeconfig"
    config.write_text(kubeconfig("http://127.0.0.1:9"))
    done, names = _COMMANDS[command](config, "default", tmp_path)
    assert isinstance(done.exception, UnreachableError)
    assert done.exception.exit_code == 5
    assert "cannot be reached" in done.exception.sentence()
    assert (done.stdout, names) == ("", [])


def test_objects_as_large_as_they_can_be(control_plane: Cluster, namespace: str, tmp_path: Path) -> None:
    """A config map takes a megabyte of data and a quarter of one of annotations; the store ends a little above."""
    large = [f"map-{number:02}" for number in range(_MAPS - 12, _MAPS)]
    for name in large:
        meta = {"name": name, "namespace": namespace, "annotations": {"note": "n" * 260_000}}
        one = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"text": "x" * 1_048_000}}
        control_plane.kubectl("create", "-f", "-", stdin=json.dumps(one))
    for command, run in _COMMANDS.items():
        with behind(control_plane, tmp_path, (_first_page, cut_after(3 << 20))) as (config, _):
            done, names = run(config, namespace, tmp_path)
        assert done.exit_code == 0, done.output
        assert sorted(names) == _expected(command, ["kube-root-ca.crt", *large])


# --- objects of other people's kinds ----------------------------------------------------------------------------------


@pytest.fixture
def rollouts(control_plane: Cluster, namespace: str) -> Iterator[list[str]]:
    """Rollouts, whose definition allows anything, with everything wrong that can be; gives their names."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version = {"name": "v1alpha1", "served": True, "storage": True, "schema": schema}
    names = {"plural": "rollouts", "singular": "rollout", "kind": "Rollout"}
    control_plane.apply(
        {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": "rollouts.argoproj.io"},
            "spec": {"group": "argoproj.io", "names": names, "scope": "Namespaced", "versions": [version]},
        }
    )
    control_plane.kubectl("wait", "--for=condition=Established", "crd/rollouts.argoproj.io", "--timeout=30s")
    pods = {"containers": [{"name": "c", "image": "web:1"}]}
    specs: dict[str, object] = {
        "a-number": 7,
        "a-list": [{"template": {}}],
        "null": None,
        "texts": {"replicas": "many", "template": "none", "selector": 1},
        "half": {"replicas": {"a": 1}, "template": {"metadata": [], "spec": pods}},
        "parts": {"template": {"spec": {"containers": [7, {"name": 1, "image": ["x"]}], "volumes": "v"}}},
        "deep": {"template": json.loads("[" * 90 + "]" * 90)},
        "long": {"template": {"spec": {"containers": [{"name": "c", "image": "i" * 1_400_000}]}}},
    }
    for name, spec in specs.items():
        meta = {"name": name, "namespace": namespace}
        one = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": meta, "spec": spec}
        control_plane.kubectl("create", "-f", "-", stdin=json.dumps(one))
    yield sorted(specs)
    control_plane.kubectl("delete", "crd", "rollouts.argoproj.io")


def test_wrong_types_are_said_and_stop_nothing(
    control_plane: Cluster, namespace: str, rollouts: list[str], tmp_path: Path
) -> None:
    where = ("--kubeconfig", control_plane.kubeconfig, "-n", namespace)
    done = _run("inventory", "rollouts", *where, "-o", "json")
    assert done.exit_code == 0, done.output
    assert [row["name"] for row in json.loads(done.stdout)["objects"]] == rollouts
    assert _run("inventory", "rollouts", *where).exit_code == 0
    audits = []
    assert _run("export", tmp_path / "export", *where).exit_code == 0
    for words in (where, ("--from", tmp_path / "export", "-n", namespace)):
        done = _run("audit", *words, "--profile", "all", "-o", "json")
        assert done.exit_code == 0, done.output
        report = json.loads(done.stdout)
        told = {row["message"].split(" ")[0].split("/")[-1] for row in report["coverage"] if row["area"] == "object"}
        assert {"a-number", "a-list", "texts", "half", "parts", "deep"} <= told
        audits.append({(one["policy"], one["fingerprint"]) for one in report["findings"]})
    assert audits[0] == audits[1]
    for name in rollouts:
        page = _run("describe", f"rollout/{name}", *where)
        assert page.exit_code == 0, page.output
