"""Manifests for measuring: Deployments, each with its Service, good and bad in the mixture of a grown cluster.

The same number gives the same bytes. Four of ten workloads are hardened; the others lack settings, and some ask for
more than they should: privileges, the node's paths and namespaces, passwords in their environment, moving tags.
"""

import random
from pathlib import Path

_SEED = 20261124
_ROLES = ("gateway", "orders", "stock", "prices", "basket", "mailer", "reports", "import", "queue", "search")
_IMAGES = (
    "nginx",
    "nginx:1.27.2",
    "redis:7.4",
    "postgres:latest",
    "python:3.12-slim",
    "ghcr.io/example/shop:v2.3.1",
    "registry.example.com/team/worker:2026.3",
)
_PROXY = "envoyproxy/envoy:v1.31.0"
_VOLUMES = ("emptyDir: {}", "hostPath: {path: /var/run}", "configMap: {name: settings}", "secret: {secretName: keys}")
_HARDENED = """\
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            runAsNonRoot: true
            capabilities: {drop: [ALL]}
            seccompProfile: {type: RuntimeDefault}
"""
_LIMITS = """\
          resources:
            requests: {cpu: 50m, memory: 64Mi}
            limits: {cpu: 400m, memory: 256Mi}
"""


def write(path: Path, number: int) -> Path:
    """Write so many Deployments and as many Services into one file, unless it is there."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        dice = random.Random(_SEED)
        part = path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as out:
            for at in range(number):
                out.write(("---\n" if at else "") + _deployment(at, dice) + "---\n" + _service(at, dice))
        part.replace(path)
    return path


def _name(at: int) -> str:
    return f"{_ROLES[at % len(_ROLES)]}-{at:05d}"


def _image(dice: random.Random) -> str:
    pinned = f"registry.example.com/team/api@sha256:{dice.getrandbits(256):064x}"
    return dice.choice((*_IMAGES, pinned, pinned))


def _container(index: int, dice: random.Random, *, hardened: bool) -> str:
    port = 8080 + index
    text = f"        - name: {'app' if index == 0 else f'sidecar-{index}'}\n"
    text += f"          image: {_image(dice) if index == 0 else _PROXY}\n"
    text += f"          ports:\n            - name: port-{index}\n              containerPort: {port}\n"
    if dice.random() < 0.6:
        text += _LIMITS
    if dice.random() < 0.5:
        for probe, path in (("livenessProbe", "/live"), ("readinessProbe", "/ready")):
            text += f"          {probe}:\n            httpGet: {{path: {path}, port: {port}}}\n"
    if dice.random() < 0.5:
        value = dice.choice(("value: changeme", "valueFrom: {secretKeyRef: {name: keys, key: pw}}"))
        name = dice.choice(("DB_PASSWORD", "API_TOKEN", "MODE"))
        text += (
            f"          env:\n            - name: LOG_LEVEL\n              value: info\n            - name: {name}\n"
        )
        text += f"              {value}\n"
    if hardened:
        text += _HARDENED
    elif dice.random() < 0.3:
        bad = dice.choice(("privileged: true", "capabilities: {add: [NET_ADMIN, SYS_TIME]}"))
        text += f"          securityContext:\n            {bad}\n"
    if dice.random() < 0.3:
        text += "          volumeMounts:\n            - {name: data, mountPath: /data}\n"
    return text


def _deployment(at: int, dice: random.Random) -> str:
    name, team, hardened = _name(at), at % 25, dice.random() < 0.4
    containers = "".join(_container(index, dice, hardened=hardened) for index in range(dice.choice((1, 1, 1, 2, 3))))
    pod = dice.choices(("      hostNetwork: true\n", "      hostPID: true\n", ""), (5, 3, 92))[0]
    pod += f"      serviceAccountName: {name}\n" if dice.random() < 0.5 else ""
    pod += "      automountServiceAccountToken: false\n" if hardened else ""
    volumes = ""
    if "volumeMounts" in containers:
        volumes = f"      volumes:\n        - name: data\n          {dice.choice(_VOLUMES)}\n"
    return f"""\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
  namespace: team-{team:02d}
  labels: {{app: {name}, team: team-{team:02d}, app.kubernetes.io/name: {name}}}
  annotations: {{owner: team-{team:02d}@example.com}}
spec:
  replicas: {dice.choice((1, 2, 3))}
  selector:
    matchLabels: {{app: {name}}}
  template:
    metadata:
      labels: {{app: {name}, team: team-{team:02d}, tier: {dice.choice(("front", "middle", "data"))}}}
    spec:
{pod}      containers:
{containers}{volumes}"""


def _service(at: int, dice: random.Random) -> str:
    kind = dice.choices(("ClusterIP", "NodePort", "LoadBalancer"), (8, 1, 1))[0]
    return f"""\
apiVersion: v1
kind: Service
metadata:
  name: {_name(at)}
  namespace: team-{at % 25:02d}
spec:
  type: {kind}
  selector: {{app: {_name(at)}}}
  ports:
    - {{name: http, port: 80, targetPort: 8080}}
"""
