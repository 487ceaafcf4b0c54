"""``--assume FILE``: what exists elsewhere, so that a manifest may name it. Patterns, or manifests."""

import re

from seawall.errors import InputError
from seawall.kube.read import read_text
from seawall.kube.source import read_source
from seawall.model.kube import CLUSTER_SCOPED, KubeObject, Pattern, Problem

_LINE = r"(?:- +)?[\"']?(?P<kind>[\w*?\[\]]+)(?:/(?P<namespace>[^/\s\"']*))?/(?P<name>[^/\s\"']+)[\"']?"


def read_assumed(file: str) -> tuple[Pattern, ...]:
    """The objects that a file says exist.

    Either lines ``KIND/NAMESPACE/NAME`` (``KIND/NAME`` in every namespace or none), each part a name or a shell
    pattern, as a YAML list if one likes, with ``#`` comments; or manifests, whose objects exist.

    Raises:
        InputError: the file cannot be read, or is neither.
    """
    data = read_source(file)
    if isinstance(data, Problem):
        raise InputError(f"{file} cannot be read", cause=data.message)
    lines = [line.partition(" #")[0].strip() for line in data.decode("utf-8", "replace").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#") and line != "---"]
    matches = [re.fullmatch(_LINE, line) for line in lines]
    if all(matches):
        return tuple(
            Pattern(kind=match["kind"], namespace=match["namespace"] or "*", name=match["name"])
            for match in matches
            if match is not None
        )
    return _of_manifests(data, file)


def _of_manifests(data: bytes, file: str) -> tuple[Pattern, ...]:
    found = []
    for one in read_text(data, file):
        if not isinstance(one, KubeObject):
            raise InputError(
                f"{file}:{one.line} says nothing that exists",
                cause=one.message,
                hint="Write lines KIND/NAMESPACE/NAME, or manifests.",
            )
        namespace = "*" if one.kind in CLUSTER_SCOPED else one.namespace
        found.append(Pattern(kind=one.kind, namespace=_literal(namespace), name=_literal(one.name)))
    return tuple(found)


def _literal(name: str) -> str:
    """A name as the pattern that matches only it."""
    return name if name == "*" else re.sub(r"([*?\[])", r"[\1]", name)
