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

DISTRIBUTION_TYPES: Final = frozenset({"deb", "apk", "rpm", "opkg"})
"""purl types of packages that a distribution's own package manager installs."""
_VENDORS: Final = {"rhel": "redhat", "sles": "suse", "sled": "suse", "sles_sap": "suse", "sl-micro": "suse"}


def vendor(distribution: Distribution) -> str:
    """The purl namespace of a distribution's packages."""
    if distribution.id in _VENDORS:
        return _VENDORS[distribution.id]
    return "opensuse" if distribution.id.startswith("opensuse") else distribution.id


class Naming:
    """Completes the purls of one distribution's packages.

    Args:
        distribution: null leaves all as they are.
    """

    def __init__(self, distribution: Distribution | None) -> None:
        self._known = distribution is not None
        self._namespace = _quoted(vendor(distribution)) if distribution else ""
        self._distro = _quoted(distribution.key) if distribution else ""

    def qualified(self, package: Package) -> Package:
        """The package with namespace and ``distro`` in its purl; a language's package as it is."""
        if not self._known or package.type not in DISTRIBUTION_TYPES:
            return package
        # Analyzers write pkg:TYPE/NAME@VERSION?QUALIFIERS with no namespace; cutting is ten times faster than parsing.
        head, _, query = package.purl.partition("?")
        kind, _, rest = head.partition("/")
        pairs = [*filter(None, query.split("&")), f"distro={self._distro}"]
        whole = f"{kind}/{self._namespace}/{rest.rpartition('/')[2]}?{'&'.join(sorted(pairs))}"
        return msgspec.structs.replace(package, purl=Purl(whole))


def _quoted(text: str) -> str:
    return purl.make("x", text).partition("/")[2]
