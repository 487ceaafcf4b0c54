"""Objects as they come over the wire: who they are, and their JSON untouched until someone needs more."""

from collections.abc import Iterator

import msgspec

from seawall.kube.client.resource import Resource
from seawall.kube.normalise import normalise
from seawall.model.kube import KubeObject, Problem
from seawall.model.record import Record

Key = tuple[str, str]
"""(namespace, name): what an object is called within its kind."""


class Item(Record, frozen=True, kw_only=True, gc=False):
    """One object.

    Attributes:
        namespace: empty for kinds that live in none.
        name: its own.
        uid: tells two objects apart that had one name after another.
        version: its ``resourceVersion``; another one means that it changed.
        json: the whole object, saying its kind and API version even where the API server leaves them out.
    """

    namespace: str = ""
    name: str
    uid: str = ""
    version: str = ""
    json: bytes

    @property
    def key(self) -> Key:
        """What it is called."""
        return self.namespace, self.name

    def read(self) -> KubeObject | Problem:
        """As a record that policies judge."""
        return next(iter(normalise(self.json, unchecked=False)))


class _Meta(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    namespace: str = ""
    name: str = ""
    uid: str = ""
    resource_version: str = ""


class _Head(msgspec.Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    kind: str = ""
    metadata: _Meta = _Meta()


class _ListMeta(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    resource_version: str = ""
    proceed: str = msgspec.field(default="", name="continue")
    remaining_item_count: int | None = None


class _List(msgspec.Struct, frozen=True, kw_only=True):
    """Without ``items`` it is no list, whatever else it is; an empty one has null."""

    metadata: _ListMeta
    items: list[msgspec.Raw] | None


class Page(Record, frozen=True, kw_only=True):
    """A part of a list.

    Attributes:
        items: its objects.
        version: of the whole list; a watch goes on from here.
        proceed: the token for the next part; empty at the end.
        remaining: how many objects are still to come, if the server says so.
        size: its bytes, as JSON.
    """

    items: tuple[Item, ...]
    version: str
    proceed: str
    remaining: int | None
    size: int = 0


_decode_list = msgspec.json.Decoder(_List).decode
_decode_head = msgspec.json.Decoder(_Head).decode


def read_page(body: bytes, resource: Resource) -> Page:
    """Decode a page of a list.

    Raises:
        msgspec.DecodeError: it is no list.
    """
    page = _decode_list(body)
    prefix = type_prefix(resource)
    return Page(
        items=tuple(_items(page.items or [], prefix)),
        version=page.metadata.resource_version,
        proceed=page.metadata.proceed,
        remaining=page.metadata.remaining_item_count,
        size=len(body),
    )


def type_prefix(resource: Resource) -> bytes:
    """How JSON begins that says its kind."""
    api_version, kind = msgspec.json.encode(resource.api_version), msgspec.json.encode(resource.kind)
    return b'{"apiVersion":%b,"kind":%b,' % (api_version, kind)


def _items(raws: list[msgspec.Raw], prefix: bytes) -> Iterator[Item]:
    for raw in raws:
        yield read_item(raw, prefix)


def read_item(raw: msgspec.Raw | bytes, prefix: bytes) -> Item:
    """One object of a list or a watch.

    An object whose name or type is no text is still an item, under the names that can be read.
    """
    try:
        head = _decode_head(raw)
    except msgspec.ValidationError:
        head = _salvage(raw)
    meta = head.metadata
    json = bytes(raw)
    if not head.kind and json.startswith(b"{"):
        rest = json[1:].lstrip()
        json = prefix + rest if not rest.startswith(b"}") else prefix[:-1] + rest
    return Item(namespace=meta.namespace, name=meta.name, uid=meta.uid, version=meta.resource_version, json=json)


def _salvage(raw: msgspec.Raw | bytes) -> _Head:
    value = msgspec.json.decode(raw)
    value = value if isinstance(value, dict) else {}
    meta = value.get("metadata")
    meta = meta if isinstance(meta, dict) else {}

    def text(of: dict[str, object], name: str) -> str:
        found = of.get(name)
        return found if isinstance(found, str) else ""

    return _Head(
        kind=text(value, "kind"),
        metadata=_Meta(
            namespace=text(meta, "namespace"),
            name=text(meta, "name"),
            uid=text(meta, "uid"),
            resource_version=text(meta, "resourceVersion"),
        ),
    )
