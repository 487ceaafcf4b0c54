"""The criteria, one module a subject; importing this package registers all of them."""

from seawall.policy.criteria import container, image, objects, ports, storage, workload

__all__ = ["container", "image", "objects", "ports", "storage", "workload"]
