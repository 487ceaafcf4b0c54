"""Kubernetes' own API groups: which versions and kinds there are, so that a slip of the pen is told.

A group without a dot in its name is Kubernetes' own: a CustomResourceDefinition's must have one (apiextensions
validation). An object of such a group whose kind it never had would pass in silence, since no policy is about it; the
API server refuses it. Of the groups with a dot only the versions are known here.
Source: the API references of Kubernetes 1.0 to 1.37; OpenShift's kinds from before it had groups.
"""

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_CORE = _words(
    "Binding ComponentStatus Config ConfigMap DeleteOptions Endpoints Event Eviction LimitRange List Namespace Node"
    " NodeProxyOptions PersistentVolume PersistentVolumeClaim Pod PodAttachOptions PodExecOptions PodLogOptions"
    " PodPortForwardOptions PodProxyOptions PodStatusResult PodTemplate RangeAllocation ReplicationController"
    " ResourceQuota Scale Secret SerializedReference Service ServiceAccount ServiceProxyOptions Status TokenRequest"
    # OpenShift 3
    " Build BuildConfig ClusterRole ClusterRoleBinding DeploymentConfig Group HostSubnet Identity Image ImageSignature"
    " ImageStream ImageStreamImage ImageStreamImport ImageStreamMapping ImageStreamTag NetNamespace OAuthAccessToken"
    " OAuthAuthorizeToken OAuthClient OAuthClientAuthorization Policy PolicyBinding Project ProjectRequest Role"
    " RoleBinding Route SecurityContextConstraints Template User UserIdentityMapping"
)
KINDS: Mapping[str, frozenset[str]] = {
    "": _CORE,
    "apps": frozenset({"ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "Scale", "StatefulSet"}),
    "autoscaling": frozenset({"HorizontalPodAutoscaler", "Scale"}),
    "batch": frozenset({"CronJob", "Job", "JobTemplate", "ScheduledJob"}),
    "extensions": _words(
        "DaemonSet Deployment DeploymentRollback HorizontalPodAutoscaler Ingress Job NetworkPolicy PodSecurityPolicy"
        " ReplicaSet Scale ThirdPartyResource"
    ),
    "policy": frozenset({"Eviction", "PodDisruptionBudget", "PodSecurityPolicy"}),
}
"""Group without a dot → its kinds."""
VERSIONS: Mapping[str, frozenset[str]] = {
    "": frozenset({"v1"}),
    "apps": frozenset({"v1", "v1beta1", "v1beta2"}),
    "autoscaling": frozenset({"v1", "v2", "v2beta1", "v2beta2"}),
    "batch": frozenset({"v1", "v1beta1", "v2alpha1"}),
    "extensions": frozenset({"v1beta1"}),
    "policy": frozenset({"v1", "v1beta1"}),
    "admissionregistration.k8s.io": frozenset({"v1", "v1alpha1", "v1beta1"}),
    "apiextensions.k8s.io": frozenset({"v1", "v1beta1"}),
    "networking.k8s.io": frozenset({"v1", "v1alpha1", "v1beta1"}),
    "rbac.authorization.k8s.io": frozenset({"v1", "v1alpha1", "v1beta1"}),
    "storage.k8s.io": frozenset({"v1", "v1alpha1", "v1beta1"}),
}
"""Group → the versions that it ever had."""
_WRITTEN = frozenset(f"{group}/{one}" if group else one for group, versions in VERSIONS.items() for one in versions)


def slip(api_version: str, kind: str, *, known: bool) -> tuple[str, str] | None:
    """What is wrong with an ``apiVersion`` and ``kind``: the field and a sentence; null where nothing is.

    ``known`` says that the kind has a record of its own here, so that the object is judged by it.
    """
    if api_version in _WRITTEN and known:
        return None
    group, slash, version = api_version.rpartition("/")
    versions, kinds = VERSIONS.get(group), KINDS.get(group)
    if versions and version not in versions and (slash or known):
        return "apiVersion", f"Kubernetes has no {api_version[:80]!r}; the object is judged by its kind"
    if known or kinds is None or kind in kinds or version not in (versions or ()):
        return None
    from difflib import get_close_matches  # noqa: PLC0415 -- 3 ms that almost no manifest needs

    meant = get_close_matches(kind[:80], kinds, 1)
    hint = f" (is it {meant[0]}?)" if meant else ""
    said = f"Kubernetes has no {kind[:80]} in {api_version!r}{hint}; only policies about any object judge it"
    return "kind", said
