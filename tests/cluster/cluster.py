"""A real Kubernetes on this machine: a context that starts it and leaves nothing behind."""

import json
import os
import secrets
import shutil
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.cluster import control, process
from tests.cluster.build import CACHE, ROOT, build
from tests.cluster.image import BUSYBOX
from tests.cluster.layout import NODE_NET, Layout, Ports, free_ports
from tests.cluster.pki import Authority, kubeconfig
from tests.cluster.process import Program, wait_for

RUNNING = CACHE / "running"
_WITHOUT_OWNER = 60.0
_NAMESPACES = ("--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--mount-proc", "--kill-child=SIGKILL")
_NEEDED = ("containerd", "runc", "ctr", "nft", "iptables", "conntrack", "ip", "sysctl", "ps", "unshare", "nsenter")
_CNI = Path("/usr/lib/cni/bridge")
# What a node is made of, tried in a namespace that is gone at once: it needs the rights and the kernel for them.
_TRIAL = (
    "mount -t tmpfs none /mnt && cd /mnt && mkdir a b c d && mount -t overlay -o lowerdir=a,upperdir=b,workdir=c o d"
)
_TRIAL += " && ip link add tc0 type bridge && ip link add v1 type veth peer name v2 && nft add table ip t"
_TRIAL += " && mount -t sysfs none /mnt/a"


def no_node_because() -> str:
    """Why a node cannot run on this machine; empty when it can."""
    if os.geteuid() != 0:
        return "a node needs root"
    missing = [name for name in _NEEDED if shutil.which(name) is None]
    missing += [str(path) for path in (_CNI, BUSYBOX) if not path.exists()]
    if missing:
        return f"a node needs programs that are not installed (tools/ensure-cluster): {', '.join(missing)}"
    tried = subprocess.run(
        ["unshare", *_NAMESPACES, "sh", "-c", _TRIAL], capture_output=True, text=True, check=False, timeout=30
    )
    if tried.returncode:
        return f"this kernel, or the rights here, allow no node: {tried.stderr.strip().splitlines()[-1:] or tried}"
    return ""


