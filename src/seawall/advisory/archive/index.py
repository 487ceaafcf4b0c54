"""A suite's index: ``Release`` names the files and their digests, ``Packages`` the packages.

Source: Debian Wiki, "DebianRepository/Format". A digest that does not fit is an error; the signature is checked
with gpgv(1) where that and the keyring are at hand.
"""

import hashlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from seawall.advisory.archive.deb822 import stanzas
from seawall.errors import InputError, LimitError

_RELEASE_LIMIT = 16 << 20
_STANZA_LIMIT = 1 << 20
_CHUNK = 1 << 20
_KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/ubuntu-archive-keyring.gpg",
    "/etc/apt/trusted.gpg",
)
_SOURCE = re.compile(r"(?P<name>[a-z0-9][a-z0-9+.-]+)(?: \((?P<version>[^()\s]+)\))?")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Release(NamedTuple):
    """What the Release file says.

    Attributes:
        origin: ``Debian``.
        codename: ``bookworm-security``.
        date: ISO 8601, or empty.
        files: path below the suite → (SHA-256, size).
        verified: whether its signature was checked and is good.
    """

    origin: str
    codename: str
    date: str
    files: dict[str, tuple[str, int]]
    verified: bool


class IndexEntry(NamedTuple):
    """A binary package in the archive."""

    name: str
    version: str
    architecture: str
    source: str
    source_version: str
    filename: str
    size: int
    sha256: str


def read_release(path: Path, signed_by: str = "") -> Release:
    """Read ``InRelease`` (or ``Release``).

    Raises:
        InputError: it is no such file, or its signature is wrong.
    """
    if path.stat().st_size > _RELEASE_LIMIT:
        raise LimitError(f"{path.name} is larger than {_RELEASE_LIMIT >> 20} MiB")
    text = path.read_text("utf-8", "replace")
    verified = False
    if text.startswith("-----BEGIN PGP SIGNED MESSAGE-----"):
        checked = _verified(path, signed_by)
        verified = checked is not None
        text = checked if checked is not None else _payload(text)
    fields = next(stanzas(text), {})
    files = dict(_files(fields.get("sha256", "")))
    if not files:
        raise InputError(f"{path.name} of an archive names no files by SHA-256")
    return Release(fields.get("origin", ""), fields.get("codename", ""), _iso(fields.get("date", "")), files, verified)


def _files(text: str) -> Iterator[tuple[str, tuple[str, int]]]:
    for line in text.splitlines():
        parts = line.split()
        if len(parts) == 3 and _SHA256.fullmatch(parts[0]) and parts[1].isdigit():
            yield parts[2], (parts[0], int(parts[1]))


def _iso(text: str) -> str:
    try:
        return parsedate_to_datetime(text).strftime("%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return ""


def _payload(text: str) -> str:
    """The signed text (RFC 9580, section 7), unchecked."""
    body = text.partition("\n\n")[2].partition("\n-----BEGIN PGP SIGNATURE-----")[0]
    return "\n".join(line.removeprefix("- ") for line in body.splitlines())


def _verified(path: Path, signed_by: str) -> str | None:
    """What gpgv says is signed; null where it cannot be asked.

    Raises:
        InputError: the signature is wrong.
    """
    keyrings = [keyring for keyring in ((signed_by,) if signed_by else _KEYRINGS) if os.path.isfile(keyring)]
    if not keyrings:
        return None
    with tempfile.TemporaryDirectory(prefix="seawall-gpgv-") as home:
        output = Path(home, "signed")
        rings = [part for keyring in keyrings for part in ("--keyring", keyring)]
        command = ["gpgv", "--homedir", home, "--quiet", *rings, "--output", str(output), "--", str(path.absolute())]
        try:
            done = subprocess.run(command, capture_output=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        if done.returncode != 0 or not output.exists():
            cause = done.stderr.decode("utf-8", "replace").strip().replace("\n", "; ")
            raise InputError("the archive's index has no good signature", cause=cause[-300:])
        return output.read_text("utf-8", "replace")


def check_digest(path: Path, sha256: str, what: str) -> None:
    """Compare a file's digest.

    Raises:
        InputError: it is another one.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while data := file.read(_CHUNK):
            digest.update(data)
    if digest.hexdigest() != sha256:
        raise InputError(f"{what} is not the file that the archive's index names", cause="its SHA-256 is another one")


def read_packages(stream: BinaryIO, sources: frozenset[str]) -> Iterator[IndexEntry]:
    """The packages that are built from these source packages.

    Raises:
        LimitError: a stanza is absurdly large.
    """
    wanted = {name.encode() for name in sources}
    rest = b""
    while True:
        data = stream.read(_CHUNK)
        *whole, rest = (rest + data).split(b"\n\n")
        if not data:
            whole, rest = [*whole, rest], b""
        for raw in whole:
            if _source_of(raw) in wanted and (entry := _entry(raw)) is not None:
                yield entry
        if len(rest) > _STANZA_LIMIT:
            raise LimitError("an entry of the archive's index is absurdly large")
        if not data:
            return


def _source_of(raw: bytes) -> bytes:
    """The source package's name, with as little work as it takes: there are 60,000 of them."""
    at = raw.find(b"\nSource: ")
    if at >= 0:
        start = at + 9
    elif raw.startswith(b"Package: "):
        start = 9
    else:
        start = raw.find(b"\nPackage: ") + 10
    return raw[start : start + 200].split(b"\n", 1)[0].split(b" ", 1)[0]


def _entry(raw: bytes) -> IndexEntry | None:
    fields = next(stanzas(raw.decode("utf-8", "replace")), {})
    name, version, filename = (fields.get(field, "") for field in ("package", "version", "filename"))
    source = _SOURCE.fullmatch(fields.get("source", name))
    sha256, size = fields.get("sha256", ""), fields.get("size", "")
    if not (name and version and source and size.isdigit() and _SHA256.fullmatch(sha256)):
        return None
    if not filename or filename.startswith(("/", "..")) or "/../" in filename:
        return None
    source_version = source["version"] or version
    architecture = fields.get("architecture", "")
    return IndexEntry(name, version, architecture, source["name"], source_version, filename, int(size), sha256)
