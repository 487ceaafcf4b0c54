import msgspec
import pytest

from seawall.kube.drift import drift
from seawall.model.kube.pod import PodSpec

_TEMPLATE = {"containers": [{"name": "app", "image": "a:1"}]}


def _spec(value: object) -> PodSpec:
    return msgspec.convert(value, PodSpec)


@pytest.mark.parametrize(
    ("pod", "expected"),
    [
        (_TEMPLATE, ()),
        ({"containers": [{"name": "app", "image": "b:1"}]}, ("containers[app].image",)),
        (_TEMPLATE | {"hostNetwork": True}, ("hostNetwork",)),
        (_TEMPLATE | {"ephemeralContainers": [{"name": "debug"}]}, ("ephemeralContainers[debug]",)),
        (_TEMPLATE | {"containers": [*_TEMPLATE["containers"], {"name": "proxy"}]}, ("containers[proxy]",)),
        (_TEMPLATE | {"volumes": [{"name": "v", "hostPath": {"path": "/"}}]}, ("volumes[v]",)),
        ({"containers": []}, ("containers[app]",)),
    ],
)
def test_what_matters_is_drift(pod: object, expected: tuple[str, ...]) -> None:
    assert drift(_spec(_TEMPLATE), _spec(pod)) == expected


def test_what_kubernetes_adds_is_none() -> None:
    mount = {"name": "kube-api-access-x", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}
    pod = {
        "containers": [{"name": "app", "image": "a:1", "volumeMounts": [mount]}],
        "volumes": [{"name": "kube-api-access-x", "projected": {}}],
        "nodeName": "n1",
        "serviceAccountName": "default",
        "securityContext": {},
        "tolerations": [{"key": "node.kubernetes.io/not-ready"}],
        "priority": 0,
    }
    assert drift(_spec(_TEMPLATE), _spec(pod)) == ()
