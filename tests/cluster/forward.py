"""Carries TCP connections between two network namespaces: ``forward LISTEN-PID CONNECT-PID PORT PORT-FILE``.

Listens on 127.0.0.1:PORT (0: any) in the first process's namespace, says the port in PORT-FILE, and connects to
127.0.0.1:CONNECT-PORT in the second's. So a kubeconfig works from outside a cluster that has no way out, and a
webhook that a test serves is reached from inside.
"""

import asyncio
import contextlib
import ctypes
import os
import socket
import sys
from pathlib import Path

_CLONE_NEWNET = 0x40000000


def _enter(pid: int) -> None:
    descriptor = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter the network namespace of process {pid}")
    finally:
        os.close(descriptor)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


async def _serve(listener: socket.socket, target: int) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", target)
            await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer))
            inner_writer.close()
        writer.close()

    server = await asyncio.start_server(connected, sock=listener)
    await server.serve_forever()


def main() -> None:
    """Serve until killed."""
    listen_pid, listen_port, connect_pid, connect_port = map(int, sys.argv[1:5])
    here = os.getpid()
    if listen_pid != here and listen_pid:
        _enter(listen_pid)
    listener = socket.create_server(("127.0.0.1", listen_port))
    _enter(connect_pid)
    told = Path(sys.argv[5])
    told.with_suffix(".new").write_text(str(listener.getsockname()[1]))
    told.with_suffix(".new").rename(told)
    asyncio.run(_serve(listener, connect_port))


if __name__ == "__main__":
    main()
