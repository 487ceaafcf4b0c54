"""From the parts of an object that runs pods to the one normal form, :class:`seawall.model.kube.Workload`."""

import msgspec
from msgspec.structs import replace

from seawall.kube.decode import Notes, decode
from seawall.model.kube import (
    POD_PATHS,
    ControllerSpec,
    Json,
    LabelSelector,
    ObjectMeta,
    PodSpec,
    PodTemplate,
    parse_quantity,
)
from seawall.model.kube.api import Api

_MAP_SELECTORS = {"ReplicationController", "DeploymentConfig"}


class _MapSelector(Api, frozen=True, kw_only=True):
    selector: dict[str, str] = {}


def workload_fields(
    kind: str, metadata: ObjectMeta, spec: msgspec.Raw, template: msgspec.Raw, notes: Notes
) -> dict[str, Json]:
    """The fields that a :class:`Workload` has beyond every object.

    Args:
        kind: one of ``POD_PATHS``.
        metadata: the object's, which is the pod's for a Pod.
        spec: the JSON of ``spec``, or nothing.
        template: the JSON of ``template`` (a PodTemplate's), or nothing.
        notes: told what is wrong.
    """
    path = POD_PATHS[kind]
    controller = ControllerSpec()
    if kind == "Pod":
        pods = PodTemplate(metadata=metadata, spec=decode(spec, PodSpec, "spec", notes))
    elif kind == "PodTemplate":
        pods = decode(template, PodTemplate, "template", notes)
    elif kind in _MAP_SELECTORS:
        controller = _with_map_selector(spec, notes)
        pods = controller.template
    else:
        controller = decode(spec, ControllerSpec, "spec", notes)
        pods = controller.template
        if kind == "CronJob":
            job = controller.job_template
            pods = job.spec.template if job is not None and job.spec is not None else PodTemplate()
    if not pods.spec.containers and controller.workload_ref is None:
        notes(f"{path}.containers", "it has no containers, so there is nothing that could be judged")
    _check_quantities(pods.spec, path, notes)
    return {"spec": controller, "template": pods, "pod_path": path}


def _with_map_selector(spec: msgspec.Raw, notes: Notes) -> ControllerSpec:
    """A specification whose selector is plain labels."""
    unheard = Notes(notes.origin)
    controller = decode(spec, ControllerSpec, "spec", unheard)
    notes.found += [one for one in unheard.found if "spec.selector" not in one.path]
    labels = decode(spec, _MapSelector, "spec", Notes(notes.origin)).selector
    return replace(controller, selector=LabelSelector(match_labels=labels) if labels else None)


def _check_quantities(pod: PodSpec, path: str, notes: Notes) -> None:
    """Note requests and limits that are no quantities: the normal form leaves them out."""
    for name, containers in (("containers", pod.containers), ("initContainers", pod.init_containers)):
        for index, container in enumerate(containers):
            resources = container.resources
            if resources is None:
                continue
            for part, written in (("requests", resources.requests), ("limits", resources.limits)):
                for resource, value in written.items():
                    if parse_quantity(value) is None:
                        at = f"{path}.{name}[{index}].resources.{part}.{resource}"
                        notes(at, f"{str(value)[:40]!r} is no quantity")
