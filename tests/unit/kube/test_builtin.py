import json

import pytest

from seawall.kube.builtin import KINDS, VERSIONS, slip
from seawall.kube.kinds import VIEWS
from seawall.kube.normalise import normalise
from seawall.kube.read import read_text
from seawall.kube.served import SERVED
from seawall.model.kube import KubeObject, Problem


@pytest.mark.parametrize(
    ("api_version", "kind", "said"),
    [
        ("apps/v1", "Deployment", []),
        ("v1", "Config", []),
        ("v1", "Endpoints", []),
        ("apps/v99", "Deployment", ["apiVersion: Kubernetes has no 'apps/v99'; the object is judged by its kind"]),
        ("rbac.authorization.k8s.io/v2", "Role", ["apiVersion: Kubernetes has no 'rbac.authorization.k8s.io/v2'"]),
        ("v2", "Pod", ["apiVersion: Kubernetes has no 'v2'"]),
        (
            "apps/v1",
            "Deploymnet",
            ["kind: Kubernetes has no Deploymnet in 'apps/v1' (is it Deployment?); only policies"],
        ),
        ("v1", "Deploy", ["kind: Kubernetes has no Deploy in 'v1'"]),
        ("v1", "pod", ["kind: Kubernetes has no pod in 'v1' (is it Pod?)"]),
        ("skaffold/v4beta6", "Config", []),
        ("networking.k8s.io/v1", "IngressClass", []),
        ("shop.example/v1", "Deployment", []),
        ("v1beta1", "SomethingElse", []),
    ],
)
def test_a_slip_of_the_pen_is_told(api_version: str, kind: str, said: list[str]) -> None:
    text = json.dumps(
        {"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}, "spec": {"containers": [{}]}}
    )
    (made,) = normalise(text.encode())
    assert isinstance(made, KubeObject)
    found = [f"{one.path}: {one.message}" for one in made.problems if one.path in {"kind", "apiVersion"}]
    assert len(found) == len(said)
    assert all(one.startswith(words) for one, words in zip(found, said, strict=True))


def test_the_tables_know_every_kind_that_has_a_record_or_is_read_of_a_cluster() -> None:
    for kind, (groups, _) in VIEWS.items():
        for group in groups & set(KINDS) - {"extensions"}:  # VIEWS takes it for apps
            assert kind in KINDS[group]
            assert all(slip(f"{group}/{one}".lstrip("/"), kind, known=True) is None for one in VERSIONS[group])
    for one in SERVED:
        assert one.group not in KINDS or one.kind in KINDS[one.group]
        assert one.group not in VERSIONS or one.version in VERSIONS[one.group]


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ('{"apiVersion": "v1", "kind": "List", "items": "x"}', 1),
        ('{"apiVersion": "v1", "kind": "PodList", "items": 5}', 1),
        ('{"apiVersion": "v1", "kind": "List", "items": null}', 0),
        ('{"apiVersion": "v1", "kind": "List"}', 0),
    ],
)
def test_a_list_whose_items_are_none_is_no_object(text: str, problems: int) -> None:
    found = list(normalise(text.encode()))
    assert [type(one) for one in found] == [Problem] * problems


def test_a_path_in_a_message_is_never_longer_than_one_reads() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {" + "y" * 100_000 + ": 1}\n"
    (made,) = read_text(text.encode())
    assert isinstance(made, KubeObject)
    assert [(one.line, len(one.path)) for one in made.problems] == [(4, 300)]
