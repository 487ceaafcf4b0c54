import json

from hypothesis import given
from hypothesis import strategies as st

from seawall.kube.normalise import normalise
from seawall.model.kube import Inventory, Json, KubeObject, LabelSelector, Pattern, Requirement

LABELS = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.sampled_from(["1", "2"]))
REQUIREMENT = st.builds(
    Requirement,
    key=st.sampled_from(["a", "b", "c"]),
    operator=st.sampled_from(["In", "NotIn", "Exists", "DoesNotExist"]),
    values=st.lists(st.sampled_from(["1", "2"]), max_size=2).map(tuple),
)
SELECTOR = st.builds(LabelSelector, match_labels=LABELS, match_expressions=st.lists(REQUIREMENT, max_size=2).map(tuple))


def read(kind: str, name: str, version: str = "v1", /, namespace: str = "", **fields: Json) -> KubeObject:
    metadata: dict[str, Json] = {"name": name, "namespace": namespace, "labels": fields.pop("labels", {})}
    value = {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}
    (made,) = normalise(json.dumps(value).encode())
    assert isinstance(made, KubeObject)
    return made


def pod(name: str, namespace: str = "", labels: Json = None, **spec: Json) -> KubeObject:
    return read("Pod", name, namespace=namespace, labels=labels or {}, spec={"containers": [{"name": "a"}], **spec})


@given(st.lists(st.tuples(st.sampled_from(["x", "y"]), LABELS), max_size=6), st.sampled_from(["x", "y", "z"]), SELECTOR)
def test_the_label_index_equals_looking_at_all(
    pods: list[tuple[str, dict[str, str]]], namespace: str, selector: LabelSelector
) -> None:
    inventory = Inventory([pod(f"p{at}", where, dict(labels)) for at, (where, labels) in enumerate(pods)])
    plainly = [one for one in inventory.workloads if one.namespace == namespace and selector.matches(one.pod_labels)]
    assert list(inventory.select(namespace, selector)) == plainly


def test_what_selects_a_workload() -> None:
    objects = [
        pod("web", "shop", {"app": "web"}),
        read("Service", "web", namespace="shop", spec={"selector": {"app": "web"}}),
        read("Service", "none", namespace="shop", spec={}),
        read("Service", "other", namespace="else", spec={"selector": {"app": "web"}}),
        read("NetworkPolicy", "deny", "networking.k8s.io/v1", namespace="shop", spec={"podSelector": {}}),
        read(
            "PodDisruptionBudget", "b", "policy/v1", namespace="shop",
            spec={"selector": {"matchLabels": {"app": "web"}}},
        ),
        read("PodDisruptionBudget", "c", "policy/v1", namespace="shop", spec={}),
        read(
            "HorizontalPodAutoscaler", "h", "autoscaling/v2", namespace="shop",
            spec={"scaleTargetRef": {"kind": "Pod", "name": "web"}},
        ),
    ]  # fmt: skip
    inventory = Inventory(objects)
    (web,) = inventory.workloads
    assert [one.name for one in inventory.services_of(web)] == ["web"]
    assert [one.name for one in inventory.network_policies_of(web)] == ["deny"]
    assert [one.name for one in inventory.budgets_of(web)] == ["b"]
    assert [one.name for one in inventory.autoscalers_of(web)] == ["h"]
    assert inventory.namespaces == {"shop", "else"}
    assert inventory.namespace_labels("shop") == {"kubernetes.io/metadata.name": "shop"}


def test_what_is_named_and_missing() -> None:
    web = pod(
        "web",
        "shop",
        serviceAccountName="web",
        priorityClassName="system-node-critical",
        imagePullSecrets=[{"name": "pull"}],
        volumes=[
            {"name": "s", "secret": {"secretName": "tls"}},
            {"name": "c", "configMap": {"name": "c", "optional": True}},
        ],
        containers=[
            {
                "name": "a",
                "env": [{"name": "P", "valueFrom": {"secretKeyRef": {"name": "db", "key": "pw"}}}],
                "envFrom": [{"configMapRef": {"name": "settings"}}],
            }
        ],
    )
    found = Inventory([web, read("Secret", "db", namespace="shop")], [Pattern(kind="Secret", name="p*")]).missing(web)
    assert [(one.kind, one.name, one.path) for one in found] == [
        ("ServiceAccount", "web", "spec.serviceAccountName"),
        ("Secret", "tls", "spec.volumes[0].secret.secretName"),
        ("ConfigMap", "settings", "spec.containers[0].envFrom[0].configMapRef.name"),
    ]


