"""Criteria about Kubernetes' own programs: the API server, the controller manager, the scheduler, etcd, the kubelet.

Their settings stand in the command lines of their (static) pods, or in a KubeletConfiguration, a
KubeProxyConfiguration; both are told as flags, so that one policy judges either.
"""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from seawall.model.kube.api import Json
from seawall.model.kube.configuration import ConfigMap
from seawall.model.kube.container import Container
from seawall.model.kube.inventory import Inventory
from seawall.model.kube.object import KubeObject
from seawall.model.kube.workload import Workload
from seawall.policy.criteria import workload as _workload  # noqa: F401 -- the group that components are found in
from seawall.policy.criteria.relations import INVENTORY
from seawall.policy.registry import Facts, Type, criterion, group

COMPONENTS = (
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "etcd",
    "kubelet",
    "kube-proxy",
)
_LONGEST = 1 << 16
_KIND = re.compile(r"^kind:[ \t]*[\"']?(KubeletConfiguration|KubeProxyConfiguration)\b", re.MULTILINE)
_DEPTH = 32
_IMAGE_NAME = re.compile(r"^.*/(?=[^/])|(-(amd64|arm64))?(:[^/]*)?(@.*)?$")
_SHELLS = frozenset({"sh", "bash", "ash", "dash"})
_KUBELET = {
    "authentication.anonymous.enabled": ("anonymous-auth", "false"),
    "authentication.webhook.enabled": ("authentication-token-webhook", "true"),
    "authentication.x509.clientCAFile": ("client-ca-file", None),
    "authorization.mode": ("authorization-mode", "Webhook"),
    "readOnlyPort": ("read-only-port", "0"),
    "streamingConnectionIdleTimeout": ("streaming-connection-idle-timeout", "4h0m0s"),
    "makeIPTablesUtilChains": ("make-iptables-util-chains", "true"),
    "protectKernelDefaults": ("protect-kernel-defaults", "false"),
    "eventRecordQPS": ("event-qps", "50"),
    "tlsCertFile": ("tls-cert-file", None),
    "tlsPrivateKeyFile": ("tls-private-key-file", None),
    "tlsCipherSuites": ("tls-cipher-suites", None),
    "tlsMinVersion": ("tls-min-version", None),
    "rotateCertificates": ("rotate-certificates", "false"),
    "serverTLSBootstrap": ("rotate-server-certificates", "false"),
    "podPidsLimit": ("pod-max-pids", "-1"),
    "seccompDefault": ("seccomp-default", "false"),
}
"""Field of ``kubelet.config.k8s.io/v1beta1`` → the flag for it, and what holds where the file does not say it."""
_PROXY = {"metricsBindAddress": ("metrics-bind-address", "127.0.0.1:10249")}
_FILES: Mapping[str, tuple[str, Mapping[str, tuple[str, str | None]]]] = {
    "KubeletConfiguration": ("kubelet", _KUBELET),
    "KubeProxyConfiguration": ("kube-proxy", _PROXY),
}


class Component(NamedTuple):
    """A program of Kubernetes with its settings.

    Attributes:
        name: of the program.
        flags: flag without its dashes → value; of a flag that is given twice the last.
        path: the container's, or empty for a configuration file.
        file: whether the settings are a configuration file's.
    """

    name: str
    flags: dict[str, str]
    path: str
    file: bool = False


def parse_flags(words: Iterable[str]) -> dict[str, str]:
    """The flags of a command line: ``--flag=value``, ``--flag value``, ``--flag`` alone (true); the last one wins."""
    flags: dict[str, str] = {}
    pending = ""
    for word in words:
        if word.startswith("-") and word.strip("-"):
            name, equals, value = word.lstrip("-").partition("=")
            flags[name] = value.strip("\"'") if equals else "true"
            pending = "" if equals else name
        elif pending:
            flags[pending], pending = word, ""
    return flags


@cache
def _component(command: tuple[str, ...], image: str) -> tuple[str, dict[str, str]] | None:
    """The program that a command line starts, looking into a shell's ``-c``; arguments alone are its image's."""
    words = list(command)
    if words and words[0].startswith("-"):
        words.insert(0, _IMAGE_NAME.sub("", image))
    if words and words[0].rpartition("/")[2] in _SHELLS and "-c" in words[:3]:
        words = _split(" ".join(words[words.index("-c") + 1 :])[:_LONGEST])
    elif len(words) == 1:
        words = _split(words[0][:_LONGEST])
    for at, word in enumerate(words):
        name = word.rpartition("/")[2]
        if name in COMPONENTS:
            return name, parse_flags(words[at + 1 :])
        if name in {"hyperkube", "kube"} and at + 1 < len(words):
            name = f"kube-{words[at + 1].removeprefix('kube-')}".replace("kube-kubelet", "kubelet")
            if name in COMPONENTS:
                return name, parse_flags(words[at + 2 :])
        if word.startswith("-"):
            return None
    return None


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _of_workload(workload: Workload, _facts: Facts) -> Iterable[Component]:
    starting = [one for one in workload.containers if one.spec.command or one.spec.args]
    return [component for one in starting if (component := _of_container(one)) is not None]


