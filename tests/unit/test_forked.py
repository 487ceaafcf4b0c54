"""Run in processes of their own: the test runner has threads, with which nothing is forked."""

import os
import subprocess
import sys
import threading

import pytest

from seawall import forked

_SCRIPT = """
import os, sys
from seawall import forked
forked.processors = lambda: 3
home = os.getpid()
{body}
"""


def _run(body: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT.format(body=body)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()


def test_answers_come_in_order_from_several_processes() -> None:
    body = """
import time
def work(part):
    time.sleep(0.02)
    return f"{part}:{os.getpid()}".encode()
answers = [one.decode().split(":") for one in forked.in_processes(work, 30)]
numbers, processes = zip(*answers)
print(numbers == tuple(map(str, range(30))), processes[0] == str(home), len(set(processes)))
"""
    assert _run(body) == "True True 3"


def test_a_slow_process_holds_nobody_up() -> None:
    body = """
import time
def work(part):
    if os.getpid() != home and part == 1:
        time.sleep(1)
    return str(os.getpid()).encode()
processes = list(forked.in_processes(work, 400))
print(len(processes), processes.count(processes[1]) < 10)
"""
    assert _run(body) == "400 True"


def test_of_a_process_that_is_killed_nothing_is_lost() -> None:
    body = """
import signal, time
def work(part):
    if os.getpid() != home:
        time.sleep(0.01)
        if part > 20:
            os.kill(os.getpid(), signal.SIGKILL)
    return str(part).encode()
print(b",".join(forked.in_processes(work, 100)).decode())
"""
    assert _run(body) == ",".join(map(str, range(100)))


def test_large_answers_wait_for_their_turn() -> None:
    body = """
size = sum(len(one) for one in forked.in_processes(lambda part: bytes(3_000_000), 7))
print(size, len(os.listdir("/proc/self/fd")))
"""
    size, files = _run(body).split()
    assert size == str(7 * 3_000_000)
    assert int(files) <= 5  # standard ones, and the listing's own


def test_what_fails_elsewhere_is_done_here() -> None:
    body = """
def work(part):
    if os.getpid() != home and part in (4, 5):
        os._exit(9) if part == 4 else sys.exit("lost")
    return str(part).encode()
print(b",".join(forked.in_processes(work, 9)).decode())
"""
    assert _run(body) == ",".join(map(str, range(9)))


def test_an_error_is_raised_here() -> None:
    body = """
def work(part):
    if part == 4:
        raise ValueError("four")
    return b""
try:
    list(forked.in_processes(work, 9))
except ValueError as error:
    print(error)
"""
    assert _run(body) == "four"


def test_who_stops_listening_leaves_no_process() -> None:
    body = """
import gc
answers = forked.in_processes(lambda part: bytes(5_000_000), 9)
next(answers)
answers.close()
try:
    os.waitpid(-1, 0)
except ChildProcessError:
    print("none")
"""
    assert _run(body) == "none"


def test_where_the_system_refuses_processes_the_work_is_done_here() -> None:
    body = """
fork, times = os.fork, []
def refused():
    times.append(1)
    if len(times) > allowed:
        raise BlockingIOError(11, "no more processes")
    return fork()
os.fork = refused
for allowed in (1, 0):
    times.clear()
    print(list(forked.in_processes(lambda part: bytes([part]), 50)) == [bytes([part]) for part in range(50)])
print(len(os.listdir("/proc/self/fd")) <= 5)
"""
    assert _run(body).split() == ["True", "True", "True"]


def test_what_was_written_is_not_written_twice() -> None:
    body = """
sys.stdout.write("once ")
print(len(list(forked.in_processes(lambda part: b"", 4))))
"""
    assert _run(body) == "once 4"


def test_with_threads_nothing_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forked, "processors", lambda: 4)
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        assert set(forked.in_processes(lambda _part: str(os.getpid()).encode(), 5)) == {str(os.getpid()).encode()}
    finally:
        over.set()
        thread.join()


def test_few_parts_are_done_here() -> None:
    assert list(forked.in_processes(lambda part: bytes([part]), 1)) == [b"\0"]
    assert list(forked.in_processes(lambda part: bytes([part]), 0)) == []
