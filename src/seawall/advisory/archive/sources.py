"""Where apt gets packages: ``sources.list`` and ``*.sources`` (sources.list(5), one-line and deb822 style).

Addresses are found on the machine, or in the image, at run time; none is known here.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from seawall.advisory.archive.deb822 import stanzas
from seawall.errors import InputError
from seawall.model.codename import debian_codename
from seawall.model.image import Distribution
from seawall.model.record import Record

_LIMIT = 1 << 20
_MAX_FILES = 200
_LINE = re.compile(r"deb\s+(?:\[(?P<options>[^]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s*(?P<components>.*)")
_LEFT_OUT = ("backports", "proposed", "debug", "sloppy")


class AptSource(Record, frozen=True, kw_only=True):
    """One suite of one archive.

    Attributes:
        uri: its address, without a slash at the end.
        suite: ``bookworm-security``.
        components: ``main``, ``contrib``, …
        signed_by: a keyring's path, or empty.
    """

    uri: str
    suite: str
    components: tuple[str, ...]
    signed_by: str = ""


def parse_list(text: str) -> Iterator[AptSource]:
    """The one-line style; what cannot be fetched over HTTP is left out."""
    for line in text.splitlines():
        match = _LINE.fullmatch(line.partition("#")[0].strip())
        if match is None:
            continue
        options = dict(pair.partition("=")[::2] for pair in (match["options"] or "").split())
        components = tuple(match["components"].split())
        yield from _sources([match["uri"]], [match["suite"]], components, options.get("signed-by", ""))


def parse_deb822(text: str) -> Iterator[AptSource]:
    """The deb822 style."""
    for fields in stanzas(text):
        if "deb" not in fields.get("types", "deb").split() or fields.get("enabled", "yes").lower() in {"no", "false"}:
            continue
        components = tuple(fields.get("components", "").split())
        signed_by = fields.get("signed-by", "").strip()
        yield from _sources(fields.get("uris", "").split(), fields.get("suites", "").split(), components, signed_by)


def _sources(uris: list[str], suites: list[str], components: tuple[str, ...], signed_by: str) -> Iterator[AptSource]:
    keyring = signed_by if signed_by.startswith("/") and "\n" not in signed_by else ""
    for uri in uris:
        if not uri.startswith(("http://", "https://")):
            continue
        for suite in suites:
            if not suite.endswith("/"):  # a flat archive belongs to no distribution
                yield AptSource(uri=uri.rstrip("/"), suite=suite, components=components, signed_by=keyring)


def apt_sources(root: Path) -> tuple[AptSource, ...]:
    """All suites that a root filesystem's apt is told to use.

    Raises:
        InputError: the configuration cannot be read.
    """
    directory = root / "etc" / "apt" / "sources.list.d"
    found: dict[AptSource, None] = {}
    try:
        names = sorted(os.listdir(directory))[:_MAX_FILES] if directory.is_dir() else []
        for path in (root / "etc" / "apt" / "sources.list", *(directory / name for name in names)):
            parse = {".list": parse_list, ".sources": parse_deb822}.get(path.suffix)
            if parse is not None and path.is_file():
                with path.open("rb") as file:
                    found.update(dict.fromkeys(parse(file.read(_LIMIT).decode("utf-8", "replace"))))
    except OSError as error:
        raise InputError(f"apt's configuration in {root} cannot be read", cause=error.strerror or str(error)) from error
    return tuple(found)


def for_distribution(sources: tuple[AptSource, ...], distribution: Distribution) -> tuple[AptSource, ...]:
    """The suites that bring a release's own updates, without backports and what is proposed only."""
    name = release_name(distribution)
    own = re.compile(rf"{re.escape(name)}(?:[-/][a-z/-]+)?|(?:old)*stable(?:[-/][a-z/-]+)?|testing|unstable|sid")
    return tuple(
        source
        for source in sources
        if name and own.fullmatch(source.suite) and not any(word in source.suite for word in _LEFT_OUT)
    )


def release_name(distribution: Distribution) -> str:
    """``bookworm``: the codename, from os-release or Debian's number."""
    return distribution.codename or (debian_codename(distribution.version) if distribution.id == "debian" else "")