class Cluster:
    """A control plane, with nodes when asked for.

    Without nodes the programs run on the host's loopback, as anyone. With nodes (as root) they run in the network
    namespace of node 1, and a forwarder makes the API server reachable from the host's loopback.
    """

    def __init__(
        self, name: str, *, nodes: int = 0, fake_nodes: int = 0, network_policies: bool = False, dns: bool = False
    ) -> None:
        self.layout = Layout(RUNNING / name)
        self.nodes, self.fake_nodes, self.network_policies, self.dns = nodes, fake_nodes, network_policies, dns
        self.ports = Ports() if nodes else free_ports()
        self.programs: dict[str, Program] = {}
        self.bin = Path()
        self.api_port = self.ports.api

    @property
    def kubeconfig(self) -> Path:
        return self.layout.kubeconfig

    @property
    def server(self) -> str:
        return f"https://127.0.0.1:{self.api_port}"

    def __enter__(self) -> Self:
        sweep()
        self.bin = build()
        folder = self.layout.folder
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700)
        except FileExistsError:
            raise process.Failure(f"a cluster runs in {folder} already; stop it with `make cluster-down`") from None
        try:
            self.layout.owner.write_text(process.identity())
            (folder / "log").mkdir()
            authority = control.prepare(self.layout, self.ports, self.nodes)
            for number in range(1, self.nodes + 1):
                self._start_node(authority, number)
            self._start_control_plane()
            self._await_nodes()
            if self.fake_nodes:
                self._module("fakenodes", "fakenodes", self.kubeconfig, self.fake_nodes)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop everything and remove the folder."""
        for name in [name for name in self.programs if name.startswith("node")]:
            self.programs.pop(name).kill()
        while self.programs:
            self.programs.popitem()[1].stop()
        remove(self.layout)

    # --- use ----------------------------------------------------------------------------------------------------
    def kubectl(self, *words: str, stdin: str = "") -> str:
        """What kubectl prints; a failure is raised with its words."""
        command = [str(self.bin / "kubectl"), "--kubeconfig", str(self.kubeconfig), *words]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=120)
        if done.returncode:
            raise process.Failure(f"kubectl {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def apply(self, *objects: dict[str, Any]) -> None:
        """Create or change objects."""
        self.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))

    def get(self, path: str) -> Any:  # noqa: ANN401 # whatever JSON the API answers
        """The JSON at a path of the API, as the administrator."""
        trust = ssl.create_default_context(cafile=str(self.layout.pki / "ca.crt"))
        trust.load_cert_chain(self.layout.pki / "admin.crt", self.layout.pki / "admin.key")
        with urllib.request.urlopen(f"{self.server}{path}", timeout=10, context=trust) as answer:
            return json.loads(answer.read())

    def kill(self, program: str) -> None:
        """End a program of the control plane as a crash would."""
        self.programs[program].kill()

    def start(self, program: str) -> None:
        """Start a program of the control plane (again)."""
        patient = self.fake_nodes > 0
        command = {
            "etcd": lambda: control.etcd(self.layout, self.ports),
            "kube-apiserver": lambda: control.apiserver(self.layout, self.ports, self.nodes),
            "kube-controller-manager": lambda: control.controllers(self.layout, self.ports, patient=patient),
            "kube-scheduler": lambda: control.scheduler(self.layout, self.ports),
        }[program]()
        inside = ["nsenter", f"--net=/proc/{self.holder(1)}/ns/net", "--"] if self.nodes else []
        self._run(program, *inside, self.bin / command[0], *command[1:], GOGC="50")

    def await_api(self) -> None:
        """Wait until the API server is ready."""
        self._wait("the API server", lambda: self._answers("/readyz?verbose"))

    def await_namespace(self, name: str) -> None:
        """Wait until the controllers gave a new namespace what every one has."""
        wanted = ("configmap/kube-root-ca.crt", "serviceaccount/default")

        def settled() -> bool:
            found = self.kubectl("-n", name, "get", *wanted, "--ignore-not-found", "-o", "name")
            return len(found.split()) == len(wanted)

        self._wait(f"namespace {name}", settled)

    def in_node(self, *command: str | Path, node: int = 1) -> list[str | Path]:
        """A command line that runs a program in a node's namespaces."""
        target = ["nsenter", f"--target={self.holder(node)}", "--net", "--mount", "--pid", "--uts", "--ipc"]
        return [*target, f"--wdns={ROOT}", "--", *command]

    def expose(self, port: int) -> None:
        """Make a port of this machine's loopback reachable at the same place in the control plane's namespace."""
        if self.nodes:
            self._forward(f"expose-{port}", self.holder(1), port, os.getpid(), port)

    def holder(self, node: int) -> int:
        """The process id of a node's first process."""
        return int(self.layout.holder(node).read_text())

    # --- parts --------------------------------------------------------------------------------------------------
    def _run(self, name: str, *command: str | Path, **environment: str) -> None:
        self.programs[name] = Program(name, command, self.layout.log(name), **environment)

    def _module(self, name: str, module: str, *arguments: object) -> None:
        words = [str(argument) for argument in arguments]
        self._run(name, sys.executable, "-m", f"tests.cluster.{module}", *words, PYTHONPATH=str(ROOT))

    def _wait(self, what: str, done: Callable[[], bool], seconds: float = 120) -> None:
        wait_for(what, done, list(self.programs.values()), seconds)

    def _answers(self, path: str) -> bool:
        try:
            self.get(path)
        except ValueError:
            return True  # not JSON: /readyz says so in words
        except OSError:
            return False
        return True

    def _start_control_plane(self) -> None:
        for program in ("etcd", "kube-apiserver"):
            self.start(program)
        if self.nodes:
            self.api_port = self._forward("forward-api", os.getpid(), 0, self.holder(1), self.ports.api)
        config = kubeconfig(self.layout.pki, "admin", self.server)
        self.layout.kubeconfig.write_text(config)
        self.await_api()
        self.layout.control_plane_ready.touch()
        for program in ("kube-controller-manager", "kube-scheduler"):
            self.start(program)
        account = "/api/v1/namespaces/default/serviceaccounts/default"
        self._wait("the default service account", lambda: self._answers(account))

    def _forward(self, name: str, listen: int, port: int, connect: int, target: int) -> int:
        told = self.layout.folder / f"{name}.port"
        told.unlink(missing_ok=True)
        self._module(name, "forward", listen, port, connect, target, told)
        self._wait(name, told.exists, 10)
        return int(told.read_text())

    def _start_node(self, authority: Authority, number: int) -> None:
        name, pki = f"node{number}", self.layout.pki
        inside = f"https://{NODE_NET}.1:{self.ports.api}"
        user = f"system:node:{name}"
        hosts = (name, "localhost", "127.0.0.1", f"{NODE_NET}.{number}")
        authority.issue(f"kubelet-{name}", user, organization="system:nodes", hosts=hosts)
        (pki / f"kubelet-{name}.conf").write_text(kubeconfig(pki, f"kubelet-{name}", inside))
        (pki / "kube-proxy.conf").write_text(kubeconfig(pki, "kube-proxy", inside))
        self.layout.node(number).mkdir()
        images = [self.bin / f"{image}.tar" for image in ("pause", "busybox", *(["coredns"] if self.dns else []))]
        command = [sys.executable, "-m", "tests.cluster.node", self.layout.folder, number, self.nodes, *images]
        path = f"{self.bin}:{os.environ['PATH']}:/usr/sbin:/sbin"
        words = ["unshare", *_NAMESPACES, *(str(word) for word in command)]
        self._run(name, *words, PYTHONPATH=str(ROOT), PATH=path)
        pid = self.programs[name].pid

        def first() -> str:
            listed = subprocess.run(
                ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
            )
            return listed.stdout.strip()

        self._wait(f"{name}'s first process", lambda: bool(first()), 10)
        self.layout.holder(number).write_text(first())
        if number > 1:
            self._link(number)
        self._wait(f"{name}'s network", (self.layout.node(number) / "network-ready").exists, 30)

    def _link(self, number: int) -> None:
        """A cable from a node to node 1's bridge."""
        enter = ["nsenter", f"--net=/proc/{self.holder(1)}/ns/net", "ip", "link"]
        name = f"v{number}"
        for words in (
            ["add", name, "type", "veth", "peer", "name", "tc0", "netns", str(self.holder(number))],
            ["set", name, "master", "tc0", "up"],
        ):
            subprocess.run([*enter, *words], check=True)

    def _await_nodes(self) -> None:
        server = f"https://{NODE_NET}.1:{self.ports.api}"
        for number in range(1, self.nodes + 1):
            if self.network_policies:
                words = ["-m", "tests.cluster.netpol", str(self.layout.folder), server]
                inside = self.in_node(sys.executable, *words, node=number)
                self._run(f"netpol{number}", *inside, PYTHONPATH=str(ROOT))
            self._wait(f"node{number} to be Ready", partial(self._node_ready, number))
        if self.dns:
            self.kubectl("apply", "-f", str(Path(__file__).with_name("coredns.yaml")))

    def _node_ready(self, number: int) -> bool:
        try:
            conditions = self.get(f"/api/v1/nodes/node{number}").get("status", {}).get("conditions", [])
        except OSError:
            return False
        return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def remove(layout: Layout) -> None:
    """What a stopped cluster leaves on disk, and the empty cgroups of its nodes."""
    roots = [*Path("/sys/fs/cgroup").glob(layout.cgroup), *Path("/sys/fs/cgroup").glob(f"*/{layout.cgroup}")]
    for _ in range(50):
        left = [root for root in roots if root.exists() and not _empty(root)]
        if not left:
            break
        time.sleep(0.1)
    shutil.rmtree(layout.folder, ignore_errors=True)


def _empty(root: Path) -> bool:
    """Remove a tree of cgroups, deepest first; false while something still ends in it."""
    for folder, _, _ in os.walk(root, topdown=False):
        try:
            os.rmdir(folder)
        except OSError:
            return False
    return True


def sweep() -> None:
    """Remove the folders and cgroups of clusters whose owner is gone; the kernel has ended their programs."""
    for folder in RUNNING.glob("*/"):
        layout = Layout(folder)
        try:
            abandoned = not process.alive(layout.owner.read_text())
        except OSError:  # about to be written, or never: its maker was killed in between
            abandoned = folder.exists() and time.time() - folder.stat().st_mtime > _WITHOUT_OWNER
        if abandoned:
            remove(layout)


def unique(prefix: str) -> str:
    """A name that no other cluster has."""
    return f"{prefix}-{secrets.token_hex(3)}"
