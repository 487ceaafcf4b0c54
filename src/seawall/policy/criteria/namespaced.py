"""Criteria about the other kinds: network policies, secrets, config maps, namespaces, budgets, webhooks, storage."""

from collections.abc import Iterable
from typing import NamedTuple

from seawall.model.kube.admission import CustomResourceDefinition, Webhook, WebhookConfiguration
from seawall.model.kube.configuration import ConfigMap, Namespace, Secret
from seawall.model.kube.limits import Autoscaler, DisruptionBudget, LimitRange, ResourceQuota
from seawall.model.kube.network_policy import NetworkPolicy, PolicyPeer
from seawall.model.kube.storage import PersistentVolume, PersistentVolumeClaim, StorageClass
from seawall.policy.criteria.objects import root
from seawall.policy.registry import UNKNOWN, Facts, Type, Unknown, criterion, fact, group

_EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})


class PlacedWebhook(NamedTuple):
    """A webhook and its path in the configuration."""

    webhook: Webhook
    path: str


class PlacedEntry(NamedTuple):
    """A key and text of a ConfigMap, and its path."""

    key: str
    text: str
    path: str


def _webhooks(item: WebhookConfiguration, _facts: Facts) -> Iterable[PlacedWebhook]:
    return [PlacedWebhook(webhook, f"webhooks[{at}]") for at, webhook in enumerate(item.webhooks)]


WITHHELD = "seawall.dev/values"
CONFIG_MAP_VALUES = "config-map-values"
fact(CONFIG_MAP_VALUES, "the values of config maps (an export holds them with `--config-map-values`)")


def _entries(item: ConfigMap, _facts: Facts) -> Iterable[PlacedEntry] | Unknown:
    if item.annotations.get(WITHHELD) == "withheld":
        return UNKNOWN
    return [PlacedEntry(key, text, f"data.{key}") for key, text in item.data.items()]


root("network-policy", "A NetworkPolicy.", NetworkPolicy)
root("secret", "A Secret: its type and keys, never its values.", Secret)
root("config-map", "A ConfigMap.", ConfigMap)
root("namespace", "A Namespace.", Namespace)
root("disruption-budget", "A PodDisruptionBudget.", DisruptionBudget)
root("autoscaler", "A HorizontalPodAutoscaler.", Autoscaler)
root("resource-quota", "A ResourceQuota.", ResourceQuota)
root("limit-range", "A LimitRange.", LimitRange)
root("webhook-configuration", "A validating or mutating webhook configuration.", WebhookConfiguration)
root("custom-resource-definition", "A CustomResourceDefinition.", CustomResourceDefinition)
root("persistent-volume", "A PersistentVolume.", PersistentVolume)
root("volume-claim", "A PersistentVolumeClaim.", PersistentVolumeClaim)
root("storage-class", "A StorageClass.", StorageClass)
group(
    "webhook",
    "A webhook of a configuration.",
    parents={"webhook-configuration": _webhooks},
    path=lambda placed: placed.path,
    label=lambda placed: placed.webhook.name,
)
group(
    "entry",
    "A key and its text in a ConfigMap.",
    parents={"config-map": _entries},
    needs=CONFIG_MAP_VALUES,
    path=lambda placed: placed.path,
    label=lambda placed: placed.key,
)


@criterion("network-policy", "isolates", Type.SET, path="spec.policyTypes", values=("Ingress", "Egress"))
def isolates(policy: NetworkPolicy) -> tuple[str, ...]:
    """Which directions it restricts."""
    return policy.isolates


@criterion("network-policy", "selects-everything", Type.BOOL, path="spec.podSelector")
def selects_everything(policy: NetworkPolicy) -> bool:
    """It is about every pod of its namespace."""
    return policy.spec.pod_selector.empty


@criterion("network-policy", "allows-all-ingress", Type.BOOL, path="spec.ingress")
def allows_all_ingress(policy: NetworkPolicy) -> bool:
    """A rule lets everybody in, on some port."""
    return any(not rule.from_ or any(map(_anybody, rule.from_)) for rule in policy.spec.ingress or ())


@criterion("network-policy", "allows-all-egress", Type.BOOL, path="spec.egress")
def allows_all_egress(policy: NetworkPolicy) -> bool:
    """A rule lets its pods go everywhere, on some port."""
    return any(not rule.to or any(map(_anybody, rule.to)) for rule in policy.spec.egress or ())


