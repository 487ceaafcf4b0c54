"""Manifests read and normalised, against PyYAML's C loader alone reading the same bytes.

    .venv/bin/python bench/bench_manifests_read.py [FILE…]

Without arguments it makes 1,000 Deployments and 1,000 Services, 1.2 MB. Prints the best of five, and the ratio.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from seawall.kube.read import read_manifests
from seawall.model.kube import Workload

_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-{i}
  namespace: team-{team}
  labels: {{app: app-{i}, team: t{team}}}
spec:
  replicas: 2
  selector:
    matchLabels: {{app: app-{i}}}
  template:
    metadata:
      labels: {{app: app-{i}, team: t{team}, tier: front}}
    spec:
      serviceAccountName: app-{i}
      containers:
        - name: main
          image: registry.example.com/team/app:v1.{i}
          ports:
            - name: http
              containerPort: 8080
          resources:
            requests: {{cpu: 100m, memory: 128Mi}}
            limits: {{cpu: 500m, memory: 512Mi}}
          livenessProbe:
            httpGet: {{path: /healthz, port: 8080}}
          env:
            - name: LOG_LEVEL
              value: info
            - name: DB_PASSWORD
              valueFrom: {{secretKeyRef: {{name: app, key: pw}}}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            runAsNonRoot: true
            capabilities: {{drop: [ALL]}}
          volumeMounts:
            - {{name: data, mountPath: /data}}
      volumes:
        - name: data
          emptyDir: {{}}
---
apiVersion: v1
kind: Service
metadata:
  name: app-{i}
  namespace: team-{team}
spec:
  selector: {{app: app-{i}}}
  ports:
    - {{name: http, port: 80, targetPort: 8080}}
"""


def best(run: Callable[[], object]) -> float:
    """The shortest of five runs, seconds."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def ours(files: list[str]) -> int:
    """Objects read, and every lazy part of a workload computed."""
    count = 0
    for one in read_manifests(files):
        count += 1
        if isinstance(one, Workload):
            for container in one.containers:
                _ = container.image, container.security, container.resources, container.mounts
    return count


def theirs(files: list[str]) -> int:
    """Documents read by PyYAML's C loader."""
    return sum(1 for file in files for _ in yaml.load_all(Path(file).read_bytes(), Loader=yaml.CSafeLoader))


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        files = sys.argv[1:]
        if not files:
            made = Path(folder) / "all.yaml"
            made.write_text("---\n".join(_DEPLOYMENT.format(i=i, team=i % 25) for i in range(1000)))
            files = [str(made)]
        size = sum(Path(file).stat().st_size for file in files) / 1e6
        objects, mine, reference = ours(files), best(lambda: ours(files)), best(lambda: theirs(files))
        code = (
            "import time; t = time.perf_counter(); from seawall.kube.read import read_manifests; "
            f"n = sum(1 for _ in read_manifests({files!r})); print(time.perf_counter() - t)"
        )
        runs = [
            subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, check=True)
            for _ in range(5)
        ]
        cold = min(float(run.stdout) for run in runs)
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{objects} objects, {size:.2f} MB")
    print(
        f"seawall, read and normalised      {mine:.3f} s   {size / mine:6.1f} MB/s   {mine / objects * 1e6:.0f} µs each"
    )
    print(f"seawall, with imports, new process {cold:.3f} s   {memory:.0f} MB")
    print(f"PyYAML CSafeLoader, read only      {reference:.3f} s   {size / reference:6.1f} MB/s")
    print(f"ratio                              {reference / mine:.1f}x (with imports {reference / cold:.1f}x)")


if __name__ == "__main__":
    main()
