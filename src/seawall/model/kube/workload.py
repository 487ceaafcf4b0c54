"""``Workload``: every kind that runs pods, in one normal form with the API server's defaults applied."""

from seawall.model.derived import derived
from seawall.model.kube.api import Api, IntOrString, Json, LocalReference, ObjectMeta, ObjectReference
from seawall.model.kube.container import Container, ContainerKind
from seawall.model.kube.container_spec import ContainerSpec, ResourceRequirements
from seawall.model.kube.effective import APPARMOR_CONTAINER, SECCOMP_CONTAINER, SECCOMP_POD
from seawall.model.kube.object import KubeObject
from seawall.model.kube.pod import PodSpec, PodTemplate
from seawall.model.kube.selector import LabelSelector

POD_PATHS = {
    "Pod": "spec",
    "PodTemplate": "template.spec",
    "CronJob": "spec.jobTemplate.spec.template.spec",
    **dict.fromkeys(
        (
            "Deployment",
            "ReplicaSet",
            "ReplicationController",
            "StatefulSet",
            "DaemonSet",
            "Job",
            "Service",  # Knative's
            "Rollout",
            "DeploymentConfig",
        ),
        "spec.template.spec",
    ),
}
"""The kinds of workload, and where each has its pod specification."""

_NO_CLAIMS: frozenset[str] = frozenset()
_NO_PROFILES: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


class RollingUpdate(Api, frozen=True, kw_only=True):
    """How much may change at once."""

    max_unavailable: IntOrString | None = None
    max_surge: IntOrString | None = None
    partition: int | None = None


class Strategy(Api, frozen=True, kw_only=True):
    """How pods are replaced. ``canary`` and ``blue_green`` are Argo's, ``rolling_params`` OpenShift's."""

    type: str = ""
    rolling_update: RollingUpdate | None = None
    rolling_params: dict[str, Json] | None = None
    canary: dict[str, Json] | None = None
    blue_green: dict[str, Json] | None = None


class ClaimSpec(Api, frozen=True, kw_only=True):
    """``corev1.PersistentVolumeClaimSpec``."""

    access_modes: tuple[str, ...] = ()
    storage_class_name: str | None = None
    volume_name: str = ""
    volume_mode: str = "Filesystem"
    resources: ResourceRequirements | None = None
    selector: LabelSelector | None = None


class ClaimTemplate(Api, frozen=True, kw_only=True):
    """A claim that a StatefulSet makes for each pod."""

    metadata: ObjectMeta = ObjectMeta()
    spec: ClaimSpec = ClaimSpec()


class JobTemplate(Api, frozen=True, kw_only=True):
    """The jobs that a CronJob makes."""

    metadata: ObjectMeta = ObjectMeta()
    spec: "ControllerSpec | None" = None


class ControllerSpec(Api, frozen=True, kw_only=True):
    """The specification of any kind that makes pods; each kind uses its own part. None is unset."""

    template: PodTemplate = PodTemplate()
    selector: LabelSelector | None = None
    replicas: int | None = None
    strategy: Strategy | None = None
    update_strategy: Strategy | None = None
    min_ready_seconds: int = 0
    revision_history_limit: int | None = None
    progress_deadline_seconds: int | None = None
    paused: bool = False
    service_name: str = ""
    pod_management_policy: str = "OrderedReady"
    volume_claim_templates: tuple[ClaimTemplate, ...] = ()
    workload_ref: ObjectReference | None = None
    completions: int | None = None
    parallelism: int | None = None
    backoff_limit: int | None = None
    active_deadline_seconds: int | None = None
    ttl_seconds_after_finished: int | None = None
    suspend: bool = False
    schedule: str = ""
    time_zone: str | None = None
    concurrency_policy: str = "Allow"
    starting_deadline_seconds: int | None = None
    successful_jobs_history_limit: int | None = None
    failed_jobs_history_limit: int | None = None
    job_template: JobTemplate | None = None


