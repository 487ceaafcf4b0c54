"""Where a cluster keeps its things, and the addresses it uses."""

import random
import socket
import zlib
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

NODE_NET = "10.123.0"  # node i is .i; like the pods' addresses, these exist in the cluster's namespaces only
POD_NET = "10.244"  # node i's pods are in .i.0/24
SERVICES = "10.96.0.0/16"
API_SERVICE = "10.96.0.1"
DNS_SERVICE = "10.96.0.10"


@dataclass(frozen=True)
class Ports:
    """Where the control plane listens."""

    api: int = 6443
    etcd: int = 2379
    peer: int = 2380
    controllers: int = 10257
    scheduler: int = 10259


def free_ports() -> Ports:
    """Five ports of the host's loopback, below those that the kernel hands to clients."""
    found: list[int] = []
    with ExitStack() as held:
        while len(found) < 5:
            port = random.randrange(15000, 32000)
            probe = held.enter_context(socket.socket())
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found.append(port)
    return Ports(*found)


@dataclass(frozen=True)
class Layout:
    """A cluster's folder."""

    folder: Path

    @property
    def pki(self) -> Path:
        return self.folder / "pki"

    @property
    def owner(self) -> Path:
        """The file that names the process that started the cluster."""
        return self.folder / "owner"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's, for programs on this machine."""
        return self.folder / "kubeconfig"

    @property
    def audit_log(self) -> Path:
        """Every request that the API server answered, one JSON event a line."""
        return self.folder / "audit.log"

    @property
    def cgroup(self) -> str:
        """The cgroup that this cluster's nodes are in: two kubelets in one would tidy away each other's pods."""
        return f"seawall-{zlib.crc32(bytes(self.folder)):08x}"

    def log(self, program: str) -> Path:
        return self.folder / "log" / f"{program}.log"

    def node(self, number: int) -> Path:
        return self.folder / f"node{number}"

    def holder(self, number: int) -> Path:
        """The file with the process id, as the host sees it, of a node's first process."""
        return self.node(number) / "holder"

    @property
    def control_plane_ready(self) -> Path:
        return self.folder / "control-plane-ready"
