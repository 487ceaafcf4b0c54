"""Download files over HTTP: only what changed, resumed where it broke, whole or not at all.

Conditional requests (RFC 9110, section 13), ranges (section 14), ``Retry-After`` (section 10.2.3). Proxies and
certificates come from the environment (``HTTPS_PROXY``, ``NO_PROXY``, ``SSL_CERT_FILE``) and the settings.
"""

import fcntl
import os
import re
import ssl
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies_environment, proxy_bypass

import msgspec
import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError, ProxyError

from seawall import __version__
from seawall.errors import InputError, LimitError, ServiceError, UsageError

Progress = Callable[[str, int, int], None]
"""Called with (what, bytes done, bytes in all or 0)."""

_CHUNK = 1 << 18
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_MAX_WAIT = 120.0
_MAX_SECONDS = 3600
_ATTEMPTS = 5
_CONNECTS = 3
_CONNECT_SECONDS = 10.0
_WRAPPING = re.compile(r"^(?:<[^>]*>|\w+\([^)]*\)): ")
_UNREACHABLE = (ConnectTimeoutError, NewConnectionError, ProxyError)
_REDIRECTS = 5


class _Note(msgspec.Struct):
    """What is remembered of a file, beside it: enough to ask whether it changed, or for the rest of it."""

    url: str
    etag: str = ""
    modified: str = ""

    def conditions(self) -> dict[str, str]:
        """Ask for the file only if it changed."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in headers.items() if value}

    def resume(self, size: int) -> dict[str, str]:
        """Ask for what is missing, if it is still the same file; a weak tag proves nothing."""
        proof = self.etag if self.etag and not self.etag.startswith("W/") else self.modified
        return {"Range": f"bytes={size}-", "If-Range": proof} if size and proof else {}


class NotFoundAtServiceError(ServiceError):
    """The service is there, the file is not (404 or 410)."""


class _AgainError(Exception):
    """Worth another attempt, after so many seconds."""

    def __init__(self, cause: str, wait: float | None = None, *, unreachable: bool = False) -> None:
        super().__init__(cause)
        self.wait = wait
        self.unreachable = unreachable


class Fetcher:
    """Downloads; threads may share it.

    Args:
        timeout: seconds to wait for an answer.
        ca_file: a PEM bundle beside the system's.
        progress: called as bytes come in.
        sleep: how to wait between attempts.
    """

    def __init__(
        self,
        *,
        timeout: float = 30.0,
        ca_file: str = "",
        progress: Progress | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._timeout = urllib3.Timeout(connect=min(timeout, _CONNECT_SECONDS), read=timeout)
        self._progress = progress
        self._sleep = sleep
        self._unreachable: dict[str, str] = {}
        context = ssl.create_default_context()
        if ca_file:
            try:
                context.load_verify_locations(ca_file)
            except (OSError, ssl.SSLError) as error:
                raise UsageError(f"certificates {ca_file} cannot be read", cause=str(error)) from error
        self._direct = urllib3.PoolManager(ssl_context=context, maxsize=8)
        self._proxies = {
            scheme: urllib3.ProxyManager(address, ssl_context=context, maxsize=8)
            for scheme, address in getproxies_environment().items()
            if scheme in {"http", "https"} and address.startswith(("http://", "https://"))
        }

    def fetch(self, url: str, target: Path, limit: int) -> bool:
        """Bring ``target`` up to date with ``url``.

        Args:
            url: ``http://`` or ``https://``.
            target: replaced only by a whole file; its directory is made.
            limit: the most bytes.

        Returns:
            Whether it changed.

        Raises:
            NotFoundAtServiceError: there is no such file.
            ServiceError: the service cannot be reached, refuses, or breaks off again and again.
            LimitError: the file is larger than ``limit``.
            InputError: the disk refuses.
        """
        if urlsplit(url).scheme not in {"http", "https"}:
            raise UsageError(f"{url} is no address that can be fetched", hint="Addresses begin with https://.")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with _beside(target, ".lock").open("wb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)  # who comes second finds it fetched
                return self._with_patience(url, lambda: self._attempt(url, target, limit))
        except OSError as error:
            raise InputError(f"{target} cannot be written", cause=error.strerror or str(error)) from error

    def _with_patience(self, url: str, attempt: Callable[[], bool]) -> bool:
        cause, host = "", urlsplit(url).netloc
        for number in range(_ATTEMPTS):
            if host in self._unreachable:
                cause = self._unreachable[host]
                break
            try:
                return attempt()
            except _AgainError as error:
                cause = str(error)
                if error.unreachable and number + 1 >= _CONNECTS:
                    self._unreachable[host] = cause  # nobody else needs to wait for it
                    break
                wait = min(2.0**number, 30.0) if error.wait is None else error.wait
                if number + 1 < _ATTEMPTS:
                    self._sleep(min(wait, _MAX_WAIT))
        raise ServiceError(f"{url} cannot be fetched", cause=cause, hint="Try again later, or give a mirror's address.")

    def _pool(self, url: str) -> urllib3.PoolManager:
        parts = urlsplit(url)
        if parts.scheme in self._proxies and not proxy_bypass(parts.hostname or ""):
            return self._proxies[parts.scheme]
        return self._direct

    def _attempt(self, url: str, target: Path, limit: int) -> bool:
        part = _beside(target, ".part")
        begun = part.stat().st_size if part.exists() else 0
        headers = {"User-Agent": f"seawall/{__version__}", "Accept-Encoding": _encodings(target)}
        rest = note.resume(begun) if (note := _note(part, url)) else {}
        if not rest and target.exists() and (old := _note(target, url)):
            headers |= old.conditions()
        try:
            response = self._pool(url).request(
                "GET",
                url,
                headers=headers | rest,
                preload_content=False,
                decode_content=False,
                timeout=self._timeout,
                retries=urllib3.Retry(connect=0, read=0, other=0, status=0, redirect=_REDIRECTS, raise_on_status=False),
            )
        except MaxRetryError as error:
            raise _AgainError(_cause(error), unreachable=isinstance(error.reason, _UNREACHABLE)) from error
        except HTTPError as error:
            raise _AgainError(str(error)) from error
        try:
            return self._receive(url, target, limit, response, begun if rest else 0)
        except HTTPError as error:
            raise _AgainError(f"the connection broke off ({error})") from error
        finally:
            response.release_conn() if response.closed else response.close()

    def _receive(self, url: str, target: Path, limit: int, response: urllib3.BaseHTTPResponse, begun: int) -> bool:
        if response.status == 304:
            return False
        part = _beside(target, ".part")
        if response.status == 416:
            part.unlink(missing_ok=True)
            raise _AgainError("the file has changed while it was fetched", 0.0)
        _check(url, response)
        start = begun if response.status == 206 and _starts_at(response, begun) else 0
        if response.status == 206 and not start:
            part.unlink(missing_ok=True)
            raise _AgainError("the service sent another part than was asked for", 0.0)
        note = _Note(url, response.headers.get("ETag", ""), response.headers.get("Last-Modified", ""))
        _write_note(part, note)
        total = start + int(length) if (length := response.headers.get("Content-Length", "")).isdigit() else 0
        _bound(url, total, limit)
        with part.open("r+b" if start else "wb") as file:
            file.seek(start)
            done, deadline = start, time.monotonic() + _MAX_SECONDS
            for chunk in response.stream(_CHUNK, decode_content=False):
                done += len(chunk)
                _bound(url, done, limit)
                file.write(chunk)
                if time.monotonic() > deadline:
                    raise ServiceError(f"{url} takes longer than {_MAX_SECONDS // 60} minutes to fetch")
                if self._progress:
                    self._progress(target.name, done, total)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        _beside(target, ".note").unlink(missing_ok=True)
        part.replace(target)
        _beside(part, ".note").replace(_beside(target, ".note"))
        return True


def forget(target: Path) -> None:
    """Have a file fetched whole the next time, whatever the service says about changes."""
    _beside(target, ".note").unlink(missing_ok=True)


def _cause(error: MaxRetryError) -> str:
    """Why, without the library's own wrapping."""
    return _WRAPPING.sub("", str(error.reason or error))


