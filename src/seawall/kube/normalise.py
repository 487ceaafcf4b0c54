"""From an object's JSON to its record: the header tells the kind, the kind tells the record."""

from collections.abc import Iterator

import msgspec

from seawall.kube.builtin import slip
from seawall.kube.decode import Notes, decode, problem
from seawall.kube.duplicate import deeper_than, duplicate_keys
from seawall.kube.kinds import VIEWS, body_type, fields_of, view_of
from seawall.kube.salvage import salvage
from seawall.kube.workload import workload_fields
from seawall.model.coverage import CoverageState
from seawall.model.kube import KubeObject, ObjectMeta, Origin, Problem, Workload
from seawall.model.kube.api import Api

MAX_DEPTH = 100
MAX_NESTED_LISTS = 8
NOWHERE = Origin()
_NOT_API = {
    "kustomize.config.k8s.io": "a kustomization is not built here; the files that it names are judged as they stand",
    "seawall.dev": "a file of Seawall's own, not a manifest",
}


class _Identity(Api, frozen=True, kw_only=True):
    """Who an object is."""

    api_version: str = ""
    kind: str = ""
    metadata: ObjectMeta = ObjectMeta()


class _Parts(Api, frozen=True, kw_only=True):
    """What stays JSON until the kind is known; cannot be of a wrong type."""

    spec: msgspec.Raw = msgspec.Raw()
    template: msgspec.Raw = msgspec.Raw()
    items: msgspec.Raw = msgspec.Raw()


class _Header(_Identity, frozen=True, kw_only=True):
    """Both."""

    spec: msgspec.Raw = msgspec.Raw()
    template: msgspec.Raw = msgspec.Raw()
    items: msgspec.Raw = msgspec.Raw()


_decode_header = msgspec.json.Decoder(_Header).decode
_decode_parts = msgspec.json.Decoder(_Parts).decode
_decode_items = msgspec.json.Decoder(tuple[msgspec.Raw, ...]).decode


def normalise(
    json: bytes | msgspec.Raw,
    origin: Origin = NOWHERE,
    *,
    unchecked: bool = True,
    api_version: str = "",
    kind: str = "",
    nested: int = 0,
) -> Iterator[KubeObject | Problem]:
    """The objects of one JSON document: one, or those of a List. Never raises for bad content.

    What is no Kubernetes object is a problem: ``info`` when it does not claim to be one.

    Args:
        json: one JSON value.
        origin: where it was read.
        unchecked: whether it may be broken, too deep or hold keys twice.
        api_version: of an item that does not say its own: that of its typed List.
        kind: likewise.
        nested: how many Lists it stands in.
    """
    notes = Notes(origin)
    try:
        header = _read_header(json, notes)
    except (msgspec.DecodeError, RecursionError) as error:
        yield problem(origin, f"broken JSON: {error}", state=CoverageState.UNREADABLE)
        return
    if header is None:
        yield problem(origin, "not a Kubernetes object: it is no mapping", state=CoverageState.INFO)
        return
    kind, api_version = header.kind or kind, header.api_version or api_version
    if not kind:
        yield problem(origin, "not a Kubernetes object: it has no kind", state=CoverageState.INFO)
    elif kind.endswith("List") and memoryview(header.items).tobytes().startswith(b"["):
        yield from _flatten(kind, api_version, header.items, origin, unchecked=unchecked, nested=nested)
    elif kind == "List" or (kind.removesuffix("List") in VIEWS and kind not in VIEWS):
        if memoryview(header.items).tobytes() not in {b"", b"null"}:
            yield problem(origin, "the items of a List are no list", state=CoverageState.UNREADABLE)
    elif (reason := _NOT_API.get(api_version.partition("/")[0])) is not None:
        yield problem(origin, reason, state=CoverageState.INFO)
    else:
        broken = _check(bytes(json), notes) if unchecked else ""
        if broken:
            yield problem(origin, broken, state=CoverageState.UNREADABLE)
            return
        yield _object(json, header, kind, api_version, notes)


def _check(json: bytes, notes: Notes) -> str:
    """Why this JSON cannot be used, or empty; keys that stand twice are noted."""
    try:
        if deeper_than(msgspec.json.decode(json), MAX_DEPTH):
            return f"nested deeper than {MAX_DEPTH} levels"
        for key in duplicate_keys(json):
            notes("", f"the key {key[:80]!r} stands twice in one mapping; the last one counts")
    except (msgspec.DecodeError, RecursionError) as error:
        return f"broken JSON: {error}"
    return ""


def _read_header(json: bytes | msgspec.Raw, notes: Notes) -> _Header | None:
    try:
        return _decode_header(json)
    except msgspec.ValidationError:
        pass
    value = msgspec.json.decode(json)
    if not isinstance(value, dict):
        return None
    who, parts = salvage(value, _Identity, "", notes), _decode_parts(json)
    return _Header(
        api_version=who.api_version,
        kind=who.kind,
        metadata=who.metadata,
        spec=parts.spec,
        template=parts.template,
        items=parts.items,
    )


def _flatten(
    kind: str, api_version: str, items: msgspec.Raw, origin: Origin, *, unchecked: bool, nested: int
) -> Iterator[KubeObject | Problem]:
    """The items of a List; those of a typed one (``PodList``) need not say what they are."""
    if nested >= MAX_NESTED_LISTS:
        yield problem(origin, "Lists are nested too deeply", state=CoverageState.UNREADABLE)
        return
    single = kind.removesuffix("List")
    for index, item in enumerate(_decode_items(items)):
        place = f"{origin.item}.items[{index}]" if origin.item else f"items[{index}]"
        yield from normalise(
            bytes(item),
            msgspec.structs.replace(origin, item=place),
            unchecked=unchecked,
            api_version=api_version if single else "",
            kind=single,
            nested=nested + 1,
        )


def _object(json: bytes | msgspec.Raw, header: _Header, kind: str, api_version: str, notes: Notes) -> KubeObject:
    group, slash, _ = api_version.rpartition("/")
    view, known = view_of(kind, group if slash else "")
    if not api_version:
        notes("apiVersion", "it is missing; the object is judged by its kind")
    elif not known:
        notes("apiVersion", f"Kubernetes has no {kind} in {api_version[:80]!r}; the object is judged by its kind")
    elif said := slip(api_version, kind, known=view is not KubeObject):
        notes(*said)
    if view is Workload:
        fields = workload_fields(kind, header.metadata, header.spec, header.template, notes)
    elif view is KubeObject:
        fields = {}
    else:
        fields = fields_of(decode(json, body_type(view), "", notes))
    if view is not KubeObject and not header.metadata.name and not header.metadata.generate_name:
        notes("metadata.name", "the object has no name")
    return view(
        api_version=api_version,
        kind=kind,
        metadata=header.metadata,
        json=bytes(json),
        origin=notes.origin,
        problems=tuple(notes.found),
        **fields,
    )
