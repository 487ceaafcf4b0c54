"""RBAC (``rbac.authorization.k8s.io``) and service accounts: who may do what."""

from msgspec import field

from seawall.model.kube.api import Api, LocalReference, ObjectReference
from seawall.model.kube.object import KubeObject
from seawall.model.kube.selector import LabelSelector

_EVERY_VERB = frozenset({"get", "list", "watch", "create", "update", "patch", "delete"})


class RbacRule(Api, frozen=True, kw_only=True):
    """``rbacv1.PolicyRule``."""

    verbs: tuple[str, ...] = ()
    api_groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    resource_names: tuple[str, ...] = ()
    non_resource_urls: tuple[str, ...] = field(name="nonResourceURLs", default=())

    @property
    def everything(self) -> bool:
        """Whether it allows every verb, by ``*`` or one by one, with all resources of all API groups."""
        verbs = set(self.verbs)
        return "*" in self.resources and "*" in self.api_groups and ("*" in verbs or verbs >= _EVERY_VERB)

    def __str__(self) -> str:
        """What it allows, for people: ``get, list secrets``."""
        groups = [group for group in self.api_groups if group]
        what = ", ".join((*self.resources, *self.non_resource_urls))
        named = f" named {', '.join(self.resource_names)}" if self.resource_names else ""
        return f"{', '.join(self.verbs)} {what}{' of ' + ', '.join(groups) if groups else ''}{named}"


class AggregationRule(Api, frozen=True, kw_only=True):
    """Which ClusterRoles' rules are added to this one."""

    cluster_role_selectors: tuple[LabelSelector, ...] = ()


class Role(KubeObject, frozen=True, kw_only=True, dict=True):
    """A Role or ClusterRole."""

    rules: tuple[RbacRule, ...] = ()
    aggregation_rule: AggregationRule | None = None


class RoleReference(Api, frozen=True, kw_only=True):
    """The role that is given."""

    api_group: str = ""
    kind: str = ""
    name: str = ""


class RbacSubject(Api, frozen=True, kw_only=True):
    """Who gets it: a User, Group or ServiceAccount."""

    api_group: str = ""
    kind: str = ""
    name: str = ""
    namespace: str = ""


class RoleBinding(KubeObject, frozen=True, kw_only=True, dict=True):
    """A RoleBinding or ClusterRoleBinding."""

    role_ref: RoleReference = RoleReference()
    subjects: tuple[RbacSubject, ...] = ()


class ServiceAccount(KubeObject, frozen=True, kw_only=True, dict=True):
    """A ServiceAccount."""

    automount_service_account_token: bool | None = None
    secrets: tuple[ObjectReference, ...] = ()
    image_pull_secrets: tuple[LocalReference, ...] = ()
