"""The base of all records that are decoded from a Kubernetes object, and the parts that every kind shares.

Field names follow the Kubernetes API (``hostNetwork`` is ``host_network``), so that a reader who knows the API
knows the record. Only what Seawall judges is decoded; the rest stays reachable through :attr:`KubeObject.raw`.
"""

from seawall.model.record import Record

IntOrString = int | str
"""``intstr.IntOrString``: a port's number or name, a count or a percentage."""

Json = object
"""A JSON value that is passed on and not looked into."""


class Api(Record, frozen=True, kw_only=True, rename="camel", gc=False):
    """A part of an API object. Unknown fields are ignored, absent ones take the API server's default.

    ``gc=False``: these records form trees, never cycles, so the collector need not walk them.
    """


class OwnerReference(Api, frozen=True, kw_only=True):
    """Who created this object (``metav1.OwnerReference``)."""

    api_version: str = ""
    kind: str = ""
    name: str = ""
    uid: str = ""
    controller: bool = False


class ObjectMeta(Api, frozen=True, kw_only=True):
    """``metav1.ObjectMeta``, as far as it is judged."""

    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    uid: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    owner_references: tuple[OwnerReference, ...] = ()
    finalizers: tuple[str, ...] = ()
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None


class LocalReference(Api, frozen=True, kw_only=True):
    """A name in the same namespace (``corev1.LocalObjectReference``)."""

    name: str = ""


class ObjectReference(Api, frozen=True, kw_only=True):
    """A kind and a name, somewhere (``corev1.ObjectReference``, ``CrossVersionObjectReference``)."""

    api_version: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""
