"""Alpine's security database and what is written like it (Wolfi's and Chainguard's ``security.json``).

A repository a file: package → fixed version → identifiers (``secfixes``). Version ``0`` says that the package
never was affected. Alpine publishes JSON, and YAML in older layouts. The database lists fixes only: what is not
fixed it does not know of.
"""

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from seawall.advisory.feed import decoding
from seawall.advisory.feed.interface import Download, FeedFile, FeedItem, Skipped
from seawall.errors import InputError
from seawall.model.advisory import Advisory, Affected, VersionRange
from seawall.model.finding import Status
from seawall.model.identifiers import VulnerabilityId

_LIMIT = 128 << 20
_YAML_LIMIT = 16 << 20
_RELEASES = range(10, 24)
_MARKS = (b"secfixes", b"apkurl", b"reponame")


class _Package(msgspec.Struct, frozen=True):
    name: str
    secfixes: dict[str, list[str] | None]


class _Wrapped(msgspec.Struct, frozen=True):
    pkg: _Package


class _Repository(msgspec.Struct, frozen=True):
    packages: list[msgspec.Raw] | None = None
    distroversion: str = ""
    reponame: str = ""


_REPOSITORY = msgspec.json.Decoder(_Repository)
_PACKAGE = msgspec.json.Decoder(_Wrapped)


class SecDb:
    """The fixes of distributions that use apk."""

    name: ClassVar[str] = "alpine"
    licence: ClassVar[str] = "none stated (facts)"
    whole: ClassVar[bool] = False
    everywhere: ClassVar[bool] = False

    def downloads(self, ecosystems: frozenset[str]) -> tuple[Download, ...]:
        """Two files a release of Alpine; releases that are not there (yet) are passed over."""
        names = {name.lower().replace(":v", "-") for name in ecosystems}
        wanted = [f"v3.{minor}" for minor in _RELEASES] + ["edge"]
        if names and "alpine" not in names:
            wanted = [release for release in wanted if f"alpine-{release.removeprefix('v')}" in names]
        return tuple(
            Download(path=path, target=path, optional=True)
            for release in wanted
            for path in (f"{release}/main.json", f"{release}/community.json")
        )

    def recognises(self, file: FeedFile) -> bool:
        """JSON or YAML with the database's own words."""
        if not file.path.endswith((".json", ".yaml", ".yml")):
            return False
        head = file.head()
        return sum(mark in head for mark in _MARKS) >= 2

    def read(self, file: FeedFile) -> Iterator[FeedItem]:
        """One advisory a package and identifier.

        Raises:
            InputError: it is of no distribution that we can name.
        """
        data = decoding.content(file, _LIMIT)
        if file.path.endswith((".yaml", ".yml")):
            data = _json(file.path, data)
        try:
            repository = _REPOSITORY.decode(data)
        except decoding.BAD_JSON as error:
            raise InputError(f"{file.path} is not what this feed writes", cause=str(error)) from error
        ecosystem = _ecosystem(repository, file.path)
        if not ecosystem:
            raise InputError(
                f"{file.path} does not say which distribution it is of",
                hint="Keep the service's layout: v3.20/main.json, wolfi/security.json.",
            )
        for index, raw in enumerate(repository.packages or ()):
            try:
                package = _PACKAGE.decode(raw).pkg
            except decoding.BAD_JSON as error:
                where = f"{file.path} package {index}"
                yield Skipped(where=where, reason="package cannot be read", detail=str(error), broken=True)
                continue
            yield from _package(ecosystem, package)


def _json(path: str, data: bytes) -> bytes:
    """YAML as JSON; it has no use for anchors, which a bomb needs."""
    import yaml  # noqa: PLC0415 -- only for the older layout

    if len(data) > _YAML_LIMIT or b"&" in data:
        raise InputError(f"{path} is too large or uses YAML anchors, which no security database does")
    try:
        return msgspec.json.encode(yaml.safe_load(data))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise InputError(f"{path} is not what this feed writes", cause=str(error).replace("\n", " ")) from error


def _ecosystem(repository: _Repository, path: str) -> str:
    release = repository.distroversion
    if release.startswith("v3.") or release == "edge":
        return f"alpine-{release.removeprefix('v')}"
    words = path.lower().replace("-", "/").split("/")
    return next((name for name in ("chainguard", "wolfi", "minimos") if name in words), "")


def _package(ecosystem: str, package: _Package) -> Iterator[FeedItem]:
    """Identifiers stand alone, or several to a line with blanks between (aliases, and older names)."""
    for version, lines in package.secfixes.items():
        for line in lines or ():
            names = decoding.identifiers([name for name in line.split() if not name.startswith("(")])
            if not names:
                where = f"{ecosystem} {package.name} {version}"[:200]
                yield Skipped(where=where, reason="no believable identifier", detail=line[:100], broken=True)
            for name in names:
                yield _advisory(ecosystem, package.name, version, name)


def _advisory(ecosystem: str, package: str, version: str, name: VulnerabilityId) -> Advisory:
    never = version in {"0", ""}
    return Advisory(
        id=name,
        feed="alpine",
        affected=(
            Affected(
                ecosystem=ecosystem,
                package=package,
                ranges=() if never else (VersionRange(fixed=version),),
                status=Status.NOT_AFFECTED if never else Status.FIXED,
            ),
        ),
    )