def _bound(url: str, size: int, limit: int) -> None:
    if size > limit:
        raise LimitError(f"{url} is larger than {limit >> 20} MiB")


def _check(url: str, response: urllib3.BaseHTTPResponse) -> None:
    """Raise for an answer that is not the file."""
    final = response.url or url
    if url.startswith("https://") and final.startswith("http://"):
        raise ServiceError(f"{url} leads to an address without encryption", cause=final)
    if response.status in _AGAIN:
        raise _AgainError(f"the service answered {response.status}", _retry_after(response.headers.get("Retry-After")))
    if response.status in {404, 410}:
        raise NotFoundAtServiceError(f"{url} does not exist", cause=f"the service answered {response.status}")
    if response.status not in {200, 206}:
        raise ServiceError(f"{url} cannot be fetched", cause=f"the service answered {response.status}")


def _starts_at(response: urllib3.BaseHTTPResponse, begun: int) -> bool:
    return response.headers.get("Content-Range", "").startswith(f"bytes {begun}-")


def _retry_after(text: str | None) -> float | None:
    """Seconds; null where the service says nothing that makes sense."""
    if not text:
        return None
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _encodings(target: Path) -> str:
    """Text may come packed (it is kept so, and recognised by its first bytes); archives are as they are."""
    return "gzip" if target.suffix == ".json" else "identity"


def _beside(target: Path, suffix: str) -> Path:
    return target.with_name(f".{target.name.removeprefix('.')}{suffix}")


def _note(target: Path, url: str) -> _Note | None:
    try:
        note = msgspec.json.decode(_beside(target, ".note").read_bytes(), type=_Note)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return note if note.url == url else None


def _write_note(target: Path, note: _Note) -> None:
    _beside(target, ".note").write_bytes(msgspec.json.encode(note))
