import base64
import contextlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.errors import SeawallError, ServiceError, UsageError
from seawall.kube.client import config
from seawall.kube.client.config import in_cluster, load
from seawall.kube.client.kubeconfig import read_file


def write(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


BASE = """
apiVersion: v1
kind: Config
current-context: blue
clusters:
- name: one
  cluster: {server: "https://one.example:6443", certificate-authority: pki/ca.crt, tls-server-name: inner,
            proxy-url: "http://proxy:3128", insecure-skip-tls-verify: true, unknown: kept out}
- {name: two, cluster: {server: "http://two.example"}}
users:
- name: cert
  user: {client-certificate: pki/me.crt, client-key: /abs/me.key, as: someone, as-groups: [a, b], as-uid: "7"}
- name: file
  user: {tokenFile: tokens/t}
- name: plugin
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1, command: ./get-token, args: [a, "1"],
           env: [{name: X, value: "y"}], interactiveMode: Never, provideClusterInfo: true, installHint: "get it"}
contexts:
- {name: blue, context: {cluster: one, user: cert, namespace: shop}}
- {name: green, context: {cluster: two, user: file}}
- {name: red, context: {cluster: two, user: plugin}}
- {name: nobody, context: {cluster: two}}
- {name: lost, context: {cluster: gone, user: cert}}
- {name: empty, context: {cluster: two, user: gone}}
"""


def test_the_current_context_with_paths_that_hold_from_anywhere(tmp_path: Path) -> None:
    found = load(write(tmp_path / "config", BASE))
    assert (found.name, found.namespace) == ("blue", "shop")
    cluster = found.cluster
    assert (cluster.server, cluster.tls_server_name, cluster.proxy_url, cluster.insecure_skip_tls_verify) == (
        "https://one.example:6443",
        "inner",
        "http://proxy:3128",
        True,
    )
    assert cluster.certificate_authority == str(tmp_path / "pki/ca.crt")
    assert (found.user.client_certificate, found.user.client_key) == (str(tmp_path / "pki/me.crt"), "/abs/me.key")
    assert (found.user.impersonate, found.user.impersonate_groups, found.user.impersonate_uid) == (
        "someone",
        ("a", "b"),
        "7",
    )


def test_another_context(tmp_path: Path) -> None:
    path = write(tmp_path / "config", BASE)
    assert load(path, "green").user.token_file == str(tmp_path / "tokens/t")
    plugin = load(path, "red").user.exec
    assert plugin is not None
    assert (plugin.command, plugin.args) == (str(tmp_path / "./get-token"), ("a", "1"))
    assert load(path, "nobody").namespace == "default"


@pytest.mark.parametrize(
    ("context", "sentence"),
    [
        ("none", "has no context 'none'. It has: blue, green"),
        ("lost", "has no cluster 'gone'. It has: one, two"),
        ("empty", "has no user 'gone'. It has: cert, file, plugin"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(tmp_path: Path, context: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        load(write(tmp_path / "config", BASE), context)


def test_files_are_merged_and_the_first_wins(tmp_path: Path) -> None:
    first = (
        "contexts: [{name: mine, context: {cluster: two, user: file}}]\nclusters: null\nusers:\ncurrent-context: mine"
    )
    second = BASE.replace("name: blue, context: {cluster: one", "name: mine, context: {cluster: one")
    paths = [write(tmp_path / "a" / "c", first), str(tmp_path / "missing"), write(tmp_path / "b" / "c", second)]
    found = load(environ={"KUBECONFIG": os.pathsep.join(["", *paths])})
    assert (found.name, found.cluster.server) == ("mine", "http://two.example")
    assert found.user.token_file == str(tmp_path / "b" / "tokens/t")


def test_home_is_looked_at_when_nothing_is_named(tmp_path: Path) -> None:
    write(tmp_path / ".kube" / "config", BASE)
    assert load(environ={"HOME": str(tmp_path)}).name == "blue"


def test_no_cluster_is_known(tmp_path: Path) -> None:
    with pytest.raises(
        ServiceError, match=r"no cluster is known: there is no kubeconfig at .*/\.kube/config\. Name one"
    ):
        load(environ={"HOME": str(tmp_path)})


def test_a_file_that_was_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"kubeconfig .* cannot be read"):
        load(str(tmp_path / "none"))


def test_the_pod_that_this_runs_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "token", "secret")
    write(tmp_path / "namespace", "here\n")
    monkeypatch.setattr(config, "ACCOUNT", tmp_path)
    environ = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443", "HOME": str(tmp_path)}
    assert load(environ=environ).cluster.server == "https://[fd00::1]:6443"
    found = in_cluster(environ, tmp_path)
    assert (found.namespace, found.user.token_file) == ("here", str(tmp_path / "token"))
    assert found.cluster.certificate_authority == str(tmp_path / "ca.crt")
    (tmp_path / "namespace").unlink()
    assert in_cluster({"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, tmp_path).namespace == "default"


@pytest.mark.parametrize(
    "text",
    [
        "contexts: 3",
        "contexts: [{name: [a]}]",
        "a: b: c",
        "- 1",
        "!!python/object:os.system {}",
        "\x00",
        "{" * 2000,
        "users: [{name: a, user: {exec: {args: []}}}]",
    ],
)
def test_a_broken_file_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"kubeconfig .* cannot be read"):
        load(write(tmp_path / "config", text))


def test_an_empty_file_has_no_context(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no current context"):
        load(write(tmp_path / "config", ""))


def test_a_server_needs_an_address(tmp_path: Path) -> None:
    text = "current-context: a\ncontexts: [{name: a, context: {cluster: b}}]\nclusters: [{name: b, cluster: {}}]"
    with pytest.raises(UsageError, match="has no server address"):
        load(write(tmp_path / "config", text))


def test_inline_data_goes_before_files(tmp_path: Path) -> None:
    data = base64.b64encode(b"inline").decode()
    user = {"client-certificate": "none", "client-certificate-data": data, "client-key-data": data}
    file = read_file(Path(write(tmp_path / "config", json.dumps({"users": [{"name": "u", "user": user}]}))))
    assert file.users is not None
    assert file.users[0].user.certificate() == b"inline\ninline"


def test_data_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    user = {"client-certificate-data": "***"}
    file = read_file(Path(write(tmp_path / "config", json.dumps({"users": [{"name": "u", "user": user}]}))))
    assert file.users is not None
    with pytest.raises(UsageError, match="client certificate cannot be read"):
        file.users[0].user.certificate()


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="abcusertxi:-[]{}\n \"'&*!|>#", max_size=80) | st.sampled_from(BASE.splitlines()))
def test_no_text_surprises(tmp_path: Path, text: str) -> None:
    with contextlib.suppress(SeawallError):
        load(write(tmp_path / "config", text))
