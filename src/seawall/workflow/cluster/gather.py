"""All objects of a cluster for judging: what people wrote as records, pods small, drift found on the way."""

from collections import defaultdict
from collections.abc import Callable
from sys import intern
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from seawall.kube.cleaned import Cleaned
from seawall.kube.client.resource import Resource
from seawall.kube.drift import drift
from seawall.kube.normalise import normalise
from seawall.model.coverage import Coverage
from seawall.model.kube import KubeObject, Workload
from seawall.model.kube.running import (
    ClusterFacts,
    Node,
    NodeStatus,
    Observed,
    OldApiUse,
    PodStatus,
    RunningContainer,
    RunningPod,
)
from seawall.workflow.cluster.source import Told, unread_kinds

T = TypeVar("T")
Name = tuple[str, str, str]
_MIRROR = "kubernetes.io/config.mirror"
_GENERATION = ("pod-template-generation", "deprecated.daemonset.template.generation")
_HASH = "controller-revision-hash"
_CHAIN = 5
_MAKERS = frozenset({"ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob", "ReplicationController"})


class _Revision(msgspec.Struct, frozen=True, rename="camel"):
    update_revision: str = ""


_decode_pod_status = msgspec.json.Decoder(PodStatus).decode
_decode_node_status = msgspec.json.Decoder(NodeStatus).decode
_decode_revision = msgspec.json.Decoder(_Revision).decode


def _as_written(running: RunningContainer, pod: Workload) -> RunningContainer:
    """The image under the name that the pod gives it; runtimes tell others (``docker.io/library/…``, an id)."""
    written = next((one.spec.image for one in pod.containers if one.name == running.name), running.image)
    return replace(running, image=intern(written), image_id=intern(running.image_id))


def _status(read: Callable[[bytes], T], one: Cleaned, otherwise: T) -> T:
    """What is kept of the status; one of wrong types, which no API server writes, is as none."""
    try:
        return read(one.status) if one.status else otherwise
    except msgspec.ValidationError:
        return otherwise


