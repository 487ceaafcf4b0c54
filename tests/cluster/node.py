"""A node's first process (``node FOLDER NUMBER NODES``): PID 1 of namespaces of its own, made by ``unshare``.

No address of the node or its pods exists outside, no mount, cgroup hierarchy or setting of the host changes, and when
this process is killed the kernel ends all that runs on the node.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from tests.cluster.layout import DNS_SERVICE, NODE_NET, POD_NET, Layout

SOCKET = "/run/containerd/containerd.sock"

# /run, /var/lib/cni and /var/log are the node's own. A fresh sysfs shows this network namespace; it hides the cgroups,
# so they are carried over. In a cpuset of version 1 nothing can start before its lists are filled; in version 2 each
# parent has to hand its controllers down.
_MOUNTS = """
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock /run/netns /run/containerd /run/cgroup /var/lib/cni
mount --rbind /sys/fs/cgroup /run/cgroup
mount -t sysfs sysfs /sys
mount --rbind /run/cgroup /sys/fs/cgroup
umount -l /run/cgroup
mount -t tmpfs tmpfs /var/lib/cni
mount --bind "$NODE/log" /var/log
mount --make-rshared /
hand_down() {
  [ ! -e "$1/cgroup.controllers" ] || sed 's/[^ ]*/+&/g' "$1/cgroup.controllers" >"$1/cgroup.subtree_control" || true
}
for tree in /sys/fs/cgroup /sys/fs/cgroup/*/; do
  [ -e "$tree/cgroup.procs" ] || continue
  case $tree in */) [ ! -e /sys/fs/cgroup/cgroup.controllers ] || continue;; esac
  group=$tree
  for part in $CGROUP $NAME; do
    hand_down "$group"
    mkdir -p "$group/$part"
    [ ! -e "$group/cpuset.mems" ] || for list in cpuset.cpus cpuset.mems; do
      [ ! -s "$group/$list" ] || cat "$group/$list" >"$group/$part/$list"
    done
    group=$group/$part
  done
done
"""

# Node 1 has the bridge that the others' links lead to. Its default route leads to that empty bridge: a process on the
# node needs some route before the packet filter can turn a Service's address into a pod's.
_NETWORK = """
hostname "$NAME"
ip link set lo up
if [ "$NUMBER" = 1 ]; then
  ip link add tc0 type bridge
else
  for wait in $(seq 100); do ip link show tc0 >/dev/null 2>&1 && break; sleep 0.1; done
fi
ip addr add "$ADDRESS/24" dev tc0
ip link set tc0 up
if [ "$NUMBER" = 1 ]; then ip route add default dev tc0; else ip route add default via "$NET.1"; fi
sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
for other in $(seq "$NODES"); do
  [ "$other" = "$NUMBER" ] || ip route add "$PODS.$other.0/24" via "$NET.$other"
done
"""

# Without restrict_oom_score_adj no container starts where root may not lower its score (no CAP_SYS_RESOURCE).
_CONTAINERD = """
version = 2
root = "{node}/containerd"
state = "/run/containerd/state"
[grpc]
  address = "{socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true
  disable_apparmor = true
  disable_hugetlb_controller = true
  tolerate_missing_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{node}/cni"
