"""Criteria about a workload: everything that its pods share, and how they are run."""

from collections.abc import Callable

from seawall.model.kube.workload import Workload
from seawall.policy.criteria.objects import root
from seawall.policy.registry import Type, criterion


def in_pod(field: str) -> Callable[[Workload], str]:
    """The path of a field of the pod specification, wherever the kind has that."""
    return lambda workload: f"{workload.pod_path}.{field}"


root("workload", "Something that runs pods: a Pod, Deployment, StatefulSet, DaemonSet, Job, CronJob, ….", Workload)


@criterion("workload", "controlled", Type.BOOL, of="controlled", path="metadata.ownerReferences")
def controlled(workload: Workload) -> bool:
    """A controller made it (a ReplicaSet of a Deployment, a Pod of a Job)."""
    return workload.controlled


@criterion("workload", "host-network", Type.BOOL, of="pod.host_network", path=in_pod("hostNetwork"))
def host_network(workload: Workload) -> bool:
    """Its pods use the node's network."""
    return workload.pod.host_network


@criterion("workload", "host-pid", Type.BOOL, of="pod.host_pid", path=in_pod("hostPID"))
def host_pid(workload: Workload) -> bool:
    """Its pods see the node's processes."""
    return workload.pod.host_pid


@criterion("workload", "host-ipc", Type.BOOL, of="pod.host_ipc", path=in_pod("hostIPC"))
def host_ipc(workload: Workload) -> bool:
    """Its pods share the node's inter-process communication."""
    return workload.pod.host_ipc


@criterion("workload", "host-users", Type.BOOL, of="pod.host_users", path=in_pod("hostUsers"))
def host_users(workload: Workload) -> bool:
    """Its pods use the node's user ids: true unless ``hostUsers: false`` gives them a user namespace."""
    return workload.pod.host_users is not False


@criterion(
    "workload",
    "share-process-namespace",
    Type.BOOL,
    of="pod.share_process_namespace",
    path=in_pod("shareProcessNamespace"),
)
def share_process_namespace(workload: Workload) -> bool:
    """The containers of a pod see each other's processes."""
    return workload.pod.share_process_namespace


@criterion("workload", "host-aliases", Type.BOOL, of="pod.host_aliases", path=in_pod("hostAliases"))
def host_aliases(workload: Workload) -> bool:
    """It adds lines to its pods' hosts file."""
    return bool(workload.pod.host_aliases)


@criterion("workload", "sysctls", Type.SET, of="pod.security_context", path=in_pod("securityContext.sysctls"))
def sysctls(workload: Workload) -> tuple[str, ...]:
    """Names of the kernel settings that its pods change."""
    context = workload.pod.security_context
    return tuple(sysctl.name for sysctl in context.sysctls) if context is not None else ()


@criterion("workload", "fs-group", Type.NUMBER, of="pod.security_context", path=in_pod("securityContext.fsGroup"))
def fs_group(workload: Workload) -> int | None:
    """The group that its volumes belong to."""
    context = workload.pod.security_context
    return context.fs_group if context is not None else None


@criterion(
    "workload",
    "supplemental-groups",
    Type.SET,
    of="pod.security_context",
    path=in_pod("securityContext.supplementalGroups"),
)
def supplemental_groups(workload: Workload) -> tuple[str, ...]:
    """Group ids that its processes have besides the primary one."""
    context = workload.pod.security_context
    return tuple(map(str, context.supplemental_groups)) if context is not None else ()


@criterion("workload", "service-account", Type.TEXT, path=in_pod("serviceAccountName"))
def service_account(workload: Workload) -> str:
    """The service account that its pods act as; ``default`` where none is written."""
    return workload.service_account


@criterion("workload", "deprecated-service-account-field", Type.BOOL, path=in_pod("serviceAccount"))
def deprecated_service_account_field(workload: Workload) -> bool:
    """It names the service account by the deprecated ``serviceAccount`` alone."""
    return bool(workload.pod.service_account) and not workload.pod.service_account_name


@criterion(
    "workload",
    "automount-service-account-token",
    Type.BOOL,
    of="pod.automount_service_account_token",
    path=in_pod("automountServiceAccountToken"),
)
def automount_service_account_token(workload: Workload) -> bool | None:
    """What is written in the pod; not set leaves it to the service account."""
    return workload.pod.automount_service_account_token


@criterion("workload", "replicas", Type.NUMBER, of=("kind", "spec.replicas"), path="spec.replicas")
def replicas(workload: Workload) -> int | None:
    """How many pods; not set where the number is not the owner's to say (DaemonSet, Job, CronJob)."""
    return workload.replicas


@criterion("workload", "strategy", Type.TEXT, of="strategy", path="spec.strategy.type")
def strategy(workload: Workload) -> str:
    """How its pods are replaced: RollingUpdate, Recreate, OnDelete, …."""
    return workload.strategy


