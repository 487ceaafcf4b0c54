"""The image that a container names, taken apart.

Format: the reference grammar of the distribution project (``[domain/]path[:tag][@digest]``) with Docker's defaults, as
the kubelet applies them: no domain means ``docker.io``, one path part there means ``library/``, neither tag nor digest
means ``latest``.
"""

import re
from functools import lru_cache

from seawall.model.record import Record

_TAG = re.compile(r"[\w][\w.-]{0,127}", re.ASCII)
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
_PATH = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
_DOMAIN = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d+)?")
_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128, "blake3": 64}
_HEX = frozenset("0123456789abcdef")
_LONGEST = 4096


class ImageReference(Record, frozen=True, kw_only=True, gc=False, cache_hash=True):
    """An image's name in parts.

    Attributes:
        text: as written.
        registry: host and port; ``docker.io`` when none is written.
        repository: the path in the registry (``library/nginx``).
        tag: as written, or ``latest`` when neither tag nor digest is, or empty when only a digest is.
        digest: ``sha256:…``, or empty.
        explicit_registry: whether the registry is written.
        explicit_tag: whether the tag is written.
        valid: whether the text follows the grammar; the parts of one that does not are a best guess.
    """

    text: str
    registry: str
    repository: str
    tag: str = ""
    digest: str = ""
    explicit_registry: bool = False
    explicit_tag: bool = False
    valid: bool = True

    @property
    def name(self) -> str:
        """Registry and repository: ``docker.io/library/nginx``."""
        return f"{self.registry}/{self.repository}"

    @property
    def pinned(self) -> bool:
        """Whether it carries a digest that can be one, so that it always means the same image.

        Source: OCI image specification, descriptor.md, "Digests": registered algorithms have a fixed length.
        """
        algorithm, _, encoded = self.digest.partition(":")
        if algorithm in _LENGTHS:
            return len(encoded) == _LENGTHS[algorithm] and set(encoded) <= _HEX
        return bool(algorithm) and bool(encoded)

    @property
    def latest(self) -> bool:
        """Whether it moves with the tag ``latest``: that tag, or none, and no digest."""
        return self.tag == "latest" and not self.digest

    @property
    def canonical(self) -> str:
        """Everything written out: ``docker.io/library/nginx:latest``."""
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.name}{tag}{'@' if self.digest else ''}{self.digest}"


@lru_cache(maxsize=8192)
def parse_image_reference(text: str) -> ImageReference:
    """Take an image's name apart. Never raises; see :attr:`ImageReference.valid`."""
    rest, _, digest = text.partition("@")
    before, colon, tag = rest.rpartition(":")
    if not colon or "/" in tag:
        before, tag = rest, ""
    registry, repository, explicit = _domain(before)
    valid = (
        len(text) <= _LONGEST
        and ("@" not in text or _DIGEST.fullmatch(digest) is not None)
        and (":" not in rest.rpartition("/")[2] or _TAG.fullmatch(tag) is not None)
        and _PATH.fullmatch(repository) is not None
        and _DOMAIN.fullmatch(registry) is not None
    )
    return ImageReference(
        text=text,
        registry=registry,
        repository=repository,
        tag=tag or ("" if digest else "latest"),
        digest=digest,
        explicit_registry=explicit,
        explicit_tag=bool(tag),
        valid=valid,
    )


def _domain(name: str) -> tuple[str, str, bool]:
    """Registry, repository, and whether the registry was written."""
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost" or first != first.lower()):
        registry = "docker.io" if first == "index.docker.io" else first
        return registry, f"library/{rest}" if registry == "docker.io" and "/" not in rest else rest, True
    return "docker.io", name if slash else f"library/{name}", False