def _of_container(container: Container) -> Component | None:
    found = _component((*container.spec.command, *container.spec.args), container.spec.image)
    return Component(found[0], found[1], container.path) if found is not None else None


def _of_object(item: KubeObject, facts: Facts) -> Iterable[Component]:
    if isinstance(item, Workload):
        return _of_workload(item, facts)
    if isinstance(item, ConfigMap):
        return _of_config_map(item)
    return (_of_file(item.kind, item.raw, ""),) if item.kind in _FILES else ()


def _of_file(kind: str, raw: Json, path: str) -> Component:
    name, fields = _FILES[kind]
    told = {flag: _told(raw, field, default) for field, (flag, default) in fields.items()}
    return Component(name, {flag: value for flag, value in told.items() if value is not None}, path, file=True)


def _of_config_map(item: ConfigMap) -> Iterator[Component]:
    """Configuration files that a ConfigMap holds, as kubeadm keeps them in kube-system."""
    for key, text in item.data.items():
        kind = _KIND.search(text, 0, _LONGEST)
        if kind is None:
            continue
        raw = _parsed(text[:_LONGEST])
        if raw is not None:
            yield _of_file(kind[1], raw, f"data.{key}")


def _parsed(text: str) -> Json:
    """The first document of a text; null where it is none."""
    from yaml import YAMLError  # noqa: PLC0415 -- only ConfigMaps with such a file pay for it

    from seawall.policy.nodetree import compose_all, value_of  # noqa: PLC0415 -- it imports PyYAML

    try:
        nodes = compose_all(text, depth=_DEPTH)
        return value_of(nodes[0]) if nodes else None
    except (ValueError, YAMLError):
        return None


def _told(raw: Json, field: str, default: str | None) -> str | None:
    """A field of a configuration as a flag's value."""
    for step in field.split("."):
        raw = raw.get(step) if isinstance(raw, dict) else None
    if raw is None or raw in ("", []):
        return default
    if isinstance(raw, list):
        return ",".join(map(str, raw))
    return str(raw).lower() if isinstance(raw, bool) else str(raw)


group(
    "component",
    "A program of Kubernetes itself (API server, controller manager, scheduler, etcd, kubelet, proxy) with its flags.",
    parents={"workload": _of_workload, "object": _of_object},
    path=lambda component: component.path,
    label=lambda component: component.name,
)


@criterion("component", "name", Type.TEXT, path="command", values=COMPONENTS)
def name(component: Component) -> str:
    """Which program it is."""
    return component.name


@criterion("component", "flags", Type.MAP, path="command")
def flags(component: Component) -> dict[str, str]:
    """Its flags and their values, as texts; a flag alone is ``true``."""
    return component.flags


@criterion("component", "config-file", Type.BOOL, path="command")
def config_file(component: Component) -> bool:
    """Its command line names a configuration file, in which the settings may stand that the line does not tell."""
    return not component.file and "config" in component.flags


def _list(component: Component, flag: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in component.flags.get(flag, "").split(",") if word.strip())


@criterion("component", "admission-plugins", Type.SET, path="command")
def admission_plugins(component: Component) -> tuple[str, ...]:
    """Admission plugins that it switches on besides the usual ones."""
    return (*_list(component, "enable-admission-plugins"), *_list(component, "admission-control"))


@criterion("component", "disabled-admission-plugins", Type.SET, path="command")
def disabled_admission_plugins(component: Component) -> tuple[str, ...]:
    """Admission plugins that it switches off."""
    return _list(component, "disable-admission-plugins")


@criterion("component", "authorization-modes", Type.SET, path="command")
def authorization_modes(component: Component) -> tuple[str, ...]:
    """How it decides who may do what: Node, RBAC, Webhook, ABAC, AlwaysAllow."""
    return _list(component, "authorization-mode")


@criterion("component", "cipher-suites", Type.SET, path="command")
def cipher_suites(component: Component) -> tuple[str, ...]:
    """The TLS cipher suites that it allows; empty leaves them to Go."""
    return (*_list(component, "tls-cipher-suites"), *_list(component, "cipher-suites"))


@criterion("component", "feature-gates", Type.SET, path="command")
def feature_gates(component: Component) -> tuple[str, ...]:
    """Feature gates as given: ``RotateKubeletServerCertificate=true``."""
    return _list(component, "feature-gates")


@criterion("component", "shares-authority", Type.BOOL, path="command", needs=INVENTORY)
def shares_authority(component: Component, inventory: Inventory) -> bool:
    """It trusts the very file that an API server among the objects has for its clients."""
    own = component.flags.get("trusted-ca-file")
    return own is not None and own in _client_authorities(inventory)


def _client_authorities(inventory: Inventory) -> frozenset[str]:
    servers = (one for workload in inventory.workloads for one in _of_workload(workload, {}))
    return frozenset(one.flags.get("client-ca-file", "") for one in servers if one.name == "kube-apiserver")