@criterion(
    "workload",
    "restart-policy",
    Type.TEXT,
    of="pod.restart_policy",
    path=in_pod("restartPolicy"),
    values=("Always", "OnFailure", "Never"),
)
def restart_policy(workload: Workload) -> str:
    """When its containers are started again."""
    return workload.pod.restart_policy


@criterion("workload", "priority-class", Type.TEXT, of="pod.priority_class_name", path=in_pod("priorityClassName"))
def priority_class(workload: Workload) -> str | None:
    """The priority class that it names."""
    return workload.pod.priority_class_name or None


@criterion("workload", "runtime-class", Type.TEXT, of="pod.runtime_class_name", path=in_pod("runtimeClassName"))
def runtime_class(workload: Workload) -> str | None:
    """The runtime class that its pods are run by."""
    return workload.pod.runtime_class_name or None


@criterion("workload", "node-name", Type.TEXT, path=in_pod("nodeName"))
def node_name(workload: Workload) -> str | None:
    """The node that it is bound to by hand."""
    return workload.pod.node_name or None


@criterion("workload", "node-placement", Type.BOOL, path=in_pod("affinity.nodeAffinity"))
def node_placement(workload: Workload) -> bool:
    """It says on which nodes it may run: node affinity or a node selector."""
    affinity = workload.pod.affinity
    return bool(workload.pod.node_selector) or (affinity is not None and affinity.node_affinity is not None)


@criterion("workload", "anti-affinity", Type.BOOL, path=in_pod("affinity.podAntiAffinity"))
def anti_affinity(workload: Workload) -> bool:
    """Its pods keep away from each other: anti-affinity or a topology spread that selects them."""
    affinity = workload.pod.affinity
    terms = affinity.pod_anti_affinity.terms if affinity is not None and affinity.pod_anti_affinity is not None else ()
    selectors = [term.label_selector for term in terms]
    selectors += [spread.label_selector for spread in workload.pod.topology_spread_constraints]
    return any(selector is not None and selector.matches(workload.pod_labels) for selector in selectors)


@criterion("workload", "topology-spread", Type.BOOL, path=in_pod("topologySpreadConstraints"))
def topology_spread(workload: Workload) -> bool:
    """It says how evenly its pods are spread."""
    return bool(workload.pod.topology_spread_constraints)


@criterion("workload", "tolerates-everything", Type.BOOL, of="pod.tolerations", path=in_pod("tolerations"))
def tolerates_everything(workload: Workload) -> bool:
    """It tolerates every taint, control-plane nodes' too."""
    return any(not toleration.key and toleration.operator == "Exists" for toleration in workload.pod.tolerations)


@criterion("workload", "dns-ndots", Type.BOOL, of="pod.dns_config", path=in_pod("dnsConfig.options"))
def dns_ndots(workload: Workload) -> bool:
    """It sets the resolver's ndots option."""
    config = workload.pod.dns_config
    return config is not None and any(option.name == "ndots" for option in config.options)


@criterion("workload", "service-links", Type.BOOL, of="pod.enable_service_links", path=in_pod("enableServiceLinks"))
def service_links(workload: Workload) -> bool:
    """Addresses of all services of the namespace are put into its environment (Kubernetes' default)."""
    return workload.pod.enable_service_links


@criterion("workload", "job-ttl", Type.NUMBER, path="spec.ttlSecondsAfterFinished")
def job_ttl(workload: Workload) -> int | None:
    """Seconds after which a finished Job is removed."""
    template = workload.spec.job_template
    spec = template.spec if template is not None and template.spec is not None else workload.spec
    return spec.ttl_seconds_after_finished


@criterion("workload", "active-deadline", Type.DURATION, path=in_pod("activeDeadlineSeconds"))
def active_deadline(workload: Workload) -> int | None:
    """The longest time that it may run, of the pod or the Job."""
    return workload.pod.active_deadline_seconds or workload.spec.active_deadline_seconds


@criterion("workload", "selector-matches-template", Type.BOOL, path="spec.selector")
def selector_matches_template(workload: Workload) -> bool:
    """Its selector selects its own pods; true for kinds without a selector."""
    selector = workload.selector
    return selector is None or selector.matches(workload.pod_labels)


@criterion("workload", "pull-secrets", Type.SET, path=in_pod("imagePullSecrets"))
def pull_secrets(workload: Workload) -> tuple[str, ...]:
    """Names of the secrets that images are pulled with."""
    return tuple(reference.name for reference in workload.image_pull_secrets)


@criterion("workload", "windows", Type.BOOL, of="pod.os", path=in_pod("os.name"))
def windows(workload: Workload) -> bool:
    """The pod says that it runs on Windows."""
    return workload.windows


@criterion(
    "workload",
    "termination-grace-period",
    Type.DURATION,
    of="pod.termination_grace_period_seconds",
    path=in_pod("terminationGracePeriodSeconds"),
)
def termination_grace_period(workload: Workload) -> int:
    """How long a container may take to stop."""
    return workload.pod.termination_grace_period_seconds
