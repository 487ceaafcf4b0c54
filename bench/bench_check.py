"""`seawall check`, whole process, against what one would run instead (see rivals.md).

    .venv/bin/python bench/bench_check.py [--rounds N] [--large N]

The input is 1,000 Deployments and 1,000 Services in one file (see manifests.py). For each tool: median time, least
processor time, peak memory, and how many times Seawall's median it takes; PyYAML's C loader alone, which most tools
in Python stand on, is one of them. Then what a Deployment and a CEL expression cost (see bench_policies.py), and
`--large` workloads with the same number of Services (20,000; 0 leaves them out).
"""

import argparse
import compileall
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import bench_policies
import manifests

HOME = Path.home() / ".cache" / "seawall-bench"
RIVALS = Path(os.environ.get("SEAWALL_RIVALS", HOME / "rivals" / "bin"))
SEAWALL = str(Path(sys.executable).parent / "seawall")
LOADER = "import sys, yaml; [None for _ in yaml.load_all(open(sys.argv[1], 'rb'), Loader=yaml.CSafeLoader)]"
KYVERNO_POLICY = """\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: level-restricted}
spec:
  background: true
  rules:
    - name: restricted
      match: {any: [{resources: {kinds: [Pod]}}]}
      validate:
        podSecurity: {level: restricted, version: latest}
"""


class Run(NamedTuple):
    """A process: seconds from start to end, seconds of processor (its own), and peak memory in megabytes."""

    seconds: float
    processor: float
    megabytes: float


def once(command: Sequence[str]) -> Run:
    """Run a command to its end; what it prints goes into a file, as in a pipeline that keeps it."""
    with (HOME / "output").open("wb") as out:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:  # tools that find something say 1
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Run(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def measure(command: Sequence[str], rounds: int) -> Run:
    """The median time, the least processor time, the most memory; after one run that is not counted."""
    once(command)
    runs = [once(command) for _ in range(rounds)]
    return Run(
        statistics.median(run.seconds for run in runs),
        min(run.processor for run in runs),
        max(run.megabytes for run in runs),
    )


def row(what: str, run: Run, reference: Run | None = None, target: str = "") -> None:
    """One line of the answer."""
    ratio = f"{run.seconds / reference.seconds:6.1f} times Seawall's" if reference else ""
    print(
        f"{what:34} {run.seconds:7.3f} s  {run.processor:7.3f} s of processor  {run.megabytes:4.0f} MB  "
        f"{ratio or target}".rstrip(),
        flush=True,
    )


def rivals(file: Path) -> dict[str, list[str]]:
    """The commands of the other tools that are at hand."""
    policy = HOME / "kyverno-policy.yaml"
    policy.write_text(KYVERNO_POLICY, "utf-8")
    arguments = {
        "kube-score": ["score", "--output-format", "ci", str(file)],
        "kyverno": ["apply", str(policy), "--resource", str(file)],
        "checkov": ["--framework", "kubernetes", "--compact", "--quiet", "--skip-download", "-f", str(file)],
    }
    return {
        name: [str(RIVALS / name), *rest] for name, rest in arguments.items() if (RIVALS / name).exists()
    }  # fmt: skip


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--large", type=int, default=20_000)
    options = parser.parse_args()
    rounds: int = options.rounds
    large: int = options.large
    compileall.compile_dir(Path(__file__).parents[1] / "src", quiet=1)  # as pip does when it installs
    file = manifests.write(HOME / "manifests-1000.yaml", 1000)
    print(f"1,000 Deployments and 1,000 Services, {file.stat().st_size / 1e6:.1f} MB")
    check = [SEAWALL, "check", str(file), "--profile"]
    table = measure([*check, "all"], rounds)
    row("seawall check --profile all", table, target="(≤ 0.40 s, < 80 MB)")
    row("  --output json", measure([*check, "all", "--output", "json"], rounds), target="(≤ 0.80 s)")
    row("  --profile default", measure([*check, "default"], rounds))
    row("seawall --help", measure([SEAWALL, "--help"], rounds), target="(< 0.12 s)")
    row("seawall check --help", measure([SEAWALL, "check", "--help"], rounds), target="(< 0.12 s)")
    row("PyYAML's C loader alone", measure([sys.executable, "-c", LOADER, str(file)], rounds), table)
    for name, command in rivals(file).items():
        row(name, measure(command, min(rounds, 3)), table)
    bench_policies.report()
    if large:
        many = manifests.write(HOME / f"manifests-{large}.yaml", large)
        print(f"{large:,} Deployments and {large:,} Services, {many.stat().st_size / 1e6:.1f} MB")
        for profile in ("default", "all"):
            row(
                f"  --profile {profile}",
                once([SEAWALL, "check", str(many), "--profile", profile]),
                target="(< 8 s, < 300 MB)",
            )
        row("  --output json", once([SEAWALL, "check", str(many), "--output", "json"]))


if __name__ == "__main__":
    main()
