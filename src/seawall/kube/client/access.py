"""What the one who asks may do, as the API server sees it.

Source: authorization.k8s.io/v1, SelfSubjectAccessReview and SelfSubjectRulesReview. Both are asked by POST, yet change
nothing.
"""

from collections.abc import Mapping

import msgspec

from seawall.kube.client.resource import Resource
from seawall.kube.client.transport import Request, Transport
from seawall.model.record import Record


class Verdict(Record, frozen=True, kw_only=True):
    """Whether it is allowed, and what the API server says about it."""

    allowed: bool = False
    reason: str = ""


class ResourceRule(Record, frozen=True, kw_only=True, rename="camel"):
    """Verbs on resources; ``*`` is any, an empty list of names too."""

    verbs: tuple[str, ...]
    api_groups: tuple[str, ...] | None = None
    resources: tuple[str, ...] | None = None
    resource_names: tuple[str, ...] | None = None


class Rules(Record, frozen=True, kw_only=True, rename="camel"):
    """All that is allowed in a namespace.

    Attributes:
        resource_rules: allowed by role.
        incomplete: whether there may be more that the API server cannot list.
        evaluation_error: why.
    """

    resource_rules: tuple[ResourceRule, ...] | None = None
    incomplete: bool = False
    evaluation_error: str = ""


class _Verdict(msgspec.Struct, frozen=True, kw_only=True):
    status: Verdict = Verdict()


class _Rules(msgspec.Struct, frozen=True, kw_only=True):
    status: Rules = Rules()


_decode_verdict = msgspec.json.Decoder(_Verdict).decode
_decode_rules = msgspec.json.Decoder(_Rules).decode


async def may(
    transport: Transport, verb: str, resource: Resource, *, namespace: str = "", name: str = "", subresource: str = ""
) -> Verdict:
    """Whether a request would be allowed.

    Args:
        transport: asks.
        verb: ``get``, ``list``, ``watch``, ….
        resource: the kind.
        namespace: empty means in all of them.
        name: of one object; empty means any.
        subresource: ``log`` of pods, for instance.

    Raises:
        ServiceError: the API server does not answer, or refuses to say.
    """
    attributes = {
        "verb": verb,
        "group": resource.group,
        "version": resource.version,
        "resource": resource.name,
        "namespace": namespace,
        "name": name,
        "subresource": subresource,
    }
    request = _review("SelfSubjectAccessReview", {"resourceAttributes": attributes})
    answer = await transport.send(request, _decode_verdict)
    return answer.status


async def rules(transport: Transport, namespace: str) -> Rules:
    """All that is allowed in a namespace.

    Raises:
        ServiceError: the API server does not answer, or refuses to say.
    """
    request = _review("SelfSubjectRulesReview", {"namespace": namespace})
    answer = await transport.send(request, _decode_rules)
    return answer.status


def _review(kind: str, spec: Mapping[str, object]) -> Request:
    return Request(
        method="POST",
        path=f"/apis/authorization.k8s.io/v1/{kind.lower()}s",
        headers={"Content-Type": "application/json"},
        body=msgspec.json.encode({"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}),
        what="ask what is allowed",
        harmless=True,
    )
