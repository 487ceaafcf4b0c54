"""Distribution packages' purls: which namespace, and the ``distro`` qualifier.

Source: the purl specification's type definitions. ``deb``: "The namespace is the vendor, such as debian or
ubuntu"; ``apk``: the same with alpine; ``rpm``: "The namespace is the vendor, such as Fedora or openSUSE". The
vendor is os-release's ID, but for the two families whose own advisories (CSAF, VEX) write it otherwise: Red Hat
writes ``pkg:rpm/redhat/``, SUSE ``pkg:rpm/suse/`` and ``pkg:rpm/opensuse/``. ``distro`` is ID-VERSION_ID.
"""

from typing import Final

import msgspec

from seawall.model import purl
from seawall.model.identifiers import Purl
from seawall.model.image import Distribution, Package

_TYPES: Final = frozenset({"deb", "apk", "rpm", "opkg"})
_VENDORS: Final = {"rhel": "redhat", "sles": "suse", "sled": "suse", "sles_sap": "suse", "sl-micro": "suse"}


def vendor(distribution: Distribution) -> str:
    """The purl namespace of a distribution's packages."""
    if distribution.id in _VENDORS:
        return _VENDORS[distribution.id]
    return "opensuse" if distribution.id.startswith("opensuse") else distribution.id


def qualified(package: Package, distribution: Distribution | None) -> Package:
    """A distribution's package with namespace and ``distro`` in its purl; others as they are."""
    if distribution is None or package.type not in _TYPES:
        return package
    # Analyzers write pkg:TYPE/NAME@VERSION?QUALIFIERS with no namespace; cutting is ten times faster than parsing.
    head, _, query = package.purl.partition("?")
    kind, _, rest = head.partition("/")
    name = rest.rpartition("/")[2]
    pairs = {key: value for key, _, value in (pair.partition("=") for pair in query.split("&")) if value}
    pairs["distro"] = purl.make("x", distribution.key).partition("/")[2]
    qualifiers = "&".join(f"{key}={pairs[key]}" for key in sorted(pairs))
    prefix = purl.make("x", vendor(distribution)).partition("/")[2]
    return msgspec.structs.replace(package, purl=Purl(f"{kind}/{prefix}/{name}?{qualifiers}"))
