"""What is in a cluster: a row for each object, owners resolved; of pods the digests that run."""

from collections import Counter
from collections.abc import Iterator, Sequence
from sys import intern

import msgspec

from seawall.kube.cleaned import Cleaned
from seawall.kube.client.resource import Resource
from seawall.kube.served import SERVED, WORKLOADS
from seawall.model.coverage import Coverage
from seawall.model.kube.api import ObjectMeta
from seawall.model.kube.selector import LabelSelector
from seawall.model.record import Record
from seawall.workflow.cluster.details import details, digests
from seawall.workflow.cluster.source import ClusterQuery, Told, read_cluster

Owner = tuple[str, str]
_CHAIN = 5


class InventoryRow(Record, frozen=True, kw_only=True, gc=False, omit_defaults=True, rename="camel"):
    """An object.

    Attributes:
        owners: the chain of controllers, the nearest first, ``ReplicaSet/web-7d9``.
        created: ISO 8601.
        details: what matters of its kind.
    """

    kind: str
    namespace: str = ""
    name: str
    owners: tuple[str, ...] = ()
    created: str = ""
    details: dict[str, object] = {}


class Overview(Record, frozen=True, kw_only=True):
    """A cluster in numbers.

    Attributes:
        kinds: kind → how many.
        namespaces: namespace → kind → how many.
        images: distinct digests that run.
    """

    kinds: dict[str, int]
    namespaces: dict[str, dict[str, int]]
    images: int


class _Head(msgspec.Struct, frozen=True):
    metadata: ObjectMeta = ObjectMeta()


_decode_head = msgspec.json.Decoder(_Head).decode
_encode = msgspec.json.Encoder().encode
_decode_row = msgspec.json.Decoder(InventoryRow).decode


class ClusterInventory:
    """Rows by kind, each kept as the JSON that it is printed as."""

    def __init__(self, wanted: Sequence[Resource], selector: LabelSelector) -> None:
        self._wanted, self._selector = frozenset(wanted), selector
        self._rows: dict[Resource, list[tuple[str, str, bytes]]] = {}
        self._owners: dict[tuple[str, str, str], Owner] = {}
        self._digests: dict[Resource, set[str]] = {}
        self.told = Told(cluster="")

    def start(self, resource: Resource) -> None:
        """A kind begins (again)."""
        self._rows[resource] = []
        self._digests[resource] = set()

    def take(self, resource: Resource, one: Cleaned) -> None:
        """Keep an object's row."""
        meta = _decode_head(one.json).metadata
        controller = next((owner for owner in meta.owner_references if owner.controller), None)
        if controller is not None and one.kind in WORKLOADS and one.kind != "Pod":
            self._owners[one.kind, one.namespace, one.name] = (intern(controller.kind), controller.name)
        if resource not in self._wanted:
            return
        if not self._selector.matches(one.labels):
            return
        said = details(one)
        self._digests[resource] |= digests(one)
        row = InventoryRow(
            kind=one.kind,
            namespace=one.namespace,
            name=one.name,
            owners=tuple(self._chain(one.namespace, (controller.kind, controller.name))) if controller else (),
            created=meta.creation_timestamp or "",
            details=said,
        )
        self._rows[resource].append((intern(one.namespace), one.name, _encode(row)))

    def _chain(self, namespace: str, owner: Owner | None) -> Iterator[str]:
        for _ in range(_CHAIN):
            if owner is None:
                return
            yield f"{owner[0]}/{owner[1]}"
            owner = self._owners.get((owner[0], namespace, owner[1]))

    def finish(self, told: Told) -> None:
        """Everything was read: put it in order."""
        self.told = told
        for rows in self._rows.values():
            rows.sort()

    def json_rows(self) -> Iterator[bytes]:
        """Each row as JSON, by kind, namespace and name."""
        for resource in SERVED:
            for _, _, row in self._rows.get(resource, ()) if resource in self._wanted else ():
                yield row

    def rows(self) -> Iterator[InventoryRow]:
        """Each row."""
        return map(_decode_row, self.json_rows())

    def rows_of(self, kind: str) -> Iterator[InventoryRow]:
        """The rows of a kind."""
        for resource, rows in self._rows.items():
            if resource.kind == kind:
                yield from (_decode_row(row) for _, _, row in rows)

    def overview(self) -> Overview:
        """The numbers."""
        kinds: Counter[str] = Counter()
        spaces: dict[str, Counter[str]] = {}
        for resource, rows in self._rows.items():
            if resource in self._wanted and rows:
                kinds[_title(resource)] += len(rows)
                for namespace, _, _ in rows if resource.namespaced else ():
                    spaces.setdefault(namespace, Counter())[_title(resource)] += 1
        return Overview(
            kinds={_title(one): kinds[_title(one)] for one in SERVED if kinds[_title(one)]},
            namespaces={name: dict(sorted(spaces[name].items())) for name in sorted(spaces)},
            images=len(set().union(*self._digests.values())),
        )

    @property
    def coverage(self) -> tuple[Coverage, ...]:
        """What could not be read."""
        return self.told.coverage


def _title(resource: Resource) -> str:
    """The kind; with its group where two kinds share the name."""
    return f"{resource.kind}.{resource.group}" if resource.group == "serving.knative.dev" else resource.kind


def inventory(query: ClusterQuery, resources: Sequence[Resource]) -> ClusterInventory:
    """Read a cluster's inventory; kinds that own others are read along, for the chains.

    Raises:
        SeawallError: see :func:`seawall.workflow.cluster.source.read_cluster`.
    """
    found = ClusterInventory(resources, query.selector)
    between = {"Job", "ReplicaSet"} if any(one.kind == "Pod" for one in resources) else set[str]()
    asked = [one for one in SERVED if one in resources or one.kind in between]
    found.finish(read_cluster(query, asked, found))
    return found
