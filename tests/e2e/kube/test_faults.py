"""The commands and the real API server, with a misbehaving proxy between: all is read, or one sentence says why not."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from aiohttp import web
from click.testing import CliRunner, Result
from tests.cluster.cluster import Cluster
from tests.cluster.proxy import Misbehaving
from tests.cluster.synthetic import Fault, refuse, say

from seawall.cli.main import cli
from seawall.kube.client.errors import UnauthorizedError

pytestmark = pytest.mark.e2e

_MAPS = 23
_PAGE = 5


@pytest.fixture
def maps(control_plane: Cluster, namespace: str) -> set[str]:
    names = {f"map-{number}" for number in range(_MAPS)}
    made = (
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": one, "namespace": namespace}} for one in names
    )
    control_plane.apply(*made)
    return names


@contextmanager
def _behind(cluster: Cluster, folder: Path, *faults: tuple[Callable[[web.Request], bool], Fault]) -> Iterator[Path]:
    proxy = Misbehaving(cluster, page=_PAGE)
    proxy.faults += faults
    with proxy.running() as address:
        path = folder / "kubeconfig"
        context = {"name": "test", "context": {"cluster": "test", "user": "test"}}
        config = {
            "current-context": "test",
            "contexts": [context],
            "clusters": [{"name": "test", "cluster": {"server": address}}],
            "users": [{"name": "test", "user": {"token": "any"}}],
        }
        path.write_text(yaml.safe_dump(config))
        yield path
        if faults:
            assert len(proxy.faults) < len(faults), "no request met the fault"


def _inventory(config: Path, namespace: str, *words: str) -> Result:
    return CliRunner().invoke(
        cli, ["cluster", "inventory", *words, "--kubeconfig", str(config), "-n", namespace, "-o", "json"]
    )


def _first_page(request: web.Request) -> bool:
    return request.path.endswith("/configmaps") and "continue" not in request.query


def _later_page(request: web.Request) -> bool:
    return request.path.endswith("/configmaps") and "continue" in request.query


_CUT = say(b'{"kind":"ConfigMapList","items":[', cut=True)


@pytest.mark.parametrize(
    ("faults", "seconds"),
    [
        ([], 0),
        ([(_later_page, refuse(410, "The provided continue parameter is too old"))], 0),
        ([(_later_page, refuse(410)), (_later_page, refuse(410))], 0),
        ([(_first_page, refuse(429, Retry_After="1"))], 1),
        ([(_later_page, refuse(429, Retry_After="1"))], 1),
        ([(_first_page, refuse(500)), (_first_page, refuse(503)), (_later_page, refuse(500))], 0),
        ([(_later_page, _CUT)], 0),
    ],
    ids=["none", "410", "410 twice", "429 at first", "429 later", "500s", "cut"],
)
def test_trouble_that_passes_loses_and_doubles_nothing(
    *,
    control_plane: Cluster,
    namespace: str,
    maps: set[str],
    tmp_path: Path,
    faults: list[tuple[Callable[[web.Request], bool], Fault]],
    seconds: int,
) -> None:
    with _behind(control_plane, tmp_path, *faults) as config:
        began = time.monotonic()
        done = _inventory(config, namespace, "configmaps")
        took = time.monotonic() - began
    assert done.exit_code == 0, done.output
    names = [row["name"] for row in json.loads(done.stdout)["objects"]]
    assert sorted(names) == sorted({*maps, "kube-root-ca.crt"})
    assert took >= seconds


def test_a_kind_that_cannot_be_read_is_said_and_the_rest_is_there(
    control_plane: Cluster, namespace: str, maps: set[str], tmp_path: Path
) -> None:
    with _behind(control_plane, tmp_path, (_later_page, refuse(403, "no more of them"))) as config:
        done = _inventory(config, namespace, "configmaps", "serviceaccounts")
    assert done.exit_code == 0, done.output
    assert [row["kind"] for row in json.loads(done.stdout)["objects"]] == ["ServiceAccount"]
    assert "configmaps could not be read: no more of them" in done.stderr


def test_an_expired_token_is_one_sentence(
    control_plane: Cluster, namespace: str, maps: set[str], tmp_path: Path
) -> None:
    """Refused twice: a credential that can be renewed would have been by then."""
    expired = (_later_page, refuse(401, "Unauthorized"))
    with _behind(control_plane, tmp_path, expired, expired) as config:
        done = _inventory(config, namespace, "configmaps")
    assert isinstance(done.exception, UnauthorizedError)
    assert done.exception.exit_code == 5
    assert "log in to the cluster again" in done.exception.sentence()
    assert done.stdout == ""
