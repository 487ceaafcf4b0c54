"""Policies and imports in which something is changed at random: they are used, or refused in words; nothing breaks."""

import random
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seawall.errors import SeawallError
from seawall.kube.normalise import normalise
from seawall.model.kube.inventory import Inventory
from seawall.model.kube.object import KubeObject
from seawall.policy.criteria.objects import roots_of
from seawall.policy.criteria.relations import INVENTORY
from seawall.policy.document import Json, Policy
from seawall.policy.judge import Plan, finding
from seawall.policy.lint import lint
from seawall.policy.load import LIBRARY, parse_own, read
from seawall.policy.registry import CRITERIA, GROUPS, Facts
from seawall.workflow.policy_examples import run_examples
from seawall.workflow.policy_import import import_policies

Holder = Any
"""A list or dict."""
Key = Any
"""An index or a name in it."""
DAY = date(2026, 6, 1)
FILES = sorted(Path(LIBRARY).glob("*/*.yaml"))
MANY = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = [*GROUPS, *{name for names in CRITERIA.values() for name in names}, "all", "any", "not", "count", "cel"]
JUNK: list[Json] = [
    None, True, False, 0, -1, 1 << 70, 1.5, float("1e308"), "", "x", "(", "*", "[", "2026-13-45", "1Gi", "object.", [],
    {}, [[]], {"": None}, {"at-least": None}, {"matches": "("}, {"matches": 3}, {"any": []}, {"not": {"not": {}}},
    {"count": {"of": {}}}, {"cel": "1"}, {"in": {}}, "a" * 3000, "\u202e\x00", {"glob": ["["]},
]  # fmt: skip
FOREIGN: list[Json] = [
    {
        "policies": [
            {
                "name": "A",
                "severity": "HIGH_SEVERITY",
                "lifecycleStages": ["BUILD", "DEPLOY"],
                "categories": ["Test"],
                "enforcementActions": ["FAIL_BUILD_ENFORCEMENT"],
                "mitreAttackVectors": [{"tactic": "TA0001", "techniques": ["T1000"]}],
                "scope": [{"namespace": "shop", "label": {"key": "a", "value": "b"}}],
                "exclusions": [{"name": "x", "deployment": {"name": "y", "scope": {"namespace": "z"}}}],
                "policySections": [
                    {
                        "policyGroups": [
                            {"fieldName": "Environment Variable", "values": [{"value": "RAW=a=b"}]},
                            {"fieldName": "Container CPU Limit", "negate": True, "values": [{"value": ">= 1"}]},
                            {"fieldName": "Image Component", "values": [{"value": "curl=1.*"}, {"value": "wget="}]},
                        ]
                    }
                ],
            }
        ]
    },
    {
        "apiVersion": "kyverno.io/v1",
        "kind": "ClusterPolicy",
        "metadata": {"name": "k", "annotations": {"policies.kyverno.io/title": "K"}},
        "spec": {
            "validationFailureAction": "Enforce",
            "rules": [
                {
                    "name": "a",
                    "match": {"any": [{"resources": {"kinds": ["Pod"], "namespaces": ["a*"]}}]},
                    "exclude": {"all": [{"resources": {"names": ["b"]}}]},
                    "preconditions": {"all": [{"key": "{{ request.operation }}", "operator": "Equals", "value": "X"}]},
                    "validate": {
                        "message": "no",
                        "pattern": {"spec": {"containers": [{"image": "!*:latest", "=(resources)": {"limits": "?*"}}]}},
                    },
                },
                {"name": "b", "validate": {"podSecurity": {"level": "baseline", "version": "v1.30"}}},
                {
                    "name": "c",
                    "validate": {
                        "deny": {
                            "conditions": {
                                "any": [
                                    {"key": "{{ request.object.spec.replicas }}", "operator": "GreaterThan", "value": 3}
                                ]
                            }
                        }
                    },
                },
                {"name": "d", "validate": {"cel": {"expressions": [{"expression": "object.spec.replicas < 3"}]}}},
            ],
        },
    },
    {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "v"},
        "spec": {
            "matchConstraints": {
                "resourceRules": [{"apiGroups": ["apps"], "operations": ["CREATE"], "resources": ["deployments"]}]
            },
            "variables": [{"name": "r", "expression": "object.spec.replicas"}],
            "matchConditions": [{"name": "m", "expression": "has(object.spec)"}],
            "validations": [{"expression": "variables.r <= 5", "message": "too many"}],
        },
    },
]
OBJECTS = [
    one
    for document in (
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"},
         "spec": {"hostPID": True, "containers": [{"name": "c", "image": "x", "stdin": True}]}},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}},
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "r"},
         "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]},
    )
    for one in normalise(msgspec.json.encode(document))
    if isinstance(one, KubeObject)
]  # fmt: skip


