"""Red Hat's products, as releases and packages.

A combination (``AppStream-9.4.0.Z.MAIN.EUS:curl-0:7.76.1-26.el9_3.2.x86_64``) is a component, known by its
package URL or NEVRA, in a product, known by its CPE. Only the main stream of Red Hat Enterprise Linux is kept:
the paid extensions (EUS, AUS, TUS, E4S, ELS) and other products have fixes that its users cannot install.
"""

import re
from typing import NamedTuple

from seawall.advisory.feed.csaf import Product, ProductTree, products
from seawall.errors import InputError
from seawall.model import purl

_RHEL = re.compile(r"cpe:/[ao]:redhat:enterprise_linux:(\d+)(?:\.\d+)?(?:::?[a-z_]+)?(?::.*)?")
_NEVRA = re.compile(
    r"(?P<name>[^:]+)-(?P<epoch>\d+):(?P<version>[^:-]+-[^:-]+)\.(?P<arch>[a-z0-9_]+)(?:::(?P<module>.+))?"
)
_MODULE = re.compile(r"([^:\s]+):([^:\s]+)(?::.*)?")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,199}")
_DEBUG = ("-debuginfo", "-debugsource")

NO_RHEL = "product is no main stream of Red Hat Enterprise Linux"
NO_RPM = "component is no rpm package"
DEBUG = "package holds debug symbols only"
NO_MODULE = "component's module label cannot be read"


class Component(NamedTuple):
    """A package as a status speaks of it; ``evr`` is empty where all versions are meant."""

    release: str
    name: str
    evr: str
    architecture: str
    module: str


class Products:
    """The combinations of a document."""

    def __init__(self, tree: ProductTree) -> None:
        self._products = products(tree)
        self._pairs = {
            one.full_product_name.product_id: (one.product_reference, one.relates_to_product_reference)
            for one in tree.relationships or ()
        }
        self._components: dict[str, tuple[str, str, str, str] | str] = {}
        self._releases: dict[str, str] = {}

    def component(self, identifier: str) -> Component | str:
        """The package in the release that a status names, or why there is none."""
        reference, product = self._pairs.get(identifier, ("", ""))
        release = self._releases.get(product)
        if release is None:
            release = self._releases[product] = self._release(product)
        if not release:
            return NO_RHEL
        parts = self._components.get(reference)
        if parts is None:
            parts = self._components[reference] = _package(self._products.get(reference), reference)
        return parts if isinstance(parts, str) else Component(release, *parts)

    def _release(self, product: str) -> str:
        known = self._products.get(product)
        match = _RHEL.fullmatch(known.cpe) if known else None
        return f"rhel-{match[1]}" if match else ""


def _package(product: Product | None, reference: str) -> tuple[str, str, str, str] | str:
    """Name, EVR, architecture and module, or why there are none."""
    nevra = _NEVRA.fullmatch(reference)
    text = product.purl if product else ""
    if not text:
        if nevra is None:  # older documents name a source package, without more
            return (reference, "", "src", "") if _NAME.fullmatch(reference) else NO_RPM
        name, epoch, version, architecture, module = nevra.group("name", "epoch", "version", "arch", "module")
    else:
        try:
            parts = purl.parse(text)
        except InputError:
            return NO_RPM
        if parts.type != "rpm":
            return NO_RPM
        name, version = parts.name, parts.version
        epoch = parts.qualifiers.get("epoch") or (nevra["epoch"] if nevra else "0")
        architecture = parts.qualifiers.get("arch", "")
        module = parts.qualifiers.get("rpmmod", "")
    if name.endswith(_DEBUG):
        return DEBUG
    label = _MODULE.fullmatch(module) if module else None
    if module and label is None:
        return NO_MODULE
    if not _NAME.fullmatch(name) or not epoch.isdigit():
        return NO_RPM
    evr = version if epoch == "0" or not version else f"{epoch}:{version}"
    return name, evr if "-" in evr else "", architecture, f"{label[1]}:{label[2]}" if label else ""
