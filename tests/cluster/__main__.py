"""``python -m tests.cluster build | up | down | run``: what ``make cluster-up`` and ``cluster-down`` do.

``up`` starts a keeper in the background and waits for it; the keeper holds the cluster until it gets SIGTERM.
"""

import argparse
import signal
import subprocess
import sys
import time

from tests.cluster import process
from tests.cluster.build import ROOT, build
from tests.cluster.cluster import RUNNING, Cluster, no_node_because, sweep
from tests.cluster.layout import Layout


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="cluster", description="A real Kubernetes on this machine.")
    parser.add_argument("verb", choices=["build", "up", "down", "keep"])
    parser.add_argument("--name", default="default", help="several clusters run side by side under different names")
    parser.add_argument("--nodes", type=int, default=0)
    parser.add_argument("--fake-nodes", type=int, default=0, help="nodes that only say that they run their pods")
    parser.add_argument("--network-policies", action="store_true", help="enforce NetworkPolicies")
    parser.add_argument("--dns", action="store_true", help="run CoreDNS")
    return parser.parse_args()


def _keep(options: argparse.Namespace) -> None:
    """Hold a cluster until SIGTERM."""

    def stop(*_: object) -> None:
        raise SystemExit

    signal.signal(signal.SIGTERM, stop)
    cluster = Cluster(
        options.name,
        nodes=options.nodes,
        fake_nodes=options.fake_nodes,
        network_policies=options.network_policies,
        dns=options.dns,
    )
    with cluster:
        (cluster.layout.folder / "up").touch()
        while True:
            signal.pause()


def _up(options: argparse.Namespace) -> None:
    if options.nodes and (reason := no_node_because()):
        sys.exit(f"cluster: {reason}")
    build()
    sweep()
    layout = Layout(RUNNING / options.name)
    if layout.folder.exists():
        sys.exit(f"cluster: {options.name} runs already: KUBECONFIG={layout.kubeconfig}")
    RUNNING.mkdir(parents=True, exist_ok=True)
    log = RUNNING / f".{options.name}.log"
    with log.open("wb") as output:
        words = [sys.executable, "-m", "tests.cluster", "keep", *sys.argv[2:]]
        keeper = subprocess.Popen(
            words, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    while not (layout.folder / "up").exists():
        if keeper.poll() is not None:
            sys.exit(log.read_text())
        time.sleep(0.05)
    sys.stdout.write(f"KUBECONFIG={layout.kubeconfig}\n")


def _down(options: argparse.Namespace) -> None:
    layout = Layout(RUNNING / options.name)
    if layout.owner.exists():
        process.end(layout.owner.read_text())
    sweep()


def main() -> None:
    """Do what the command line says."""
    options = _arguments()
    try:
        {"build": lambda _: build(), "up": _up, "down": _down, "keep": _keep}[options.verb](options)
    except process.Failure as failure:
        sys.exit(f"cluster: {failure}")


if __name__ == "__main__":
    main()
