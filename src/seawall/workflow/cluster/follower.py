"""What a cluster looks like now, and what matters of each change: with the findings that appear and go.

What matters is what people write: created, deleted, another image, another number of replicas, any other change of the
specification. Status, leases and what controllers make are silent.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from seawall.kube.normalise import normalise
from seawall.model.finding import Location, Stage
from seawall.model.kube import KubeObject, Workload
from seawall.model.kube.live import Identity, LiveInventory, identity
from seawall.model.record import Record
from seawall.policy.criteria.relations import INVENTORY
from seawall.policy.registry import Facts
from seawall.workflow.cluster.audit import AuditRequest
from seawall.workflow.judged import part_of
from seawall.workflow.judging import Judging

_NOTES = ("deployment.kubernetes.io/", "deprecated.daemonset.template.generation", "control-plane.alpha.kubernetes.io/")
"""Annotations that controllers write for themselves."""


class Change(Record, frozen=True, kw_only=True):
    """Something changed.

    Attributes:
        at: when it was seen by this machine's clock, ISO 8601, UTC.
        what: ``created``, ``changed`` or ``deleted``.
        details: what changed, in words.
        appeared, gone: policies whose findings about the object are new, or over.
    """

    at: str
    what: str
    kind: str
    namespace: str
    name: str
    details: tuple[str, ...] = ()
    appeared: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


Tell = Callable[[Change], object]
_Said = frozenset[tuple[str, str]]
"""(policy, part) of findings."""


class Follower:
    """Holds what every kind looks like, and tells changes.

    Args:
        request: by which policies to judge.
        tell: called with each change.
    """

    def __init__(self, request: AuditRequest, tell: Tell) -> None:
        self.inventory = LiveInventory()
        facts: Facts = {INVENTORY: self.inventory}
        self._judging = Judging(request, (Stage.DEPLOY,), facts, lambda _target, path: Location(path=path))
        self._tell = tell

    def put(self, json: bytes, *, silent: bool) -> None:
        """An object is there, or is another than before; ``silent`` while the first lists are read."""
        made = next(iter(normalise(json, unchecked=False)), None)
        if not isinstance(made, KubeObject):
            return
        old = self.inventory.held(identity(made))
        if silent or _made_by_controller(made) or (old is not None and _same(old, made)):
            self.inventory.put(made)
            return
        before = self._said(old)  # among its neighbours as they were until now
        self.inventory.put(made)
        details = () if old is None else _details(old, made)
        self._say("created" if old is None else "changed", made, details, before, self._said(made))

    def remove(self, key: Identity, *, silent: bool = False) -> None:
        """An object is gone."""
        old = self.inventory.held(key)
        if old is None:
            return
        before = frozenset() if silent or _made_by_controller(old) else self._said(old)
        self.inventory.remove(key)
        if not silent and not _made_by_controller(old):
            self._say("deleted", old, (), before, frozenset())

    def _say(self, what: str, one: KubeObject, details: tuple[str, ...], before: _Said, after: _Said) -> None:
        self._tell(
            Change(
                at=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                what=what,
                kind=one.kind,
                namespace=one.namespace,
                name=one.name,
                details=details,
                appeared=tuple(sorted({name for name, _ in after - before})),
                gone=tuple(sorted({name for name, _ in before - after})),
            )
        )

    def _said(self, one: KubeObject | None) -> _Said:
        hits = self._judging.hits(one) if one is not None else ()
        return frozenset((hit.compiled.name, part_of(hit)) for hit in hits)


def _same(old: KubeObject, new: KubeObject) -> bool:
    return old.json == new.json or _written(old) == _written(new)


def _written(one: KubeObject) -> dict[str, object]:
    """What people write of an object: all but what controllers note in it, and where the scheduler puts a pod."""
    notes = {key: text for key, text in one.annotations.items() if not key.startswith(_NOTES)}
    written: dict[str, object] = {"labels": one.labels, "annotations": notes}
    raw: dict[str, object] = msgspec.json.decode(one.json)  # not one.raw, which would be kept
    spec = raw.get("spec")
    if one.kind == "Pod" and isinstance(spec, dict):
        spec.pop("nodeName", None)
    return written | {key: value for key, value in raw.items() if key != "metadata"}


def _made_by_controller(one: KubeObject) -> bool:
    return isinstance(one, Workload) and one.controlled


def _details(old: KubeObject, new: KubeObject) -> tuple[str, ...]:
    """What changed, in words; the names of the fields where there are no better ones."""
    found: list[str] = []
    if isinstance(old, Workload) and isinstance(new, Workload):
        if old.replicas != new.replicas:
            found.append(f"replicas {old.replicas} → {new.replicas}")
        images = {one.name: one.spec.image for one in old.containers}
        found += [
            f"image of {one.name}: {images.get(one.name, 'none')} → {one.spec.image}"
            for one in new.containers
            if images.get(one.name) != one.spec.image
        ]
    if not found:
        before, after = _written(old), _written(new)
        found = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    return tuple(found)
