"""CSAF documents, as far as advisories need them (OASIS CSAF 2.0: product tree, vulnerabilities).

The product tree is a tree of branches with products at its leaves, and relationships that put a component into a
product. A status speaks of such combinations by their identifier.
"""

from collections.abc import Iterator

import msgspec

from seawall.errors import LimitError

_MAX_DEPTH = 32


class Helper(msgspec.Struct, frozen=True):
    """What a product can be recognised by."""

    cpe: str = ""
    purl: str = ""


class Product(msgspec.Struct, frozen=True):
    """A leaf of the tree."""

    product_id: str
    product_identification_helper: Helper | None = None

    @property
    def cpe(self) -> str:
        """Its CPE, or empty."""
        return self.product_identification_helper.cpe if self.product_identification_helper else ""

    @property
    def purl(self) -> str:
        """Its package URL, or empty."""
        return self.product_identification_helper.purl if self.product_identification_helper else ""


class Branch(msgspec.Struct, frozen=True):
    """A node of the tree."""

    product: Product | None = None
    branches: list["Branch"] | None = None


class FullName(msgspec.Struct, frozen=True):
    """What a relationship makes."""

    product_id: str


class Relationship(msgspec.Struct, frozen=True):
    """``product_reference`` as a component of ``relates_to_product_reference``."""

    full_product_name: FullName
    product_reference: str
    relates_to_product_reference: str


class ProductTree(msgspec.Struct, frozen=True):
    """All products."""

    branches: list[Branch] | None = None
    full_product_names: list[Product] | None = None
    relationships: list[Relationship] | None = None


class Remediation(msgspec.Struct, frozen=True):
    """What the vendor offers."""

    category: str
    details: str = ""
    date: str = ""
    url: str = ""
    product_ids: list[str] | None = None


class Threat(msgspec.Struct, frozen=True):
    """The vendor's rating, where the category is ``impact``; of all products where none is named."""

    category: str
    details: str = ""
    product_ids: list[str] | None = None


class Cvss(msgspec.Struct, frozen=True, rename="camel"):
    """A CVSS score of any version."""

    vector_string: str = ""


class Score(msgspec.Struct, frozen=True):
    """Scores of some products."""

    cvss_v2: Cvss | None = None
    cvss_v3: Cvss | None = None
    cvss_v4: Cvss | None = None


class ProductStatus(msgspec.Struct, frozen=True):
    """Products by status."""

    fixed: list[str] | None = None
    known_affected: list[str] | None = None
    known_not_affected: list[str] | None = None
    under_investigation: list[str] | None = None


class Vulnerability(msgspec.Struct, frozen=True):
    """One vulnerability of a document."""

    cve: str = ""
    title: str = ""
    release_date: str = ""
    product_status: ProductStatus | None = None
    remediations: list[Remediation] | None = None
    threats: list[Threat] | None = None
    scores: list[Score] | None = None


class Tracking(msgspec.Struct, frozen=True):
    """The document's identifier and dates."""

    id: str = ""
    current_release_date: str = ""
    status: str = ""


class Publisher(msgspec.Struct, frozen=True):
    """Who speaks."""

    name: str = ""


class Head(msgspec.Struct, frozen=True):
    """The document about itself."""

    category: str = ""
    title: str = ""
    tracking: Tracking = Tracking()
    publisher: Publisher = Publisher()


class Document(msgspec.Struct, frozen=True):
    """A CSAF document."""

    document: Head
    product_tree: ProductTree = ProductTree()
    vulnerabilities: list[msgspec.Raw] | None = None


DOCUMENT = msgspec.json.Decoder(Document)
VULNERABILITY = msgspec.json.Decoder(Vulnerability)


def products(tree: ProductTree) -> dict[str, Product]:
    """All leaves by their identifier.

    Raises:
        LimitError: the tree is deeper than 32.
    """
    found = {product.product_id: product for product in tree.full_product_names or ()}
    found.update((product.product_id, product) for product in _leaves(tree.branches or [], 0))
    return found


def _leaves(branches: list[Branch], depth: int) -> Iterator[Product]:
    if depth > _MAX_DEPTH:
        raise LimitError(f"a product tree is deeper than {_MAX_DEPTH}")
    for branch in branches:
        if branch.product is not None:
            yield branch.product
        yield from _leaves(branch.branches or [], depth + 1)
