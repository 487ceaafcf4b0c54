"""Programs that cannot outlive who started them, and owners that cannot be mistaken for a stranger.

The kernel ends each program when its parent ends (PR_SET_PDEATHSIG, by setpriv), so a test run that is killed
leaves nothing behind. Who owns a cluster is kept as its process id *and* the time it started, which together name
a process for good; a signal goes through a pidfd, so that no process can slip into the number in between.
"""

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path


class Failure(Exception):  # noqa: N818 # a program's failure, shown with its log
    """A program of the cluster did not do its part."""


class Program:
    """A running program with its log."""

    def __init__(self, name: str, command: Sequence[str | Path], log: Path, **environment: str) -> None:
        self.name, self.log = name, log
        words = ["setpriv", "--pdeathsig", "KILL", "--", *(str(word) for word in command)]
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env={**os.environ, **environment}
            )
        self.pid = self._popen.pid

    @property
    def running(self) -> bool:
        return self._popen.poll() is None

    def stop(self, *, patience: float = 3.0) -> None:
        """Ask it to end; insist after ``patience`` seconds."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.terminate()
            self._popen.wait(patience)
        self.kill()

    def kill(self) -> None:
        """End it at once."""
        self._popen.kill()
        self._popen.wait()

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


def wait_for(what: str, done: Callable[[], bool], programs: Sequence[Program], seconds: float) -> None:
    """Poll until ``done``; a program that ends meanwhile, or the time being up, is a Failure with its last words."""
    end = time.monotonic() + seconds
    while not done():
        for program in programs:
            if not program.running:
                raise Failure(f"{program.name} ended while waiting for {what}:\n{program.last_words()}")
        if time.monotonic() > end:
            logs = "\n".join(f"--- {program.name}\n{program.last_words()}" for program in programs)
            raise Failure(f"{what}: not within {seconds:.0f} s\n{logs}")
        time.sleep(0.05)


def _started(pid: int) -> str:
    """When a process started, in clock ticks since boot (proc(5), field 22 of stat); empty when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def identity() -> str:
    """This process, named for good."""
    return f"{os.getpid()} {_started(os.getpid())}"


def alive(owner: str) -> bool:
    """Whether the process that called itself ``owner`` is still there."""
    pid, _, started = owner.partition(" ")
    return pid.isdigit() and bool(started) and _started(int(pid)) == started


def end(owner: str, *, patience: float = 30.0) -> None:
    """SIGTERM to ``owner`` and, when that does not help, SIGKILL; nothing when it is gone."""
    pid = owner.partition(" ")[0]
    if not pid.isdigit():
        return
    try:
        descriptor = os.pidfd_open(int(pid))
    except OSError:
        return
    try:
        if alive(owner):
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(descriptor, signal.SIGTERM)
                if not select.select([descriptor], [], [], patience)[0]:
                    signal.pidfd_send_signal(descriptor, signal.SIGKILL)
                    select.select([descriptor], [], [], patience)
    finally:
        os.close(descriptor)
