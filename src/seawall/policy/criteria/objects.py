"""Criteria about any Kubernetes object, whatever its kind."""

from seawall.model.finding import Subject
from seawall.model.kube.object import KubeObject
from seawall.policy.registry import Type, criterion, group


def subject_of(item: KubeObject) -> Subject:
    """What a finding about an object is about."""
    return Subject(kind=item.kind, name=item.name, namespace=item.namespace)


group(
    "object",
    "Any Kubernetes object, of whatever kind; for kinds without a group of their own, and for CEL.",
    label=lambda item: item.name,
    subject=subject_of,
)


@criterion("object", "kind", Type.TEXT, path="kind")
def kind(item: KubeObject) -> str:
    """Its kind."""
    return item.kind


@criterion("object", "api-version", Type.TEXT, path="apiVersion")
def api_version(item: KubeObject) -> str:
    """Group and version of its API, as written."""
    return item.api_version


@criterion("object", "api-group", Type.TEXT, path="apiVersion")
def api_group(item: KubeObject) -> str:
    """The group of its API; empty for the core one."""
    return item.group


@criterion("object", "name", Type.TEXT, path="metadata.name")
def name(item: KubeObject) -> str:
    """Its name."""
    return item.name


@criterion("object", "namespace", Type.TEXT, path="metadata.namespace")
def namespace(item: KubeObject) -> str:
    """Its namespace; ``default`` where none is written, empty for kinds that live in none."""
    return item.namespace


@criterion("object", "namespace-written", Type.BOOL, path="metadata.namespace")
def namespace_written(item: KubeObject) -> bool:
    """The manifest says the namespace itself."""
    return bool(item.metadata.namespace)


@criterion("object", "labels", Type.MAP, path="metadata.labels")
def labels(item: KubeObject) -> dict[str, str]:
    """Its labels."""
    return item.labels


@criterion("object", "annotations", Type.MAP, path="metadata.annotations")
def annotations(item: KubeObject) -> dict[str, str]:
    """Its annotations."""
    return item.annotations
