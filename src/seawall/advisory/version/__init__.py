"""Versions as byte keys: whatever the scheme, comparing versions is comparing bytes, computed once.

``key(scheme_of("deb"), "1:2.3-4")`` is a key. Keys of one scheme compare as its versions do; keys of different
schemes must not be compared. No text is refused: what is no valid version has a place in the order too.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from seawall.advisory.version import (
    apk,
    dotted,
    dpkg,
    generic,
    golang,
    maven,
    packagist,
    pep440,
    rpm,
    rubygems,
    semver,
)


class Scheme(StrEnum):
    """How versions are ordered."""

    DPKG = "dpkg"
    APK = "apk"
    RPM = "rpm"
    PEP440 = "pep440"
    SEMVER = "semver"
    GOLANG = "golang"
    MAVEN = "maven"
    RUBYGEMS = "rubygems"
    NUGET = "nuget"
    PACKAGIST = "packagist"
    PUB = "pub"
    DOTTED = "dotted"
    GENERIC = "generic"


MAX_VERSION: Final = 1024
"""Characters of a version that count; what is longer is no version, and must not cost more."""

_KEYS: Final[dict[Scheme, Callable[[str], bytes]]] = {
    Scheme.DPKG: dpkg.key,
    Scheme.APK: apk.key,
    Scheme.RPM: rpm.key,
    Scheme.PEP440: pep440.key,
    Scheme.SEMVER: semver.key,
    Scheme.GOLANG: golang.key,
    Scheme.MAVEN: maven.key,
    Scheme.RUBYGEMS: rubygems.key,
    Scheme.NUGET: semver.nuget_key,
    Scheme.PACKAGIST: packagist.key,
    Scheme.PUB: semver.pub_key,
    Scheme.DOTTED: dotted.key,
    Scheme.GENERIC: generic.key,
}

_BY_NAME: Final = {
    scheme: frozenset(names.split())
    for scheme, names in {
        Scheme.DPKG: "deb dpkg debian ubuntu raspbian echo",
        Scheme.APK: "apk alpine wolfi chainguard minimos postmarketos alpaquita",
        Scheme.RPM: (
            "rpm rhel redhat centos fedora almalinux alma rocky ol oracle amzn amazon sles sled suse opensuse "
            "photon mariner azurelinux openeuler mageia"
        ),
        Scheme.PEP440: "pypi conda",
        Scheme.SEMVER: "npm cargo crates.io hex swift swifturl conan julia githubactions bitnami kubernetes",
        Scheme.GOLANG: "golang go",
        Scheme.MAVEN: "maven",
        Scheme.RUBYGEMS: "gem rubygems cocoapods",
        Scheme.NUGET: "nuget",
        Scheme.PACKAGIST: "composer packagist",
        Scheme.PUB: "pub",
        Scheme.DOTTED: "cran hackage ghc",
    }.items()
}
_SCHEME_OF: Final = {name: scheme for scheme, names in _BY_NAME.items() for name in names}


def scheme_of(name: str) -> Scheme:
    """The scheme of a package type (``deb``), a shard (``debian-12``) or an OSV ecosystem (``Rocky Linux:9``)."""
    name = name.lower()
    known = _SCHEME_OF.get(name)
    if known is None:
        head = name.partition(":")[0].partition(" ")[0]
        known = _SCHEME_OF.get(head) or _SCHEME_OF.get(head.partition("-")[0], Scheme.GENERIC)
    return known


def key_function(scheme: Scheme) -> Callable[[str], bytes]:
    """The function that makes one scheme's keys, for loops; the caller bounds the version's length."""
    return _KEYS[scheme]


def key(scheme: Scheme, version: str) -> bytes:
    """The version's byte key under a scheme; costs 2 to 10 microseconds."""
    return _KEYS[scheme](version[:MAX_VERSION])


def package_key(package_type: str, version: str) -> bytes:
    """The byte key of a package's version by purl's type: the whole of what reports and fix plans need."""
    return key(scheme_of(package_type), version)
