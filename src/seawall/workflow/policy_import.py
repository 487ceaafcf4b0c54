"""Take policies of other tools in: find out whose they are, say them in ours, write them where nothing is yet."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from seawall.errors import InputError, UsageError
from seawall.model.identifiers import PolicyName
from seawall.model.record import Record
from seawall.policy.document import Json, Policy
from seawall.policy.emit import to_yaml
from seawall.policy.importing.admission import import_admission, is_admission
from seawall.policy.importing.admission_binding import bound_policy, is_binding, name_of
from seawall.policy.importing.fields import mapping
from seawall.policy.importing.kyverno import import_kyverno, is_kyverno
from seawall.policy.importing.result import ImportedPolicy, LeftOut, became
from seawall.policy.importing.stackrox import import_stackrox, is_stackrox
from seawall.policy.importing.unsaid import unsaid
from seawall.policy.load import documents, files, text_of
from seawall.policy.profile import Profile

Format = Literal["auto", "stackrox", "kyverno", "vap"]
_DEEPEST_LIST = 3
_T = TypeVar("_T", Policy, Profile)


class ImportResult(Record, frozen=True, kw_only=True):
    """What came of an import.

    Attributes:
        policies: what became of each foreign policy.
        imported, partly, failed: how many could be said whole, in part, not at all.
        ignored: places of documents that are no policies of a known tool.
        written: the files that were written.
    """

    policies: tuple[ImportedPolicy, ...]
    imported: int
    partly: int
    failed: int
    ignored: tuple[str, ...] = ()
    written: tuple[str, ...] = ()


def import_policies(paths: tuple[Path, ...], *, kind: Format = "auto", output: Path | None = None) -> ImportResult:
    """Import files and directories; with ``output``, write each policy to a file of its name there.

    Raises:
        InputError: a path cannot be read or written, or there is no policy of the kind in any of them.
        UsageError: a file that would be written is there already.
    """
    found: list[ImportedPolicy] = []
    ignored: list[str] = []
    every = list(_documents(paths))
    bindings = [mapping(one) for _, one in every if is_binding(one)]
    policies = {name_of(mapping(one)) for _, one in every if is_admission(one)}
    for place, document in every:
        if is_binding(document) and bound_policy(mapping(document)) in policies and kind in {"auto", "vap"}:
            continue
        made = _imported(document, place, kind, bindings)
        found += made or ()
        if made is None:
            ignored.append(place)
    if not found:
        what = "policy of a known tool" if kind == "auto" else f"{kind} policy"
        hint = "StackRox's JSON export, Kyverno's ClusterPolicy, ValidatingAdmissionPolicy."
        raise InputError(f"there is no {what} in {', '.join(map(str, paths))}", hint=hint)
    found = _unique(found)
    states = [one.state for one in found]
    return ImportResult(
        policies=tuple(found),
        imported=states.count("imported"),
        partly=states.count("partly"),
        failed=states.count("not"),
        ignored=tuple(ignored),
        written=tuple(_write(found, output)) if output else (),
    )


def _documents(paths: tuple[Path, ...]) -> Iterator[tuple[str, Json]]:
    for file in (file for path in paths for file in files(path)):
        value = _json(text_of(file))
        if value is not None:
            yield from _items(value, str(file), 0)
            continue
        for document in documents(file):
            yield from _items(document.value, document.where, 0)


def _json(text: str) -> Json:
    """A JSON text's value; null where it is none (tabs make it no YAML)."""
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        value: Json = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    return value


def _items(value: Json, place: str, depth: int) -> Iterator[tuple[str, Json]]:
    """A list's items, else the value itself."""
    items = value if isinstance(value, list) else mapping(value).get("items")
    if isinstance(items, list) and depth < _DEEPEST_LIST:
        for item in items:
            yield from _items(item, place, depth + 1)
    else:
        yield place, value


def _imported(document: Json, place: str, kind: Format, bindings: list[dict[str, Json]]) -> list[ImportedPolicy] | None:
    """What a document became; null where it is no policy of the kind."""
    raw = mapping(document)
    if kind in {"auto", "stackrox"} and is_stackrox(document):
        return import_stackrox(raw, place)
    if kind in {"auto", "kyverno"} and is_kyverno(document):
        return [import_kyverno(raw, place)]
    if kind in {"auto", "vap"} and is_admission(document):
        return [import_admission(raw, place, [one for one in bindings if bound_policy(one) == name_of(raw)])]
    if (reason := unsaid(raw)) and kind in {"auto", "vap" if ".k8s.io/" in str(raw["apiVersion"]) else "kyverno"}:
        name = name_of(raw)
        return [became(name, place, left_out=[LeftOut(part=name, reason=reason)])]
    return None


def _unique(found: list[ImportedPolicy]) -> list[ImportedPolicy]:
    """Names made distinct: a second policy of a name gets a number."""
    taken: set[str] = set()
    result = []
    for one in found:
        policies = tuple(_renamed(policy, taken) for policy in one.policies)
        profiles = tuple(_renamed(profile, taken) for profile in one.profiles)
        result.append(msgspec.structs.replace(one, policies=policies, profiles=profiles))
    return result


def _renamed(document: _T, taken: set[str]) -> _T:
    name, number = str(document.name), 1
    while name in taken:
        number += 1
        name = f"{document.name[:58]}-{number}"
    taken.add(name)
    if name == document.name:
        return document
    return msgspec.structs.replace(document, metadata=msgspec.structs.replace(document.metadata, name=PolicyName(name)))


def _write(found: list[ImportedPolicy], output: Path) -> Iterator[str]:
    every: list[Policy | Profile] = []
    for one in found:
        every += [*one.policies, *one.profiles]
    targets = [output / f"{document.name}.yaml" for document in every]
    for target in targets:
        if target.exists():
            raise UsageError(f"{target} is there already", hint="Nothing is overwritten; give an empty directory.")
    try:
        os.makedirs(output, exist_ok=True)
        for document, target in zip(every, targets, strict=True):
            with target.open("x", encoding="utf-8") as file:
                file.write(to_yaml(document))
            yield str(target)
    except OSError as error:
        raise InputError(f"{output} cannot be written", cause=error.strerror or str(error)) from error
