"""Secrets, ConfigMaps and namespaces."""

from seawall.model.kube.object import KubeObject

ENFORCE = "pod-security.kubernetes.io/enforce"


class Secret(KubeObject, frozen=True, kw_only=True, dict=True):
    """A Secret: its type and the names of its keys, sorted. The values are never part of the record's fields.

    ``raw`` and ``json`` hold them, as they hold everything that was read; nothing of them belongs into a finding.
    """

    type: str = "Opaque"
    keys: tuple[str, ...] = ()
    immutable: bool = False


class ConfigMap(KubeObject, frozen=True, kw_only=True, dict=True):
    """A ConfigMap with its text, which policies search for secrets; binary values are only named."""

    data: dict[str, str] = {}
    binary_keys: tuple[str, ...] = ()
    immutable: bool = False


class Namespace(KubeObject, frozen=True, kw_only=True, dict=True):
    """A Namespace."""

    @property
    def pod_security(self) -> str:
        """The Pod Security level that admission enforces, or empty."""
        return self.labels.get(ENFORCE, "")
