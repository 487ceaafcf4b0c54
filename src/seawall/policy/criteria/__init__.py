"""The criteria, one module a subject; importing this package registers all of them."""

from seawall.policy.criteria import (
    access,
    ai,
    container,
    credentials,
    exposure,
    image,
    lifecycle,
    namespaced,
    objects,
    ports,
    relations,
    rollout,
    runtime,
    storage,
    workload,
    written,
)

__all__ = [
    "access",
    "ai",
    "container",
    "credentials",
    "exposure",
    "image",
    "lifecycle",
    "namespaced",
    "objects",
    "ports",
    "relations",
    "rollout",
    "runtime",
    "storage",
    "workload",
    "written",
]
