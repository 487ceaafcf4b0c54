"""Work in several processes at once, forked: they begin with all that is in memory, and only bytes come back.

Threads would take turns (CPython runs one at a time), and processes that are started anew would read everything
again. Where a process cannot be forked safely, or there is one processor, the work is done here, with the same result.
"""

import os
import signal
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO, NamedTuple

_MOST = 4
"""Processes at most: each has what it changes of the memory once more."""
_PIPE_BYTES = 1 << 20
_LENGTH = struct.Struct("<Q")
_F_SETPIPE_SZ = 1031  # of Linux; named in the module fcntl, which is not everywhere


class _Worker(NamedTuple):
    pid: int
    answers: BinaryIO


def in_processes(work: Callable[[int], bytes], parts: int) -> Iterator[bytes]:
    """``work(0)``, ``work(1)``, … ``work(parts - 1)``, in order, each done in one of several processes.

    A process that ends early is no loss: what it has not answered is done here, and so is what fails there, so that
    the error is raised where it can be told. Answers wait in pipes until it is their turn, which bounds the memory.

    Args:
        work: what to do; it may not depend on what it did before, and what it changes is forgotten.
        parts: how many times.
    """
    number = min(processors(), parts)
    if number < 2 or not _may_fork():
        yield from map(work, range(parts))
        return
    workers: list[_Worker] = []
    try:
        for first in range(number):
            workers.append(_start(work, range(first, parts, number), workers))
        for part in range(parts):
            answer = _read(workers[part % number].answers)
            yield work(part) if answer is None else answer
    finally:
        for worker in workers:
            _end(worker)


def processors() -> int:
    """How many processes are worth while."""
    return min(_MOST, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)


def _may_fork() -> bool:
    """A fork copies one thread only, and the locks of the others as they are."""
    return hasattr(os, "fork") and threading.active_count() == 1


def _start(work: Callable[[int], bytes], parts: range, others: list[_Worker]) -> _Worker:
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        _serve(work, parts, theirs, [ours, *(other.answers.fileno() for other in others)])
    os.close(theirs)
    return _Worker(pid, os.fdopen(ours, "rb"))


def _serve(work: Callable[[int], bytes], parts: range, answers: int, foreign: list[int]) -> None:
    """A worker's life. It leaves without the clean-up of the process that it is a copy of."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        for one in foreign:
            os.close(one)
        with suppress(ImportError, OSError):
            import fcntl  # noqa: PLC0415 -- of Unix

            fcntl.fcntl(answers, _F_SETPIPE_SZ, _PIPE_BYTES)
        with os.fdopen(answers, "wb") as out:
            for part in parts:
                answer = work(part)
                out.write(_LENGTH.pack(len(answer)))
                out.write(answer)
                out.flush()
        code = 0
    finally:
        os._exit(code)


def _read(answers: BinaryIO) -> bytes | None:
    """The next answer; null where there is none any more."""
    head = answers.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (size,) = _LENGTH.unpack(head)
    answer = answers.read(size)
    return answer if len(answer) == size else None


def _end(worker: _Worker) -> None:
    worker.answers.close()
    with suppress(ProcessLookupError):
        os.kill(worker.pid, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(worker.pid, 0)
