"""Criteria about workloads that serve models, train them, or let agents act.

What a workload is, is read from its label ``seawall.dev/ai-role``, from the agent sandboxes' labels, and from the
names of its images; where models come from, from arguments and variables that model servers document.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from operator import methodcaller

from seawall.model.kube.container import Container
from seawall.model.kube.image_reference import parse_image_reference
from seawall.model.kube.workload import Workload
from seawall.policy.criteria import container as _container  # noqa: F401 -- the group that criteria here belong to
from seawall.policy.criteria.workload import in_pod
from seawall.policy.registry import Type, criterion

ROLES = ("agent", "model-server", "notebook", "training")
LABEL = "seawall.dev/ai-role"
_of_sandbox: Callable[[str], bool] = methodcaller("startswith", "agents.x-k8s.io/")
_NO_ROLE = frozenset({""})
_ROLE_OF_IMAGE = re.compile(
    r"(?P<agent>agent[-_]?sandbox|open-?hands|langgraph|langflow|autogen|crewai|browser-use|mcp[-_](?:server|gateway|proxy)"
    r"|(?:^|/)(?:claude|codex|aider|devin|goose)(?:-|$))"
    r"|(?P<server>vllm|text-generation-inference|tritonserver|ollama|llama[.-]?cpp|sglang|torchserve|huggingfaceserver"
    r"|tensorflow/serving|localai|lmdeploy|kserve/\w+server|(?:^|/)nim(?:/|$))"
    r"|(?P<notebook>jupyter|(?:^|/)notebook|rstudio)"
    r"|(?P<training>rayproject/|kubeflow/|pytorch/pytorch|deepspeed|megatron|(?:^|/)mlflow)"
)
_NAMES = {"agent": "agent", "server": "model-server", "notebook": "notebook", "training": "training"}
_ACCELERATOR = re.compile(
    r"nvidia\.com/.+|amd\.com/gpu.*|gpu\.intel\.com/.+|habana\.ai/.+|google\.com/tpu|aws\.amazon\.com/neuron.*"
    r"|cloud-tpus\.google\.com/.+|huawei\.com/Ascend.*"
)
_ORDINARY = frozenset({"cpu", "memory"})
_MODEL_FLAGS = frozenset({"--model", "--model-id", "--model_id", "--model-path", "--model_name", "--model-repository"})
_MODEL_VARIABLES = frozenset({"MODEL_ID", "HF_MODEL_ID", "MODEL_NAME", "MODEL_PATH", "STORAGE_URI", "OLLAMA_MODEL"})


@lru_cache(maxsize=4096)
def _role(image: str) -> str:
    found = _ROLE_OF_IMAGE.search(parse_image_reference(image).repository[:512].lower())
    return _NAMES[str(found.lastgroup)] if found is not None else ""


@criterion("workload", "ai-roles", Type.SET, path=in_pod("containers"), cost=0, values=ROLES)
def ai_roles(workload: Workload) -> tuple[str, ...]:
    """What it does with models: agent, model-server, notebook, training; by label, sandbox or image."""
    labels = workload.pod_labels
    roles = {_role(container.spec.image) for container in workload.containers}
    roles.add(labels.get(LABEL) or workload.labels.get(LABEL, ""))
    if any(map(_of_sandbox, labels)):
        roles.add("agent")
    return tuple(sorted(roles - _NO_ROLE)) if roles != _NO_ROLE else ()


@criterion("container", "ai-role", Type.TEXT, of="spec.image", path="image", cost=0, values=ROLES)
def ai_role(container: Container) -> str | None:
    """What its image does with models: agent, model-server, notebook, training; by the image's name."""
    return _role(container.spec.image) or None


@criterion("container", "accelerators", Type.NUMBER, of="resources", path="resources.limits")
def accelerators(container: Container) -> float | None:
    """How many GPUs, TPUs and the like it gets; not set where none."""
    if container.resources.limits.keys() <= _ORDINARY:
        return None
    found = [
        amount for name, amount in container.resources.limits.items() if "/" in name and _ACCELERATOR.fullmatch(name)
    ]
    return float(sum(found)) if found else None


@criterion("workload", "accelerators", Type.NUMBER, of="containers[].resources", path=in_pod("containers"), cost=0)
def most_accelerators(workload: Workload) -> float | None:
    """How many GPUs, TPUs and the like one of its containers gets, the most; not set where none."""
    found = [number for one in workload.containers if (number := accelerators(one)) is not None]
    return max(found) if found else None


@criterion("container", "model-sources", Type.SET, path="args", cost=2)
def model_sources(container: Container) -> tuple[str, ...]:
    """Where it takes models from, as arguments (``--model x``) and variables (``MODEL_ID``) of model servers say."""
    spec = container.spec
    found = [one.value for one in spec.env if one.name in _MODEL_VARIABLES and one.value]
    if not (spec.command or spec.args):
        return tuple(found)
    words = (*spec.command, *spec.args)
    for at, word in enumerate(words):
        flag, equals, value = word.partition("=")
        if flag in _MODEL_FLAGS:
            found.append(value if equals else words[at + 1] if at + 1 < len(words) else "")
    return tuple(source for source in found if source)


@criterion("workload", "shared-memory-volume", Type.BOOL, path=in_pod("volumes"), cost=2)
def shared_memory_volume(workload: Workload) -> bool:
    """A container mounts a volume in memory as /dev/shm."""
    return any(mount.mount_path == "/dev/shm" for container in workload.containers for mount in container.mounts)  # noqa: S108 -- a path in the pod