"""


class Node:
    """One node and the programs on it."""

    def __init__(self, layout: Layout, number: int, nodes: int) -> None:
        self.layout, self.number, self.nodes = layout, number, nodes
        self.name, self.folder = f"node{number}", layout.node(number)

    def start(self, images: list[Path]) -> None:
        """Everything, in order; the kubelet once there is an API server."""
        for name in ("log", "cni"):
            (self.folder / name).mkdir(exist_ok=True)
        self._shell(_MOUNTS)
        self._shell(_NETWORK)
        (self.folder / "network-ready").touch()
        self._containerd()
        while subprocess.run(["ctr", "version"], capture_output=True, check=False).returncode:
            time.sleep(0.05)
        for image in images:
            subprocess.run(["ctr", "-n", "k8s.io", "images", "import", image], check=True)
        while not self.layout.control_plane_ready.exists():
            time.sleep(0.05)
        self._kubelet()
        self._proxy()

    def _shell(self, script: str) -> None:
        environment = {
            "NODE": str(self.folder),
            "NAME": self.name,
            "NUMBER": str(self.number),
            "NODES": str(self.nodes),
            "CGROUP": self.layout.cgroup,
            "NET": NODE_NET,
            "PODS": POD_NET,
            "ADDRESS": f"{NODE_NET}.{self.number}",
        }
        subprocess.run(["sh", "-euc", script], check=True, env={**os.environ, **environment})

    def _run(self, *command: str | Path) -> None:
        name = str(command[0])
        with self.layout.log(f"{self.name}-{name}").open("ab") as log:
            subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _write(self, name: str, content: dict[str, object] | str) -> Path:
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
        return path

    def _containerd(self) -> None:
        addresses = {"type": "host-local", "ranges": [[{"subnet": f"{POD_NET}.{self.number}.0/24"}]]}
        bridge = {"type": "bridge", "bridge": "cni0", "isGateway": True, "ipMasq": False, "hairpinMode": True}
        plugins = [
            {**bridge, "ipam": {**addresses, "routes": [{"dst": "0.0.0.0/0"}]}},
            {"type": "portmap", "capabilities": {"portMappings": True}},
        ]
        self._write("cni/10-bridge.conflist", {"cniVersion": "0.4.0", "name": "bridge", "plugins": plugins})
        config = self._write("containerd.toml", _CONTAINERD.format(node=self.folder, socket=SOCKET))
        self._run("containerd", "--config", config)

    def _kubelet(self) -> None:
        pki = self.layout.pki
        (self.folder / "resolv.conf").write_text(f"nameserver {DNS_SERVICE}\n")
        config = self._write(
            "kubelet.json",
            {
                "apiVersion": "kubelet.config.k8s.io/v1beta1",
                "kind": "KubeletConfiguration",
                "authentication": {"anonymous": {"enabled": False}, "x509": {"clientCAFile": str(pki / "ca.crt")}},
                "authorization": {"mode": "Webhook"},
                "tlsCertFile": str(pki / f"kubelet-{self.name}.crt"),
                "tlsPrivateKeyFile": str(pki / f"kubelet-{self.name}.key"),
                "containerRuntimeEndpoint": f"unix://{SOCKET}",
                "cgroupDriver": "cgroupfs",
                "cgroupRoot": f"/{self.layout.cgroup}/{self.name}",
                "enforceNodeAllocatable": [],
                "failCgroupV1": False,
                "failSwapOn": False,
                "clusterDNS": [DNS_SERVICE],
                "clusterDomain": "cluster.local",
                "resolvConf": str(self.folder / "resolv.conf"),
                "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
                "imageGCHighThresholdPercent": 100,
                "nodeStatusUpdateFrequency": "4s",
                "featureGates": {"KubeletInUserNamespace": True},
            },
        )
        self._run(
            "kubelet",
            f"--config={config}",
            f"--kubeconfig={pki}/kubelet-{self.name}.conf",
            f"--root-dir={self.folder}/kubelet",
            f"--hostname-override={self.name}",
            f"--node-ip={NODE_NET}.{self.number}",
        )

    def _proxy(self) -> None:
        config = self._write(
            "kube-proxy.json",
            {
                "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
                "kind": "KubeProxyConfiguration",
                "clientConnection": {"kubeconfig": str(self.layout.pki / "kube-proxy.conf")},
                "mode": "nftables",
                "clusterCIDR": f"{POD_NET}.0.0/16",
                "hostnameOverride": self.name,
                "bindAddress": "127.0.0.1",
                "conntrack": {"maxPerCore": 0, "min": 0},
                "nodePortAddresses": [f"{NODE_NET}.{self.number}/32"],
            },
        )
        self._run("kube-proxy", f"--config={config}")


def main() -> None:
    """Start the node, then adopt and bury orphans, as a first process must."""
    layout, number, nodes = Layout(Path(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
    Node(layout, number, nodes).start([Path(image) for image in sys.argv[4:]])
    while True:
        try:
            os.wait()
        except ChildProcessError:
            time.sleep(1)


if __name__ == "__main__":
    main()
