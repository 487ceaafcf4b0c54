"""What evidence says of a value: a field's own value, and of what is worked out its name and what it is told of."""

import msgspec
import pytest

from seawall.kube.normalise import normalise
from seawall.model.kube.workload import Workload
from seawall.policy import criteria
from seawall.policy.explanation import told
from seawall.policy.registry import CRITERIA, GROUPS, Unknown

_CONTAINER = {"name": "c", "image": "nginx", "securityContext": {"privileged": True, "runAsNonRoot": False}}
_POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [_CONTAINER]}}


@pytest.mark.parametrize(
    ("group", "name", "value"),
    [
        ("container", "privileged", "true"),
        ("container", "run-as-non-root", "false"),
        ("container", "written-run-as-non-root", "false"),
        ("container", "read-only-root-filesystem", "false"),
        ("container", "may-run-as-root", "may-run-as-root: true"),
        ("container", "image-latest", "nginx (image-latest: true)"),
        ("container", "image-pinned", "nginx (image-pinned: false)"),
        ("container", "miner", "miner: false"),
        ("container", "linux", "linux: true"),
        ("container", "pull-policy", "Always"),
        ("image", "latest", "latest: true"),
        ("image", "registry", "docker.io"),
        ("workload", "host-network", "false"),
        ("workload", "automount-service-account-token", "not set"),
        ("workload", "controlled", "controlled: false"),
    ],
)
def test_what_evidence_says(group: str, name: str, value: str) -> None:
    assert criteria.__all__
    (pod,) = normalise(msgspec.json.encode(_POD))
    assert isinstance(pod, Workload)
    (container,) = pod.containers
    found = GROUPS["image"].parents["container"](container, {})
    assert not isinstance(found, Unknown)
    item = {"workload": pod, "container": container, "image": next(iter(found))}
    criterion = CRITERIA[group][name]
    base = GROUPS[group].path(item[group])
    path = criterion.path(item[group]) if callable(criterion.path) else f"{base}.{criterion.path}".strip(".")
    assert told(criterion, item[group], {}, path) == value
