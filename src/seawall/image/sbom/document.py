"""Files that are bills of materials: recognised by their first bytes, read within bounds."""

import os
import re
import stat
from collections.abc import Callable
from typing import Final

import msgspec
from msgspec.structs import replace

from seawall.errors import InputError, LimitError, SeawallError
from seawall.image.sbom import attestation, cyclonedx, spdx2, spdx3
from seawall.image.sbom.entry import Bom

MAX_BYTES: Final = 256 << 20
_HEAD: Final = 64 << 10
_MARKUP_HEAD: Final = 4 << 10
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_CYCLONEDX: Final = re.compile(rb'"bomFormat"\s{0,99}:|cyclonedx\.org/schema/bom')
_SPDX2: Final = re.compile(rb'"spdxVersion"\s{0,99}:|"SPDXID"\s{0,99}:\s{0,99}"SPDXRef-')
_SPDX3: Final = re.compile(rb'"@context"\s{0,99}:\s{0,99}\[?\s{0,99}"https?://spdx\.org/rdf/3')
_OTHERS: Final = {
    "CycloneDX XML": re.compile(rb"<bom[^>]+cyclonedx\.org/schema/bom"),
    "SPDX tag-value": re.compile(rb"(?m)^SPDXVersion: SPDX-"),
    "SPDX RDF": re.compile(rb"<rdf:RDF[^>]+spdx\.org/rdf"),
}
_JSON: Final = (_CYCLONEDX, _SPDX2, _SPDX3)


def recognised(path: str) -> bool:
    """Whether a file begins like one, in any of its forms; never raises."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False
        with open(path, "rb") as stream:
            head = stream.read(_HEAD)
    except (OSError, ValueError):
        return False
    if _is_json(head):
        return any(pattern.search(head) for pattern in (*_JSON, attestation.PATTERN))
    return bool(_other(head))


def read(path: str) -> Bom:
    """Read a file.

    Raises:
        InputError: it cannot be opened, is broken, or is no bill of materials.
        LimitError: it is larger or deeper than allowed.
    """
    content = _content(path)
    try:
        if not _is_attestation(content):
            return _reader(content)(content)
        inner = attestation.unwrap(content)
        bom = _reader(inner)(inner)
        return replace(bom, format=f"{bom.format} in an attestation (whose signature is not checked)")
    except SeawallError as error:
        raise type(error)(f"{path} cannot be read as an SBOM", cause=error.sentence().rstrip(".")) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as an SBOM", cause=str(error), hint="Was it cut off?") from error
    except RecursionError as error:
        raise LimitError(f"{path} is nested too deeply") from error


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be opened", cause=getattr(error, "strerror", None) or str(error)) from error
    if len(content) > MAX_BYTES:
        raise LimitError(f"{path} is larger than {MAX_BYTES >> 20} MiB")
    return content.removeprefix(_BYTE_ORDER_MARK)


def _reader(content: bytes) -> Callable[[bytes], Bom]:
    """By the keys that tell the formats apart; those at the front decide without a second reading."""
    head = content[:_HEAD]
    if not _is_json(head):
        kind = _other(head)
        hint = "Convert it to JSON first." if kind else "SBOMs are CycloneDX or SPDX, as JSON."
        raise InputError(f"it is {kind}" if kind else "it is no JSON object", hint=hint)
    for part in (head, content):
        for pattern, reader in zip(_JSON, (cyclonedx.read, spdx2.read, spdx3.read), strict=True):
            if pattern.search(part):
                return reader
    raise InputError("it is neither CycloneDX nor SPDX", hint="SBOMs are CycloneDX or SPDX, as JSON.")


def _is_attestation(content: bytes) -> bool:
    head = content[:_HEAD]
    return _is_json(head) and attestation.PATTERN.search(head) is not None


def _other(head: bytes) -> str:
    """What it is in a form that is not read, or nothing."""
    return next((name for name, pattern in _OTHERS.items() if pattern.search(head[:_MARKUP_HEAD])), "")


def _is_json(head: bytes) -> bool:
    return head.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] == b"{"
