"""Criteria about any Kubernetes object, whatever its kind."""

from functools import cache, partial

from seawall.model.finding import Subject
from seawall.model.kube.object import KubeObject
from seawall.model.kube.workload import Workload
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


def metadata(group_name: str) -> None:
    """Register the criteria that every kind of object has."""
    field = partial(criterion, group_name)
    field("kind", Type.TEXT, path="kind", of="kind")(_kind)
    field("api-version", Type.TEXT, path="apiVersion", of="api_version")(_api_version)
    field("api-group", Type.TEXT, path="apiVersion", of="api_version")(_api_group)
    field("name", Type.TEXT, path="metadata.name")(_name)
    field("namespace", Type.TEXT, path="metadata.namespace")(_namespace)
    field("namespace-written", Type.BOOL, path="metadata.namespace")(_namespace_written)
    field("labels", Type.MAP, path="metadata.labels")(_labels)
    field("annotations", Type.MAP, path="metadata.annotations")(_annotations)


def root(name: str, doc: str, kind: type[KubeObject]) -> None:
    """Register a group of whole objects of one kind, with the criteria that every object has."""
    group(
        name,
        doc,
        parents={"object": lambda item, _facts: (item,) if isinstance(item, kind) else ()},
        label=lambda item: item.name,
        subject=subject_of,
    )
    metadata(name)
    ROOTS[name] = kind


ROOTS: dict[str, type[KubeObject]] = {}
"""Root group → the kind of its objects."""


@cache
def roots_of(kind: type[KubeObject]) -> tuple[str, ...]:
    """The root groups that an object of this class is judged in: its own, and ``object``."""
    own = tuple(name for name, wanted in ROOTS.items() if issubclass(kind, wanted))
    return (*own, "object")


def _kind(item: KubeObject) -> str:
    """Its kind."""
    return item.kind


def _api_version(item: KubeObject) -> str:
    """Group and version of its API, as written."""
    return item.api_version


def _api_group(item: KubeObject) -> str:
    """The group of its API; empty for the core one."""
    return item.group


def _name(item: KubeObject) -> str:
    """Its name."""
    return item.name


def _namespace(item: KubeObject) -> str:
    """Its namespace; ``default`` where none is written, empty for kinds that live in none."""
    return item.namespace


def _namespace_written(item: KubeObject) -> bool:
    """The manifest says the namespace itself."""
    return bool(item.metadata.namespace)


def _labels(item: KubeObject) -> dict[str, str]:
    """Its labels; of a workload, with those of its pods that it lacks; of a Job not those that every Job gets."""
    if not isinstance(item, Workload):
        return item.labels
    both = {**item.pod_labels, **item.labels}
    return {name: text for name, text in both.items() if name not in _OF_JOBS} if item.kind == "Job" else both


_OF_JOBS = {"controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"}
"""Labels that the API server writes into every Job."""


def _annotations(item: KubeObject) -> dict[str, str]:
    """Its annotations; of a workload, with those of its pods that it lacks."""
    return {**item.pod_annotations, **item.annotations} if isinstance(item, Workload) else item.annotations


metadata("object")
