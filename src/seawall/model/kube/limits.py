"""What bounds workloads: disruption budgets, autoscalers, quotas, limit ranges."""

from msgspec import field

from seawall.model.kube.api import Api, IntOrString, Json, ObjectReference
from seawall.model.kube.object import KubeObject
from seawall.model.kube.selector import LabelSelector

Quantities = dict[str, str | int | float]


class BudgetSpec(Api, frozen=True, kw_only=True):
    """``policyv1.PodDisruptionBudgetSpec``."""

    min_available: IntOrString | None = None
    max_unavailable: IntOrString | None = None
    selector: LabelSelector | None = None
    unhealthy_pod_eviction_policy: str | None = None


class DisruptionBudget(KubeObject, frozen=True, kw_only=True, dict=True):
    """A PodDisruptionBudget."""

    spec: BudgetSpec = BudgetSpec()


class AutoscalerSpec(Api, frozen=True, kw_only=True):
    """``autoscalingv2.HorizontalPodAutoscalerSpec``."""

    scale_target_ref: ObjectReference = ObjectReference()
    min_replicas: int = 1
    max_replicas: int = 0
    metrics: tuple[dict[str, Json], ...] = ()
    target_cpu_utilization_percentage: int | None = field(name="targetCPUUtilizationPercentage", default=None)


class Autoscaler(KubeObject, frozen=True, kw_only=True, dict=True):
    """A HorizontalPodAutoscaler."""

    spec: AutoscalerSpec = AutoscalerSpec()


class QuotaSpec(Api, frozen=True, kw_only=True):
    """``corev1.ResourceQuotaSpec``."""

    hard: Quantities = {}
    scopes: tuple[str, ...] = ()


class ResourceQuota(KubeObject, frozen=True, kw_only=True, dict=True):
    """A ResourceQuota."""

    spec: QuotaSpec = QuotaSpec()


class LimitRangeItem(Api, frozen=True, kw_only=True):
    """Bounds and defaults of one type."""

    type: str = ""
    max: Quantities = {}
    min: Quantities = {}
    default: Quantities = {}
    default_request: Quantities = {}


class LimitRangeSpec(Api, frozen=True, kw_only=True):
    """``corev1.LimitRangeSpec``."""

    limits: tuple[LimitRangeItem, ...] = ()


class LimitRange(KubeObject, frozen=True, kw_only=True, dict=True):
    """A LimitRange."""

    spec: LimitRangeSpec = LimitRangeSpec()
