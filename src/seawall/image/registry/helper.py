"""Credential helpers: ``docker-credential-NAME get``, run with bounds on time and output.

Source: the protocol of the docker-credential-helpers project: the server's address on standard input, JSON on
standard output; an error is a sentence on standard output and a non-zero exit.
"""

import os
import re
import selectors
import signal
import subprocess
import time
from contextlib import suppress

import msgspec

from seawall.image.plain import plain
from seawall.model.record import Record

TIMEOUT = 30.0
"""Seconds; helpers of clouds ask the network themselves."""
_MAX_OUTPUT = 1 << 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NOTHING_FOUND = ("credentials not found", "no credentials", "no credential")


class Answer(Record, frozen=True, kw_only=True):
    """What a helper said; no secret and no problem means that it knows nothing of the registry."""

    username: str = ""
    secret: str = ""
    problem: str = ""


class _Output(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    username: str = ""
    secret: str = ""


def ask(name: str, server: str, timeout: float = TIMEOUT) -> Answer:
    """Run a helper. Never raises: what goes wrong is the answer's problem."""
    program = f"docker-credential-{name}"
    if not _NAME.fullmatch(name):
        return Answer(problem=f"{name[:80]!r} is no name of a credential helper")
    try:
        code, output = _run([program, "get"], server.encode(), timeout)
    except FileNotFoundError:
        return Answer(problem=f"{program} is configured but not installed")
    except TimeoutError:
        return Answer(problem=f"{program} did not answer within {timeout:g} s")
    except (OSError, ValueError) as error:
        return Answer(problem=f"{program} failed ({error})")
    if code:
        return _failed(program, code, output)
    try:
        said = msgspec.json.decode(output, type=_Output)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return Answer(problem=f"{program} did not answer in JSON")
    return Answer(username=said.username, secret=said.secret)


def _failed(program: str, code: int, output: bytes) -> Answer:
    words = plain(output[:800].decode("utf-8", "replace"))
    if any(phrase in words.lower() for phrase in _NOTHING_FOUND):
        return Answer()
    return Answer(problem=f"{program} ended with {code}" + (f" ({words})" if words else ""))


def _run(command: list[str], given: bytes, timeout: float) -> tuple[int, bytes]:
    """The exit code and standard output; the whole process group is ended when a bound is passed.

    Raises:
        TimeoutError: it did not end in time.
        ValueError: it wrote more than 1 MiB.
        OSError: it cannot be started.
    """
    deadline = time.monotonic() + timeout
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            output = _exchange(process, given, deadline)
            return process.wait(max(0.0, deadline - time.monotonic())), output
        except subprocess.TimeoutExpired as error:
            raise TimeoutError from error
        finally:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def _exchange(process: subprocess.Popen[bytes], given: bytes, deadline: float) -> bytes:
    assert process.stdin is not None  # noqa: S101 - asked for with PIPE; narrows the type
    assert process.stdout is not None  # noqa: S101 - as above
    with suppress(BrokenPipeError):  # it may end without reading; a host name always fits the pipe
        process.stdin.write(given)
        process.stdin.close()
    output = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise TimeoutError
            piece = os.read(process.stdout.fileno(), 65536)
            if not piece:
                return bytes(output)
            output += piece
            if len(output) > _MAX_OUTPUT:
                raise ValueError("it wrote more than 1 MiB")
