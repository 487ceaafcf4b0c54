"""A Kubernetes object of any kind: its identity, where it was read, and its raw form on demand."""

from functools import cached_property

import msgspec

from seawall.model.coverage import CoverageState
from seawall.model.kube.api import Json, ObjectMeta
from seawall.model.record import Record

CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "AdminNetworkPolicy",
        "BaselineAdminNetworkPolicy",
        "CertificateSigningRequest",
        "ClusterNetworkPolicy",
        "ClusterPolicy",
        "ClusterRole",
        "ClusterRoleBinding",
        "ClusterTrustBundle",
        "ComponentStatus",
        "CSIDriver",
        "CSINode",
        "CustomResourceDefinition",
        "FlowSchema",
        "GatewayClass",
        "IngressClass",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PodSecurityPolicy",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "Project",
        "RuntimeClass",
        "SecurityContextConstraints",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttachment",
    }
)
"""Kinds that live in no namespace."""


class Problem(Record, frozen=True, kw_only=True):
    """Something that could not be read as it stands; becomes a row of the coverage.

    Attributes:
        file: as the user named it; ``-`` for standard input.
        line: from 1; None when only the file is meant.
        path: inside the object (``spec.replicas``), or empty when all of it is meant.
        state: ``unreadable`` (a whole file or document is lost), ``partial`` (one field) or ``unsupported``
            (a template that must be rendered first).
        message: one sentence.
    """

    file: str = ""
    line: int | None = None
    path: str = ""
    state: CoverageState = CoverageState.UNREADABLE
    message: str


class Origin(Record, frozen=True, kw_only=True, gc=False):
    """Where an object was read.

    Attributes:
        file: as the user named it; ``-`` for standard input; empty when it came from a cluster.
        line: the document's first line, from 1.
        text: the document, for finding lines in it.
        item: the path of the object inside the document: empty, or ``items[3]`` in a List.
    """

    file: str = ""
    line: int = 1
    text: bytes = b""
    item: str = ""


class KubeObject(Record, frozen=True, kw_only=True, dict=True):
    """An object: this class itself for kinds without a view of their own, else its subclass.

    Attributes:
        api_version: as written (``apps/v1``).
        kind: as written.
        metadata: name, namespace, labels, annotations, owners.
        json: the whole object as JSON.
        origin: where it was read.
        problems: fields of wrong type, with their paths; they hold their best guess or their default.
    """

    api_version: str
    kind: str
    metadata: ObjectMeta = ObjectMeta()
    json: bytes = b"{}"
    origin: Origin = Origin()
    problems: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        """``metadata.name``, or what it will begin with."""
        return self.metadata.name or self.metadata.generate_name

    @property
    def namespace(self) -> str:
        """Its namespace: ``default`` where none is written, empty for kinds that live in none."""
        return "" if self.kind in CLUSTER_SCOPED else self.metadata.namespace or "default"

    @property
    def group(self) -> str:
        """The API group, empty for the core one."""
        group, slash, _ = self.api_version.rpartition("/")
        return group if slash else ""

    @property
    def labels(self) -> dict[str, str]:
        """The object's own labels."""
        return self.metadata.labels

    @property
    def annotations(self) -> dict[str, str]:
        """The object's own annotations."""
        return self.metadata.annotations

    @cached_property
    def raw(self) -> dict[str, Json]:
        """The object as plain dictionaries and lists, everything kept. Decoded at the first use; do not change it."""
        value: dict[str, Json] = msgspec.json.decode(self.json)
        return value
