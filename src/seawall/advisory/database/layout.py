"""Where a database's files lie, how a new generation takes the old one's place, and when the old one may go.

    DIR/current                 symbolic link to the generation that readers open
    DIR/generations/NAME/       card.msgpack, details.mdb, shard-*.mdb, lock
    DIR/records/                what each feed said last (:mod:`seawall.advisory.database.store`)

Readers and builders hold a shared lock on their generation; whoever tidies up removes only what it can lock alone
and what is not current even then. Nobody waits: the swap is one rename.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from seawall.errors import InputError

SCHEMA_VERSION: Final = 1
"""Raised with every change of what the files mean; a database of another version is built anew."""

UPDATE_HINT: Final = "Run `seawall db update` (or `seawall db import PATH`)."
_CURRENT: Final = "current"
_GENERATIONS: Final = "generations"
_LOCK: Final = "lock"
_TRIES: Final = 10
CARD: Final = "card.msgpack"
DETAILS: Final = "details.mdb"


def current(root: Path) -> Path:
    """The current generation's directory; a builder may remove it at any moment, if nobody holds it.

    Raises:
        InputError: there is no database.
    """
    try:
        return root / os.readlink(root / _CURRENT)
    except OSError as error:
        raise InputError(f"there is no advisory database in {root}", hint=UPDATE_HINT) from error


def hold(generation: Path, operation: int) -> int | None:
    """Lock a generation without waiting; the open file descriptor, or null where that cannot be had."""
    try:
        descriptor = os.open(generation / _LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


@contextlib.contextmanager
def new_generation(root: Path) -> Iterator[Path]:
    """A directory to build in; current once the block ends, gone where it fails. Old generations are tidied up."""
    generation, lock = _create(root)
    try:
        yield generation
        _sync_directory(generation)
        _swap(root, generation)
    except BaseException:
        shutil.rmtree(generation, ignore_errors=True)
        raise
    finally:
        if lock is not None:
            os.close(lock)
    tidy(root)


def _create(root: Path) -> tuple[Path, int | None]:
    """A new directory and the lock on it; another one where somebody tidied it up before it was locked."""
    for _ in range(_TRIES):
        name = f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"
        generation = root / _GENERATIONS / name
        generation.mkdir(parents=True)
        with contextlib.suppress(FileNotFoundError):
            (generation / _LOCK).touch()
            lock = hold(generation, fcntl.LOCK_SH)
            if lock is not None and (generation / _LOCK).exists():
                return generation, lock
            if lock is not None:
                os.close(lock)
        shutil.rmtree(generation, ignore_errors=True)
    generation.mkdir(parents=True, exist_ok=True)  # a file system without locks
    return generation, None


def _swap(root: Path, generation: Path) -> None:
    link = root / f".{_CURRENT}-{secrets.token_hex(4)}"
    link.symlink_to(generation.relative_to(root), target_is_directory=True)
    try:
        link.replace(root / _CURRENT)
    except OSError:
        link.unlink(missing_ok=True)
        raise
    _sync_directory(root)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def tidy(root: Path) -> None:
    """Remove generations that are neither current nor in use."""
    for generation in sorted((root / _GENERATIONS).iterdir()):
        lock = hold(generation, fcntl.LOCK_EX)
        if lock is None:
            continue  # somebody reads or builds it
        try:
            # asked only now: its builder let go of it after the swap, not before
            if current(root).name != generation.name:
                shutil.rmtree(generation, ignore_errors=True)
        finally:
            os.close(lock)
