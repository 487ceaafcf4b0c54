"""Work in several processes at once, forked: they begin with all that is in memory, and only bytes come back.

Threads would take turns (CPython runs one at a time), and processes that are started anew would read everything
again. Where a process cannot be forked safely, or there is one processor, the work is done here, with the same result.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from struct import Struct

_MOST = 4
"""Processes at most: each has what it changes of the memory once more."""
_AHEAD = 2
"""Parts that a process has before it, so that it need not wait for the next one."""
_PIPE_BYTES = 1 << 20
_F_SETPIPE_SZ = 1031  # of Linux; named in the module fcntl, which is not everywhere
_NUMBER = Struct("<I")
_HEAD = Struct("<IQ")
"""Before each answer: its part's number, and its length."""

Work = Callable[[int], bytes]


def in_processes(work: Work, parts: int) -> Iterator[bytes]:
    """``work(0)``, ``work(1)``, … ``work(parts - 1)``, in order, done by this process and others.

    The first part is done before others are forked: what it makes ready (indexes, compiled patterns), they all have.
    Whoever has done a part gets the next one, so that a slow processor holds nobody up. A process that ends early is
    no loss: what it has not answered is done here, and so is what fails there, so that the error is raised where it
    can be told. Few answers wait for their turn, which bounds the memory.

    Args:
        work: what to do; it may not depend on what it did before, and what it changes is forgotten.
        parts: how many times.
    """
    number = min(processors(), parts // 2)
    if number < 2 or not _may_fork():
        yield from map(work, range(parts))
        return
    yield work(0)
    crew = _Crew(work, number - 1)
    try:
        yield from crew.answers(range(1, parts))
    finally:
        crew.end()


def processors() -> int:
    """How many processes are worth while."""
    return min(_MOST, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)


def _may_fork() -> bool:
    """A fork copies one thread only, and the locks of the others as they are."""
    return hasattr(os, "fork") and threading.active_count() == 1


class _Crew:
    """The other processes. They take the numbers of parts from one pipe, and answer in one of their own each."""

    def __init__(self, work: Work, number: int) -> None:
        self._work = work
        self._theirs, self._orders = os.pipe()
        self._pids: dict[int, int] = {}  # by the pipe of its answers
        self._sent = 0
        self._lost = False
        with suppress(OSError):  # the system lets nobody have more processes or files: fewer do the work
            for _ in range(number):
                self._start()

    def _start(self) -> None:
        ours, answers = os.pipe()
        try:
            pid = os.fork()
        except OSError:
            os.close(ours)
            os.close(answers)
            raise
        if pid == 0:
            _serve(self._work, self._theirs, answers, [self._orders, ours, *self._pids])
        os.close(answers)
        self._pids[ours] = pid

    def answers(self, parts: range) -> Iterator[bytes]:
        """The answers of all parts, in order."""
        done: dict[int, bytes] = {}
        waiting = iter(parts)
        following = next(waiting, None)
        for part in parts:
            last = part + 2 * _AHEAD * (len(self._pids) + 1)
            while part not in done:
                done |= self._answered(wait=False)
                while following is not None and self._sent < _AHEAD * len(self._pids):
                    os.write(self._orders, _NUMBER.pack(following))
                    self._sent += 1
                    following = next(waiting, None)
                if part in done:
                    continue
                if following is not None and following <= last:
                    done[following] = self._work(following)
                    following = next(waiting, None)
                elif self._lost or not self._pids:
                    done[part] = self._work(part)
                else:
                    done |= self._answered(wait=True)
            yield done.pop(part)

    def _answered(self, *, wait: bool) -> dict[int, bytes]:
        """Part → its answer, of those that are there; ``wait`` until there is one, or a process has ended."""
        from select import select  # noqa: PLC0415 -- only where something was forked

        found: dict[int, bytes] = {}
        for pipe in select(list(self._pids), [], [], None if wait else 0)[0]:
            head = _exactly(pipe, _HEAD.size)
            part, size = _HEAD.unpack(head) if head else (0, 0)
            answer = _exactly(pipe, size) if head else None
            if answer is None:
                self._lost = True
                self._bury(pipe)
            else:
                self._sent -= 1
                found[part] = answer
        return found

    def _bury(self, pipe: int) -> None:
        from signal import SIGKILL  # noqa: PLC0415

        pid = self._pids.pop(pipe)
        os.close(pipe)
        with suppress(ProcessLookupError):
            os.kill(pid, SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)

    def end(self) -> None:
        """Let all processes end."""
        os.close(self._orders)
        os.close(self._theirs)
        for pipe in tuple(self._pids):
            self._bury(pipe)


def _serve(work: Work, orders: int, answers: int, foreign: list[int]) -> None:
    """Another process's life. It leaves without the clean-up of the process that it is a copy of."""
    code = 1
    try:
        for one in foreign:
            os.close(one)
        with suppress(ImportError, OSError):
            import fcntl  # noqa: PLC0415 -- of Unix

            fcntl.fcntl(answers, _F_SETPIPE_SZ, _PIPE_BYTES)
        while order := _exactly(orders, _NUMBER.size):
            (part,) = _NUMBER.unpack(order)
            answer = work(part)
            _write(answers, _HEAD.pack(part, len(answer)) + answer)
        code = 0
    finally:
        os._exit(code)


def _exactly(pipe: int, size: int) -> bytes | None:
    """So many bytes; null where the other end was closed before."""
    pieces = bytearray()
    while len(pieces) < size:
        piece = os.read(pipe, size - len(pieces))
        if not piece:
            return None
        pieces += piece
    return bytes(pieces)


def _write(pipe: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(pipe, rest) :]
