"""The control plane's programs: their command lines and what they need on disk."""

import json
from collections.abc import Mapping
from pathlib import Path

from tests.cluster.layout import API_SERVICE, NODE_NET, POD_NET, SERVICES, Layout, Ports
from tests.cluster.pki import Authority, kubeconfig, write_signing_key

_AUDIT = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [
        {"level": "None", "resources": [{"group": "coordination.k8s.io"}]},
        {"level": "None", "nonResourceURLs": ["/healthz*", "/livez*", "/readyz*", "/openapi/*"]},
        {"level": "Metadata"},
    ],
}
_QUICK = ("--kube-api-qps=500", "--kube-api-burst=1000", "--leader-elect=false", "--profiling=false")


def prepare(layout: Layout, ports: Ports, nodes: int) -> Authority:
    """Write the certificates, kubeconfigs and policies of the control plane; gives the authority for the nodes'."""
    pki, local = layout.pki, ("localhost", "127.0.0.1")
    pki.mkdir(exist_ok=True)
    authority, etcd = Authority(pki, "ca"), Authority(pki, "etcd-ca")
    Authority(pki, "front-proxy-ca").issue("front-proxy", "front-proxy")
    etcd.issue("etcd", "etcd", hosts=local)
    etcd.issue("etcd-client", "kube-apiserver")
    service = "kubernetes.default.svc"
    names = ("kubernetes", "kubernetes.default", service, f"{service}.cluster.local", API_SERVICE, f"{NODE_NET}.1")
    authority.issue("apiserver", "kube-apiserver", hosts=(*local, *names))
    authority.issue("kubelet-client", "kube-apiserver", organization="system:masters")
    authority.issue("admin", "admin", organization="system:masters")
    for program in ("kube-controller-manager", "kube-scheduler"):
        authority.issue(program, f"system:{program}", hosts=local)
        (pki / f"{program}.conf").write_text(kubeconfig(pki, program, f"https://127.0.0.1:{ports.api}"))
    if nodes:
        authority.issue("kube-proxy", "system:kube-proxy")
    write_signing_key(pki, "service-accounts")
    (layout.folder / "audit.json").write_text(json.dumps(_AUDIT))
    return authority


def _flags(values: Mapping[str, object]) -> list[str]:
    return [f"--{name}={value}" for name, value in values.items()]


def etcd(layout: Layout, ports: Ports) -> list[str]:
    """The store; it need not survive the machine, so it does not wait for the disk."""
    pki, client, peer = layout.pki, f"https://127.0.0.1:{ports.etcd}", f"http://127.0.0.1:{ports.peer}"
    return [
        "etcd",
        *_flags(
            {
                "name": "test",
                "data-dir": layout.folder / "etcd",
                "listen-client-urls": client,
                "advertise-client-urls": client,
                "listen-peer-urls": peer,
                "initial-advertise-peer-urls": peer,
                "initial-cluster": f"test={peer}",
                "cert-file": pki / "etcd.crt",
                "key-file": pki / "etcd.key",
                "trusted-ca-file": pki / "etcd-ca.crt",
                "client-cert-auth": "true",
                "unsafe-no-fsync": "true",
                "log-level": "warn",
            }
        ),
    ]


def apiserver(layout: Layout, ports: Ports, nodes: int) -> list[str]:
    """The API server. Without nodes it stays on loopback, where no Service may point; with them it is node 1's."""
    pki = layout.pki
    place = {"bind-address": "127.0.0.1", "endpoint-reconciler-type": "none"}
    if nodes:
        place = {"bind-address": "0.0.0.0", "advertise-address": f"{NODE_NET}.1"}
    return [
        "kube-apiserver",
        *_flags(place),
        *_flags(
            {
                "secure-port": ports.api,
                "etcd-servers": f"https://127.0.0.1:{ports.etcd}",
                "etcd-cafile": pki / "etcd-ca.crt",
                "etcd-certfile": pki / "etcd-client.crt",
                "etcd-keyfile": pki / "etcd-client.key",
                "tls-cert-file": pki / "apiserver.crt",
                "tls-private-key-file": pki / "apiserver.key",
                "client-ca-file": pki / "ca.crt",
                "kubelet-client-certificate": pki / "kubelet-client.crt",
                "kubelet-client-key": pki / "kubelet-client.key",
                "kubelet-certificate-authority": pki / "ca.crt",
                "kubelet-preferred-address-types": "InternalIP",
                "service-account-issuer": "https://kubernetes.default.svc",
                "service-account-key-file": pki / "service-accounts.pub",
                "service-account-signing-key-file": pki / "service-accounts.key",
                "service-cluster-ip-range": SERVICES,
                "authorization-mode": "Node,RBAC",
                "enable-admission-plugins": "NodeRestriction",
                "requestheader-client-ca-file": pki / "front-proxy-ca.crt",
                "requestheader-allowed-names": "front-proxy",
                "requestheader-username-headers": "X-Remote-User",
                "requestheader-group-headers": "X-Remote-Group",
                "requestheader-extra-headers-prefix": "X-Remote-Extra-",
                "proxy-client-cert-file": pki / "front-proxy.crt",
                "proxy-client-key-file": pki / "front-proxy.key",
                "allow-privileged": "true",
                "profiling": "false",
                "shutdown-delay-duration": "0s",
                "audit-policy-file": layout.folder / "audit.json",
                "audit-log-path": layout.audit_log,
                "audit-log-maxsize": 200,
            }
        ),
    ]


def _with_api(layout: Layout, program: str, port: int) -> dict[str, object]:
    access: Path = layout.pki / f"{program}.conf"
    return {
        "bind-address": "127.0.0.1",
        "secure-port": port,
        "kubeconfig": access,
        "authentication-kubeconfig": access,
        "authorization-kubeconfig": access,
        "tls-cert-file": layout.pki / f"{program}.crt",
        "tls-private-key-file": layout.pki / f"{program}.key",
    }


def controllers(layout: Layout, ports: Ports, *, patient: bool = False) -> list[str]:
    """The controllers; at their usual request rate the first service account would take five seconds.

    ``patient`` ones expect no heartbeats of nodes.
    """
    pki = layout.pki
    more = ["--node-monitor-grace-period=1000h"] if patient else []
    return [
        "kube-controller-manager",
        *_QUICK,
        *more,
        *_flags(_with_api(layout, "kube-controller-manager", ports.controllers)),
        *_flags(
            {
                "root-ca-file": pki / "ca.crt",
                "service-account-private-key-file": pki / "service-accounts.key",
                "use-service-account-credentials": "true",
                "cluster-signing-cert-file": pki / "ca.crt",
                "cluster-signing-key-file": pki / "ca.key",
                "cluster-cidr": f"{POD_NET}.0.0/16",
                "allocate-node-cidrs": "false",
            }
        ),
    ]


def scheduler(layout: Layout, ports: Ports) -> list[str]:
    """The scheduler."""
    return ["kube-scheduler", *_QUICK, *_flags(_with_api(layout, "kube-scheduler", ports.scheduler))]
