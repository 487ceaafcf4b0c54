"""Criteria about a workload: everything that its pods share."""

from seawall.model.finding import Subject
from seawall.model.kube.workload import Workload
from seawall.policy.registry import Type, criterion, group


def _subject(workload: Workload) -> Subject:
    return Subject(kind=workload.kind, name=workload.name, namespace=workload.namespace)


group(
    "workload",
    "Something that runs pods: a Pod, Deployment, StatefulSet, DaemonSet, Job, CronJob, ….",
    label=lambda workload: workload.name,
    subject=_subject,
)


@criterion("workload", "kind", Type.TEXT, path="kind")
def kind(workload: Workload) -> str:
    """Its kind as the API names it."""
    return workload.kind


@criterion("workload", "name", Type.TEXT, path="metadata.name")
def name(workload: Workload) -> str:
    """Its name."""
    return workload.name


@criterion("workload", "namespace", Type.TEXT, path="metadata.namespace")
def namespace(workload: Workload) -> str:
    """Its namespace; ``default`` where none is written."""
    return workload.namespace


@criterion("workload", "labels", Type.MAP, path="metadata.labels")
def labels(workload: Workload) -> dict[str, str]:
    """Its own labels, with those of its pods that it lacks."""
    return {**workload.pod_labels, **workload.labels}


@criterion("workload", "annotations", Type.MAP, path="metadata.annotations")
def annotations(workload: Workload) -> dict[str, str]:
    """Its own annotations, with those of its pods that it lacks."""
    return {**workload.pod_annotations, **workload.annotations}


@criterion("workload", "host-network", Type.BOOL, path="hostNetwork")
def host_network(workload: Workload) -> bool:
    """Its pods use the node's network."""
    return workload.pod.host_network
