"""The objects together: found by name, by label, by what selects them, by what they name.

Indexes are made when first asked for; asking for one workload's neighbours does not look at all objects.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import TypeVar

from seawall.model.kube.assumed import Pattern, in_every_cluster
from seawall.model.kube.configuration import Namespace
from seawall.model.kube.grants import Grants
from seawall.model.kube.limits import Autoscaler, DisruptionBudget
from seawall.model.kube.network_policy import NetworkPolicy
from seawall.model.kube.object import CLUSTER_SCOPED, KubeObject
from seawall.model.kube.rbac import Role, RoleBinding, ServiceAccount
from seawall.model.kube.reference import Reference, references
from seawall.model.kube.selector import LabelSelector
from seawall.model.kube.service import Service
from seawall.model.kube.workload import Workload

T = TypeVar("T", bound=KubeObject)
_NAMESPACE_NAME = "kubernetes.io/metadata.name"


class Moment:
    """Stands for how the objects of a type are: what was worked out of them is kept under it, and dies with it.

    Attributes:
        leads: kind → (namespace, name) of the Services that its objects lead to.
    """

    def __init__(self) -> None:
        self.leads: dict[str, frozenset[tuple[str, str]]] = {}


class Inventory:
    """Objects and their indexes; they do not change (:class:`seawall.model.kube.live.LiveInventory` does).

    Args:
        objects: all objects, in the order they were read.
        assumed: objects that exist elsewhere.
    """

    def __init__(self, objects: Iterable[KubeObject], assumed: Iterable[Pattern] = ()) -> None:
        self._given = tuple(objects)
        self.assumed = tuple(assumed)
        self._moment = Moment()

    @cached_property
    def objects(self) -> tuple[KubeObject, ...]:
        """All objects, in the order they were read."""
        return self._given

    def moment(self, kind: type[KubeObject]) -> Moment:
        """Another one whenever objects of exactly this record type changed."""
        return self._moment

    @cached_property
    def workloads(self) -> tuple[Workload, ...]:
        """Everything that runs pods. A PodTemplate alone runs none, but is judged like the others."""
        return self.of(Workload)

    @cached_property
    def by_kind(self) -> Mapping[str, tuple[KubeObject, ...]]:
        """Objects by kind."""
        found: dict[str, list[KubeObject]] = defaultdict(list)
        for one in self.objects:
            found[one.kind].append(one)
        return {kind: tuple(objects) for kind, objects in found.items()}

    @cached_property
    def by_name(self) -> Mapping[tuple[str, str, str], KubeObject]:
        """Objects by kind, namespace and name; the last one where several have the same."""
        return {(one.kind, one.namespace, one.name): one for one in self.objects}

    @cached_property
    def namespaces(self) -> frozenset[str]:
        """All namespaces that an object lives in or that are declared."""
        return frozenset(one.namespace for one in self.objects if one.namespace) | {
            one.name for one in self.of(Namespace)
        }

    def of(self, kind: type[T]) -> tuple[T, ...]:
        """All objects of a record type, in order."""
        return tuple(one for one in self.objects if isinstance(one, kind))

    def get(self, kind: str, namespace: str, name: str) -> KubeObject | None:
        """The object of this kind and name; the namespace of a kind that lives in none does not matter."""
        return self.by_name.get((kind, "" if kind in CLUSTER_SCOPED else namespace, name))

    def exists(self, kind: str, namespace: str, name: str) -> bool:
        """Whether the object is here, in every cluster, or assumed to be elsewhere."""
        place = "" if kind in CLUSTER_SCOPED else namespace
        return (
            (kind, place, name) in self.by_name
            or in_every_cluster(kind, name)
            or any(pattern.matches(kind, place, name) for pattern in self.assumed)
        )

    def unread(self, kind: str) -> bool:
        """Whether objects of a kind may be elsewhere, whatever their names: that none is here is no answer then."""
        return any(pattern.all_of(kind) for pattern in self.assumed)

    def owned(self, one: KubeObject) -> bool:
        """Whether it is the work of a controller that is here too: then that one's template is judged, not each copy.

        Looked at only for what runs pods; other owned objects (a Secret of a Certificate) stand for themselves.
        """
        if not isinstance(one, Workload) or not one.metadata.owner_references:
            return False
        owners = (owner for owner in one.metadata.owner_references if owner.controller)
        return any((owner.kind, one.namespace, owner.name) in self.by_name for owner in owners)

    def missing(self, subject: KubeObject) -> tuple[Reference, ...]:
        """What an object names, needs, and nobody has."""
        return tuple(
            one
            for one in references(subject)
            if not one.optional and not self.exists(one.kind, one.namespace, one.name)
        )

    def namespace_labels(self, name: str) -> Mapping[str, str]:
        """A namespace's labels, with the one that Kubernetes adds."""
        one = self.get("Namespace", "", name)
        return {**(one.labels if one is not None else {}), _NAMESPACE_NAME: name}

    # --- selectors ---------------------------------------------------------------------------------------------

    def select(self, namespace: str, selector: LabelSelector | Mapping[str, str] | None) -> tuple[Workload, ...]:
        """The workloads of a namespace whose pods a selector means, in order.

        A plain mapping is a Service's selector: empty, it means none. An empty :class:`LabelSelector` means all.
        """
        if selector is None or (not isinstance(selector, LabelSelector) and not selector):
            return ()
        labels = selector.match_labels if isinstance(selector, LabelSelector) else selector
        candidates = self._candidates(namespace, labels)
        if not isinstance(selector, LabelSelector):
            return tuple([one for one in candidates if labels.items() <= one.pod_labels.items()])
        return tuple(one for one in candidates if selector.matches(one.pod_labels))

    def _candidates(self, namespace: str, labels: Mapping[str, str]) -> Collection[Workload]:
        """The fewest workloads among which are all that have the labels, in order."""
        candidates = self._running.get(namespace, ())
        for label in labels.items():
            having = self._by_label.get((namespace, *label), ())
            candidates = having if len(having) < len(candidates) else candidates
        return candidates

    @cached_property
    def _running(self) -> Mapping[str, Collection[Workload]]:
        found: dict[str, list[Workload]] = defaultdict(list)
        for one in self.workloads:
            if one.kind != "PodTemplate":
                found[one.namespace].append(one)
        return {namespace: tuple(workloads) for namespace, workloads in found.items()}

    @cached_property
    def _by_label(self) -> Mapping[tuple[str, str, str], Collection[Workload]]:
        found: dict[tuple[str, str, str], list[Workload]] = defaultdict(list)
        for namespace, workloads in self._running.items():
            for one in workloads:
                for key, value in one.pod_labels.items():
                    found[namespace, key, value].append(one)
        return found

    def workloads_of(self, service: Service) -> tuple[Workload, ...]:
        """The workloads that a Service leads to."""
        known = self._led_to.get(id(service))
        return self.select(service.namespace, service.spec.selector) if known is None else known

    def services_of(self, workload: Workload) -> tuple[Service, ...]:
        """The Services that lead to a workload."""
        return self._services.get(id(workload), ())

    def network_policies_of(self, workload: Workload) -> tuple[NetworkPolicy, ...]:
        """The NetworkPolicies that select a workload's pods."""
        return self._network_policies.get(id(workload), ())

    def budgets_of(self, workload: Workload) -> tuple[DisruptionBudget, ...]:
        """The PodDisruptionBudgets that select a workload's pods."""
        return self._budgets.get(id(workload), ())

    def autoscalers_of(self, workload: Workload) -> tuple[Autoscaler, ...]:
        """The HorizontalPodAutoscalers that name a workload."""
        return self._autoscalers.get((workload.kind, workload.namespace, workload.name), ())

    @cached_property
    def _services(self) -> Mapping[int, tuple[Service, ...]]:
        found: dict[int, list[Service]] = defaultdict(list)
        for service in self.of(Service):
            for workload in self._led_to[id(service)]:
                found[id(workload)].append(service)
        return {key: tuple(services) for key, services in found.items()}

    @cached_property
    def _led_to(self) -> Mapping[int, tuple[Workload, ...]]:
        return {id(one): self.select(one.namespace, one.spec.selector) for one in self.of(Service)}

    @cached_property
    def _network_policies(self) -> Mapping[int, tuple[NetworkPolicy, ...]]:
        return self._selected((one, one.spec.pod_selector) for one in self.of(NetworkPolicy))

    @cached_property
    def _budgets(self) -> Mapping[int, tuple[DisruptionBudget, ...]]:
        return self._selected((one, one.spec.selector) for one in self.of(DisruptionBudget))

    def _selected(
        self, selectors: Iterable[tuple[T, LabelSelector | Mapping[str, str] | None]]
    ) -> Mapping[int, tuple[T, ...]]:
        """What selects each workload, by the workload's identity."""
        found: dict[int, list[T]] = defaultdict(list)
        for one, selector in selectors:
            for workload in self.select(one.namespace, selector):
                found[id(workload)].append(one)
        return {key: tuple(selecting) for key, selecting in found.items()}

    @cached_property
    def _autoscalers(self) -> Mapping[tuple[str, str, str], tuple[Autoscaler, ...]]:
        found: dict[tuple[str, str, str], list[Autoscaler]] = defaultdict(list)
        for one in self.of(Autoscaler):
            target = one.spec.scale_target_ref
            found[target.kind, one.namespace, target.name].append(one)
        return {key: tuple(scalers) for key, scalers in found.items()}

    # --- access ------------------------------------------------------------------------------------------------

    @cached_property
    def grants(self) -> Grants:
        """Roles joined with their bindings."""
        return Grants(self.of(Role), self.of(RoleBinding))

    @cached_property
    def acting(self) -> frozenset[tuple[str, str]]:
        """(namespace, name) of the service accounts that workloads act as."""
        return frozenset((one.namespace, one.service_account) for one in self.workloads)

    def service_account_of(self, workload: Workload) -> ServiceAccount | None:
        """The workload's service account, if it is among the objects."""
        found = self.get("ServiceAccount", workload.namespace, workload.service_account)
        return found if isinstance(found, ServiceAccount) else None

    def mounts_token(self, workload: Workload) -> bool:
        """Whether its pods get a service account token: what the pod says, else the account, else yes."""
        if workload.pod.automount_service_account_token is not None:
            return workload.pod.automount_service_account_token
        account = self.service_account_of(workload)
        return account is None or account.automount_service_account_token is not False