def mutated(value: Json, chance: random.Random) -> Json:
    """A copy in which one to three things, anywhere, are others, gone, doubled, renamed or put elsewhere."""
    made: list[Json] = [deepcopy(value)]
    for _ in range(chance.randint(1, 3)):
        slots = list(_slots(made))
        holder, key = chance.choice(slots)
        kind = chance.randrange(5)
        if kind == 0 and holder is not made:
            del holder[key]
        elif kind == 1 and isinstance(holder, dict):
            holder[chance.choice([*WORDS, "x", ""])] = holder.pop(key)
        elif kind == 2:
            other, at = chance.choice(slots)
            with suppress(KeyError, IndexError):
                holder[key] = deepcopy(other[at])
        elif kind == 3:
            holder[key] = chance.choice([[holder[key]], {chance.choice(WORDS): holder[key]}])
        else:
            holder[key] = deepcopy(chance.choice(JUNK))
    return made[0]


def _slots(value: Json) -> Iterator[tuple[Holder, Key]]:
    """Every place in a value."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield value, name
            yield from _slots(item)
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield value, at
            yield from _slots(item)


@given(st.sampled_from(FILES), st.integers(0, 1 << 32))
@MANY
def test_a_mutated_policy_is_used_or_refused_in_words(tmp_path: Path, file: Path, seed: int) -> None:
    document = mutated(parse_own(file.read_bytes()), random.Random(seed))
    path = tmp_path / "p.json"
    path.write_bytes(msgspec.json.encode(document))
    lint([path], DAY)
    policies: list[Policy] = []
    with suppress(SeawallError):
        policies += read(path).policies.values()
    for policy in policies:
        with suppress(SeawallError):  # an example's facts may have a wrong shape
            run_examples(policy)
        for stage in policy.spec.stages:
            plan = Plan([policy], stage, DAY)
            facts: Facts = {"today": DAY, INVENTORY: Inventory(OBJECTS)}
            for one in OBJECTS:
                for root in roots_of(type(one)):
                    for hit in plan.judge(root, one, facts):
                        assert finding(hit, facts, stage).policy == policy.name
            plan.coverage({})


@pytest.mark.parametrize("document", FOREIGN, ids=["stackrox", "kyverno", "vap"])
@given(seed=st.integers(0, 1 << 32))
@MANY
def test_a_mutated_import_is_said_or_named(tmp_path: Path, document: Json, seed: int) -> None:
    path = tmp_path / "foreign.json"
    path.write_bytes(msgspec.json.encode(mutated(document, random.Random(seed))))
    with suppress(SeawallError):
        result = import_policies((path,), kind="auto", output=None)
        assert all(one.policies or one.profiles or one.left_out or one.notes for one in result.policies)
        msgspec.json.encode(result)


@pytest.mark.parametrize("version", ["kyverno.io/v1", "admissionregistration.k8s.io/v1", "seawall.dev/v1"])
def test_a_kind_that_is_no_text_is_refused(tmp_path: Path, version: str) -> None:
    path = tmp_path / "odd.json"
    path.write_bytes(msgspec.json.encode({"apiVersion": version, "kind": {"a": []}}))
    with pytest.raises(SeawallError, match="is no policy"):
        read(path)
    with pytest.raises(SeawallError, match="there is no policy of a known tool"):
        import_policies((path,), kind="auto", output=None)