def test_others_name_things_too() -> None:
    ingress = read(
        "Ingress", "i", "networking.k8s.io/v1",
        spec={
            "tls": [{"secretName": "cert"}],
            "rules": [{"http": {"paths": [{"backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}],
        },
    )  # fmt: skip
    old = read("Ingress", "o", "extensions/v1beta1", spec={"backend": {"serviceName": "old", "servicePort": 80}})
    route = read("HTTPRoute", "r", "gateway.networking.k8s.io/v1", spec={"rules": [{"backendRefs": [{"name": "api"}]}]})
    account = read("ServiceAccount", "s", imagePullSecrets=[{"name": "pull"}])
    hook = read(
        "ValidatingWebhookConfiguration", "w", "admissionregistration.k8s.io/v1",
        webhooks=[{"name": "a", "clientConfig": {"service": {"name": "hook", "namespace": "x"}}}],
    )  # fmt: skip
    inventory = Inventory([ingress, old, route, account, hook])
    missing = [(one.kind, one.name, one.path) for subject in inventory.objects for one in inventory.missing(subject)]
    assert missing == [
        ("Service", "web", "spec.rules[0].http.paths[0].backend.service.name"),
        ("Secret", "cert", "spec.tls[0].secretName"),
        ("Service", "old", "spec.backend.serviceName"),
        ("Service", "api", "spec.rules[0].backendRefs[0].name"),
        ("Secret", "pull", "imagePullSecrets[0].name"),
        ("Service", "hook", "webhooks[0].clientConfig.service.name"),
    ]


def test_tokens_are_mounted_unless_somebody_says_no() -> None:
    quiet = read("ServiceAccount", "quiet", automountServiceAccountToken=False)
    pods = [pod("a"), pod("b", serviceAccountName="quiet"), pod("c", automountServiceAccountToken=False)]
    pods.append(pod("d", serviceAccountName="quiet", automountServiceAccountToken=True))
    inventory = Inventory([quiet, *pods])
    assert [inventory.mounts_token(one) for one in inventory.workloads] == [
        True, False, False, True,
    ]  # fmt: skip


def test_grants_of_a_service_account() -> None:
    rbac = "rbac.authorization.k8s.io/v1"
    reader = read("Role", "reader", rbac, namespace="shop", rules=[{"verbs": ["get"], "resources": ["pods"]}])
    part = read(
        "ClusterRole", "part", rbac, labels={"part": "yes"}, rules=[{"verbs": ["list"], "resources": ["nodes"]}]
    )
    whole = read(
        "ClusterRole", "whole", rbac, aggregationRule={"clusterRoleSelectors": [{"matchLabels": {"part": "yes"}}]}
    )
    subject: dict[str, Json] = {"kind": "ServiceAccount", "name": "web"}

    def bind(kind: str, name: str, role: str, role_kind: str, to: Json) -> KubeObject:
        reference = {"kind": role_kind, "name": role}
        return read(kind, name, rbac, namespace="shop", roleRef=reference, subjects=[to])

    inventory = Inventory(
        [
            reader, part, whole,
            bind("RoleBinding", "1", "reader", "Role", subject),
            bind("RoleBinding", "2", "cluster-admin", "ClusterRole", {"kind": "Group", "name": "system:authenticated"}),
            bind("ClusterRoleBinding", "3", "whole", "ClusterRole", {**subject, "namespace": "shop"}),
            bind("ClusterRoleBinding", "4", "gone", "ClusterRole", {"kind": "Group", "name": "system:serviceaccounts"}),
            bind("RoleBinding", "5", "reader", "Role", {"kind": "ServiceAccount", "name": "else"}),
        ]
    )  # fmt: skip
    grants = {one.binding.name: one for one in inventory.grants.of_service_account("shop", "web")}
    assert sorted(grants) == ["1", "2", "3", "4"]
    assert grants["1"].namespace == "shop"
    assert grants["2"].rules[0].verbs == ("*",)
    assert grants["3"].namespace == ""
    assert grants["3"].rules == part.rules  # type: ignore[attr-defined]
    assert not grants["4"].known
