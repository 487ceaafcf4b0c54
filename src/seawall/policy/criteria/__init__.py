"""The criteria, one module a subject; importing this package registers all of them."""

from seawall.policy.criteria import (
    access,
    container,
    exposure,
    image,
    namespaced,
    objects,
    ports,
    relations,
    storage,
    workload,
    written,
)

__all__ = [
    "access",
    "container",
    "exposure",
    "image",
    "namespaced",
    "objects",
    "ports",
    "relations",
    "storage",
    "workload",
    "written",
]
