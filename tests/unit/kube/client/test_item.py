import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seawall.kube.client.item import read_item, read_page, type_prefix
from seawall.kube.client.resource import PODS, Resource
from seawall.model.kube import Workload

PLAIN = st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5), st.lists, max_leaves=4)
META = st.dictionaries(st.sampled_from(["name", "namespace", "uid", "resourceVersion", "labels"]), PLAIN)
THINGS = st.one_of(
    PLAIN,
    st.fixed_dictionaries({}, optional={"metadata": META | PLAIN, "kind": PLAIN, "apiVersion": PLAIN, "spec": PLAIN}),
)


def reference(thing: object, name: str) -> str:
    """Slow and plain: a text at its place, or nothing."""
    meta = thing.get("metadata") if isinstance(thing, dict) else None
    found = meta.get(name) if isinstance(meta, dict) else None
    return found if isinstance(found, str) else ""


@settings(deadline=None)
@given(st.lists(THINGS, max_size=6))
def test_whatever_stands_in_a_list_is_an_item(things: list[Any]) -> None:
    body = json.dumps({"metadata": {"resourceVersion": "5", "continue": "c"}, "items": things}).encode()
    page = read_page(body, PODS)
    assert (page.version, page.proceed, len(page.items)) == ("5", "c", len(things))
    for item, thing in zip(page.items, things, strict=True):
        names = ("namespace", "name", "uid", "resourceVersion")
        assert [item.namespace, item.name, item.uid, item.version] == [reference(thing, name) for name in names]
        value = json.loads(item.json)
        if isinstance(thing, dict):
            assert thing.items() <= value.items() or {"kind", "apiVersion"} & thing.keys()
        else:
            assert value == thing


def test_items_say_their_kind_and_read_as_records() -> None:
    deployments = Resource(group="apps", name="deployments", kind="Deployment")
    raw = b' { "metadata": {"name": "web", "namespace": "shop"}, "spec": {"replicas": 2}}'
    for body in (raw, raw.strip()):
        item = read_item(body.strip(), type_prefix(deployments))
        read = item.read()
        assert isinstance(read, Workload)
        assert (read.api_version, read.kind, read.name, item.key) == ("apps/v1", "Deployment", "web", ("shop", "web"))


def test_an_empty_object_says_its_kind() -> None:
    assert json.loads(read_item(b"{}", type_prefix(PODS)).json) == {"apiVersion": "v1", "kind": "Pod"}


def test_a_kind_that_is_said_is_kept() -> None:
    raw = b'{"kind":"Other","apiVersion":"x/v1","metadata":{"name":"a"}}'
    assert read_item(raw, type_prefix(PODS)).json == raw


@pytest.mark.parametrize("body", [b"", b"[", b"[]", b"3", b'{"items": 3}', b'{"metadata": {}}', b'{"items": []}'])
def test_what_is_no_list_is_told(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        read_page(body, PODS)


def test_no_items_at_all() -> None:
    assert read_page(b'{"metadata": {}, "items": null}', PODS).items == ()


def test_paths() -> None:
    scoped = Resource(group="apps", version="v1", name="deployments", kind="Deployment")
    assert scoped.path() == "/apis/apps/v1/deployments"
    assert scoped.path("n", "x", "status") == "/apis/apps/v1/namespaces/n/deployments/x/status"
    nodes = Resource(name="nodes", kind="Node", namespaced=False)
    assert nodes.path("n", "x") == "/api/v1/nodes/x"
    assert (nodes.title, scoped.title, nodes.api_version) == ("nodes", "deployments.apps", "v1")
