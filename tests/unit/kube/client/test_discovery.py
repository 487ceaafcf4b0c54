import asyncio
import json

import pytest
from aiohttp import web
from tests.cluster.synthetic import Synthetic, refuse

from seawall.errors import ServiceError
from seawall.kube.client.access import ResourceRule, Rules, Verdict, may, rules
from seawall.kube.client.client import Client
from seawall.kube.client.config import Connection
from seawall.kube.client.discovery import Discovery, discover
from seawall.kube.client.kubeconfig import Cluster
from seawall.kube.client.resource import PODS


def connection_to(address: str) -> Connection:
    return Connection(name="test", cluster=Cluster(server=address))


def json_of(value: object) -> web.Response:
    return web.Response(body=json.dumps(value).encode(), content_type="application/json")


def discovered(routes: dict[str, object]) -> Discovery:
    async def whole() -> Discovery:
        server = Synthetic()
        async with server.running() as address:
            for path, value in routes.items():
                server.routes[path] = refuse(503) if value is None else json_of(value)
            async with Client(connection_to(address)) as client:
                return await discover(client.transport)

    return asyncio.run(whole())


def aggregated(group: str, *versions: dict[str, object]) -> dict[str, object]:
    return {"kind": "APIGroupDiscoveryList", "items": [{"metadata": {"name": group}, "versions": list(versions)}]}


def test_all_at_once() -> None:
    pods = {
        "resource": "pods",
        "responseKind": {"group": "", "version": "v1", "kind": "Pod"},
        "scope": "Namespaced",
        "singularResource": "pod",
        "shortNames": ["po"],
        "verbs": ["list", "watch"],
        "subresources": [{"subresource": "log"}],
    }
    things = {"resource": "things", "responseKind": {"kind": "Thing"}, "scope": "Cluster", "verbs": None}
    found = discovered(
        {
            "/api": aggregated("", {"version": "v1", "resources": [pods, {"resource": "nameless"}]}),
            "/apis": aggregated(
                "x.example",
                {"version": "v2", "resources": [things]},
                {"version": "v1", "resources": [things], "freshness": "Stale"},
            ),
        }
    )
    assert [(each.title, each.api_version, each.namespaced) for each in found.resources] == [
        ("pods", "v1", True),
        ("things.x.example", "x.example/v2", False),
        ("things.x.example", "x.example/v1", False),
    ]
    assert [each.api_version for each in found.preferred()] == ["v1", "x.example/v2"]
    assert found.gaps == ("the API x.example/v1 does not answer; its kinds may be missing",)
    for text in ("po", "Pod", "pods", "POD"):
        assert found.find(text) == found.resources[0]
    assert found.find("things.x.example") == found.resources[1]
    assert found.find("things.y.example") is None


def test_group_by_group_where_all_at_once_is_not_known() -> None:
    def resources(*names: str) -> dict[str, object]:
        return {"resources": [{"name": name, "kind": "K", "namespaced": True, "verbs": ["get"]} for name in names]}

    found = discovered(
        {
            "/api": {"kind": "APIVersions", "versions": ["v1"]},
            "/apis": {
                "kind": "APIGroupList",
                "groups": [
                    {
                        "name": "x.example",
                        "versions": [{"version": "v1"}, {"version": "v2"}],
                        "preferredVersion": {"version": "v2"},
                    },
                    {"name": "metrics.example", "versions": [{"version": "v1"}]},
                ],
            },
            "/api/v1": resources("pods", "pods/log"),
            "/apis/x.example/v1": resources("things"),
            "/apis/x.example/v2": resources("things"),
            "/apis/metrics.example/v1": None,
        }
    )
    assert [(each.title, each.version) for each in found.resources] == [
        ("pods", "v1"),
        ("things.x.example", "v2"),
        ("things.x.example", "v1"),
    ]
    assert found.gaps == ("the API metrics.example/v1 does not answer: on purpose",)


def test_no_answer_at_all_is_an_error() -> None:
    with pytest.raises(ServiceError, match="ask for the API's kinds failed"):
        discovered({"/api": None, "/apis": None})


def test_access_reviews() -> None:
    bodies: list[dict[str, object]] = []

    async def whole() -> tuple[Verdict, Rules]:
        server = Synthetic()
        base = "/apis/authorization.k8s.io/v1/"

        async def verdict(request: web.Request) -> web.Response:
            bodies.append(await request.json())
            return json_of({"status": {"allowed": True, "reason": "RBAC"}})

        rule = {"verbs": ["list"], "apiGroups": [""], "resources": ["pods"]}
        server.routes[base + "selfsubjectaccessreviews"] = verdict
        told = {"status": {"resourceRules": [rule], "incomplete": True, "evaluationError": "webhook"}}
        server.routes[base + "selfsubjectrulesreviews"] = json_of(told)
        server.faults.append(refuse(500))
        async with server.running() as address, Client(connection_to(address)) as client:
            one = await may(client.transport, "get", PODS, namespace="n", subresource="log")
            return one, await rules(client.transport, "n")

    allowed, found = asyncio.run(whole())
    assert allowed == Verdict(allowed=True, reason="RBAC")
    assert found.resource_rules == (ResourceRule(verbs=("list",), api_groups=("",), resources=("pods",)),)
    assert (found.incomplete, found.evaluation_error) == (True, "webhook")
    assert bodies[0]["spec"] == {
        "resourceAttributes": {
            "verb": "get",
            "group": "",
            "version": "v1",
            "resource": "pods",
            "namespace": "n",
            "name": "",
            "subresource": "log",
        }
    }
