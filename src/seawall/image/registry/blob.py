"""Layers as streams: a broken download goes on where it broke, and a length that is wrong is an error.

The bytes' digest is checked where they are read (:mod:`seawall.image.layered`), once for every source.
Source: RFC 9110, sections 14 (range requests) and 15.3.7 (206), OCI distribution specification, *Pulling blobs*.
"""

import io
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, BinaryIO, cast

import urllib3
from urllib3.response import BaseHTTPResponse

from seawall.errors import InputError, SeawallError, ServiceError
from seawall.image.plain import plain
from seawall.image.registry.endpoint import Endpoint
from seawall.image.registry.session import Session
from seawall.image.registry.transport import BrokenTransferError, cut_after
from seawall.model.identifiers import Digest

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BUFFER = 1 << 18
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")
_WINDOW = 30.0
"""Seconds."""
_SLOWEST = 4096.0
"""Bytes a second, over a window: below it a download counts as broken."""
_PROGRESS = 1 << 20
"""Bytes from which on a download got somewhere, so that its tries are counted anew."""
_PIECE = 1 << 20


class RegistryBlob:
    """A layer in a registry (a :class:`~seawall.image.source.interface.LayerBlob`).

    ``open`` may be called from any thread, any number of times.

    Args:
        digest: of the stored bytes.
        diff_id: of the uncompressed tar.
        size: stored bytes, as the manifest says.
        places: where to ask, best first.
        asking: whose patience is spent.
    """

    def __init__(
        self, *, digest: Digest, diff_id: Digest, size: int, places: tuple[Endpoint, ...], asking: Session
    ) -> None:
        self.digest = digest
        self.diff_id = diff_id
        self.size = size
        self._places = places
        self._session = asking

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The stored bytes from the beginning; reading raises InputError and ServiceError."""
        raw = _Download(self.digest, self.size, self._places, self._session)
        buffered = io.BufferedReader(raw, BUFFER)
        try:
            yield cast("BinaryIO", buffered)
        finally:
            buffered.close()


class _Download(io.RawIOBase):
    """One reading of a blob over as many connections as it takes."""

    def __init__(self, digest: str, size: int, places: tuple[Endpoint, ...], asking: Session) -> None:
        super().__init__()
        self._digest = digest
        self._size = size
        self._places = list(places)
        self._session = asking
        self._offset = 0
        self._attempt = 0
        self._gained = 0
        self._response: BaseHTTPResponse | None = None
        self._pace = _Pace()

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._drop()
        super().close()

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill the buffer with at least one byte, or say 0 at the blob's end."""
        view = memoryview(buffer).cast("B")
        while True:
            try:
                piece = self._read(min(len(view), _PIECE))
            except BrokenTransferError as error:
                self._drop()
                self._recover(error)
                continue
            self._gained += len(piece)
            if self._gained >= _PROGRESS:
                self._attempt = self._gained = 0
            view[: len(piece)] = piece
            return len(piece)

    def _read(self, limit: int) -> bytes:
        if self._response is None:
            if self._offset == self._size:
                return b""
            self._response = self._connect()
            self._pace = _Pace()
            if self._response.status == 200:
                self._skip(self._response)
        piece = self._receive(self._response, limit)
        self._offset += len(piece)
        if self._offset > self._size or (not piece and self._offset < self._size):
            raise self._wrong_length(f"{'more than ' if piece else 'only '}{min(self._offset, self._size)}")
        return piece

    def _receive(self, response: BaseHTTPResponse, limit: int) -> bytes:
        """What has arrived; a chunked answer's framing can drip, so that one is watched from outside."""
        framed = response.headers.get("Transfer-Encoding", "")
        begun = time.monotonic()
        try:
            with cut_after(_WINDOW, response.shutdown) if framed else nullcontext():
                piece = response.read1(limit)
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise BrokenTransferError(f"the download of {self._digest} broke off", cause=plain(str(error))) from error
        if not self._pace.keeps(time.monotonic() - begun, len(piece)):
            raise BrokenTransferError(f"the download of {self._digest} is too slow", cause="less than 4 KiB a second")
        return piece

    def _connect(self) -> BaseHTTPResponse:
        """Ask the best place that is left; one that fails for good is not asked again."""
        while True:
            try:
                return self._ask(self._places[0])
            except (ServiceError, InputError) as error:
                if len(self._places) == 1:
                    if isinstance(error, BrokenTransferError):  # it was tried again often enough
                        raise ServiceError(error.what, cause=error.cause, hint=error.hint) from error
                    raise
                del self._places[0]

    def _ask(self, place: Endpoint) -> BaseHTTPResponse:
        response = place.stream(self._digest, self._offset)
        if response.status == 416:
            response.close()
            raise self._wrong_length(f"no more than {self._offset}")
        if response.status == 206 and self._offset:
            self._check_range(response)
            return response
        if response.status == 206:
            response.close()
            raise InputError(f"the registry gave a part of {self._digest} where the whole was asked for")
        length = response.headers.get("Content-Length", "")
        if length.isdigit() and int(length[:18]) != self._size:
            response.close()
            raise self._wrong_length(length[:18])
        return response

    def _check_range(self, response: BaseHTTPResponse) -> None:
        said = response.headers.get("Content-Range", "")
        match = _CONTENT_RANGE.fullmatch(said.strip())
        if (
            not match
            or int(match[1]) != self._offset
            or int(match[2]) != self._size - 1
            or match[3] not in {"*", str(self._size)}
        ):
            response.close()
            raise InputError(
                f"the registry gave another part of {self._digest} than was asked for",
                cause=f"asked from byte {self._offset} of {self._size}, got {plain(said)!r}",
            )

    def _skip(self, response: BaseHTTPResponse) -> None:
        """The server does not do ranges: read again, and drop, what is known already."""
        left = self._offset
        while left:
            piece = self._receive(response, min(left, _PIECE))
            if not piece:
                response.close()
                raise BrokenTransferError(f"the download of {self._digest} broke off again")
            left -= len(piece)

    def _recover(self, error: BrokenTransferError) -> None:
        try:
            self._session.pause(self._attempt, None, error)
        except SeawallError:
            if len(self._places) == 1:
                raise
            del self._places[0]
            self._attempt = -1
        self._attempt += 1
        self._gained = 0

    def _wrong_length(self, got: str) -> InputError:
        return InputError(
            f"the registry's layer {self._digest} has the wrong length",
            cause=f"the manifest says {self._size} bytes, there are {got}",
            hint="Push the image again.",
        )

    def _drop(self) -> None:
        if self._response is not None:
            self._response.close()
            self._response = None


class _Pace:
    """Whether bytes come fast enough, by the time that was spent waiting for them alone."""

    def __init__(self) -> None:
        self._waited = 0.0
        self._received = 0

    def keeps(self, seconds: float, received: int) -> bool:
        self._waited += seconds
        self._received += received
        if self._waited < _WINDOW:
            return True
        enough = self._received >= self._waited * _SLOWEST
        self._waited, self._received = 0.0, 0
        return enough
