"""Package URLs: written and read without a library, since there are thousands in a scan.

Source: the purl specification, ``PURL-SPECIFICATION.rst``, and its type definitions. Checked against
packageurl-python's rules by tests.
"""

from urllib.parse import quote, unquote

from seawall.errors import InputError
from seawall.model.identifiers import Purl
from seawall.model.record import Record

_SAFE = ".-_~:"


class PurlParts(Record, frozen=True, kw_only=True):
    """A package URL in its parts."""

    type: str
    name: str
    namespace: str = ""
    version: str = ""
    qualifiers: dict[str, str] = {}
    subpath: str = ""


def make(
    type_: str,
    name: str,
    version: str = "",
    *,
    namespace: str = "",
    qualifiers: dict[str, str] | None = None,
    subpath: str = "",
) -> Purl:
    """Write a package URL; empty parts and qualifiers are left out."""
    text = f"pkg:{type_}/"
    if namespace:
        text += "/".join(quote(part, safe=_SAFE) for part in namespace.split("/") if part) + "/"
    text += quote(name, safe=_SAFE)
    if version:
        text += "@" + quote(version, safe=_SAFE)
    filled = sorted((key, value) for key, value in (qualifiers or {}).items() if value)
    pairs = [f"{key}={quote(value, safe=_SAFE + '/')}" for key, value in filled]
    if pairs:
        text += "?" + "&".join(pairs)
    if subpath:
        text += "#" + "/".join(quote(part, safe=_SAFE) for part in subpath.split("/") if part)
    return Purl(text)


def parse(text: str) -> PurlParts:
    """Read a package URL.

    Raises:
        InputError: it is not one.
    """
    scheme, colon, rest = text.partition(":")
    if scheme.lower() != "pkg" or not colon:
        raise InputError(f"{text[:120]!r} is no package URL", hint="It begins with pkg:TYPE/NAME.")
    rest, _, subpath = rest.partition("#")
    rest, _, query = rest.partition("?")
    rest = rest.strip("/")
    head, at, version = rest.rpartition("@")
    if not at or "/" in version:
        head, version = rest, ""
    kind, _, path = head.partition("/")
    namespace, _, name = path.rpartition("/")
    if not kind or not name:
        raise InputError(f"{text[:120]!r} is no package URL", hint="It begins with pkg:TYPE/NAME.")
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return PurlParts(
        type=kind.lower(),
        name=unquote(name),
        namespace="/".join(unquote(part) for part in namespace.split("/") if part),
        version=unquote(version),
        qualifiers={key.lower(): unquote(value) for key, _, value in pairs if value},
        subpath=unquote(subpath.strip("/")),
    )
