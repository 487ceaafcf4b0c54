"""Debian's security tracker: source package → vulnerability → release (``/tracker/data/json``).

Some 60 MB of JSON: one decoded package at a time, the rest stays text. What the fields mean: the tracker's
documentation, "Security team tracker: issues not warranting a security advisory" and "severity levels".
"""

from collections.abc import Iterator
from typing import ClassVar

import msgspec

from seawall.advisory.feed import decoding
from seawall.advisory.feed.interface import Download, FeedFile, FeedItem, Skipped
from seawall.errors import InputError
from seawall.model.advisory import Advisory, Affected, VersionRange
from seawall.model.codename import debian_number
from seawall.model.finding import Status
from seawall.model.identifiers import VulnerabilityId
from seawall.model.severity import Severity

_LIMIT = 512 << 20
_ADDRESS = "https://security-tracker.debian.org/tracker/"
_URGENCIES = {
    "high": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
    "unimportant": Severity.NEGLIGIBLE,
}


class _Release(msgspec.Struct, frozen=True):
    status: str = ""
    fixed_version: str = ""
    urgency: str = ""
    nodsa: str | None = None
    nodsa_reason: str | None = None


class _Issue(msgspec.Struct, frozen=True):
    releases: dict[str, _Release]
    description: str | None = None


_PACKAGES = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ISSUE = msgspec.json.Decoder(_Issue)


class DebianTracker:
    """The vendor's own word on Debian, by source package."""

    name: ClassVar[str] = "debian"
    licence: ClassVar[str] = "none stated (facts)"
    whole: ClassVar[bool] = True
    everywhere: ClassVar[bool] = False

    def downloads(self, ecosystems: frozenset[str]) -> tuple[Download, ...]:
        """One file, for all releases."""
        if ecosystems and not any(name.lower().startswith("debian") for name in ecosystems):
            return ()
        return (Download(path="", target="tracker.json"),)

    def recognises(self, file: FeedFile) -> bool:
        """JSON of issues that have releases that have repositories."""
        if b'"CVE-' not in (head := file.head()) and b'"TEMP-' not in head:
            return False
        return b'"releases"' in head and b'"repositories"' in head

    def read(self, file: FeedFile) -> Iterator[FeedItem]:
        """One advisory a package and vulnerability, with a row a release."""
        packages = decoding.decode(file, _PACKAGES, _LIMIT)
        for package, raw in packages.items():
            try:
                issues = _PACKAGES.decode(raw)
            except decoding.BAD_JSON as error:
                yield Skipped(where=package, reason="package cannot be read", detail=str(error), broken=True)
                continue
            for identifier, text in issues.items():
                yield from _issue(package, identifier, text)
        if not packages:
            raise InputError(f"{file.path} holds no package", hint="Fetch it again: seawall db update --feed debian.")


def _issue(package: str, identifier: str, text: msgspec.Raw) -> Iterator[FeedItem]:
    where = f"{package} {identifier}"
    if not decoding.believable(identifier):
        yield Skipped(where=where[:200], reason="no believable identifier", broken=True)
        return
    try:
        issue = _ISSUE.decode(text)
    except decoding.BAD_JSON as error:
        yield Skipped(where=where, reason="issue cannot be read", detail=str(error), broken=True)
        return
    affected: list[Affected] = []
    for codename, release in issue.releases.items():
        row = _row(package, codename, release)
        if row is None:
            yield Skipped(where=where, reason="unknown release or status", detail=f"{codename} {release.status}"[:100])
        else:
            affected.append(row)
    if affected:
        yield Advisory(
            id=VulnerabilityId(identifier),
            feed="debian",
            title=decoding.line(issue.description),
            references=(_ADDRESS + identifier,),
            affected=tuple(affected),
        )


def _row(package: str, codename: str, release: _Release) -> Affected | None:
    release_number = debian_number(codename)
    status = _status(release)
    if not release_number or status is None:
        return None
    severity = _URGENCIES.get(release.urgency.rstrip("*"), Severity.UNKNOWN)
    return Affected(
        ecosystem=f"debian-{release_number}",
        package=package,
        ranges=(VersionRange(fixed=release.fixed_version),) if status is Status.FIXED else (),
        status=status,
        severity=severity,
        severity_source="debian" if severity is not Severity.UNKNOWN else "",
    )


def _status(release: _Release) -> Status | None:
    """``resolved`` in version 0 means that it never was there; ``nodsa`` that no advisory is coming."""
    if release.status == "resolved":
        return Status.NOT_AFFECTED if release.fixed_version in {"", "0"} else Status.FIXED
    if release.status == "undetermined":
        return Status.UNDER_INVESTIGATION
    if release.status != "open":
        return None
    if release.urgency == "end-of-life":
        return Status.END_OF_LIFE
    if release.nodsa_reason == "ignored":
        return Status.WILL_NOT_FIX
    return Status.DEFERRED if release.nodsa is not None or release.nodsa_reason is not None else Status.AFFECTED
