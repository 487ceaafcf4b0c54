"""Which kinds a cluster serves: in two requests where it can say all at once, else group by group.

Source: "Kubernetes API discovery": aggregated (apidiscovery.k8s.io/v2), before it meta/v1 APIGroupList.
"""

import asyncio

import msgspec

from seawall.errors import ServiceError
from seawall.kube.client.resource import Resource
from seawall.kube.client.transport import Request, Transport
from seawall.model.record import Record

_AGGREGATED = ";g=apidiscovery.k8s.io;v={};as=APIGroupDiscoveryList"
_ACCEPT = {"Accept": ",".join(f"application/json{suffix}" for suffix in map(_AGGREGATED.format, ("v2", "v2beta1")))}
_ACCEPT["Accept"] += ",application/json"
_SHOWN = 200


class Discovery(Record, frozen=True, kw_only=True):
    """What a cluster serves.

    Attributes:
        resources: all of it, in each group the version that the cluster prefers first.
        gaps: sentences about groups that could not be asked.
    """

    resources: tuple[Resource, ...]
    gaps: tuple[str, ...] = ()

    def preferred(self) -> tuple[Resource, ...]:
        """Each kind of each group once, in the version that the cluster prefers."""
        first: dict[tuple[str, str], Resource] = {}
        for resource in self.resources:
            first.setdefault((resource.group, resource.name), resource)
        return tuple(first.values())

    def find(self, text: str) -> Resource | None:
        """The kind that a person means: ``Deployment``, ``deployments``, ``deploy``, ``deployments.apps``."""
        wanted, _, group = text.lower().partition(".")
        for resource in self.preferred():
            names = (resource.name, resource.kind.lower(), *resource.aliases)
            if wanted in names and group in {"", resource.group}:
                return resource
        return None


class _Kind(msgspec.Struct, frozen=True):
    kind: str = ""


class _AggregatedResource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    resource: str
    response_kind: _Kind | None = None
    scope: str = "Namespaced"
    singular_resource: str = ""
    short_names: tuple[str, ...] | None = None
    verbs: tuple[str, ...] | None = None


class _AggregatedVersion(msgspec.Struct, frozen=True, kw_only=True):
    version: str
    resources: tuple[_AggregatedResource, ...] | None = None
    freshness: str = "Current"


class _Name(msgspec.Struct, frozen=True):
    name: str = ""


class _AggregatedGroup(msgspec.Struct, frozen=True, kw_only=True):
    metadata: _Name = _Name()
    versions: tuple[_AggregatedVersion, ...] = ()


class _GroupVersion(msgspec.Struct, frozen=True, kw_only=True):
    version: str


class _Group(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    name: str = ""
    versions: tuple[_GroupVersion, ...] = ()
    preferred_version: _GroupVersion | None = None


class _Root(msgspec.Struct, frozen=True, kw_only=True):
    """Any of the three answers to ``/api`` and ``/apis``; the kind tells which fields it has."""

    kind: str = ""
    items: tuple[_AggregatedGroup, ...] | None = None
    versions: tuple[str, ...] | None = None
    groups: tuple[_Group, ...] | None = None


class _PlainResource(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    name: str
    kind: str
    namespaced: bool = True
    singular_name: str = ""
    short_names: tuple[str, ...] | None = None
    verbs: tuple[str, ...] | None = None


class _PlainList(msgspec.Struct, frozen=True, kw_only=True):
    resources: tuple[_PlainResource, ...] | None = None


_decode_root = msgspec.json.Decoder(_Root).decode
_decode_plain = msgspec.json.Decoder(_PlainList).decode


async def discover(transport: Transport) -> Discovery:
    """Ask a cluster which kinds it serves. A group whose own server is away is a gap, no failure.

    Raises:
        ServiceError: the API server does not answer, or refuses.
    """
    what = "ask for the API's kinds"
    core, groups = await asyncio.gather(
        *(transport.send(Request(path=path, headers=_ACCEPT, what=what), _decode_root) for path in ("/api", "/apis"))
    )
    found: list[Resource] = []
    gaps: list[str] = []
    for root in (core, groups):
        if root.items is not None:
            _aggregated(root.items, found, gaps)
        else:
            await _plain(transport, root, found, gaps)
    return Discovery(resources=tuple(found), gaps=tuple(gaps))


def _aggregated(groups: tuple[_AggregatedGroup, ...], found: list[Resource], gaps: list[str]) -> None:
    for group in groups:
        for version in group.versions:
            if version.freshness != "Current":
                gaps.append(
                    f"the API {group.metadata.name}/{version.version} does not answer; its kinds may be missing"
                )
            found += [
                Resource(
                    group=group.metadata.name,
                    version=version.version,
                    name=each.resource,
                    kind=each.response_kind.kind,
                    namespaced=each.scope == "Namespaced",
                    verbs=each.verbs or (),
                    aliases=(each.singular_resource, *(each.short_names or ())),
                )
                for each in version.resources or ()
                if each.response_kind is not None
            ]


async def _plain(transport: Transport, root: _Root, found: list[Resource], gaps: list[str]) -> None:
    asked = [("", version) for version in root.versions or ()]
    for group in root.groups or ():
        best = group.preferred_version.version if group.preferred_version else ""
        names = [each.version for each in group.versions]
        asked += [(group.name, name) for name in dict.fromkeys([best, *names] if best in names else names)]
    answers = await asyncio.gather(*(_group(transport, *each) for each in asked))
    for (group_name, version), answer in zip(asked, answers, strict=True):
        if isinstance(answer, ServiceError):
            gaps.append(f"the API {group_name}/{version} does not answer: {answer.cause[:_SHOWN]}")
            continue
        found += [
            Resource(
                group=group_name,
                version=version,
                name=each.name,
                kind=each.kind,
                namespaced=each.namespaced,
                verbs=each.verbs or (),
                aliases=(each.singular_name, *(each.short_names or ())),
            )
            for each in answer.resources or ()
            if "/" not in each.name
        ]


async def _group(transport: Transport, group: str, version: str) -> _PlainList | ServiceError:
    path = f"/apis/{group}/{version}" if group else f"/api/{version}"
    request = Request(path=path, what=f"ask for the kinds of {group or 'core'}/{version}")
    try:
        return await transport.send(request, _decode_plain)
    except ServiceError as error:
        return error
