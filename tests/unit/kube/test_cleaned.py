import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seawall.kube.cleaned import WITHHELD, clean

_KINDS = ("Secret", "ConfigMap", "Pod", "Node", "Deployment", "CustomResourceDefinition", "Widget")
_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)


def _object(**more: object) -> bytes:
    return msgspec.json.encode({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}} | more)


def test_values_of_secrets_end_here() -> None:
    applied = {"kubectl.kubernetes.io/last-applied-configuration": '{"data": "aHVudGVyMg=="}'}
    made = clean(
        _object(data={"b": "aHVudGVyMg==", "a": "eA=="}, metadata={"name": "a", "annotations": applied}), values=True
    )
    assert b"aHVudGVy" not in made.whole()
    assert msgspec.json.decode(made.json)["data"] == {"a": "", "b": ""}
    assert msgspec.json.decode(made.json)["metadata"]["annotations"][WITHHELD] == "withheld"


@pytest.mark.parametrize("values", [True, False])
def test_values_of_config_maps_only_when_asked_for(values: bool) -> None:
    made = clean(_object(kind="ConfigMap", data={"a": "swordfish"}), values=values)
    assert (b"swordfish" in made.json) is values


def test_bookkeeping_goes_and_old_api_versions_stay() -> None:
    fields = [
        {"manager": "helm", "apiVersion": "autoscaling/v2beta2", "fieldsV1": {}},
        {"manager": "kubectl", "apiVersion": "v1"},
    ]
    metadata = {"name": "a", "resourceVersion": "7", "generation": 2, "managedFields": fields}
    made = clean(_object(kind="Widget", metadata=metadata, status={"x": 1}))
    assert msgspec.json.decode(made.json) == {"apiVersion": "v1", "kind": "Widget", "metadata": {"name": "a"}}
    assert made.managers == (("helm", "autoscaling/v2beta2"),)


def test_running_digests_are_kept() -> None:
    status = {
        "phase": "Running",
        "containerStatuses": [{"name": "c", "image": "i", "imageID": "i@sha256:ab", "restartCount": 3}],
    }
    made = clean(_object(kind="Pod", status=status))
    assert msgspec.json.decode(made.status)["containerStatuses"] == [
        {"name": "c", "image": "i", "imageID": "i@sha256:ab"}
    ]


@given(st.sampled_from(_KINDS), st.dictionaries(st.sampled_from(["spec", "data", "status", "type", "metadata"]), _JSON))
def test_never_anything_but_an_answer_or_a_decode_error(kind: str, more: dict[str, object]) -> None:
    try:
        made = clean(_object(kind=kind, **more))
    except msgspec.DecodeError:
        return
    assert clean(made.whole()) == made


@given(st.binary(max_size=40))
def test_hostile_bytes(data: bytes) -> None:
    with pytest.raises((msgspec.DecodeError, KeyError)):
        clean(data)
