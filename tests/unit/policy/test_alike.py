"""What a criterion says it is of is all that it reads; values of attributes are read at once; groups of conditions."""

from collections import defaultdict
from types import SimpleNamespace

import msgspec
import pytest

from seawall.kube.normalise import normalise
from seawall.model.finding import Stage
from seawall.model.kube.object import KubeObject
from seawall.policy.alike import reader, remember, share
from seawall.policy.cel import TARGET
from seawall.policy.compile import compile_policy
from seawall.policy.criteria.objects import ROOTS
from seawall.policy.load import library
from seawall.policy.logic import holds
from seawall.policy.registry import CRITERIA, FOUND_BY, GROUPS, Attributes, Criterion, Unknown


def _items() -> dict[str, list[object]]:
    """Objects of every group, from the examples of the library: found as policies find them."""
    found: dict[str, list[object]] = defaultdict(list)
    for policy in list(library().policies.values())[::3]:
        for example in policy.examples:
            raws = [*([example.object] if example.object else []), *example.objects]
            for one in (made for raw in raws for made in normalise(msgspec.json.encode(raw))):
                if isinstance(one, KubeObject):
                    for root, kind in ROOTS.items():
                        found[root] += [one] * isinstance(one, kind)
    frontier = list(found)
    while frontier:
        parent = frontier.pop()
        for name, group in GROUPS.items():
            if parent in group.parents and name not in found:
                for item in found[parent]:
                    parts = group.parents[parent](item, {})
                    found[name] += [] if isinstance(parts, Unknown) else parts
                frontier.append(name)
    return found


ITEMS = _items()
DECIDED = [
    one for of_group in CRITERIA.values() for one in of_group.values() if one.of and one.read and one.group in ITEMS
]


class Only:
    """An object of which certain attributes can be read, and no others; properties are worked out from these."""

    def __init__(self, real: object, allowed: Attributes) -> None:
        self._real, self._allowed = real, allowed

    def __getattr__(self, name: str) -> object:
        if name in self._allowed:
            return getattr(self._real, name)
        inner = frozenset(one.removeprefix(f"{name}.") for one in self._allowed if one.startswith(f"{name}."))
        each = frozenset(one.removeprefix(f"{name}[].") for one in self._allowed if one.startswith(f"{name}[]."))
        if each:
            return tuple(Only(one, each) for one in getattr(self._real, name))
        if inner:
            return Only(getattr(self._real, name), inner)
        derived = getattr(type(self._real), name, None)
        work_out = getattr(derived, "fget", None) or getattr(derived, "func", None)
        assert work_out is not None, f"{name} of {type(self._real).__name__} is read, and not told"
        return work_out(self)


@pytest.mark.parametrize("criterion", DECIDED, ids=lambda one: f"{one.group}.{one.name}")
def test_a_criterion_reads_nothing_but_what_it_is_of(criterion: Criterion) -> None:
    assert criterion.read is not None
    for item in ITEMS[criterion.group][:300]:
        assert criterion.read(Only(item, criterion.of)) == criterion.read(item)


@pytest.mark.parametrize("child", [name for name, one in GROUPS.items() if set(one.parents.values()) & set(FOUND_BY)])
def test_parts_are_found_by_nothing_but_what_is_told(child: str) -> None:
    for parent, way in GROUPS[child].parents.items():
        attributes = FOUND_BY.get(way, ())
        if not attributes or attributes[0].endswith("[]"):
            continue
        for item in ITEMS[parent][:300]:
            found = way(Only(item, frozenset({*attributes, "path", "pod_path"})), {})
            assert not isinstance(found, Unknown)
            real = way(item, {})
            assert not isinstance(real, Unknown)
            assert len(list(found)) == len(list(real))


def test_attributes_are_read_at_once() -> None:
    part = [SimpleNamespace(a=SimpleNamespace(b=at), c="c") for at in (1, 2)]
    item = SimpleNamespace(x=0, y=SimpleNamespace(z="z"), parts=part)
    assert reader({"x"})(item) == 0
    assert reader({"x", "y.z"})(item) == (0, "z")
    assert reader({"parts[].a.b"})(item) == (None, (1, 2))
    assert reader({"y.z", "parts[].a.b", "parts[].c"})(item) == ("z", ((1, "c"), (2, "c")))


def test_what_is_about_various_attributes_is_looked_up_apart() -> None:
    compiled = compile_policy(next(iter(library().policies.values())), Stage.DEPLOY)
    attributes = [{"kind"}, {"resources", "kind"}, {"security"}, {"spec.image"}, {"spec.args", "spec.image"}]
    shared = share((frozenset(one), holds, (holds, compiled)) for one in attributes)
    item = SimpleNamespace(kind="k", resources="r", security="s", spec=SimpleNamespace(image="i", args="a"))
    assert sorted(map(str, (one.read(item) for one in shared))) == ["('a', 'i')", "('k', 'r')", "('k', 's')"]


def test_what_is_remembered_is_bounded() -> None:
    known: dict[object, int] = {}
    small, large = (KubeObject(api_version="v1", kind="Pod", json=b" " * size) for size in (10, 40_000))
    remember(known, {"a": 1}, 1, {TARGET: small})
    remember(known, "of a large one", 1, {TARGET: large})
    assert not known
    for at in range(5000):
        remember(known, at, at, {TARGET: small})
    assert len(known) == 2048
