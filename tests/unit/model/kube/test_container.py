import json

from seawall.kube.normalise import normalise
from seawall.model.kube import Json, Workload


def pod(spec: dict[str, Json]) -> Workload:
    value = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}
    (made,) = normalise(json.dumps(value).encode())
    assert isinstance(made, Workload)
    return made


def test_kinds_of_container_and_their_paths() -> None:
    made = pod(
        {
            "containers": [{"name": "a"}],
            "initContainers": [{"name": "b"}, {"name": "c", "restartPolicy": "Always"}],
            "ephemeralContainers": [{"name": "d"}],
        }
    )
    assert [(one.name, one.kind, one.path) for one in made.containers] == [
        ("b", "init", "spec.initContainers[0]"),
        ("c", "sidecar", "spec.initContainers[1]"),
        ("a", "regular", "spec.containers[0]"),
        ("d", "ephemeral", "spec.ephemeralContainers[0]"),
    ]


def test_mounts_are_joined_with_their_volumes() -> None:
    made = pod(
        {
            "containers": [
                {
                    "name": "a",
                    "volumeMounts": [
                        {"name": "host", "mountPath": "/h", "mountPropagation": "Bidirectional"},
                        {"name": "claim", "mountPath": "/c"},
                        {"name": "gone", "mountPath": "/g"},
                        {"name": "empty", "mountPath": "/e", "readOnly": True},
                    ],
                }
            ],
            "volumes": [
                {"name": "empty"},
                {"name": "host", "hostPath": {"path": "/var/run"}},
                {"name": "claim", "persistentVolumeClaim": {"claimName": "data", "readOnly": True}},
            ],
        }
    )
    host, claim, gone, empty = made.containers[0].mounts
    assert (host.type, host.source, host.read_only, host.propagation) == (
        "hostPath",
        "/var/run",
        False,
        "Bidirectional",
    )
    assert (host.path, host.volume_path) == ("spec.containers[0].volumeMounts[0]", "spec.volumes[1]")
    assert (claim.type, claim.source, claim.read_only) == ("persistentVolumeClaim", "data", True)
    assert not gone.found
    assert (empty.type, empty.read_only) == ("emptyDir", True)


def test_requests_take_the_limits() -> None:
    resources = (
        pod(
            {
                "containers": [
                    {"name": "a", "resources": {"limits": {"cpu": "500m", "memory": "1Gi"}, "requests": {"cpu": 1}}}
                ]
            }
        )
        .containers[0]
        .resources
    )
    assert (resources.cpu_request, resources.cpu_limit) == (1, 0.5)
    assert (resources.memory_request, resources.memory_limit) == (2**30, 2**30)


def test_pull_policy_as_the_api_server_sets_it() -> None:
    images = ["nginx", "nginx:latest", "nginx:1", "nginx@sha256:" + "a" * 64]
    made = pod({"containers": [{"name": "a", "image": image} for image in images]})
    assert [one.pull_policy for one in made.containers] == ["Always", "Always", "IfNotPresent", "IfNotPresent"]


def test_host_network_takes_the_ports_of_the_host() -> None:
    ports = [{"containerPort": 80}]
    assert (
        pod({"hostNetwork": True, "containers": [{"name": "a", "ports": ports}]}).containers[0].ports[0].host_port == 80
    )
    assert pod({"containers": [{"name": "a", "ports": ports}]}).containers[0].ports[0].host_port == 0


def test_the_path_of_what_decides() -> None:
    made = pod(
        {
            "securityContext": {"runAsNonRoot": True, "runAsUser": 5},
            "containers": [{"name": "a", "securityContext": {"runAsUser": 7}}],
        }
    ).containers[0]
    assert made.security_path("runAsNonRoot") == "spec.securityContext.runAsNonRoot"
    assert made.security_path("runAsUser") == "spec.containers[0].securityContext.runAsUser"
    assert made.security_path("privileged") == "spec.containers[0].securityContext.privileged"
