"""An object as a cluster gives it, reduced to what is judged and kept.

The values of Secrets (and of ConfigMaps, unless they are asked for) end here: of each only the key's name goes on.
What the API server keeps for itself (managed fields, versions, most of the status) is left out, so that the same
object is the same bytes today and tomorrow, from the API and from an export.
"""

from collections.abc import Mapping

import msgspec

from seawall.model.record import Record

WITHHELD = "seawall.dev/values"
"""The annotation on objects whose values were left out; its value is ``withheld``."""
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_HOLDS_VALUES = {"Secret", "ConfigMap"}
_KEPT_STATUS: Mapping[str, tuple[str, ...]] = {
    "Node": ("nodeInfo", "conditions"),
    "Pod": ("phase", "podIP", "containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"),
    "Namespace": ("phase",),
    "Service": ("loadBalancer",),
    "Ingress": ("loadBalancer",),
    "Gateway": ("addresses",),
    "PersistentVolume": ("phase",),
    "PersistentVolumeClaim": ("phase",),
    "StatefulSet": ("replicas", "readyReplicas", "updateRevision"),
    **dict.fromkeys(("Deployment", "ReplicaSet", "ReplicationController", "Rollout"), ("replicas", "readyReplicas")),
    "DaemonSet": ("desiredNumberScheduled", "numberReady"),
    "Job": ("active", "succeeded", "failed"),
}
Parts = dict[str, msgspec.Raw]


class _Managed(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, gc=False):
    manager: str = ""
    api_version: str = ""


class _Metadata(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, gc=False):
    """What is kept of the metadata."""

    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    uid: str = ""
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    owner_references: msgspec.Raw = msgspec.Raw()
    finalizers: msgspec.Raw = msgspec.Raw()
    managed_fields: tuple[_Managed, ...] | None = None


class _ContainerStatus(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True, gc=False):
    name: str = ""
    image: str = ""
    image_id: str = msgspec.field(default="", name="imageID")
    ready: bool = False


class _Condition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    type: str = ""
    status: str = ""
    reason: str = ""


class Cleaned(Record, frozen=True, kw_only=True, gc=False):
    """An object in the parts that are kept.

    Attributes:
        kind: as the object says.
        namespace, name: as the object says.
        labels: its own.
        json: what is judged: without status and bookkeeping.
        status: what is kept of the status as JSON, or nothing.
        managers: (manager, API version) of those who wrote it in another version than it is served in.
    """

    kind: str
    namespace: str
    name: str
    labels: dict[str, str]
    json: bytes
    status: bytes = b""
    managers: tuple[tuple[str, str], ...] = ()

    def whole(self) -> bytes:
        """All of it as one line of JSON: what an export holds, and :func:`clean` reads to the same parts."""
        if not self.status and not self.managers:
            return self.json
        parts = _decode(self.json)
        if self.status:
            parts["status"] = msgspec.Raw(self.status)
        if self.managers:
            told = tuple(_Managed(manager=manager, api_version=version) for manager, version in self.managers)
            metadata = msgspec.structs.replace(_decode_metadata(parts["metadata"]), managed_fields=told)
            parts["metadata"] = msgspec.Raw(_encode(metadata))
        return _encode(parts)


_decode = msgspec.json.Decoder(Parts).decode
_decode_metadata = msgspec.json.Decoder(_Metadata).decode
_decode_text = msgspec.json.Decoder(str).decode
_decode_statuses = msgspec.json.Decoder(tuple[_ContainerStatus, ...]).decode
_decode_conditions = msgspec.json.Decoder(tuple[_Condition, ...]).decode
_encode = msgspec.json.Encoder().encode


def clean(item: bytes | msgspec.Raw, *, values: bool = False) -> Cleaned:
    """The parts of an object that are kept.

    Args:
        item: its JSON, saying its kind and API version.
        values: keep the values of ConfigMaps; those of Secrets are never kept.

    Raises:
        msgspec.DecodeError: it is no object, or its metadata is of a wrong type.
    """
    parts = _decode(item)
    kind, api_version = _decode_text(parts["kind"]), _decode_text(parts["apiVersion"])
    metadata = _decode_metadata(parts.get("metadata", msgspec.Raw(b"{}")))
    written = {(one.manager, one.api_version) for one in metadata.managed_fields or ()}
    managers = tuple(sorted(pair for pair in written if pair[1] and pair[1] != api_version))
    hidden = kind == "Secret" or (kind == "ConfigMap" and not values)
    if kind in _HOLDS_VALUES and hidden:
        _withhold(parts)
    made: dict[str, object] = {
        "apiVersion": parts.pop("apiVersion"),
        "kind": parts.pop("kind"),
        "metadata": _kept(metadata, kind, hidden=hidden),
    }
    status = parts.pop("status", None)
    parts.pop("metadata", None)
    if kind == "CustomResourceDefinition":
        parts["spec"] = _without_schemas(parts.get("spec", msgspec.Raw(b"{}")))
    made.update(sorted(parts.items()))
    return Cleaned(
        kind=kind,
        namespace=metadata.namespace,
        name=metadata.name,
        labels=metadata.labels or {},
        json=_encode(made),
        status=_status(kind, status),
        managers=managers,
    )


def _kept(metadata: _Metadata, kind: str, *, hidden: bool) -> _Metadata:
    annotations = dict(metadata.annotations or {})
    if annotations.pop(_LAST_APPLIED, None) is not None and kind == "Secret":
        annotations[_LAST_APPLIED] = ""  # that it is there is a finding; what it says is the secret
    if hidden and kind in _HOLDS_VALUES:
        annotations[WITHHELD] = "withheld"
    ordered = dict(sorted(annotations.items()))
    return msgspec.structs.replace(metadata, annotations=ordered or None, managed_fields=None)


def _withhold(parts: Parts) -> None:
    keys: dict[str, set[str]] = {"data": set(), "binaryData": set()}
    for name, target in (("data", "data"), ("stringData", "data"), ("binaryData", "binaryData")):
        raw = parts.pop(name, None)
        if raw is not None and bytes(raw) != b"null":
            keys[target].update(_decode(raw))
    for name, found in keys.items():
        if found:
            parts[name] = msgspec.Raw(_encode(dict.fromkeys(sorted(found), "")))


def _status(kind: str, status: msgspec.Raw | None) -> bytes:
    wanted = _KEPT_STATUS.get(kind)
    if wanted is None or status is None or not bytes(status).startswith(b"{"):
        return b""
    given = _decode(status)
    kept: dict[str, object] = {}
    for name in wanted:
        value = given.get(name)
        if value is None or bytes(value) == b"null":
            continue
        if name.endswith("ontainerStatuses"):
            kept[name] = _decode_statuses(value)
        else:
            kept[name] = _decode_conditions(value) if name == "conditions" else value
    return _encode(kept) if kept else b""


def _without_schemas(spec: msgspec.Raw) -> msgspec.Raw:
    """A definition's specification without the schemas, which are most of it."""
    given = _decode(spec)
    versions = msgspec.json.decode(given.get("versions", b"[]"), type=tuple[Parts, ...])
    for version in versions:
        version.pop("schema", None)
        version.pop("additionalPrinterColumns", None)
    if versions:
        given["versions"] = msgspec.Raw(_encode(versions))
    given.pop("conversion", None)
    return msgspec.Raw(_encode(given))