class Workload(KubeObject, frozen=True, kw_only=True, dict=True):
    """Something that runs pods.

    Attributes:
        spec: the controller's specification; an empty one for a Pod and a PodTemplate.
        template: the pods that it makes: their metadata and specification. A Pod is its own template.
        pod_path: the path of the pod specification in the object (``spec.template.spec``).
        template_path: the path of the template (``spec.template``); empty for a Pod.
    """

    spec: ControllerSpec = ControllerSpec()
    template: PodTemplate = PodTemplate()
    pod_path: str = "spec"

    @derived
    def pod(self) -> PodSpec:
        """The pod specification."""
        return self.template.spec

    @property
    def template_path(self) -> str:
        """The path of the pod template; empty for a Pod, whose metadata is the object's."""
        return self.pod_path.rpartition(".")[0]

    @property
    def pod_labels(self) -> dict[str, str]:
        """The labels that its pods have: what selectors of others look at."""
        return self.template.metadata.labels

    @property
    def pod_annotations(self) -> dict[str, str]:
        """The annotations that its pods have."""
        return self.template.metadata.annotations

    @derived
    def containers(self) -> tuple[Container, ...]:
        """All containers: init containers and sidecars first (as they start), then regular, then ephemeral ones."""
        pod = self.template.spec
        regular = self._made("containers", "regular", pod.containers)
        if not (pod.init_containers or pod.ephemeral_containers):
            return regular
        init = self._made("initContainers", "init", pod.init_containers)
        return init + regular + self._made("ephemeralContainers", "ephemeral", pod.ephemeral_containers)

    def _made(self, name: str, kind: ContainerKind, specs: tuple[ContainerSpec, ...]) -> tuple[Container, ...]:
        """The containers of one list of the pod specification."""
        pod, pod_path, annotations = self.template.spec, self.pod_path, self.template.metadata.annotations
        templates = self.spec.volume_claim_templates
        claims = frozenset(claim.metadata.name for claim in templates) if templates else _NO_CLAIMS
        return tuple(
            [
                Container(
                    kind="sidecar" if kind == "init" and spec.restart_policy == "Always" else kind,
                    index=index,
                    path=f"{pod_path}.{name}[{index}]",
                    pod_path=pod_path,
                    spec=spec,
                    pod=pod,
                    annotations=annotations,
                    claims=claims,
                )
                for index, spec in enumerate(specs)
            ]
        )

    @property
    def legacy_profiles(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Values of its pods' legacy annotations: AppArmor's that are not empty; seccomp's for pod and containers."""
        annotations = self.template.metadata.annotations
        if not annotations:
            return _NO_PROFILES
        keys = [SECCOMP_POD, *(SECCOMP_CONTAINER + one.name for one in self.containers)]
        return (
            tuple([value for key, value in annotations.items() if key.startswith(APPARMOR_CONTAINER) and value]),
            tuple([annotations[key] for key in keys if key in annotations]),
        )

    @property
    def service_account(self) -> str:
        """The service account's name: ``default`` where none is written."""
        return self.pod.service_account_name or self.pod.service_account or "default"

    @property
    def replicas(self) -> int | None:
        """How many pods: 1 where nothing is written.

        None where the number is not the owner's to say: DaemonSet, Job, CronJob, PodTemplate, Knative Service.
        """
        if self.kind in {"DaemonSet", "Job", "CronJob", "PodTemplate", "Service"}:
            return None
        return 1 if self.spec.replicas is None or self.kind == "Pod" else self.spec.replicas

    @property
    def selector(self) -> LabelSelector | None:
        """Which pods it owns; None for kinds that have no selector."""
        return self.spec.selector

    @property
    def strategy(self) -> str:
        """How pods are replaced; empty for kinds that replace none.

        ``RollingUpdate``, ``Recreate``, ``OnDelete``, ``Rolling`` (OpenShift), ``Canary`` or ``BlueGreen`` (Argo).
        """
        written = self.spec.update_strategy if self.kind in {"DaemonSet", "StatefulSet"} else self.spec.strategy
        if self.kind == "Rollout":
            return "BlueGreen" if written and written.blue_green is not None else "Canary"
        if written and written.type:
            return written.type
        if self.kind in {"Deployment", "DaemonSet", "StatefulSet"}:
            return "RollingUpdate"
        return "Rolling" if self.kind == "DeploymentConfig" else ""

    @property
    def controlled(self) -> bool:
        """Whether a controller made it (a ReplicaSet of a Deployment, a Pod of a Job)."""
        owners = self.metadata.owner_references
        return bool(owners) and any(owner.controller for owner in owners)

    @property
    def windows(self) -> bool:
        """Whether the pod says that it runs on Windows."""
        return self.pod.os is not None and self.pod.os.name == "windows"

    @property
    def image_pull_secrets(self) -> tuple[LocalReference, ...]:
        """Secrets for pulling images."""
        return self.pod.image_pull_secrets
