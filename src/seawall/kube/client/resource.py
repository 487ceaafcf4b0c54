"""What can be asked for: a kind as the API serves it."""

from urllib.parse import quote

from seawall.model.record import Record


class Resource(Record, frozen=True, kw_only=True):
    """A kind in one version of its API group.

    Attributes:
        group: empty for the core one.
        version: ``v1``.
        name: in addresses: ``pods``.
        kind: ``Pod``.
        namespaced: whether its objects live in namespaces.
        verbs: what the API server can do with it; empty when that was not asked.
        aliases: what people also call it: its singular, short names.
    """

    group: str = ""
    version: str = "v1"
    name: str
    kind: str
    namespaced: bool = True
    verbs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        """As objects say it: ``apps/v1``."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def title(self) -> str:
        """For sentences: ``deployments.apps``."""
        return f"{self.name}.{self.group}" if self.group else self.name

    def path(self, namespace: str = "", name: str = "", subresource: str = "") -> str:
        """The address from the root of the API; all namespaces when none is named."""
        base = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        within = f"/namespaces/{quote(namespace, safe='')}" if namespace and self.namespaced else ""
        parts = [quote(part, safe="") for part in (name, subresource) if part]
        return "/".join([f"{base}{within}/{self.name}", *parts])


NAMESPACES = Resource(name="namespaces", kind="Namespace", namespaced=False)
NODES = Resource(name="nodes", kind="Node", namespaced=False)
PODS = Resource(name="pods", kind="Pod")
