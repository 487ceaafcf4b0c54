"""Enforces NetworkPolicies on a node (``netpol FOLDER API-SERVER``, in the node's namespaces).

Whatever changes, one nftables table is computed anew and swapped in a single transaction. A pod that a policy selects
gets a chain for that direction: each rule of its policies returns what it allows, and the rest is dropped. IPv4 only;
pods in the node's own network are neither isolated nor peers; connections that stand are not cut.

Source of the semantics: the API reference of networking.k8s.io/v1 NetworkPolicy.
"""

import ipaddress
import itertools
import json
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Thing = dict[str, Any]  # whatever JSON the API gives

_PATHS = {
    "pods": "/api/v1/pods",
    "namespaces": "/api/v1/namespaces",
    "policies": "/apis/networking.k8s.io/v1/networkpolicies",
}
_OPERATORS: dict[str, Callable[[Thing, str, list[str]], bool]] = {
    "In": lambda labels, key, values: labels.get(key) in values,
    "NotIn": lambda labels, key, values: labels.get(key) not in values,
    "Exists": lambda labels, key, _: key in labels,
    "DoesNotExist": lambda labels, key, _: key not in labels,
}


def _selects(selector: Thing, labels: Thing) -> bool:
    """Whether a label selector matches (an empty one matches all)."""
    return all(labels.get(key) == value for key, value in (selector.get("matchLabels") or {}).items()) and all(
        _OPERATORS[each["operator"]](labels, each["key"], each.get("values") or [])
        for each in selector.get("matchExpressions") or []
    )


def _labels(thing: Thing) -> Thing:
    return thing["metadata"].get("labels") or {}


def _address(pod: Thing) -> str:
    return str(pod["status"]["podIP"])


class Ruleset:
    """The table for one state of the cluster."""

    def __init__(self, pods: list[Thing], namespaces: list[Thing], policies: list[Thing]) -> None:
        self.pods = [
            pod
            for pod in pods
            if pod.get("status", {}).get("podIP")
            and not pod["spec"].get("hostNetwork")
            and pod["status"].get("phase") not in {"Succeeded", "Failed"}
        ]
        self.namespaces = {each["metadata"]["name"]: _labels(each) for each in namespaces}
        self.policies = policies

    def text(self) -> str:
        """What ``nft -f`` reads."""
        chains: list[str] = []
        jumps: dict[str, list[str]] = {"ingress": [], "egress": []}
        for pod, direction in itertools.product(self.pods, ("ingress", "egress")):
            mine = [policy for policy in self.policies if self._isolates(policy, pod, direction)]
            if mine:
                name = f"{direction}_{_address(pod).replace('.', '_')}"
                allowed = [rule for policy in mine for rule in self._allowed(policy, pod, direction)]
                body = "".join(f"{rule} return\n" for rule in dict.fromkeys(allowed))
                chains.append(f"chain {name} {{\n{body}counter drop\n}}\n")
                jumps[direction].append(f"{_address(pod)} : jump {name}")
        kept = "ct state established,related accept\n"
        out = f"ip saddr vmap {{ {', '.join(jumps['egress'])} }}\n" if jumps["egress"] else ""
        into = f"ip daddr vmap {{ {', '.join(jumps['ingress'])} }}\n" if jumps["ingress"] else ""
        hooks = "".join(
            f"chain {hook} {{\ntype filter hook {hook} priority -5; policy accept;\n{kept}{body}}}\n"
            for hook, body in (("forward", out + into), ("input", out))
        )
        return f"table ip netpol {{\n{''.join(chains)}{hooks}}}\n"

    @staticmethod
    def _isolates(policy: Thing, pod: Thing, direction: str) -> bool:
        spec = policy["spec"]
        types = spec.get("policyTypes") or ["Ingress", *(["Egress"] if spec.get("egress") else [])]
        same = policy["metadata"]["namespace"] == pod["metadata"]["namespace"]
        return same and direction.title() in types and _selects(spec.get("podSelector") or {}, _labels(pod))

    def _allowed(self, policy: Thing, pod: Thing, direction: str) -> Iterator[str]:
        """What may pass, as nft matches. A named port is the receiving pod's."""
        side, field = ("saddr", "from") if direction == "ingress" else ("daddr", "to")
        for rule in policy["spec"].get(direction) or []:
            ports, peers = rule.get("ports") or [], rule.get(field) or []
            blocks = [peer["ipBlock"] for peer in peers if "ipBlock" in peer] or ([{"cidr": "0.0.0.0/0"}] * (not peers))
            for block in blocks:
                for port in _ports(ports, pod if direction == "ingress" else None):
                    yield f"{_block(side, block)} {port}"
            named = any(isinstance(port.get("port"), str) for port in ports)
            if not peers and not (direction == "egress" and named):
                continue
            for other in self.pods:
                if not peers or any(self._is_peer(peer, other, policy["metadata"]["namespace"]) for peer in peers):
                    for port in _ports(ports, pod if direction == "ingress" else other):
                        yield f"ip {side} {_address(other)} {port}"

    def _is_peer(self, peer: Thing, pod: Thing, namespace: str) -> bool:
        if "ipBlock" in peer:
            return False
        home = pod["metadata"]["namespace"]
        if "namespaceSelector" in peer:
            near = _selects(peer["namespaceSelector"] or {}, self.namespaces.get(home) or {})
        else:
            near = home == namespace
        return near and _selects(peer.get("podSelector") or {}, _labels(pod))


