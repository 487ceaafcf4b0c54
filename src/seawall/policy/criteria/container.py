"""Criteria about a container, with what its pod gives it."""

from seawall.model.kube.container import Container
from seawall.policy.registry import Type, criterion, group

group(
    "container",
    "A container of a workload, of any kind: regular, init, sidecar or ephemeral.",
    parents={"workload": lambda workload, _facts: workload.containers},
    path=lambda container: container.path,
    label=lambda container: container.name,
)


@criterion("container", "privileged", Type.BOOL, path="securityContext.privileged")
def privileged(container: Container) -> bool:
    """It has all capabilities and all the node's devices."""
    return container.security.privileged