@criterion("network-policy", "allows-internet-ingress", Type.BOOL, path="spec.ingress")
def allows_internet_ingress(policy: NetworkPolicy) -> bool:
    """A rule lets every address in, without exceptions: an ipBlock of 0.0.0.0/0 or ::/0, or no sender named."""
    return any(not rule.from_ or any(map(_every_address, rule.from_)) for rule in policy.spec.ingress or ())


@criterion("network-policy", "allows-internet-egress", Type.BOOL, path="spec.egress")
def allows_internet_egress(policy: NetworkPolicy) -> bool:
    """A rule lets its pods go to every address: an ipBlock of 0.0.0.0/0 or ::/0, or no receiver named."""
    return any(not rule.to or any(map(_every_address, rule.to)) for rule in policy.spec.egress or ())


def _every_address(peer: PolicyPeer) -> bool:
    block = peer.ip_block
    return block is not None and block.cidr in _EVERYWHERE and not block.except_


def _anybody(peer: PolicyPeer) -> bool:
    everybody = peer.namespace_selector is not None and peer.namespace_selector.empty
    return _every_address(peer) or (everybody and (peer.pod_selector is None or peer.pod_selector.empty))


@criterion("secret", "type", Type.TEXT, path="type")
def secret_type(secret: Secret) -> str:
    """Its type."""
    return secret.type


@criterion("secret", "keys", Type.SET, path="data")
def secret_keys(secret: Secret) -> tuple[str, ...]:
    """The names of its keys."""
    return secret.keys


@criterion("secret", "immutable", Type.BOOL, path="immutable")
def secret_immutable(secret: Secret) -> bool:
    """It cannot be changed."""
    return secret.immutable


@criterion("entry", "key", Type.TEXT)
def entry_key(placed: PlacedEntry) -> str:
    """The key."""
    return placed.key


@criterion("entry", "text", Type.TEXT)
def entry_text(placed: PlacedEntry) -> str:
    """The text."""
    return placed.text


@criterion(
    "namespace",
    "pod-security",
    Type.TEXT,
    path="metadata.labels",
    values=("privileged", "baseline", "restricted"),
    ordered=True,
)
def pod_security(namespace: Namespace) -> str | None:
    """The Pod Security level that admission enforces."""
    return namespace.pod_security or None


@criterion("disruption-budget", "max-unavailable", Type.TEXT, path="spec.maxUnavailable")
def max_unavailable(budget: DisruptionBudget) -> str | None:
    """How many pods may be away: a number or a share."""
    return None if budget.spec.max_unavailable is None else str(budget.spec.max_unavailable)


@criterion("disruption-budget", "min-available", Type.TEXT, path="spec.minAvailable")
def min_available(budget: DisruptionBudget) -> str | None:
    """How many pods must stay: a number or a share."""
    return None if budget.spec.min_available is None else str(budget.spec.min_available)


@criterion("disruption-budget", "blocks-eviction", Type.BOOL, path="spec")
def blocks_eviction(budget: DisruptionBudget) -> bool:
    """It never lets a pod go: none may be away, or all must stay."""
    spec = budget.spec
    return str(spec.max_unavailable) in {"0", "0%"} or str(spec.min_available) == "100%"


@criterion("disruption-budget", "unhealthy-pod-eviction", Type.TEXT, path="spec.unhealthyPodEvictionPolicy")
def unhealthy_pod_eviction(budget: DisruptionBudget) -> str | None:
    """Whether pods that are not ready may be evicted: IfHealthyBudget or AlwaysAllow."""
    return budget.spec.unhealthy_pod_eviction_policy


@criterion("autoscaler", "min-replicas", Type.NUMBER, path="spec.minReplicas")
def min_replicas(autoscaler: Autoscaler) -> int:
    """The fewest pods."""
    return autoscaler.spec.min_replicas


@criterion("autoscaler", "max-replicas", Type.NUMBER, path="spec.maxReplicas")
def max_replicas(autoscaler: Autoscaler) -> int:
    """The most pods."""
    return autoscaler.spec.max_replicas


@criterion("autoscaler", "min-written", Type.BOOL, path="spec.minReplicas")
def min_written(autoscaler: Autoscaler) -> bool:
    """The manifest says the fewest pods itself."""
    spec = autoscaler.raw.get("spec")
    return isinstance(spec, dict) and spec.get("minReplicas") is not None