def _block(side: str, block: Thing) -> str:
    """A match of an address block; never true for one of IPv6."""
    if ipaddress.ip_network(block["cidr"], strict=False).version != 4:
        return f"ip {side} 0.0.0.0 ip {side} 255.255.255.255"
    excepted = [each for each in block.get("except") or [] if ":" not in each]
    without = f" ip {side} != {{ {', '.join(excepted)} }}" if excepted else ""
    return f"ip {side} {block['cidr']}{without}" if not block["cidr"].endswith("/0") else without.strip()


def _ports(ports: list[Thing], receiver: Thing | None) -> Iterator[str]:
    """The ports of a rule as nft matches; without any, one that is always true."""
    if not ports:
        yield ""
    for port in ports:
        protocol, number = port.get("protocol", "TCP"), port.get("port")
        if number is None:
            yield f"meta l4proto {protocol.lower()}"
        elif isinstance(number, int):
            last = f"-{port['endPort']}" if port.get("endPort") else ""
            yield f"{protocol.lower()} dport {number}{last}"
        elif receiver is not None:
            spec = receiver["spec"]
            for container in [*spec["containers"], *(spec.get("initContainers") or [])]:
                for own in container.get("ports") or []:
                    if own.get("name") == number and own.get("protocol", "TCP") == protocol:
                        yield f"{protocol.lower()} dport {own['containerPort']}"


class Cache:
    """The objects of one kind, kept current in a thread of its own."""

    def __init__(self, url: str, trust: ssl.SSLContext, changed: threading.Event) -> None:
        self.url, self.trust, self.changed = url, trust, changed
        self.objects: dict[str, Thing] | None = None
        threading.Thread(target=self._keep, daemon=True).start()

    def _keep(self) -> None:
        while True:
            try:
                self._follow()
            except (OSError, ValueError, KeyError) as error:  # the API server is away: list again
                print(self.url, repr(error), flush=True)  # noqa: T201 # this program's log
                time.sleep(0.5)

    def _follow(self) -> None:
        with urllib.request.urlopen(self.url, context=self.trust, timeout=10) as answer:
            listed = json.load(answer)
        self.objects = {each["metadata"]["uid"]: each for each in listed["items"]}
        self.changed.set()
        version = listed["metadata"]["resourceVersion"]
        watch = f"{self.url}?watch=1&timeoutSeconds=300&resourceVersion={version}"
        with urllib.request.urlopen(watch, context=self.trust, timeout=330) as answer:
            for line in answer:
                event = json.loads(line)
                if event["type"] == "ERROR":
                    return
                uid, objects = event["object"]["metadata"]["uid"], dict(self.objects)
                if event["type"] == "DELETED":
                    objects.pop(uid, None)
                else:
                    objects[uid] = event["object"]
                self.objects = objects
                self.changed.set()


def main() -> None:
    """Enforce until killed."""
    pki, server = Path(sys.argv[1]) / "pki", sys.argv[2]
    trust = ssl.create_default_context(cafile=str(pki / "ca.crt"))
    trust.load_cert_chain(pki / "admin.crt", pki / "admin.key")
    changed, applied = threading.Event(), ""
    caches = {name: Cache(server + path, trust, changed) for name, path in _PATHS.items()}
    while changed.wait():
        time.sleep(0.02)  # changes come in crowds
        changed.clear()
        state = {name: cache.objects for name, cache in caches.items()}
        if any(objects is None for objects in state.values()):
            continue
        table = Ruleset(**{name: list((objects or {}).values()) for name, objects in state.items()}).text()
        if table != applied:
            swap = f"table ip netpol {{}}\ndelete table ip netpol\n{table}"
            done = subprocess.run(["nft", "-f", "-"], input=swap, text=True, capture_output=True, check=False)
            applied = table if done.returncode == 0 else ""
            print(f"{'applied' if applied else done.stderr}", flush=True)  # noqa: T201 # this program's log


if __name__ == "__main__":
    main()
