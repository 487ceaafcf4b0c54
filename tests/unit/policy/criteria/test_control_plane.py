"""Flags of Kubernetes' own programs: from command lines as people write them, and from configuration files."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.kube.normalise import normalise
from seawall.model.kube import KubeObject
from seawall.policy.criteria.control_plane import Component, parse_flags
from seawall.policy.registry import GROUPS

NAMES = st.text("abcdefghij-", min_size=1, max_size=12).map(lambda text: "f" + text)
VALUES = st.text("abcXYZ019,:/.=", max_size=12)


def made(value: object) -> KubeObject:
    """An object as it is read."""
    one = next(iter(normalise(json.dumps(value).encode())))
    assert isinstance(one, KubeObject)
    return one


def components(value: object) -> list[Component]:
    """The programs that an object runs or configures."""
    found = GROUPS["component"].parents["object"](made(value), {})
    assert not isinstance(found, type(NotImplemented))
    return [one for one in found if isinstance(one, Component)]  # type: ignore[union-attr]


def pod(**container: object) -> dict[str, object]:
    """A pod with one container."""
    spec = {"containers": [{"name": "c", "image": "registry.example/x:1", **container}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}


@pytest.mark.parametrize(
    "container",
    [
        {"command": ["kube-apiserver", "--a=1", "--b"]},
        {"command": ["/usr/local/bin/kube-apiserver"], "args": ["--a", "1", "--b=true"]},
        {"command": ["kube-apiserver", "--a=0", "--a=1", "--b"]},
        {"command": ["/bin/sh", "-c", "exec kube-apiserver --a=1 --b 2>&1"]},
        {"command": ["kube-apiserver --a=1 --b"]},
        {"command": ["/hyperkube", "kube-apiserver", "--a=1", "--b"]},
        {"command": ["/hyperkube", "apiserver", "--a=1", "--b"]},
        {"image": "registry.k8s.io/kube-apiserver-amd64:v1.30.0@sha256:" + "0" * 64, "args": ["--a=1", "--b"]},
        {"command": ["kube-apiserver", '--a="1"', "--b"]},
    ],
)
def test_command_lines(container: dict[str, object]) -> None:
    (one,) = components(pod(**container))
    assert one.name == "kube-apiserver"
    assert one.flags["a"] == "1"
    assert one.flags["b"] in {"true", "2>&1"}
    assert one.path == "spec.containers[0]"


@pytest.mark.parametrize(
    "container",
    [{}, {"command": ["nginx", "--a=1"]}, {"args": ["--a=1"]}, {"command": ["echo", "--x", "kube-apiserver"]}],
)
def test_other_programs_are_none(container: dict[str, object]) -> None:
    assert components(pod(**container)) == []


def test_a_configuration_file_has_its_defaults() -> None:
    file = {"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", "readOnlyPort": 10255}
    (one,) = components({**file, "tlsCipherSuites": ["A", "B"]})
    assert one.name == "kubelet"
    assert one.file
    assert one.flags["read-only-port"] == "10255"
    assert one.flags["anonymous-auth"] == "false"
    assert one.flags["tls-cipher-suites"] == "A,B"
    assert "client-ca-file" not in one.flags


def config_map(text: str) -> dict[str, object]:
    """A ConfigMap as kubeadm makes it."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"config.conf": text}}


def test_a_configuration_file_in_a_config_map() -> None:
    text = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmetricsBindAddress: 0.0.0.0\n"
    (one,) = components(config_map(text))
    assert (one.name, one.flags["metrics-bind-address"]) == ("kube-proxy", "0.0.0.0")
    assert one.path == "data.config.conf"


@pytest.mark.parametrize("text", ["kind: KubeletConfiguration\na: [", "kind: KubeletConfiguration\n? [a]: b\n", ""])
def test_what_is_no_configuration_file_is_left(text: str) -> None:
    assert components(config_map(text)) == []


@settings(max_examples=100)
@given(st.dictionaries(NAMES, VALUES, max_size=5), st.data())
def test_flags_survive_either_way_of_writing(flags: dict[str, str], data: st.DataObject) -> None:
    words: list[str] = []
    for name, value in flags.items():
        apart = bool(value) and not value.startswith("-") and data.draw(st.booleans())
        words += [f"--{name}", value] if apart else [f"--{name}={value}"]
    assert parse_flags(words) == flags


@settings(max_examples=100)
@given(st.lists(st.text(max_size=20), max_size=8))
def test_any_words_are_taken(words: list[str]) -> None:
    parse_flags(words)
    components(pod(command=words))
    components(pod(command=["sh", "-c", *words]))
