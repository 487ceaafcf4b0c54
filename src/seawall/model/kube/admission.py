"""Webhooks of the API server, and custom resource definitions."""

from seawall.model.kube.api import Api, Json
from seawall.model.kube.object import KubeObject
from seawall.model.kube.selector import LabelSelector


class WebhookService(Api, frozen=True, kw_only=True):
    """The Service that answers."""

    name: str = ""
    namespace: str = ""
    path: str | None = None
    port: int = 443


class WebhookClient(Api, frozen=True, kw_only=True):
    """How the API server reaches it: a URL or a Service."""

    url: str | None = None
    service: WebhookService | None = None
    ca_bundle: str | None = None


class WebhookRule(Api, frozen=True, kw_only=True):
    """Which requests it is asked about."""

    operations: tuple[str, ...] = ()
    api_groups: tuple[str, ...] = ()
    api_versions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    scope: str = "*"


class Webhook(Api, frozen=True, kw_only=True):
    """``admissionregistrationv1.ValidatingWebhook`` or ``MutatingWebhook``."""

    name: str = ""
    client_config: WebhookClient = WebhookClient()
    rules: tuple[WebhookRule, ...] = ()
    failure_policy: str = "Fail"
    match_policy: str = "Equivalent"
    side_effects: str = ""
    timeout_seconds: int = 10
    namespace_selector: LabelSelector | None = None
    object_selector: LabelSelector | None = None
    match_conditions: tuple[dict[str, Json], ...] = ()


class WebhookConfiguration(KubeObject, frozen=True, kw_only=True, dict=True):
    """A ValidatingWebhookConfiguration or MutatingWebhookConfiguration."""

    webhooks: tuple[Webhook, ...] = ()


class CrdNames(Api, frozen=True, kw_only=True):
    """What the custom kind is called."""

    kind: str = ""
    plural: str = ""


class CrdSpec(Api, frozen=True, kw_only=True):
    """``apiextensionsv1.CustomResourceDefinitionSpec``."""

    group: str = ""
    scope: str = ""
    names: CrdNames = CrdNames()


class CustomResourceDefinition(KubeObject, frozen=True, kw_only=True, dict=True):
    """A CustomResourceDefinition."""

    spec: CrdSpec = CrdSpec()
