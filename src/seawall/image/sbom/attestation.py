"""Bills of materials in an attestation: taken out of the statement and of the envelope around it.

Sources: in-toto attestation framework, ``spec/v1/statement.md``; DSSE, ``envelope.md``; Sigstore's bundle, whose
``dsseEnvelope`` is one. A file may hold several, one a line, as ``cosign download attestation`` writes them.
"""

import binascii
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from seawall.errors import InputError

PATTERN: Final = re.compile(
    rb'"payloadType"\s{0,99}:|"dsseEnvelope"\s{0,99}:|"_type"\s{0,99}:\s{0,99}"https://in-toto\.io/Statement|'
    rb'\A\s{0,99}\{\s{0,99}"payload"\s{0,99}:'
)
"""What a file that is one shows near its beginning."""
_MAX: Final = 100
_KINDS: Final = ("cyclonedx.org/", "spdx.dev/")


class _Outer(msgspec.Struct):
    """An envelope, a bundle or a statement, whichever fields there are."""

    payload: str | None = None
    envelope: "_Outer | None" = msgspec.field(default=None, name="dsseEnvelope")
    predicate_type: str = msgspec.field(default="", name="predicateType")
    predicate: msgspec.Raw = msgspec.Raw()


class _Wrapped(msgspec.Struct):
    """How cosign's first version wrote predicates: the document as it is, or as a text."""

    data: msgspec.Raw = msgspec.field(name="Data")


def unwrap(content: bytes) -> bytes:
    """The one bill of materials in a file of attestations.

    Raises:
        InputError: there is none, or more than one, or something is broken.
        msgspec.MsgspecError, RecursionError: it is no such JSON.
    """
    kinds = []
    found = []
    for statement in _statements(content):
        kinds.append(statement.predicate_type[:200] or "nothing")
        if any(kind in statement.predicate_type for kind in _KINDS):
            found.append(_document(statement.predicate))
    if len(found) != 1:
        cause = f"they are about {', '.join(kinds[:5])}" if not found else f"there are {len(found)}"
        hint = "Take one out: the payload, in base64, of the one that is wanted."
        raise InputError("the attestations hold not exactly one SBOM", cause=cause, hint=hint)
    return found[0]


def _statements(content: bytes) -> Iterator[_Outer]:
    decoder = msgspec.json.Decoder(_Outer)
    try:
        outer = [decoder.decode(content)]
    except msgspec.DecodeError:
        lines = [line for line in content.splitlines() if line.strip()]
        if not 1 < len(lines) <= _MAX:
            raise
        outer = [decoder.decode(line) for line in lines]
    for one in outer:
        envelope = one.envelope or one
        if envelope.payload is None:
            yield envelope
            continue
        try:
            payload = binascii.a2b_base64(envelope.payload)
        except (binascii.Error, ValueError) as error:
            raise InputError("the attestation's payload is no base64", cause=str(error)) from error
        yield decoder.decode(payload)


def _document(predicate: msgspec.Raw) -> bytes:
    raw = bytes(predicate)
    if b'"Data"' in raw[:200]:
        raw = bytes(msgspec.json.decode(raw, type=_Wrapped).data)
    return msgspec.json.decode(raw, type=str).encode() if raw[:1] == b'"' else raw
