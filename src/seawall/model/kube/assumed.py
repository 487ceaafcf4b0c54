"""What exists although no manifest says so: what every cluster has, and what the user says is elsewhere."""

from fnmatch import fnmatchcase

from seawall.model.record import Record

_EVERYWHERE = {("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")}
_BUILT_IN = {
    "PriorityClass": {"system-cluster-critical", "system-node-critical"},
    "ClusterRole": {"cluster-admin", "admin", "edit", "view"},
    "Namespace": {"default", "kube-system", "kube-public", "kube-node-lease"},
}


class Pattern(Record, frozen=True, kw_only=True, gc=False):
    """Objects that exist: each part a name or a shell pattern (``*``, ``?``, ``[…]``)."""

    kind: str = "*"
    namespace: str = "*"
    name: str = "*"

    def all_of(self, kind: str) -> bool:
        """Whether any number of objects of a kind may exist, under whatever names."""
        return self.namespace == "*" == self.name and fnmatchcase(kind, self.kind)

    def matches(self, kind: str, namespace: str, name: str) -> bool:
        """Whether the object is meant. A kind that lives in no namespace has an empty one."""
        return (
            fnmatchcase(kind, self.kind)
            and fnmatchcase(name, self.name)
            and (not namespace or fnmatchcase(namespace, self.namespace))
        )


def in_every_cluster(kind: str, name: str) -> bool:
    """Whether Kubernetes itself makes the object, in every cluster or in every namespace."""
    return (
        (kind, name) in _EVERYWHERE
        or name in _BUILT_IN.get(kind, ())
        or (kind in {"ClusterRole", "Role", "ClusterRoleBinding"} and name.startswith("system:"))
        or (kind == "Service" and name == "kubernetes")
    )