class Gathered:
    """What was read of a cluster; a sink for :func:`seawall.workflow.cluster.source.read_cluster`."""

    def __init__(self, keep: Name | None = None) -> None:
        """Prepare.

        Args:
            keep: kind, namespace and name of an object that is kept whole, even a pod that a controller made.
        """
        self._keep = keep
        self.kept: list[Workload] = []
        self.whole: Cleaned | None = None
        self._objects: dict[Resource, list[KubeObject]] = {}
        self._pods: dict[Resource, list[RunningPod]] = {}
        self._drifts: dict[Name, tuple[str, ...]] = {}
        self._old: dict[Resource, dict[tuple[str, str], list[str]]] = {}
        self._workloads: dict[Name, Workload] = {}
        self._revisions: dict[Name, str] = {}
        self._earlier: dict[Name, bool] = {}
        self._outdated: set[Name] = set()
        self._drifted_pods: list[Workload] = []

    def start(self, resource: Resource) -> None:
        """A kind begins (again)."""
        for one in self._objects.get(resource, ()):
            self._workloads.pop((one.kind, one.namespace, one.name), None)
        self._objects[resource], self._pods[resource] = [], []
        self._old[resource] = defaultdict(list)
        if resource.kind == "Pod":
            self._drifts.clear()
            self.kept.clear()
            self._drifted_pods.clear()
            self._outdated.clear()
            self._earlier.clear()

    def take(self, resource: Resource, one: Cleaned) -> None:
        """Keep an object, or of a pod what matters."""
        made = next(iter(normalise(one.json, unchecked=False)), None)
        if not isinstance(made, KubeObject):
            return
        if self._keep == (made.kind, made.namespace, made.name):
            self.whole = one
        for manager, version in one.managers:
            self._old[resource][made.kind, version].append(manager)
        if isinstance(made, Node):
            made = replace(made, status=_status(_decode_node_status, one, NodeStatus()))
        if not isinstance(made, Workload):
            self._objects[resource].append(made)
        elif made.kind == "Pod":
            self._take_pod(resource, made, one)
        else:
            key = (made.kind, made.namespace, made.name)
            self._workloads[key] = made
            if made.kind == "StatefulSet" and one.status:
                self._revisions[key] = _status(_decode_revision, one, _Revision()).update_revision
            self._objects[resource].append(made)

    def _take_pod(self, resource: Resource, pod: Workload, one: Cleaned) -> None:
        status = _status(_decode_pod_status, one, PodStatus())
        owner = next((each for each in pod.metadata.owner_references if each.controller), None)
        self._pods[resource].append(
            RunningPod(
                namespace=intern(pod.namespace),
                name=pod.name,
                node=intern(pod.pod.node_name),
                phase=intern(status.phase),
                ip=status.pod_ip,
                service_account=intern(pod.service_account),
                owner=(intern(owner.kind), owner.name) if owner else ("", ""),
                containers=tuple(_as_written(each, pod) for each in status.containers),
            )
        )
        if owner is None or _MIRROR in pod.annotations:
            if _MIRROR not in pod.annotations:
                self._objects[resource].append(pod)
            return
        maker = self._workloads.get((owner.kind, pod.namespace, owner.name))
        key = (pod.kind, pod.namespace, pod.name)
        if self._keep == key and maker is not None:
            self.kept.append(pod)
        if maker is None:
            self._objects[resource].append(pod)
        elif self._is_outdated(pod, maker):
            self._outdated.add(key)
        elif fields := drift(maker.pod, pod.pod):
            self._drifts[key] = fields
            self._drifted_pods.append(pod)

    def _is_outdated(self, pod: Workload, maker: Workload) -> bool:
        """Whether a pod was made from an earlier template of its maker."""
        key = (maker.kind, maker.namespace, maker.name)
        if maker.kind == "DaemonSet":
            made, now = pod.labels.get(_GENERATION[0]), maker.annotations.get(_GENERATION[1])
            return bool(made and now and made != now)
        if maker.kind == "StatefulSet":
            made, now = pod.labels.get(_HASH), self._revisions.get(key)
            return bool(made and now and made != now)
        return self._is_earlier(maker)

    def _is_earlier(self, maker: Workload) -> bool:
        """Whether a ReplicaSet holds an earlier template of its Deployment; asked once, not for each of its pods."""
        key = (maker.kind, maker.namespace, maker.name)
        if key not in self._earlier:
            owner = next((each for each in maker.metadata.owner_references if each.controller), None)
            above = self._workloads.get((owner.kind, maker.namespace, owner.name)) if owner else None
            rolled = above if above is not None and above.kind in {"Deployment", "Rollout"} else None
            self._earlier[key] = rolled is not None and bool(drift(rolled.pod, maker.pod))
        return self._earlier[key]

    # --- what came of it ----------------------------------------------------------------------------------------
    @property
    def objects(self) -> list[KubeObject]:
        """Everything but the pods that a controller of the cluster made."""
        return [one for objects in self._objects.values() for one in objects]

    @property
    def drifted(self) -> list[Workload]:
        """Pods that are not what their template says."""
        return self._drifted_pods

    def maker(self, pod: Workload) -> Workload | None:
        """The workload that people wrote, above a pod or ReplicaSet."""
        one: Workload | None = pod
        for _ in range(_CHAIN):
            owner = next((each for each in one.metadata.owner_references if each.controller), None) if one else None
            above = self._workloads.get((owner.kind, pod.namespace, owner.name)) if owner else None
            if above is None:
                break
            one = above
        return one if one is not pod else None

    @property
    def pods(self) -> list[RunningPod]:
        """All pods."""
        return [one for pods in self._pods.values() for one in pods]

    def chain(self, one: KubeObject) -> tuple[str, ...]:
        """Who made an object, the nearest first."""
        found: list[str] = []
        above: KubeObject | None = one
        while above is not None and len(found) < _CHAIN:
            owner = next((each for each in above.metadata.owner_references if each.controller), None)
            if owner is None:
                break
            found.append(f"{owner.kind}/{owner.name}")
            above = self._workloads.get((owner.kind, one.namespace, owner.name))
        return tuple(found)

    def running(self, one: Workload) -> list[RunningPod]:
        """The pods of a workload, or the pod itself."""
        key = (one.kind, one.namespace, one.name)
        if one.kind == "Pod":
            return [pod for pod in self.pods if (pod.namespace, pod.name) == key[1:]]
        return [pod for pod in self.pods if pod.owner[0] and self._top(pod.namespace, pod.owner) == key]

    def _top(self, namespace: str, owner: tuple[str, str]) -> Name:
        key = (owner[0], namespace, owner[1])
        for _ in range(_CHAIN):
            one = self._workloads.get(key)
            above = next((each for each in one.metadata.owner_references if each.controller), None) if one else None
            if above is None or (above.kind, namespace, above.name) not in self._workloads:
                break
            key = (above.kind, namespace, above.name)
        return key

    def facts(self, told: Told, support_ends: str | None = None) -> ClusterFacts:
        """The cluster as policies see it."""
        by_owner: dict[Name, list[RunningPod]] = defaultdict(list)
        for pod in self.pods:
            key = self._top(pod.namespace, pod.owner) if pod.owner[0] else ("Pod", pod.namespace, pod.name)
            by_owner[key].append(pod)
        read = _MAKERS.difference(unread_kinds(told))
        missing = {
            (one.kind, one.namespace, one.name)
            for one in self.objects
            if isinstance(one, Workload) and self._lost(one, read)
        }
        observed = {key: self._observed(key, by_owner.get(key, []), missing) for key in self._keys(by_owner)}
        return ClusterFacts(
            name=told.cluster,
            version=told.version.removeprefix("v"),
            support_ends=support_ends,
            workloads=observed,
            old_apis=tuple(
                OldApiUse(kind=kind, api_version=version, managers=tuple(sorted(set(managers))), objects=len(managers))
                for uses in self._old.values()
                for (kind, version), managers in sorted(uses.items())
            ),
        )

    def _keys(self, by_owner: dict[Name, list[RunningPod]]) -> set[Name]:
        return {*by_owner, *self._workloads, *((o.kind, o.namespace, o.name) for o in self.objects if o.kind == "Pod")}

    def _lost(self, one: Workload, known: frozenset[str]) -> bool:
        owner = next((each for each in one.metadata.owner_references if each.controller), None)
        return (
            owner is not None and owner.kind in known and (owner.kind, one.namespace, owner.name) not in self._workloads
        )

    def _observed(self, key: Name, pods: list[RunningPod], missing: set[Name]) -> Observed:
        drifts = self._drifts
        digests: dict[tuple[str, str], set[str]] = defaultdict(set)
        for pod in pods:
            for container in pod.containers:
                if container.digest and ("Pod", pod.namespace, pod.name) not in self._outdated:
                    digests[container.name, container.image].add(container.digest)
        names = [("Pod", pod.namespace, pod.name) for pod in pods]
        return Observed(
            pods=len(pods),
            drifted={name[2]: drifts[name] for name in names if name in drifts},
            outdated=tuple(name[2] for name in names if name in self._outdated),
            digests={container: tuple(sorted(found)) for (container, _), found in sorted(digests.items())},
            owner_missing=key in missing,
        )

    def problems(self) -> list[Coverage]:
        """Fields that were not what the API says they are."""
        return [
            Coverage(
                area="object",
                state=problem.state,
                message=f"{one.kind}/{one.namespace}/{one.name} {problem.path}: {problem.message}",
            )
            for one in self.objects
            for problem in one.problems
        ]
