"""A cluster in a directory: JSON lines, one file a kind and namespace, the same bytes for the same state.

    DIR/seawall-export.json            what it is: cluster, server version, what could not be read
    DIR/cluster/nodes.json             kinds that live in no namespace
    DIR/namespaces/NS/deployments.apps.json

Written beside the directory and put in its place when it is whole, so that nobody ever reads half of one.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from seawall.errors import InputError, UsageError
from seawall.kube.client.resource import Resource
from seawall.model.coverage import Coverage
from seawall.model.record import Record

INDEX = "seawall-export.json"
_FORMAT = "seawall.dev/v1"
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LARGEST_FILE = 32 << 20
_LARGEST_LINE = 64 << 20


class ExportIndex(Record, frozen=True, kw_only=True, rename="camel"):
    """What an export is.

    Attributes:
        cluster: its name, as the one who exported it calls it.
        server_version: ``v1.33.1``, or empty where it was not told.
        config_map_values: whether the values of ConfigMaps are in it.
        resources: the kinds that are in it, ``deployments.apps``.
        coverage: what could not be read.
    """

    api_version: str = _FORMAT
    kind: str = "Export"
    cluster: str = ""
    server_version: str = ""
    config_map_values: bool = False
    resources: tuple[str, ...] = ()
    coverage: tuple[Coverage, ...] = ()


class Exporter:
    """Writes an export; a context that puts it in its place at the end, or leaves nothing behind.

    Args:
        directory: where; it must not exist, be empty, or hold an earlier export, which is replaced.

    Raises:
        UsageError: the directory holds something else.
    """

    def __init__(self, directory: Path) -> None:
        if directory.exists() and (
            not directory.is_dir() or (any(directory.iterdir()) and not (directory / INDEX).exists())
        ):
            raise UsageError(f"{directory} holds something that is no export", hint="Name a new or empty directory.")
        self._directory = directory.absolute()
        self._temporary = Path()

    def __enter__(self) -> Self:
        parent = self._directory.parent
        try:
            parent.mkdir(parents=True, exist_ok=True)
            self._temporary = Path(tempfile.mkdtemp(dir=parent, prefix=f".{self._directory.name}."))
        except OSError as error:
            raise InputError(f"{self._directory} cannot be written", cause=error.strerror or str(error)) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self._temporary, ignore_errors=True)

    def write(self, resource: Resource, objects: dict[tuple[str, str], bytes]) -> None:
        """All objects of a kind, by namespace and name; each a line of JSON.

        Raises:
            InputError: the disk refuses.
        """
        by_namespace: dict[str, list[bytes]] = {}
        for (namespace, _), line in sorted(objects.items()):
            by_namespace.setdefault(namespace, []).append(line)
        try:
            for namespace, lines in by_namespace.items():
                self._write(self._folder(namespace), resource.title, lines)
        except OSError as error:
            raise InputError(f"{self._directory} cannot be written", cause=error.strerror or str(error)) from error

    def _folder(self, namespace: str) -> Path:
        if namespace and not _NAMESPACE.fullmatch(namespace):
            raise InputError(f"the cluster has a namespace that cannot be one: {namespace[:80]!r}")
        return self._temporary / "namespaces" / namespace if namespace else self._temporary / "cluster"

    @staticmethod
    def _write(folder: Path, title: str, lines: list[bytes]) -> None:
        """The lines, in several files where one would be too large for readers."""
        folder.mkdir(parents=True, exist_ok=True)
        part: list[bytes] = []
        size, number = 0, 1
        for line in lines:
            if part and size + len(line) > _LARGEST_FILE:
                (folder / _name(title, number)).write_bytes(b"\n".join(part) + b"\n")
                part, size, number = [], 0, number + 1
            part.append(line)
            size += len(line) + 1
        (folder / _name(title, number)).write_bytes(b"\n".join(part) + b"\n")

    def finish(self, index: ExportIndex) -> None:
        """Write the index, and put everything in its place.

        Raises:
            InputError: the disk refuses.
        """
        try:
            (self._temporary / INDEX).write_bytes(msgspec.json.format(msgspec.json.encode(index), indent=2) + b"\n")
            self._temporary.chmod(0o700)
            if self._directory.exists():
                old = Path(tempfile.mkdtemp(dir=self._directory.parent, prefix=f".{self._directory.name}."))
                os.rename(self._directory, old / "old")
                os.rename(self._temporary, self._directory)
                shutil.rmtree(old, ignore_errors=True)
            else:
                os.rename(self._temporary, self._directory)
        except OSError as error:
            raise InputError(f"{self._directory} cannot be written", cause=error.strerror or str(error)) from error


def _name(title: str, number: int) -> str:
    return f"{title}.json" if number == 1 else f"{title}-{number:04}.json"


def read_index(directory: Path) -> ExportIndex:
    """What an export says that it is.

    Raises:
        InputError: it is none.
    """
    try:
        data = (directory / INDEX).read_bytes()
        return msgspec.json.decode(data, type=ExportIndex)
    except FileNotFoundError as error:
        hint = "`seawall cluster export DIR` makes one; plain manifests are for `seawall check`."
        raise InputError(f"{directory} is no export", cause=f"there is no {INDEX} in it", hint=hint) from error
    except (OSError, msgspec.DecodeError) as error:
        raise InputError(f"{directory / INDEX} cannot be read", cause=str(error)) from error


def read_lines(directory: Path, resource: Resource, namespace: str = "") -> Iterator[bytes]:
    """The objects of a kind, in order; of one namespace, or of all.

    Raises:
        InputError: a file cannot be read, or a line is too long.
    """
    if not resource.namespaced:
        folders = [directory / "cluster"]
    else:
        top = directory / "namespaces"
        names = [namespace] if namespace else sorted(os.listdir(top)) if top.is_dir() else []
        folders = [top / name for name in names if _NAMESPACE.fullmatch(name)]
    for folder in folders:
        number = 1
        while (path := folder / _name(resource.title, number)).exists():
            yield from _lines(path)
            number += 1


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            while line := stream.readline(_LARGEST_LINE + 1):
                if len(line) > _LARGEST_LINE:
                    raise InputError(f"{path} has a line longer than {_LARGEST_LINE >> 20} MiB")
                if line.strip():
                    yield line
    except OSError as error:
        raise InputError(f"{path} cannot be read", cause=error.strerror or str(error)) from error
