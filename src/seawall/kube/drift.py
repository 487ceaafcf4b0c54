"""Where a pod is not what its template says.

Only fields that decide about security and behaviour are compared, and only those that the API server, the controllers
and admission do not set by themselves: not node, tolerations, priority, resources or the mounted service account token.
"""

from collections.abc import Iterator

from seawall.model.kube.container_spec import ContainerSpec
from seawall.model.kube.pod import PodSpec

_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105 -- where it is mounted, not the token
_TOKEN_VOLUME = "kube-api-access-"  # noqa: S105 -- a volume's name
_POD = ("host_network", "host_pid", "host_ipc", "host_users", "share_process_namespace", "runtime_class_name")
_CONTAINER = ("image", "command", "args", "security_context", "env", "env_from")
_LISTS = (("initContainers", "init_containers"), ("containers", "containers"))
_WRITTEN = {
    field: name
    for kind in (PodSpec, ContainerSpec)
    for field, name in zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True)
}
"""A field of the record → its name in JSON."""


def drift(template: PodSpec, pod: PodSpec) -> tuple[str, ...]:
    """The paths in a pod's specification that differ from its template's; list items by name.

    Examples: ``containers[app].image``, ``ephemeralContainers[debugger]``, ``hostNetwork``.
    """
    return tuple(_differences(template, pod))


def _differences(template: PodSpec, pod: PodSpec) -> Iterator[str]:
    if template == pod:
        return
    for field in _POD:
        if getattr(template, field) != getattr(pod, field):
            yield _WRITTEN[field]
    if (template.service_account_name or "default") != (pod.service_account_name or "default"):
        yield "serviceAccountName"
    if template.security_context is not None and template.security_context != pod.security_context:
        yield "securityContext"
    for name, field in _LISTS:
        yield from _containers(name, getattr(template, field), getattr(pod, field))
    yield from (f"ephemeralContainers[{one.name}]" for one in pod.ephemeral_containers)
    wanted = {volume.name: volume for volume in template.volumes}
    for volume in pod.volumes:
        own = volume.persistent_volume_claim is not None or volume.name.startswith(_TOKEN_VOLUME)
        if not own and wanted.get(volume.name) != volume:
            yield f"volumes[{volume.name}]"


def _containers(name: str, template: tuple[ContainerSpec, ...], pod: tuple[ContainerSpec, ...]) -> Iterator[str]:
    wanted = {one.name: one for one in template}
    for one in pod:
        asked = wanted.pop(one.name, None)
        if asked is None:
            yield f"{name}[{one.name}]"
            continue
        if asked == one:
            continue
        for field in _CONTAINER:
            if getattr(asked, field) != getattr(one, field):
                yield f"{name}[{one.name}].{_WRITTEN[field]}"
        mounts = [mount for mount in one.volume_mounts if mount.mount_path != _TOKEN]
        if mounts != [mount for mount in asked.volume_mounts if mount.mount_path != _TOKEN]:
            yield f"{name}[{one.name}].volumeMounts"
    yield from (f"{name}[{missing}]" for missing in wanted)
