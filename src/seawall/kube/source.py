"""Which files to read, and their bytes: bounded, decoded to UTF-8 with line feeds."""

import codecs
import os
import sys
from collections.abc import Iterable, Iterator
from io import FileIO

from seawall.errors import InputError
from seawall.model.coverage import CoverageState
from seawall.model.kube import Problem

MAX_FILE = 64 << 20
SUFFIXES = (".yaml", ".yml", ".json")
STDIN = "-"
_SNIFF = 8192
_NO_FILE = "no file that can be read: a link that leads nowhere, or a pipe"
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def find_files(paths: Iterable[str]) -> Iterator[str | Problem]:
    """The files behind paths: files as they are named, directories with all manifests in them, sorted.

    Hidden files and directories are left out; links are followed, each directory once. Of paths that overlap
    (``k8s/ k8s/web.yaml``), a file is read once.

    Raises:
        InputError: a path does not exist.
    """
    named = tuple(paths)
    return _found(named) if len(named) < 2 else _once(_found(named))


def _once(files: Iterator[str | Problem]) -> Iterator[str | Problem]:
    seen: set[tuple[int, int]] = set()
    for file in files:
        if isinstance(file, str) and os.path.isfile(file):
            status = os.stat(file)
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
        yield file


def _found(paths: Iterable[str]) -> Iterator[str | Problem]:
    for path in paths:
        if path == STDIN or os.path.isfile(path):
            yield path
        elif os.path.isdir(path):
            found = False
            for file in _walk(path):
                found = found or isinstance(file, str)
                yield file
            if not found:
                message = f"no manifest in it: no file ends in {', '.join(SUFFIXES)}"
                yield Problem(file=path, state=CoverageState.MISSING, message=message)
        elif os.path.exists(path):
            yield path
        else:
            raise InputError(
                f"{path} cannot be read", cause="no such file or directory", hint="Name a file, a directory or -."
            )


def _walk(top: str) -> Iterator[str | Problem]:
    seen: set[tuple[int, int]] = set()
    waiting = [top]
    while waiting:
        directory = waiting.pop()
        try:
            status = os.stat(directory)
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(directory) as scan:
                entries = sorted((entry for entry in scan if not entry.name.startswith(".")), key=lambda one: one.name)
        except OSError as error:
            yield Problem(file=directory, message=f"the directory cannot be read: {error.strerror}")
            continue
        inner = []
        for entry in entries:
            if _is(entry, directory=True):
                inner.append(entry.path)
            elif entry.name.lower().endswith(SUFFIXES):
                yield entry.path if _is(entry, directory=False) else Problem(file=entry.path, message=_NO_FILE)
        waiting += reversed(inner)


def _is(entry: "os.DirEntry[str]", *, directory: bool) -> bool:
    try:
        return entry.is_dir() if directory else entry.is_file()
    except OSError:  # a link that leads to itself
        return False


def read_source(file: str, limit: int = MAX_FILE) -> bytes | Problem:
    """A file's text as UTF-8 with line feeds, or why there is none.

    Args:
        file: a path, or ``-`` for standard input.
        limit: the largest size, bytes.
    """
    try:
        if file == STDIN and sys.stdin is None:  # started with it closed (``<&-``)
            return Problem(file=file, message="standard input is closed")
        if file == STDIN:
            data = sys.stdin.buffer.read(limit + 1)
        else:
            with open(file, "rb", buffering=0) as stream:
                data = _whole(stream, limit)
    except OSError as error:
        return Problem(file=file, message=f"the file cannot be read: {error.strerror}")
    if len(data) > limit:
        return Problem(file=file, message=f"the file is larger than {limit >> 20} MiB")
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            data = data.decode(encoding, "replace").removeprefix("\ufeff").encode()
            break
    if b"\x00" in data[:_SNIFF]:
        return Problem(file=file, message="a binary file, not a manifest")
    return data.replace(b"\r\n", b"\n") if b"\r" in data else data


def _whole(stream: FileIO, limit: int) -> bytes:
    """All of it, up to one byte more than the limit; in one piece when the file says its size."""
    parts: list[bytes] = []
    size, wanted = 0, min(limit, os.fstat(stream.fileno()).st_size) + 1
    while size <= limit and (part := stream.read(wanted)):
        parts.append(part)
        size, wanted = size + len(part), 1 << 20
    return b"".join(parts)
