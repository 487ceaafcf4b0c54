"""What it costs to judge: every policy of the library about one Deployment, and one CEL expression.

    .venv/bin/python bench/bench_policies.py [--slowest N]

Prints the best of seven rounds, in processor time, and the ratio to the target (0.15 ms a Deployment, 6 µs an
expression); with ``--slowest``, the policies that take the longest, each judged by itself.
"""

import argparse
import time
from collections.abc import Callable, Iterable
from datetime import date

from seawall.kube.normalise import normalise
from seawall.model.finding import Stage
from seawall.model.kube.inventory import Inventory
from seawall.model.kube.workload import Workload
from seawall.policy.criteria.objects import roots_of
from seawall.policy.document import Policy, convert
from seawall.policy.judge import Plan
from seawall.policy.load import library
from seawall.policy.profile import select
from seawall.policy.registry import Facts

_TARGET_DEPLOYMENT_MS = 0.15
_TARGET_EXPRESSION_US = 6.0
_COUNT = 400
_DAY = date(2026, 6, 1)
_DEPLOYMENT = """{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "app-%d", "namespace": "team",
"labels": {"app": "app-%d", "team": "t"}}, "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "app-%d"}},
"template": {"metadata": {"labels": {"app": "app-%d", "tier": "front"}}, "spec": {"serviceAccountName": "app",
"containers": [{"name": "main", "image": "registry.example.com/team/app:v1.%d",
"ports": [{"name": "http", "containerPort": 8080}],
"resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "500m", "memory": "512Mi"}},
"livenessProbe": {"httpGet": {"path": "/healthz", "port": 8080}},
"env": [{"name": "LOG_LEVEL", "value": "info"},
{"name": "DB", "valueFrom": {"secretKeyRef": {"name": "a", "key": "k"}}}],
"securityContext": {"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "runAsNonRoot": true,
"capabilities": {"drop": ["ALL"]}}, "volumeMounts": [{"name": "data", "mountPath": "/data"}]}],
"volumes": [{"name": "data", "emptyDir": {}}]}}}}"""
_EXPRESSION = "object.spec.replicas > 1 && has(object.spec.selector) && object.metadata.name.startsWith('app')"


def _deployments() -> list[Workload]:
    made = (next(iter(normalise((_DEPLOYMENT % ((at,) * 5)).encode()))) for at in range(_COUNT))
    return [one for one in made if isinstance(one, Workload)]


def _best(run: Callable[[list[Workload]], None]) -> float:
    """Seconds a Deployment, the best of seven; each round has objects that nobody has looked at yet."""
    times = []
    for _ in range(7):
        objects = _deployments()
        start = time.process_time()
        run(objects)
        times.append((time.process_time() - start) / len(objects))
    return min(times)


def _judge(policies: Iterable[Policy]) -> float:
    plan = Plan(policies, Stage.DEPLOY, _DAY)

    def run(objects: list[Workload]) -> None:
        facts: Facts = {"today": _DAY, "inventory": Inventory(objects)}
        for one in objects:
            for root in roots_of(Workload):
                plan.judge(root, one, facts)

    return _best(run)


def _expression(at: int) -> Policy:
    spec = {"title": "t", "severity": "low", "stages": ["deploy"], "categories": ["c"]}
    document = {
        "apiVersion": "seawall.dev/v1",
        "kind": "Policy",
        "metadata": {"name": f"expression-{at}"},
        "spec": {**spec, "when": {"workload": {"cel": _EXPRESSION.replace("1", str(at))}}},
    }
    return convert(document, "here")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--slowest", type=int, default=0)
    report(parser.parse_args().slowest)


def report(slowest: int = 0) -> None:
    """Print the figures, and the ``slowest`` policies."""
    known = library(examples=False)
    for profile in ("default", "all"):
        policies = select(profile, known.profiles, known.policies.values())
        taken = _judge(policies) * 1e3
        print(
            f"{profile}: {len(policies)} policies, {taken:.3f} ms a Deployment, "
            f"{taken * 1e3 / len(policies):.2f} µs a policy, {taken / _TARGET_DEPLOYMENT_MS:.2f} of the target"
        )
    first, more = _judge([_expression(0)]), _judge([_expression(at) for at in range(21)])
    taken = (more - first) / 20 * 1e6
    print(
        f"CEL: {taken:.2f} µs an expression, {taken / _TARGET_EXPRESSION_US:.2f} of the target; "
        f"{first * 1e6 - taken:.0f} µs more for the first about an object (its raw form is decoded then)"
    )
    base = _judge([])
    costs = sorted(
        ((_judge([one]) - base, one.name) for one in known.policies.values()) if slowest else [], reverse=True
    )
    for cost, name in costs[:slowest]:
        print(f"{cost * 1e6:8.2f} µs  {name}")


if __name__ == "__main__":
    main()
