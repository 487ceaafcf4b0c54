"""End-of-life dates: ``/api/v1/products/full`` of the public service (API v1, "Product", "ProductRelease")."""

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from seawall.advisory.feed import decoding
from seawall.advisory.feed.interface import Dated, Download, FeedFile, FeedItem, Skipped
from seawall.model.advisory import SupportPeriod

_LIMIT = 128 << 20
_DISTRIBUTIONS = {
    "alpine-linux": "alpine",
    "alpine": "alpine",
    "almalinux": "almalinux",
    "amazon-linux": "amzn",
    "azure-linux": "azurelinux",
    "centos-stream": "centos-stream",
    "opensuse": "opensuse-leap",
    "oracle-linux": "ol",
    "photon": "photon",
    "red-hat-enterprise-linux": "rhel",
    "rhel": "rhel",
    "rocky-linux": "rocky",
    "suse-linux-enterprise-server": "sles",
}
"""The service's product → os-release's ID, where they differ."""


class _Release(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    is_eol: bool | None = None
    eol_from: str | None = None
    eoes_from: str | None = None


class _Product(msgspec.Struct, frozen=True):
    name: str
    releases: list[msgspec.Raw]


class _Answer(msgspec.Struct, frozen=True):
    result: list[msgspec.Raw]
    generated_at: str | None = None


_ANSWER = msgspec.json.Decoder(_Answer)
_PRODUCT = msgspec.json.Decoder(_Product)
_RELEASE = msgspec.json.Decoder(_Release)


class EndOfLife:
    """Until when releases are supported."""

    name: ClassVar[str] = "endoflife"
    licence: ClassVar[str] = "MIT"
    whole: ClassVar[bool] = True
    everywhere: ClassVar[bool] = True

    def downloads(self, ecosystems: frozenset[str]) -> tuple[Download, ...]:
        """One file, of use for every shard."""
        del ecosystems
        return (Download(path="", target="products-full.json"),)

    def recognises(self, file: FeedFile) -> bool:
        """JSON of products that have releases that are supported or not."""
        head = file.head()
        return b'"result"' in head and b'"releases"' in head and b'"isEol"' in head

    def read(self, file: FeedFile) -> Iterator[FeedItem]:
        """One record a release."""
        answer = decoding.decode(file, _ANSWER, _LIMIT)
        if generated := decoding.date(answer.generated_at):
            yield Dated(date=generated)
        for index, raw in enumerate(answer.result):
            try:
                product = _PRODUCT.decode(raw)
            except decoding.BAD_JSON as error:
                where = f"{file.path} product {index}"
                yield Skipped(where=where, reason="product cannot be read", detail=str(error), broken=True)
                continue
            for release in product.releases:
                yield _period(product.name, release)


def _period(product: str, raw: msgspec.Raw) -> SupportPeriod | Skipped:
    try:
        release = _RELEASE.decode(raw)
    except decoding.BAD_JSON as error:
        return Skipped(where=product[:100], reason="release cannot be read", detail=str(error), broken=True)
    ends = decoding.date(release.eol_from)
    if release.is_eol and not ends:
        return Skipped(where=f"{product} {release.name}"[:100], reason="support ended on a day that is not said")
    return SupportPeriod(
        product=_DISTRIBUTIONS.get(product, product),
        release=release.name,
        ends=ends,
        extended_ends=decoding.date(release.eoes_from),
    )
