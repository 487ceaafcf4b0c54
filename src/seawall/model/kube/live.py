"""An inventory whose objects come, change and go, as they do in a cluster that is watched.

A change costs what it touches, not what there is: names, labels and namespaces are indexed as objects come; what
selects a workload is looked for in its namespace when somebody asks.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from itertools import count
from typing import TypeVar

from seawall.model.kube.assumed import Pattern
from seawall.model.kube.configuration import Namespace
from seawall.model.kube.inventory import Inventory, Moment, T
from seawall.model.kube.limits import Autoscaler, DisruptionBudget
from seawall.model.kube.network_policy import NetworkPolicy
from seawall.model.kube.object import KubeObject
from seawall.model.kube.rbac import Role, RoleBinding
from seawall.model.kube.selector import LabelSelector
from seawall.model.kube.service import Service
from seawall.model.kube.workload import Workload

K = TypeVar("K")
Identity = tuple[str, str, str, str]
"""Group, kind, namespace, name: what one object is called, whatever its version."""
_Numbered = dict[int, T]
"""Objects under the numbers in which they came first: sorted by it, they stand as in an inventory made anew."""
_SELECTING: tuple[type[KubeObject], ...] = (Service, NetworkPolicy, DisruptionBudget, Autoscaler)
_GRANTING = (Role, RoleBinding)


def identity(one: KubeObject) -> Identity:
    """What an object is called."""
    return one.group, one.kind, one.namespace, one.name


class LiveInventory(Inventory):
    """Answers as an :class:`Inventory` of the same objects, each where it first came, at every moment."""

    def __init__(self, objects: Iterable[KubeObject] = (), assumed: Iterable[Pattern] = ()) -> None:
        super().__init__((), assumed)
        self._next = count()
        self._numbers: dict[Identity, int] = {}
        self._all: _Numbered[KubeObject] = {}
        self._types: dict[type[KubeObject], _Numbered[KubeObject]] = defaultdict(dict)
        self._groups: dict[str, set[str]] = defaultdict(set)
        self._places: Counter[str] = Counter()
        self._named: dict[tuple[str, str, str], KubeObject] = {}
        self._pods: dict[str, _Numbered[Workload]] = defaultdict(dict)
        self._labelled: dict[tuple[str, str, str], _Numbered[Workload]] = defaultdict(dict)
        self._selecting: dict[tuple[type[KubeObject], str], _Numbered[KubeObject]] = defaultdict(dict)
        self._moments: dict[type[KubeObject], Moment] = defaultdict(Moment)
        self.by_name = self._named
        for one in objects:
            self.put(one)

    def __len__(self) -> int:
        return len(self._all)

    def held(self, key: Identity) -> KubeObject | None:
        """The object of that name and group."""
        return self._all.get(self._numbers.get(key, -1))

    def put(self, one: KubeObject) -> None:
        """It is there, or is another than before."""
        key = identity(one)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = next(self._next)
            self._places[one.namespace] += 1
            self._groups[one.kind].add(one.group)
        else:
            self._unlabel(number, self._all[number])
        self._all[number] = self._types[type(one)][number] = one
        if isinstance(one, _SELECTING):
            self._selecting[type(one), one.namespace][number] = one
        if isinstance(one, Workload) and one.kind != "PodTemplate":
            self._pods[one.namespace][number] = one
            for key_, value in one.pod_labels.items():
                self._labelled[one.namespace, key_, value][number] = one
        self._changed(one)

    def remove(self, key: Identity) -> KubeObject | None:
        """It is gone; what it was, if it was there."""
        number = self._numbers.pop(key, None)
        if number is None:
            return None
        one = self._all.pop(number)
        self._unlabel(number, one)
        self._types[type(one)].pop(number)
        self._places[one.namespace] -= 1
        _drop(self._selecting, (type(one), one.namespace), number)
        _drop(self._pods, one.namespace, number)
        self._changed(one)
        return one

    def _unlabel(self, number: int, one: KubeObject) -> None:
        for key, value in one.pod_labels.items() if isinstance(one, Workload) else ():
            _drop(self._labelled, (one.namespace, key, value), number)

    def _changed(self, one: KubeObject) -> None:
        """Forget what was worked out of how it was before."""
        name = (one.kind, one.namespace, one.name)
        last = max(self._numbers.get((group, *name), -1) for group in self._groups[one.kind])
        if last >= 0:
            self._named[name] = self._all[last]
        else:
            self._named.pop(name, None)
        self._moments.pop(type(one), None)
        stale = ["objects", "by_kind", "namespaces", *(["workloads", "acting"] if isinstance(one, Workload) else [])]
        for worked_out in [*stale, *(["grants"] if isinstance(one, _GRANTING) else [])]:
            self.__dict__.pop(worked_out, None)

    def moment(self, kind: type[KubeObject]) -> Moment:
        """Another one whenever objects of exactly this record type changed."""
        return self._moments[kind]

    # --- all of them -------------------------------------------------------------------------------------------

    @cached_property
    def objects(self) -> tuple[KubeObject, ...]:
        """All objects, in the order in which they first came."""
        return tuple(self._all.values())

    @cached_property
    def by_kind(self) -> Mapping[str, tuple[KubeObject, ...]]:
        """Objects by kind."""
        found: dict[str, _Numbered[KubeObject]] = defaultdict(dict)
        for objects in self._types.values():
            for number, one in objects.items():
                found[one.kind][number] = one
        return {kind: tuple(_ordered(objects)) for kind, objects in found.items()}

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """All namespaces that an object lives in or that are declared."""
        lived_in = {name for name, number in self._places.items() if name and number}
        return frozenset(lived_in) | {one.name for one in self.of(Namespace)}

    def of(self, kind: type[T]) -> tuple[T, ...]:
        """All objects of a record type, in order."""
        fitting = [objects for type_, objects in self._types.items() if issubclass(type_, kind)]
        merged = fitting[0] if len(fitting) == 1 else {n: one for objects in fitting for n, one in objects.items()}
        return tuple(one for one in _ordered(merged) if isinstance(one, kind))

    # --- neighbours --------------------------------------------------------------------------------------------

    def _candidates(self, namespace: str, labels: Mapping[str, str]) -> Collection[Workload]:
        fewest: _Numbered[Workload] = self._pods.get(namespace, {})
        for label in labels.items():
            having = self._labelled.get((namespace, *label), {})
            fewest = having if len(having) < len(fewest) else fewest
        return _ordered(fewest)

    def workloads_of(self, service: Service) -> tuple[Workload, ...]:
        """The workloads that a Service leads to."""
        return self.select(service.namespace, service.spec.selector)

    def services_of(self, workload: Workload) -> tuple[Service, ...]:
        """The Services that lead to a workload."""
        return tuple(one for one in self._beside(Service, workload) if _selects(one.spec.selector, workload))

    def network_policies_of(self, workload: Workload) -> tuple[NetworkPolicy, ...]:
        """The NetworkPolicies that select a workload's pods."""
        return tuple(one for one in self._beside(NetworkPolicy, workload) if _selects(one.spec.pod_selector, workload))

    def budgets_of(self, workload: Workload) -> tuple[DisruptionBudget, ...]:
        """The PodDisruptionBudgets that select a workload's pods."""
        return tuple(one for one in self._beside(DisruptionBudget, workload) if _selects(one.spec.selector, workload))

    def autoscalers_of(self, workload: Workload) -> tuple[Autoscaler, ...]:
        """The HorizontalPodAutoscalers that name a workload."""
        scaled = (workload.kind, workload.name)
        found = ((one.spec.scale_target_ref, one) for one in self._beside(Autoscaler, workload))
        return tuple(one for target, one in found if (target.kind, target.name) == scaled)

    def _beside(self, kind: type[T], workload: Workload) -> list[T]:
        """The objects of a record type in a workload's namespace, in order."""
        return [one for one in _ordered(self._selecting.get((kind, workload.namespace), {})) if isinstance(one, kind)]


def _drop(index: dict[K, _Numbered[T]], place: K, number: int) -> None:
    """Take a number out of an index, and an entry with it that nothing is left in."""
    entry = index.get(place)
    if entry is not None:
        entry.pop(number, None)
        if not entry:
            del index[place]


def _ordered(objects: _Numbered[T]) -> list[T]:
    return [objects[number] for number in sorted(objects)]


def _selects(selector: LabelSelector | Mapping[str, str] | None, workload: Workload) -> bool:
    """As :meth:`Inventory.select`, asked from the other side."""
    if workload.kind == "PodTemplate" or selector is None:
        return False
    if isinstance(selector, LabelSelector):
        return selector.matches(workload.pod_labels)
    return bool(selector) and selector.items() <= workload.pod_labels.items()