@criterion("webhook", "failure-policy", Type.TEXT, path="failurePolicy", values=("Fail", "Ignore"))
def failure_policy(placed: PlacedWebhook) -> str:
    """What happens when it does not answer."""
    return placed.webhook.failure_policy


@criterion("webhook", "timeout", Type.DURATION, path="timeoutSeconds")
def timeout(placed: PlacedWebhook) -> int:
    """How long the API server waits for it."""
    return placed.webhook.timeout_seconds


@criterion("webhook", "url", Type.TEXT, path="clientConfig.url")
def webhook_url(placed: PlacedWebhook) -> str | None:
    """The address that it has, where it is no service of the cluster."""
    return placed.webhook.client_config.url


@criterion("webhook", "ca-bundle", Type.BOOL, path="clientConfig.caBundle")
def ca_bundle(placed: PlacedWebhook) -> bool:
    """Its certificate is checked against a bundle of its own."""
    return bool(placed.webhook.client_config.ca_bundle)


@criterion("webhook", "excludes-namespaces", Type.BOOL, path="namespaceSelector")
def excludes_namespaces(placed: PlacedWebhook) -> bool:
    """It is not asked about every namespace."""
    selector = placed.webhook.namespace_selector
    return selector is not None and not selector.empty


@criterion("webhook", "object-selector", Type.BOOL, path="objectSelector")
def object_selector(placed: PlacedWebhook) -> bool:
    """It is asked only about objects with certain labels."""
    selector = placed.webhook.object_selector
    return selector is not None and not selector.empty


@criterion("webhook", "resources", Type.SET, path="rules")
def webhook_resources(placed: PlacedWebhook) -> tuple[str, ...]:
    """The resources that it is asked about; ``*`` is all of them."""
    return tuple(sorted({resource for rule in placed.webhook.rules for resource in rule.resources}))


@criterion("webhook", "side-effects", Type.TEXT, path="sideEffects")
def side_effects(placed: PlacedWebhook) -> str | None:
    """Whether asking it changes something beyond the answer: None, NoneOnDryRun, Some, Unknown."""
    return placed.webhook.side_effects or None


@criterion("webhook", "in-own-namespace", Type.BOOL, path="namespaceSelector")
def in_own_namespace(placed: PlacedWebhook) -> bool:
    """It is also asked about pods of the namespace that its own service is in."""
    service, selector = placed.webhook.client_config.service, placed.webhook.namespace_selector
    if service is None:
        return False
    labels = {"kubernetes.io/metadata.name": service.namespace}
    return selector is None or selector.matches(labels)


@criterion("persistent-volume", "type", Type.TEXT, path="spec")
def persistent_volume_type(volume: PersistentVolume) -> str:
    """Its source as the API names it."""
    return volume.spec.type


@criterion("persistent-volume", "reclaim-policy", Type.TEXT, path="spec.persistentVolumeReclaimPolicy")
def volume_reclaim_policy(volume: PersistentVolume) -> str:
    """What happens to it when it is given back: Retain, Delete or Recycle."""
    return volume.spec.persistent_volume_reclaim_policy


@criterion("persistent-volume", "source", Type.TEXT, path="spec")
def persistent_volume_source(volume: PersistentVolume) -> str:
    """What it comes from: the node's path, the driver, the export."""
    return volume.spec.source


@criterion("volume-claim", "access-modes", Type.SET, path="spec.accessModes")
def access_modes(claim: PersistentVolumeClaim) -> tuple[str, ...]:
    """ReadWriteOnce, ReadWriteMany, ReadOnlyMany, ReadWriteOncePod."""
    return claim.spec.access_modes


@criterion("storage-class", "provisioner", Type.TEXT, path="provisioner")
def provisioner(storage: StorageClass) -> str:
    """What makes its volumes."""
    return storage.provisioner


@criterion("storage-class", "parameters", Type.MAP, path="parameters")
def parameters(storage: StorageClass) -> dict[str, str]:
    """What its provisioner is told."""
    return storage.parameters


@criterion("storage-class", "reclaim-policy", Type.TEXT, path="reclaimPolicy", values=("Delete", "Retain", "Recycle"))
def reclaim_policy(storage: StorageClass) -> str:
    """What happens to a volume that is given back."""
    return storage.reclaim_policy
