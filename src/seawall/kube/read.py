"""Manifests read: paths to objects and problems, as a stream, so that memory does not grow with their number."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec
from msgspec.structs import replace

from seawall.kube import fast
from seawall.kube.document import DocumentReader
from seawall.kube.locate import locate
from seawall.kube.normalise import normalise
from seawall.kube.source import find_files, read_source
from seawall.kube.split import split
from seawall.model.kube import KubeObject, Origin, Problem

_VALUE = re.compile(r"[^ \t\n\r]")
_BATCH = 64
"""Documents parsed in one go, while standard error is closed to rapidyaml."""
_LONGEST_PATH = 300


def read_manifests(paths: Iterable[str]) -> Iterator[KubeObject | Problem]:
    """The objects of files, directories and standard input (``-``), and what could not be read, in order.

    YAML (one document or many) and JSON (one value or many); Lists come as their items.

    Raises:
        InputError: a path does not exist.
    """
    reader = DocumentReader()
    for file in find_files(paths):
        if isinstance(file, Problem):
            yield file
            continue
        data = read_source(file)
        if isinstance(data, Problem):
            yield data
        else:
            yield from read_text(data, file, reader)


def read_text(data: bytes, file: str = "", reader: DocumentReader | None = None) -> Iterator[KubeObject | Problem]:
    """The same for one text in memory: UTF-8 with line feeds."""
    if data.lstrip()[:1] in {b"{", b"["}:
        values = _json_values(data)
        if values is not None:
            for value, line in values:
                yield from _located(normalise(value, Origin(file=file, line=line, text=value)))
            return
    reader = reader or DocumentReader()
    documents = split(data)
    plain = fast.is_plain(data if data.endswith(b"\n") else data + b"\n")
    while batch := list(islice(documents, _BATCH)):
        origins = [Origin(file=file, line=line, text=text) for text, line in batch]
        with fast.silenced():
            parsed = [reader.read(origin.text, origin, plain=plain) for origin in origins]
        for origin, (json, problems) in zip(origins, parsed, strict=True):
            yield from problems
            if json is not None:
                yield from _located(normalise(json, origin, unchecked=False))


def _located(found: Iterable[KubeObject | Problem]) -> Iterator[KubeObject | Problem]:
    """Problems of objects get the line of the field, not of the document."""
    for one in found:
        if isinstance(one, KubeObject) and one.problems:
            placed = tuple(
                replace(problem, line=locate(one.origin, problem.path), path=problem.path[:_LONGEST_PATH])
                for problem in one.problems
            )
            yield replace(one, problems=placed)
        else:
            yield one


def _json_values(data: bytes) -> list[tuple[bytes, int]] | None:
    """The JSON values of a text and their first lines; None when it is not JSON (YAML in flow style, perhaps)."""
    try:
        msgspec.json.decode(data, type=msgspec.Raw)
        return [(data, 1)]
    except (msgspec.DecodeError, RecursionError):
        pass
    import json as slow_json  # noqa: PLC0415  9 ms that almost no file needs

    found: list[tuple[bytes, int]] = []
    try:
        text, decode = data.decode(), slow_json.JSONDecoder().raw_decode
        end, line, counted = 0, 1, 0
        while (value := _VALUE.search(text, end)) is not None:
            at = value.start()
            _, end = decode(text, at)
            line, counted = line + text.count("\n", counted, at), at
            found.append((text[at:end].encode(), line))
    except (ValueError, RecursionError):
        return None
    return found
