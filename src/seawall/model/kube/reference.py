"""What an object names: the service accounts, secrets, claims, services … that must be there for it to work."""

from collections.abc import Iterator

from seawall.model.kube.admission import WebhookConfiguration
from seawall.model.kube.container import Container
from seawall.model.kube.gateway import Route
from seawall.model.kube.limits import Autoscaler
from seawall.model.kube.object import KubeObject
from seawall.model.kube.rbac import RoleBinding, ServiceAccount
from seawall.model.kube.service import Ingress
from seawall.model.kube.volume import Volume
from seawall.model.kube.workload import Workload
from seawall.model.record import Record


class Reference(Record, frozen=True, kw_only=True, gc=False):
    """One name of another object.

    Attributes:
        kind: what is named.
        namespace: where it must be; empty for kinds that live in no namespace.
        name: its name.
        path: where it is named, in the object (``spec.volumes[0].secret.secretName``).
        key: the key of it that is named, or empty.
        optional: whether the object works without it.
    """

    kind: str
    namespace: str
    name: str
    path: str
    key: str = ""
    optional: bool = False


def references(subject: KubeObject) -> tuple[Reference, ...]:
    """All that an object names, in the order of its fields; nothing for kinds without a view."""
    if isinstance(subject, Workload):
        found = _of_workload(subject)
    elif isinstance(subject, Ingress):
        found = _of_ingress(subject)
    elif isinstance(subject, RoleBinding):
        found = _of_binding(subject)
    else:
        found = _of_others(subject)
    return tuple(one for one in found if one.name)


def _of_workload(workload: Workload) -> Iterator[Reference]:
    pod, path, namespace = workload.pod, workload.pod_path, workload.namespace
    field = "serviceAccountName" if pod.service_account_name or not pod.service_account else "serviceAccount"
    yield Reference(kind="ServiceAccount", namespace=namespace, name=workload.service_account, path=f"{path}.{field}")
    for index, secret in enumerate(pod.image_pull_secrets):
        at = f"{path}.imagePullSecrets[{index}].name"
        yield Reference(kind="Secret", namespace=namespace, name=secret.name, path=at)
    cluster = (
        ("PriorityClass", "priorityClassName", pod.priority_class_name),
        ("RuntimeClass", "runtimeClassName", pod.runtime_class_name or ""),
    )
    for kind, field, name in cluster:
        if not name:
            continue
        yield Reference(kind=kind, namespace="", name=name, path=f"{path}.{field}")
    for index, volume in enumerate(pod.volumes):
        yield from _of_volume(volume, f"{path}.volumes[{index}]", namespace)
    for container in workload.containers:
        if container.spec.env or container.spec.env_from:
            yield from _of_container(container, namespace)
    if workload.kind == "StatefulSet":
        yield Reference(kind="Service", namespace=namespace, name=workload.spec.service_name, path="spec.serviceName")


def _of_volume(volume: Volume, path: str, namespace: str) -> Iterator[Reference]:
    def named(kind: str, name: str, at: str, *, optional: bool = False) -> Reference:
        return Reference(kind=kind, namespace=namespace, name=name, path=f"{path}.{at}", optional=optional)

    if volume.secret is not None:
        yield named("Secret", volume.secret.secret_name, "secret.secretName", optional=volume.secret.optional)
    if volume.config_map is not None:
        yield named("ConfigMap", volume.config_map.name, "configMap.name", optional=volume.config_map.optional)
    if volume.persistent_volume_claim is not None:
        name = volume.persistent_volume_claim.claim_name
        yield named("PersistentVolumeClaim", name, "persistentVolumeClaim.claimName")
    if volume.csi is not None and volume.csi.node_publish_secret_ref is not None:
        yield named("Secret", volume.csi.node_publish_secret_ref.name, "csi.nodePublishSecretRef.name")
    for index, source in enumerate(volume.projected.sources if volume.projected is not None else ()):
        for kind, field, part in (("Secret", "secret", source.secret), ("ConfigMap", "configMap", source.config_map)):
            if part is not None:
                yield named(kind, part.name, f"projected.sources[{index}].{field}.name", optional=part.optional)


def _of_container(container: Container, namespace: str) -> Iterator[Reference]:
    for index, variable in enumerate(container.spec.env):
        ref = variable.ref if variable.value_from is not None else None
        if ref is not None:
            yield Reference(
                kind="Secret" if variable.kind == "secretKeyRef" else "ConfigMap",
                namespace=namespace,
                name=ref.name,
                path=f"{container.path}.env[{index}].valueFrom.{variable.kind}.name",
                key=ref.key,
                optional=ref.optional,
            )
    for index, source in enumerate(container.spec.env_from):
        for kind, field, part in (
            ("Secret", "secretRef", source.secret_ref),
            ("ConfigMap", "configMapRef", source.config_map_ref),
        ):
            if part is not None:
                yield Reference(
                    kind=kind,
                    namespace=namespace,
                    name=part.name,
                    path=f"{container.path}.envFrom[{index}].{field}.name",
                    optional=part.optional,
                )


def _of_ingress(ingress: Ingress) -> Iterator[Reference]:
    for path, backend in ingress.backends:
        field = "service.name" if backend.service is not None else "serviceName"
        yield Reference(kind="Service", namespace=ingress.namespace, name=backend.target[0], path=f"{path}.{field}")
    for index, tls in enumerate(ingress.spec.tls):
        yield Reference(
            kind="Secret", namespace=ingress.namespace, name=tls.secret_name, path=f"spec.tls[{index}].secretName"
        )


def _of_binding(binding: RoleBinding) -> Iterator[Reference]:
    role = binding.role_ref
    namespace = binding.namespace if role.kind == "Role" else ""
    yield Reference(kind=role.kind or "ClusterRole", namespace=namespace, name=role.name, path="roleRef.name")
    for index, subject in enumerate(binding.subjects):
        if subject.kind == "ServiceAccount":
            yield Reference(
                kind="ServiceAccount",
                namespace=subject.namespace or binding.namespace,
                name=subject.name,
                path=f"subjects[{index}].name",
            )


def _of_others(subject: KubeObject) -> Iterator[Reference]:
    namespace = subject.namespace
    if isinstance(subject, Route):
        for path, backend in subject.backends:
            if backend.kind in {None, "Service"} and not backend.group:
                place = backend.namespace or namespace
                yield Reference(kind="Service", namespace=place, name=backend.name, path=f"{path}.name")
    elif isinstance(subject, Autoscaler):
        target = subject.spec.scale_target_ref
        yield Reference(kind=target.kind, namespace=namespace, name=target.name, path="spec.scaleTargetRef.name")
    elif isinstance(subject, ServiceAccount):
        named = [(f"secrets[{index}]", one.name) for index, one in enumerate(subject.secrets)]
        named += [(f"imagePullSecrets[{index}]", one.name) for index, one in enumerate(subject.image_pull_secrets)]
        for path, name in named:
            yield Reference(kind="Secret", namespace=namespace, name=name, path=f"{path}.name")
    elif isinstance(subject, WebhookConfiguration):
        for index, webhook in enumerate(subject.webhooks):
            service = webhook.client_config.service
            if service is not None:
                path = f"webhooks[{index}].clientConfig.service.name"
                yield Reference(kind="Service", namespace=service.namespace, name=service.name, path=path)
